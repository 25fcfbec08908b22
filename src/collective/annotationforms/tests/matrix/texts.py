"""Rows of fields that hold a text."""

from collective.annotationforms.fields.password import BULLETS
from collective.annotationforms.tests.matrix.case import line
from collective.annotationforms.tests.matrix.case import TOO_LONG
from datetime import datetime
from functools import partial
from plone.formwidget.recurrence.z3cform.widget import RecurrenceFieldWidget
from plone.schema import Email
from plone.schema import JSONField
from zope import schema

import json


TEXTS = (
    line(
        "TextLine",
        partial(schema.TextLine, max_length=8),
        "Zoë & Co",
        "Zoë & Co",
        displayed="Zoë &amp; Co",
        bad="Zoë & Company",
        message=TOO_LONG,
        default="Ada",
        shown="Ada",
    ),
    line(
        "Text",
        partial(schema.Text, max_length=12),
        "one\ntwo",
        "one\r\ntwo",
        displayed="one two",
        bad="one\ntwo\nthree",
        message=TOO_LONG,
        default="Ada",
        shown="Ada",
    ),
    line(
        "SourceText",
        partial(schema.SourceText, max_length=12),
        "<b>one</b>",
        "<b>one</b>",
        displayed="&lt;b&gt;one&lt;/b&gt;",
        bad="<b>one</b> <i>two</i>",
        message=TOO_LONG,
        default="Ada",
        shown="Ada",
    ),
    line(
        "ASCIILine",
        schema.ASCIILine,
        "plain",
        "plain",
        bad="Zoë",
        message="Invalid value",
        default="ada",
        shown="ada",
    ),
    line(
        "BytesLine",
        partial(schema.BytesLine, max_length=8),
        "plain",
        b"plain",
        bad="far too long",
        message=TOO_LONG,
        default=b"ada",
        shown="ada",
    ),
    line(
        "URI",
        schema.URI,
        "https://plone.org/a?b=c",
        "https://plone.org/a?b=c",
        bad="no address",
        message="The specified URI is not valid.",
        default="https://plone.org",
        shown="https://plone.org",
    ),
    line(
        "Email",
        Email,
        "zoe@example.org",
        "zoe@example.org",
        bad="zoe",
        message="The specified email is not valid.",
        default="ada@example.org",
        shown="ada@example.org",
    ),
    line(
        "Id",
        schema.Id,
        "some.thing",
        "some.thing",
        bad="no id",
        message="The specified id is not valid.",
        default="some.id",
        shown="some.id",
    ),
    line(
        "DottedName",
        schema.DottedName,
        "plone.app",
        "plone.app",
        bad="plone app",
        message="The specified dotted name is not valid.",
        default="plone",
        shown="plone",
    ),
    line(
        "Password",
        partial(schema.Password, max_length=8),
        "secret",
        "secret",
        bad="far too secret",
        message=TOO_LONG,
        default=None,
        shown="",
        displayed=BULLETS,
    ),
    line(
        "JSONField",
        JSONField,
        json.dumps({"a": [1, "ë"]}, indent=1),
        {"a": [1, "ë"]},
        displayed='{ "a": [ 1,',
        bad="[1]",
        message="Wrong contained type",
        default={"b": 1},
        shown=json.dumps({"b": 1}, indent=1),
        default_displayed='{ "b": 1 }',
    ),
    line(
        "TextLine, hidden mode",
        partial(schema.TextLine, max_length=8),
        "Zoë",
        "Zoë",
        mode="hidden",
        bad="Zoë & Company",
        message=TOO_LONG,
        default="Ada",
        shown="Ada",
    ),
    line(
        "Text, recurrence widget",
        partial(schema.Text, constraint=lambda value: value.startswith("RRULE")),
        "RRULE:FREQ=DAILY;COUNT=3",
        "RRULE:FREQ=DAILY;COUNT=3",
        bad="daily",
        message="Constraint not satisfied",
        default="RRULE:FREQ=WEEKLY;COUNT=2",
        shown="RRULE:FREQ=WEEKLY;COUNT=2",
        widget=RecurrenceFieldWidget,
        beside=lambda name: {
            f"{name}_start": schema.Datetime(
                title="Start", default=datetime(2026, 1, 2, 3, 4), required=False
            )
        },
        options=lambda name: {"start_field": f"{name}_start"},
    ),
)
