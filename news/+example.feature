An example add-on with three forms on a page, and a demo site that shows it.
