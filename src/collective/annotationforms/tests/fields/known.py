"""Cells of the table that say no, and why."""

from importlib.metadata import version


#: (row, column) -> why it fails.  A cell that passes must not be listed.
KNOWN_FAILURES = {}
UPSTREAM = "fails on attributes of content as well: "

for row in ("Data grid", "Data grid, relation in a row", "Data grid, file in a row"):
    KNOWN_FAILURES[row, "inline"] = UPSTREAM + (
        "the message is that of the converter of the grid, not that of the cell"
    )
KNOWN_FAILURES["Data grid, file in a row", "refused"] = UPSTREAM + (
    "the widget of the file can't show what was uploaded in a refused row"
)
KNOWN_FAILURES["Object, subform", "inline"] = UPSTREAM + (
    "plone.app.z3cform asks the error of a subform for a message that it lacks"
)
for row in ("NamedBlobFile", "NamedBlobImage", "Data grid, file in a row"):
    KNOWN_FAILURES[row, "versioned"] = (
        "Products.CMFEditions saves the contents of blobs in fields of the content"
        " type only"
    )

if version("collective.z3cform.datagridfield").startswith("3."):
    KNOWN_FAILURES["Data grid, file in a row", "kept"] = UPSTREAM + (
        "the grid stores a marker of z3c.form where no file was sent (mended in 4.0)"
    )
