"""Cells of the table that say no, and why."""

from importlib.metadata import version


#: (row, column) -> why it fails.  A cell that passes must not be listed.
KNOWN_FAILURES = {}
UPSTREAM = "fails on attributes of content as well: "

# The steps end with another data grid than they began with.
for column in ("merged", "conflict"):
    KNOWN_FAILURES["Data grid, file in a row", column] = (
        "a browser does not send the file of a row that is kept: if somebody else has"
        " deleted it meanwhile, the row is refused for want of its file"
    )

if version("collective.z3cform.datagridfield").startswith("3."):
    KNOWN_FAILURES["Data grid, file in a row", "kept"] = UPSTREAM + (
        "the grid stores a marker of z3c.form where no file was sent (mended in 4.0)"
    )
