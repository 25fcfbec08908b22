"""Values that no longer fit: the schema was another one when they were stored."""

from collective.annotationforms.tests.matrix.case import Case
from collective.annotationforms.tests.matrix.collections import COLLECTIONS
from collective.annotationforms.tests.matrix.grids import GRIDS
from collective.annotationforms.tests.matrix.media import FILES
from collective.annotationforms.tests.matrix.numbers import NUMBERS
from collective.annotationforms.tests.matrix.relations import RELATIONS
from collective.annotationforms.tests.matrix.texts import TEXTS
from dataclasses import replace
from typing import Any


#: Title of a field type, what is stored when the forms are opened, and its name.
STORED = (
    ("TextLine", ["one", "two"], "a list"),
    ("Int", "seven", "a text"),
    ("List of TextLine", 7, "a number"),
    ("NamedBlobFile", "a text", "a text"),
    ("RelationChoice, content browser", "a text", "a text"),
    ("Data grid", [{"name": 1, "count": "three"}, "no row"], "rows of another kind"),
)


def unfit(title: str, stored: Any, kind: str) -> Case:
    """Return the case of a field type, with a value of another type stored before."""
    found = TEXTS + NUMBERS + COLLECTIONS + FILES + RELATIONS + GRIDS
    (case,) = (case for case in found if case.title == title)
    without = {
        **case.without,
        "default": "a value is stored",
    }
    return replace(
        case, title=f"{title}, {kind} was stored", before=stored, without=without
    )


UNFIT = tuple(unfit(*stored) for stored in STORED)
