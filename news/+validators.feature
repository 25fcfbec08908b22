Validators, invariants and defaults that are registered for pages see the page; those registered for a marker of the storage run for its form alone.
