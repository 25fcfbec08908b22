"""Pages for editors and site admins, in the classic user interface."""
