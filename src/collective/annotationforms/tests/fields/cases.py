"""The table: a row for each field type, with what is typed and what is stored."""

from collections.abc import Callable
from collective.annotationforms.tests.fields.objects import IFiledPerson
from collective.annotationforms.tests.fields.objects import ILinkedPerson
from collective.annotationforms.tests.fields.objects import IPerson
from collective.annotationforms.tests.fields.objects import Person
from collective.annotationforms.tests.fields.page import Upload
from collective.annotationforms.tests.fields.vocabularies import ancestors
from collective.z3cform.datagridfield.datagridfield import DataGridFieldWidgetFactory
from collective.z3cform.datagridfield.row import DictRow
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from decimal import Decimal
from functools import partial
from plone.app.textfield import RichText
from plone.app.textfield.value import RichTextValue
from plone.app.z3cform.widgets.checkbox import CheckBoxFieldWidget
from plone.app.z3cform.widgets.contentbrowser import ContentBrowserFieldWidget
from plone.app.z3cform.widgets.datetime import DatetimeFieldWidget
from plone.app.z3cform.widgets.radio import RadioFieldWidget
from plone.app.z3cform.widgets.relateditems import RelatedItemsFieldWidget
from plone.app.z3cform.widgets.select import AjaxSelectFieldWidget
from plone.app.z3cform.widgets.select import SelectFieldWidget
from plone.formwidget.recurrence.z3cform.widget import RecurrenceFieldWidget
from plone.namedfile import field as namedfile
from plone.schema import Email
from plone.schema import JSONField
from typing import Any
from z3c.relationfield.schema import RelationChoice
from z3c.relationfield.schema import RelationList
from zope import schema
from zope.schema.interfaces import ValidationError

import json
import pytz


UID_A = "a" * 32
UID_B = "b" * 32
PATHS = {UID_A: "/plone/target-a", UID_B: "/plone/target-b"}

GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00"
    b"\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)


class NotAllowed(ValidationError):
    """That is not allowed here."""


NOT_ALLOWED = "That is not allowed here."


def allowed(value) -> bool:
    """The constraint of fields that would take everything: nothing elsewhere."""
    found = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
    if any(item in found for item in ("blue", "elsewhere", "Plone Site", 13, "13")):
        raise NotAllowed(value)
    return True


@dataclass(frozen=True)
class Relation:
    """Stands for a RelationValue from the page to the page with that UID."""

    uid: str

    def described(self) -> tuple:
        """Return what test_fields.described() says about the value."""
        return ("RelationValue", PATHS[self.uid])


@dataclass(frozen=True)
class StoredFile:
    """Stands for a file of that class: they can be made with a site only."""

    kind: str
    data: bytes
    content_type: str
    filename: str

    def described(self) -> tuple:
        """Return what test_fields.described() says about the file."""
        return (self.kind, self.filename, self.content_type, self.data)


@dataclass(frozen=True)
class Case:
    """A field type, and how an editor deals with it.

    Inputs are named by what follows the name of the widget: ``""`` is the widget's
    own input.  What is typed is a string, or a list of them for several values.
    """

    title: str
    field: Callable
    typed: dict
    stored: Any
    #: A part of the HTML in display mode.
    displayed: str
    #: What is typed to be refused, and the message that says so.
    bad: dict | None = None
    message: str | None = None
    #: What the inputs hold when the stored value is shown again, if not `typed`.
    shown: dict | None = None
    #: The same after an error, if not `bad`.
    kept: dict | None = None
    default: Any = None
    #: What the inputs hold when the default is shown, and its HTML in display mode.
    default_shown: dict | None = None
    default_displayed: str | None = None
    cleared: dict = attribute(default_factory=lambda: {"": ""})
    #: What the inputs hold after they were cleared, if not `cleared`.
    empty_shown: dict | None = None
    empty: Any = None
    widget: Any = None
    options: Callable = lambda name: {}
    mode: str | None = None
    #: Other fields that the widget needs.
    beside: Callable = lambda name: {}
    #: Uploads are kept for a while in the site, after each request to save.
    keeps_uploads: bool = False
    #: A script adds the inputs, or fills them: they need not be in the HTML.
    scripted: bool = False
    #: Columns of files and of relations that this field type goes through, too.
    more_steps: tuple = ()
    #: Another valid input, and what it stores.
    other: dict | None = None
    other_stored: Any = None
    #: Steps that make no sense for this field type, with the reason.
    without: dict = attribute(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the case in addresses and in the names of tests."""
        words = "".join(c.lower() if c.isalnum() else " " for c in self.title)
        return "-".join(words.split())

    @property
    def class_name(self) -> str:
        return "".join(word.title() for word in self.name.split("-"))

    @property
    def key(self) -> str:
        """The annotation key."""
        return f"fields.{self.name}"


def line(title, field, typed, stored, *, bad, message, default, shown, **more) -> Case:
    """Return the case of a field with one text input that shows what is stored."""
    return Case(
        title,
        partial(field, required=False),
        {"": typed},
        stored,
        more.pop("displayed", typed),
        bad={"": bad},
        message=message,
        default=default,
        default_shown={"": shown},
        default_displayed=more.pop("default_displayed", shown),
        **more,
    )


TOO_LONG = "Value is too long"
SYSTEM = "The system could not process the given value."

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

NUMBERS = (
    line(
        "Int",
        schema.Int,
        "-7",
        -7,
        bad="seven",
        message="The entered value is not a valid integer literal.",
        default=3,
        shown="3",
    ),
    line(
        "Float",
        schema.Float,
        "-0.25",
        -0.25,
        bad="a quarter",
        message="The entered value is not a valid decimal literal.",
        default=1.5,
        shown="1.5",
    ),
    line(
        "Decimal",
        schema.Decimal,
        "0.10",
        Decimal("0.10"),
        bad="a tenth",
        message="The entered value is not a valid decimal literal.",
        default=Decimal("1.50"),
        shown="1.50",
    ),
    line(
        "Date",
        partial(schema.Date, min=date(2000, 1, 1)),
        "2026-11-21",
        date(2026, 11, 21),
        displayed="26",
        bad="1999-12-31",
        message="Value is too small",
        default=date(2026, 1, 2),
        shown="2026-01-02",
        default_displayed="26",
    ),
    line(
        "Datetime",
        partial(schema.Datetime, min=datetime(2000, 1, 1)),
        "2026-11-21T12:34",
        datetime(2026, 11, 21, 12, 34),
        displayed="34",
        bad="1999-12-31T12:34",
        message="Value is too small",
        default=datetime(2026, 1, 2, 3, 4),
        shown="2026-01-02T03:04",
        default_displayed="04",
    ),
    line(
        "Datetime, with time zone",
        partial(
            schema.Datetime,
            min=pytz.timezone("Europe/Vienna").localize(datetime(2000, 1, 1)),
        ),
        "2026-11-21T12:34",
        pytz.timezone("Europe/Vienna").localize(datetime(2026, 11, 21, 12, 34)),
        displayed="34",
        bad="1999-12-31T12:34",
        message="Value is too small",
        default=pytz.timezone("Europe/Vienna").localize(datetime(2026, 7, 2, 3, 4)),
        shown="2026-07-02T03:04",
        default_displayed="04",
        widget=DatetimeFieldWidget,
        options=lambda name: {"default_timezone": "Europe/Vienna"},
    ),
    line(
        "Time",
        partial(schema.Time, min=time(6)),
        "12:34",
        time(12, 34),
        displayed="34",
        bad="05:00",
        message="Value is too small",
        default=time(7, 8),
        shown="07:08",
        default_displayed="08",
    ),
    line(
        "Timedelta",
        schema.Timedelta,
        "2 days, 3:04:05",
        timedelta(2, 3 * 3600 + 4 * 60 + 5),
        bad="two days",
        message=SYSTEM,
        default=timedelta(1),
        shown="1 day, 0:00:00",
    ),
)

#: Typed values of a single checkbox.
TICKED = {":list": ["selected"]}
UNTICKED = {":list": []}

BOOLS = (
    Case(
        "Bool, ticked",
        partial(schema.Bool, required=False, constraint=bool),
        TICKED,
        True,
        "yes",
        bad=UNTICKED,
        message="Constraint not satisfied",
        default=None,
        default_shown=UNTICKED,
        default_displayed="no",
        without={
            "untouched": "the default is refused in this row",
            "cleared": "clearing it is refused in this row; see Bool, unticked",
        },
    ),
    Case(
        "Bool, unticked",
        partial(schema.Bool, required=False),
        UNTICKED,
        False,
        "no",
        default=True,
        default_shown=TICKED,
        default_displayed="yes",
        without={
            "cleared": "this is what the row types and saves",
            "refused": "both inputs are valid; see Bool, ticked",
            "inline": "both inputs are valid; see Bool, ticked",
        },
    ),
    Case(
        "Bool, radio widget",
        partial(schema.Bool, required=False),
        {"": ["false"]},
        False,
        "no",
        default=True,
        default_shown={"": ["true"]},
        default_displayed="yes",
        widget=RadioFieldWidget,
        without={
            "refused": "both inputs are valid",
            "inline": "both inputs are valid",
            "cleared": "a radio button can't be taken back",
        },
    ),
)


def choice(title, *, value="green", default="red", bad="blue", **more):
    """Return the case of a Choice with a select widget, or another that is given."""
    kinds = ("values", "vocabulary", "source")
    options = {kind: more.pop(kind) for kind in kinds if kind in more}
    name = more.pop("name", ":list")

    def chosen(value):
        return {name: [value if "values" in options else f"t-{value}"]}

    def displayed(value):
        return value if "values" in options else value.title()

    return Case(
        title,
        partial(schema.Choice, required=False, constraint=allowed, **options),
        chosen(value),
        value,
        displayed(value),
        bad=chosen(bad),
        message=NOT_ALLOWED,
        default=default,
        default_shown=chosen(default),
        default_displayed=displayed(default),
        cleared={name: ["--NOVALUE--"]},
        **more,
    )


CHOICES = (
    choice("Choice, values", values=["red", "green", "blue"]),
    choice("Choice, named vocabulary", vocabulary="annotationforms.Colours"),
    choice(
        "Choice, vocabulary of the page",
        vocabulary="annotationforms.Places",
        value="Document",
        default="plone",
        bad="elsewhere",
    ),
    choice(
        "Choice, source of the page",
        source=ancestors,
        value="Document",
        default="plone",
        bad="Plone Site",
    ),
    choice(
        "Choice, radio widget",
        vocabulary="annotationforms.Colours",
        widget=RadioFieldWidget,
        name="",
        without={"cleared": "a radio button can't be taken back"},
    ),
)


ITEMS = {
    "Choice": {"vocabulary": "annotationforms.Colours"},
    "source Choice": {"source": ancestors},
}


def choices(kind, make, of, **more) -> Case:
    """Return the case of a collection of choices."""
    good, default, bad = {
        "Choice": (["green", "red"], ["red"], ["blue"]),
        "source Choice": (["plone", "Document"], ["plone"], ["Plone Site"]),
    }[of]

    def tokens(values):
        return [f"t-{value}" for value in values]

    field = {
        list: schema.List,
        tuple: schema.Tuple,
        set: schema.Set,
        frozenset: schema.FrozenSet,
    }[make]
    value_type = schema.Choice(constraint=allowed, **ITEMS[of])
    if make not in (list, tuple):
        good = sorted(good, key=["red", "green", "Document", "plone"].index)
    return Case(
        f"{kind} of {of}{more.pop('extra', '')}",
        partial(field, required=False, value_type=value_type),
        {":list": tokens(good)},
        make(good),
        good[0].title(),
        bad={":list": tokens(bad)},
        message="Wrong contained type",
        default=make(default),
        default_shown={":list": tokens(default)},
        default_displayed=default[0].title(),
        cleared={":list": []},
        empty=make(),
        scripted=make in (list, tuple),
        **more,
    )


def lines(kind, make) -> Case:
    """Return the case of a collection of text lines: a textarea."""
    field = {
        "List": schema.List,
        "Tuple": schema.Tuple,
        "Set": schema.Set,
        "FrozenSet": schema.FrozenSet,
    }[kind]
    return line(
        f"{kind} of TextLine",
        partial(field, value_type=schema.TextLine(max_length=6)),
        "one",
        make(["one"]),
        bad="one\nfar too long",
        message="Wrong contained type",
        default=make(["Ada"]),
        shown="Ada",
    )


def numbers(kind, field, make) -> Case:
    """Return the case of a sequence of numbers: a row with an input for each."""
    return Case(
        f"{kind} of Int",
        partial(field, required=False, value_type=schema.Int()),
        {".0": "3", ".1": "-7"},
        make([3, -7]),
        "-7",
        bad={".0": "3", ".1": "seven"},
        message="The entered value is not a valid integer literal.",
        default=make([1, 2]),
        default_shown={".0": "1", ".1": "2"},
        default_displayed="2",
        cleared={".count": "0"},
        empty_shown={".count": "0"},
    )


COLLECTIONS = (
    lines("List", list),
    lines("Tuple", tuple),
    lines("Set", set),
    lines("FrozenSet", frozenset),
    numbers("List", schema.List, list),
    numbers("Tuple", schema.Tuple, tuple),
    choices("List", list, "Choice"),
    choices("Tuple", tuple, "Choice"),
    choices("Set", set, "Choice"),
    choices("FrozenSet", frozenset, "Choice"),
    choices("List", list, "source Choice"),
    choices("Tuple", tuple, "source Choice"),
    choices("Set", set, "source Choice"),
    choices("FrozenSet", frozenset, "source Choice"),
    choices("Set", set, "Choice", widget=CheckBoxFieldWidget, extra=", checkboxes"),
)

NO_DEFAULT = {"default": "no default makes sense"}
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
        message="The entered value is not a valid integer literal.",
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
        message="The entered value is not a valid integer literal.",
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


def html(raw, mime_type="text/html"):
    return RichTextValue(raw, mime_type, "text/x-html-safe")


LINKED = (
    f'<p><a href="resolveuid/{UID_A}">A</a>'
    f'<img src="resolveuid/{UID_B}" alt="B"></p><script>alert(1)</script><p>C</p>'
)

RICH_TEXTS = (
    line(
        "RichText, TinyMCE",
        partial(RichText, max_length=40),
        "<p>Zoë <b>and</b> Co</p>",
        html("<p>Zoë <b>and</b> Co</p>"),
        bad="<p>" + "far too long " * 5 + "</p>",
        message="Text is too long. (Maximum 40 characters.)",
        default=html("<p>Ada</p>"),
        shown="<p>Ada</p>",
    ),
    line(
        "RichText, image and internal link",
        partial(RichText, max_length=400),
        LINKED,
        html(LINKED),
        displayed='<p><a href="http://nohost/plone/target-a">A</a>',
        bad="far too long " * 50,
        message="Text is too long. (Maximum 400 characters.)",
        default=html("<p>Ada</p>"),
        shown="<p>Ada</p>",
    ),
    line(
        "RichText, plain text",
        partial(
            RichText,
            max_length=40,
            default_mime_type="text/plain",
            allowed_mime_types=("text/plain",),
        ),
        "Zoë <b>and</b> Co",
        html("Zoë <b>and</b> Co", "text/plain"),
        displayed="&lt;b&gt;and",
        bad="far too long " * 5,
        message="Text is too long. (Maximum 40 characters.)",
        default=html("Ada", "text/plain"),
        shown="Ada",
    ),
)


def upload(title, *, image=False) -> Case:
    """Return the case of a field for files or images."""
    name, data, content_type = (
        ("zoë.gif", GIF, "image/gif") if image else ("zoë.txt", b"Text", "text/plain")
    )
    bad = {".action": ["replace"], "": Upload("bad.zip", b"PK", "application/zip")}
    other_name = f"other-{name}"
    other = {".action": ["replace"], "": Upload(other_name, data, content_type)}
    accept = ("image/*",) if image else ("text/plain",)
    return Case(
        title,
        partial(getattr(namedfile, title), required=False, accept=accept),
        {"": Upload(name, data, content_type)},
        StoredFile(title, data, content_type, name),
        "gif" if image else "txt",
        bad=bad,
        message="Invalid image file" if image else "Invalid file",
        shown={".action": ["nochange"]},
        kept={},
        keeps_uploads=True,
        more_steps=("replaced", "downloaded"),
        other=other,
        other_stored=StoredFile(title, data, content_type, other_name),
        default_shown={".action": []},
        cleared={".action": ["remove"]},
        empty_shown={".action": []},
        without={**NO_DEFAULT, "inline": "scripts don't send files"},
    )


FILES = (
    upload("NamedFile"),
    upload("NamedImage", image=True),
    upload("NamedBlobFile"),
    upload("NamedBlobImage", image=True),
)


def not_to_b(value) -> bool:
    """The constraint of relations: any page but one."""
    for item in value if isinstance(value, list) else [value]:
        if item.getId() == "target-b":
            raise NotAllowed(value)
    return True


def relation(title, field, typed, stored, bad, **more) -> Case:
    """Return the case of a relation or a list of relations."""
    return Case(
        title,
        partial(field, required=False, constraint=not_to_b),
        typed,
        stored,
        "Page target-a",
        bad=bad,
        message=NOT_ALLOWED,
        more_steps=("cataloged",),
        empty=[] if isinstance(stored, list) else None,
        without=NO_DEFAULT,
        **more,
    )


CATALOG = "plone.app.vocabularies.Catalog"
PAGES = "annotationforms.Pages"
ONE = partial(RelationChoice, vocabulary=CATALOG)
MANY = partial(RelationList, value_type=RelationChoice(vocabulary=CATALOG))

BY_BROWSING = [
    relation(
        f"{kind}, {widget_title}",
        field,
        {"": UID_A},
        stored,
        {"": bad},
        widget=widget,
        options=lambda name: {"vocabulary": CATALOG},
    )
    for widget_title, widget in (
        ("content browser", ContentBrowserFieldWidget),
        ("related items", RelatedItemsFieldWidget),
    )
    for kind, field, stored, bad in (
        ("RelationChoice", ONE, Relation(UID_A), UID_B),
        ("RelationList", MANY, [Relation(UID_A)], f"{UID_A};{UID_B}"),
    )
]

RELATIONS = (
    *BY_BROWSING,
    relation(
        "RelationChoice, select",
        partial(RelationChoice, vocabulary=PAGES),
        {":list": [UID_A]},
        Relation(UID_A),
        {":list": [UID_B]},
        widget=SelectFieldWidget,
        cleared={":list": ["--NOVALUE--"]},
    ),
    relation(
        "RelationList, select",
        partial(RelationList, value_type=RelationChoice(vocabulary=PAGES)),
        {":list": [UID_A]},
        [Relation(UID_A)],
        {":list": [UID_B]},
        widget=SelectFieldWidget,
        cleared={":list": []},
    ),
)


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
BAD_COUNT = "The entered value is not a valid integer literal."

GRIDS = (
    grid(
        "Data grid",
        IPerson,
        {"name": "Zoë", "count": "3"},
        [{"name": "Zoë", "count": 3}],
        "Zoë",
        bad=BAD_ROW,
        message=BAD_COUNT,
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
        message=BAD_COUNT,
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
        message=BAD_COUNT,
        shown={".0.widgets.name": "Zoë", ".0.widgets.file.action": "nochange"},
        keeps_uploads=True,
        without=NO_DEFAULT,
    ),
)

CASES = (
    TEXTS
    + NUMBERS
    + BOOLS
    + CHOICES
    + COLLECTIONS
    + STRUCTURES
    + RICH_TEXTS
    + FILES
    + RELATIONS
    + GRIDS
)
