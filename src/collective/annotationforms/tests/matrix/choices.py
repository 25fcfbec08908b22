"""Rows of fields that offer a choice."""

from collective.annotationforms.tests.matrix.case import allowed
from collective.annotationforms.tests.matrix.case import Case
from collective.annotationforms.tests.matrix.case import NOT_ALLOWED
from collective.annotationforms.tests.matrix.vocabularies import ancestors
from functools import partial
from plone.app.z3cform.widgets.radio import RadioFieldWidget
from zope import schema


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
