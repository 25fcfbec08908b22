"""Cells of the table that say no, and why."""

#: (row, column) -> why it fails.  A cell that passes must not be listed.
KNOWN_FAILURES = {}

for column in ("merged", "conflict"):
    KNOWN_FAILURES["Data grid, file in a row", column] = (
        "a browser does not send the file of a row that is kept: if somebody else has"
        " deleted it meanwhile, the row is refused for want of its file"
    )
