"""Defaults of columns that stored rows lack, for a column was added to their schema.

Converters of rows ask for them anew each time, and a factory may give another value.
"""

from collections.abc import Callable
from collections.abc import Mapping
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.permission.column import is_displayed
from collective.annotationforms.storage.attribute import is_of_class
from collective.annotationforms.storage.partialschema import all_schemata_in
from collective.annotationforms.storage.partialschema import has_columns
from collective.annotationforms.storage.parts import parts
from collective.annotationforms.storage.parts import rebuilt
from collective.annotationforms.storage.rows import with_values
from typing import Any
from zope.interface.interface import InterfaceClass
from zope.schema import getFields
from zope.schema.interfaces import IField


#: Returns the value of a column that a row lacks; the row is told by its place.
Give = Callable[[tuple, IField], Any]


def draws_defaults(field: IField) -> bool:
    """Tell whether values of the field have rows with columns that draw a default."""
    return any(
        _is_drawn(schema, name)
        for schema in all_schemata_in(field)
        for name in getFields(schema)
    )


def with_drawn_defaults(storage: IAnnotationStorage, field: IField, value: Any) -> Any:
    """Return the value with a default in each column that a row lacks.

    Factories are asked once for a form and a request.
    """
    if not draws_defaults(field):
        return value
    start = ("drawn", field.interface, field.__name__)

    def give(place: tuple, column: IField) -> Any:
        key = (*start, *place)
        if key not in storage.defaults:
            drawn = column.bind(storage.__parent__).default
            storage.defaults[key] = lambda: drawn
        return storage.defaults[key]()

    return _filled(field, value, give, ())


def without_drawn_defaults(field: IField, value: Any) -> Any:
    """Return the value with nothing in the columns that would get a default."""
    return _filled(field, value, lambda place, column: column.missing_value, ())


def _filled(field: IField | None, value: Any, give: Give, place: tuple) -> Any:
    found = parts(field, value) if field is not None else None
    if not found:
        return value
    items = {
        part.name: _filled(part.field, part.value, give, (*place, part.name))
        for part in found
    }
    if has_columns(field):
        lacking = _lacking(field.schema, value)
        given = {name: give((*place, name), lacking[name]) for name in lacking}
        filled = with_values(value, {**items, **given})
        return value if filled is None else filled
    changed = any(items[part.name] is not part.value for part in found)
    return rebuilt(value, items.values()) if changed else value


def _lacking(schema: InterfaceClass, row: Any) -> dict[str, IField]:
    """Return the columns that get a default as often as somebody asks for them."""
    has = row if isinstance(row, Mapping) else vars(row)
    return {
        name: column
        for name, column in getFields(schema).items()
        if name not in has and _is_drawn(schema, name) and not is_of_class(row, name)
    }


def _is_drawn(schema: InterfaceClass, name: str) -> bool:
    return schema[name].defaultFactory is not None and not is_displayed(schema, name)
