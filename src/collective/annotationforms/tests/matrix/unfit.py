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


#: Title of a field type, what is stored before, and what to say of it.
STORED = (
    ("TextLine", ["one", "two"], "a list was stored"),
    ("Int", "seven", "a text was stored"),
    ("List of TextLine", 7, "a number was stored"),
    ("NamedBlobFile", "a text", "a text was stored"),
    ("RelationChoice, content browser", "a text", "a text was stored"),
    (
        "Data grid",
        [{"name": 1, "count": "three"}, "no row"],
        "rows of another kind were stored",
    ),
)


def unfit(title: str, stored: Any, before: str) -> Case:
    """Return the case of a field type, with a value of another type stored before."""
    found = TEXTS + NUMBERS + COLLECTIONS + FILES + RELATIONS + GRIDS
    (case,) = (case for case in found if case.title == title)
    without = {
        **case.without,
        "default": "a value is stored",
    }
    return replace(case, title=f"{title}, {before}", before=stored, without=without)


UNFIT = tuple(unfit(*stored) for stored in STORED)
