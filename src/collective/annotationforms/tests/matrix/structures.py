"""Rows of fields with parts of their own, and of widgets that need scripts."""

from collective.annotationforms.tests.matrix.case import BAD_NUMBER
from collective.annotationforms.tests.matrix.case import Case
from collective.annotationforms.tests.matrix.case import line
from collective.annotationforms.tests.matrix.case import NO_DEFAULT
from collective.annotationforms.tests.matrix.case import TOO_LONG
from collective.annotationforms.tests.matrix.objects import IPerson
from collective.annotationforms.tests.matrix.objects import Person
from functools import partial
from plone.app.z3cform.widgets.select import AjaxSelectFieldWidget
from zope import schema

import json


QUERY = [
    {
        "i": "portal_type",
        "o": "plone.app.querystring.operation.selection.any",
        "v": ["Document"],
    }
]

STRUCTURES = (
    Case(
        "Dict",
        partial(
            schema.Dict,
            required=False,
            key_type=schema.TextLine(),
            value_type=schema.Int(),
        ),
        {".key.0": "x", ".0": "3", ".key.1": "y", ".1": "-7"},
        {"x": 3, "y": -7},
        "-7",
        bad={".key.0": "x", ".0": "3", ".key.1": "y", ".1": "seven"},
        message=BAD_NUMBER,
        default={"a": 1, "b": 2},
        default_shown={".key.0": "a", ".0": "1", ".key.1": "b", ".1": "2"},
        default_displayed="2",
        cleared={".count": "0"},
    ),
    Case(
        "Object, subform",
        partial(schema.Object, required=False, schema=IPerson),
        {".widgets.name": "Zoë", ".widgets.count": "3"},
        Person("Zoë", 3),
        "Zoë",
        bad={".widgets.name": "Zoë", ".widgets.count": "three"},
        message=BAD_NUMBER,
        default_shown={".widgets.name": "", ".widgets.count": ""},
        without={
            **NO_DEFAULT,
            "untouched": "the name is required, and there is no default",
            "cleared": "z3c.form offers no way to take an object back",
        },
    ),
    line(
        "Tuple of TextLine, AJAX select of tags",
        partial(schema.Tuple, value_type=schema.TextLine(max_length=6)),
        "one;two",
        ("one", "two"),
        displayed="two",
        bad="one;far too long",
        message="Wrong contained type",
        default=("Ada",),
        shown="Ada",
        widget=AjaxSelectFieldWidget,
        options=lambda name: {"vocabulary": "plone.app.vocabularies.Keywords"},
    ),
    line(
        "List of Choice, AJAX select of users",
        partial(
            schema.List,
            value_type=schema.Choice(vocabulary="plone.app.vocabularies.Users"),
        ),
        "reader",
        ["reader"],
        displayed="reader",
        bad="reader;nobody",
        message="Wrong contained type",
        default=["editor"],
        shown="editor",
        widget=AjaxSelectFieldWidget,
    ),
    line(
        "List of Dict, query string widget",
        partial(
            schema.List,
            value_type=schema.Dict(
                key_type=schema.TextLine(), value_type=schema.Field()
            ),
            max_length=1,
        ),
        json.dumps(QUERY),
        QUERY,
        displayed="Document",
        bad=json.dumps(QUERY * 2),
        message=TOO_LONG,
        default=[QUERY[0] | {"v": ["Event"]}],
        shown=json.dumps([QUERY[0] | {"v": ["Event"]}]),
        default_displayed="Event",
        empty_shown={"": "[]"},
    ),
)
