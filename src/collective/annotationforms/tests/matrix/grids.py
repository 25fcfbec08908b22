"""Rows of data grids."""

from collective.annotationforms.tests.matrix.case import BAD_NUMBER
from collective.annotationforms.tests.matrix.case import Case
from collective.annotationforms.tests.matrix.case import NO_DEFAULT
from collective.annotationforms.tests.matrix.case import Relation
from collective.annotationforms.tests.matrix.case import StoredFile
from collective.annotationforms.tests.matrix.case import UID_A
from collective.annotationforms.tests.matrix.objects import IFiledPerson
from collective.annotationforms.tests.matrix.objects import IGuardedPerson
from collective.annotationforms.tests.matrix.objects import ILinkedPerson
from collective.annotationforms.tests.matrix.objects import IOmittingPerson
from collective.annotationforms.tests.matrix.objects import IPerson
from collective.annotationforms.tests.matrix.objects import IReadOnlyPerson
from collective.annotationforms.tests.matrix.page import Upload
from collective.z3cform.datagridfield.datagridfield import DataGridFieldWidgetFactory
from collective.z3cform.datagridfield.row import DictRow
from functools import partial
from plone.namedfile.field import NamedBlobFile
from zope import schema


def grid(title, row, typed, stored, displayed, **more) -> Case:
    """Return the case of a grid of rows."""
    cells = {f".0.widgets.{name}": value for name, value in typed.items()}
    bad = {f".0.widgets.{name}": value for name, value in more.pop("bad").items()}
    row_of_script = {".0-empty-marker": "1", ".count": "1"}
    return Case(
        title,
        partial(schema.List, required=False, value_type=DictRow(schema=row)),
        {**cells, **row_of_script},
        stored,
        displayed,
        bad={**bad, **row_of_script},
        shown=more.pop("shown", cells),
        kept=bad,
        cleared={".count": "0"},
        widget=DataGridFieldWidgetFactory,
        scripted=True,
        **more,
    )


BAD_ROW = {"name": "Zoë", "count": "three"}

GRIDS = (
    grid(
        "Data grid",
        IPerson,
        {"name": "Zoë", "count": "3"},
        [{"name": "Zoë", "count": 3}],
        "Zoë",
        bad=BAD_ROW,
        message=BAD_NUMBER,
        default=[{"name": "Ada", "count": 1}],
        default_shown={".0.widgets.name": "Ada", ".0.widgets.count": "1"},
        default_displayed="Ada",
    ),
    grid(
        "Data grid, relation in a row",
        ILinkedPerson,
        {"name": "Zoë", "count": "3", "page": UID_A},
        [{"name": "Zoë", "count": 3, "page": Relation(UID_A)}],
        "Page target-a",
        bad=BAD_ROW,
        message=BAD_NUMBER,
        more_steps=("cataloged",),
        without=NO_DEFAULT,
    ),
    grid(
        "Data grid, file in a row",
        IFiledPerson,
        {"name": "Zoë", "count": "3", "file": Upload("a.txt", b"Text", "text/plain")},
        [
            {
                "name": "Zoë",
                "count": 3,
                "file": StoredFile("NamedBlobFile", b"Text", "text/plain", "a.txt"),
            }
        ],
        "a.txt",
        bad=BAD_ROW,
        message=BAD_NUMBER,
        shown={".0.widgets.name": "Zoë", ".0.widgets.file.action": "nochange"},
        keeps_uploads=True,
        more_steps=("downloaded",),
        without=NO_DEFAULT,
    ),
    grid(
        "Data grid, column without the permission to write",
        IGuardedPerson,
        {"name": "Zoë", "count": "3"},
        [{"name": "Zoë", "count": 3, "kept": "kept"}],
        "Zoë",
        bad=BAD_ROW,
        message=BAD_NUMBER,
        without={
            **NO_DEFAULT,
            "versioned": "a revert brings back nothing that its user may not write",
        },
    ),
    grid(
        "Data grid, read-only column",
        IReadOnlyPerson,
        {"name": "Zoë", "count": "3"},
        [{"name": "Zoë", "count": 3, "kept": "kept"}],
        "Zoë",
        bad=BAD_ROW,
        message=BAD_NUMBER,
        without=NO_DEFAULT,
    ),
    grid(
        "Data grid, omitted column",
        IOmittingPerson,
        {"name": "Zoë", "count": "3"},
        [{"name": "Zoë", "count": 3, "kept": "kept"}],
        "Zoë",
        bad=BAD_ROW,
        message=BAD_NUMBER,
        without=NO_DEFAULT,
    ),
    Case(
        "List of NamedBlobFile",
        partial(
            schema.List,
            required=False,
            min_length=1,
            value_type=NamedBlobFile(required=False, accept=("text/plain",)),
        ),
        {".0": Upload("a.txt", b"Text", "text/plain")},
        [StoredFile("NamedBlobFile", b"Text", "text/plain", "a.txt")],
        "a.txt",
        bad={
            ".0.action": ["replace"],
            ".0": Upload("bad.zip", b"PK", "application/zip"),
        },
        message="Invalid file",
        shown={".0.action": ["nochange"]},
        kept={},
        keeps_uploads=True,
        more_steps=("downloaded",),
        other={
            ".0.action": ["replace"],
            ".0": Upload("other.txt", b"Other", "text/plain"),
        },
        other_stored=[StoredFile("NamedBlobFile", b"Other", "text/plain", "other.txt")],
        default_shown={".0.action": []},
        cleared={".count": "0"},
        empty_shown={".count": "1"},
        without={**NO_DEFAULT, "inline": "scripts don't send files"},
    ),
)
