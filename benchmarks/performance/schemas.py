"""The schemata that are measured: fields of seven types, and one of what is large."""

from collective.z3cform.datagridfield.datagridfield import DataGridFieldWidgetFactory
from collective.z3cform.datagridfield.row import DictRow
from datetime import date
from plone.autoform import directives
from plone.namedfile.field import NamedBlobFile
from plone.namedfile.file import NamedBlobFile as StoredFile
from plone.supermodel import model
from plone.supermodel.model import SchemaClass
from typing import Any
from z3c.relationfield.schema import RelationChoice
from z3c.relationfield.schema import RelationList
from zope import schema


SIZES = (5, 20, 100)
#: Rows of the data grid.
ROWS = 100
#: The field that changes in a POST with one change.
CHANGED = "field000"

COLOURS = ("red", "green", "blue")
KINDS = (
    (schema.TextLine, {}, "A line of text"),
    # Attributes and the recipe take other line ends for a change.
    (schema.Text, {}, "Some words about the page." * 5),
    (schema.Int, {}, 42),
    (schema.Bool, {}, True),
    (schema.Date, {}, date(2026, 11, 27)),
    (schema.Choice, {"values": COLOURS}, "green"),
    # That of a list sends nothing without its script.
    (schema.Set, {}, {"red", "blue"}),
)


def _schema_of(size: int) -> SchemaClass:
    fields = {}
    for number in range(size):
        kind, options, _value = KINDS[number % len(KINDS)]
        if kind is schema.Set:
            options = {"value_type": schema.Choice(values=COLOURS)}
        fields[f"field{number:03}"] = kind(
            title=f"Field {number}", required=False, **options
        )
    return SchemaClass(f"IFields{size}", (model.Schema,), fields, __module__=__name__)


IFields5, IFields20, IFields100 = map(_schema_of, SIZES)
SCHEMATA = dict(zip(SIZES, (IFields5, IFields20, IFields100), strict=True))


class IRow(model.Schema):
    """A row of the data grid."""

    name = schema.TextLine(title="Name", required=False)
    count = schema.Int(title="Count", required=False)


class ILarge(model.Schema):
    """Files, relations and a data grid."""

    field000 = schema.TextLine(title="Line", required=False)
    first_file = NamedBlobFile(title="File", required=False)
    second_file = NamedBlobFile(title="Another file", required=False)
    related = RelationList(
        title="Relations",
        value_type=RelationChoice(vocabulary="plone.app.vocabularies.Catalog"),
        required=False,
        default=[],
    )
    directives.widget("rows", DataGridFieldWidgetFactory)
    rows = schema.List(title="Rows", value_type=DictRow(schema=IRow), required=False)


def values_of(fields: SchemaClass, targets: list) -> dict[str, Any]:
    """Return a value for each field of one of the schemata."""
    if fields is ILarge:
        return {
            "field000": KINDS[0][2],
            "first_file": StoredFile(b"x" * 100_000, "text/plain", "first.txt"),
            "second_file": StoredFile(b"y" * 100_000, "text/plain", "second.txt"),
            "related": list(targets),
            "rows": [{"name": f"Row {row}", "count": row} for row in range(ROWS)],
        }
    return {
        name: KINDS[number % len(KINDS)][2]
        for number, name in enumerate(schema.getFieldNamesInOrder(fields))
    }
