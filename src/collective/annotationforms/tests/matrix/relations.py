"""Rows of relations."""

from collective.annotationforms.tests.matrix.case import Case
from collective.annotationforms.tests.matrix.case import NO_DEFAULT
from collective.annotationforms.tests.matrix.case import NOT_ALLOWED
from collective.annotationforms.tests.matrix.case import NotAllowed
from collective.annotationforms.tests.matrix.case import Relation
from collective.annotationforms.tests.matrix.case import UID_A
from collective.annotationforms.tests.matrix.case import UID_B
from functools import partial
from plone.app.z3cform.widgets.contentbrowser import ContentBrowserFieldWidget
from plone.app.z3cform.widgets.relateditems import RelatedItemsFieldWidget
from plone.app.z3cform.widgets.select import SelectFieldWidget
from z3c.relationfield.schema import RelationChoice
from z3c.relationfield.schema import RelationList


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
