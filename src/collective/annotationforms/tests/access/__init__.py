"""Who reads and writes what, by every route, as the publisher answers."""
