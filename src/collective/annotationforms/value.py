"""Values of fields: copies that may be changed, and comparison by content."""

from collections.abc import Mapping
from copy import copy
from plone.app.textfield.interfaces import IRichTextValue
from plone.namedfile.interfaces import INamed
from typing import Any
from zope.schema import getFields
from zope.schema.interfaces import ICollection
from zope.schema.interfaces import IField
from zope.schema.interfaces import IMapping
from zope.schema.interfaces import IObject


# What a field of the schema says and what is stored may differ after a change of the
# schema: such values are returned as they are.
COLLECTIONS = (list, tuple, set, frozenset)


def detached(field: IField, value: Any) -> Any:
    """Return a copy of the objects and collections in `value`, the rest as it is.

    z3c.form changes the object of an Object field while it extracts the data, even
    if these are refused afterwards: it must not be the stored one.
    """
    if has_parts(field, value):
        copied = copy(value)
        for name, part in getFields(field.schema).items():
            if name in vars(copied):
                setattr(copied, name, detached(part, getattr(copied, name)))
        return copied
    if IMapping.providedBy(field) and isinstance(value, Mapping):
        return {key: detached(field.value_type, item) for key, item in value.items()}
    if ICollection.providedBy(field) and isinstance(value, COLLECTIONS):
        return type(value)(detached(field.value_type, item) for item in value)
    return value


def same(field: IField, one: Any, other: Any) -> bool:
    """Tell whether two values of a field are the same; objects by their fields."""
    if isinstance(one, str) and isinstance(other, str):
        # Browsers send each line end as CR LF, whatever they were given.
        return one.replace("\r\n", "\n") == other.replace("\r\n", "\n")
    if has_parts(field, one) and has_parts(field, other):
        return all(
            same(part, getattr(one, name, None), getattr(other, name, None))
            for name, part in getFields(field.schema).items()
        )
    if IRichTextValue.providedBy(one) and IRichTextValue.providedBy(other):
        return one.mimeType == other.mimeType and same(field, one.raw, other.raw)
    if ICollection.providedBy(field) and isinstance(one, (list, tuple)):
        return (
            type(one) is type(other)
            and len(one) == len(other)
            and all(
                same(field.value_type, *pair) for pair in zip(one, other, strict=True)
            )
        )
    return bool(one == other)


def has_parts(field: IField, value: Any) -> bool:
    """Tell whether the value is an object with an attribute for each part."""
    return (
        IObject.providedBy(field)
        and hasattr(value, "__dict__")
        and not INamed.providedBy(value)
        and not IRichTextValue.providedBy(value)
    )
