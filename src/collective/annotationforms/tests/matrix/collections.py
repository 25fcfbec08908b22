"""Rows of lists, tuples and sets."""

from collective.annotationforms.tests.matrix.case import allowed
from collective.annotationforms.tests.matrix.case import BAD_NUMBER
from collective.annotationforms.tests.matrix.case import Case
from collective.annotationforms.tests.matrix.case import line
from collective.annotationforms.tests.matrix.vocabularies import ancestors
from functools import partial
from plone.app.z3cform.widgets.checkbox import CheckBoxFieldWidget
from zope import schema


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
        message=BAD_NUMBER,
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
