An example add-on with two forms on a page, and a demo site that shows it.
