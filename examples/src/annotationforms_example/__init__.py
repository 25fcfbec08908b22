"""An example add-on: settings, review and material of a page, in annotations."""
