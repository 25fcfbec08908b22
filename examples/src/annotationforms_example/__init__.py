"""An example add-on: settings and a review of a page, kept in annotations."""
