"""Cells of the table that say no, and why."""

#: (row, column) -> why it fails.  A cell that passes must not be listed.
KNOWN_FAILURES = {
    ("Data grid, file in a row", "conflict"): (
        "the file of a row that somebody else has deleted is not stored any more: the"
        " editor who keeps the row has to choose the file again"
    )
}
