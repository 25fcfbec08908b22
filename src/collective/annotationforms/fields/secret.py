"""Which fields have passwords: these are not shown, nor exported by the way."""

from collections.abc import Iterator
from typing import Any
from zope.schema import getFields
from zope.schema.interfaces import IField
from zope.schema.interfaces import IObject
from zope.schema.interfaces import IPassword


def has_passwords(field: IField | None) -> bool:
    """Tell whether values of the field are passwords, or have some in them."""
    return any(map(IPassword.providedBy, _with_parts(field, set())))


def _with_parts(field: Any, seen: set[int]) -> Iterator[IField]:
    """Yield the field and those of the parts of its values; a schema may recur."""
    if field is None or id(field) in seen:
        return
    seen.add(id(field))
    yield field
    parts = [getattr(field, name, None) for name in ("key_type", "value_type")]
    if IObject.providedBy(field):
        parts += getFields(field.schema).values()
    for part in parts:
        yield from _with_parts(part, seen)
