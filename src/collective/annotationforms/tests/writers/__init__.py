"""Real processes that save the same form at the same time, on one database server."""
