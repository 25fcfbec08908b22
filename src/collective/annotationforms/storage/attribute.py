"""Attributes of objects in values: classes may compute them, check or refuse them."""

from collections.abc import Collection
from collections.abc import Mapping
from collective.annotationforms.storage.value import detached
from copy import copy
from inspect import getattr_static
from typing import Any
from zope.interface import Invalid
from zope.schema.fieldproperty import FieldProperty


# What a property may raise that refuses a value.
REFUSED = (AttributeError, TypeError, ValueError, Invalid)


def with_attributes(
    obj: Any, values: Mapping[str, Any], left_out: Collection[str] = ()
) -> Any:
    """Return a copy of an object with these values, and nothing in those left out.

    None if that can't be: it computes what it has, for example.
    """
    is_simple = not any(_descriptor(obj, name) for name in (*values, *left_out))
    try:
        # A property may keep its value in something that both would share.
        made = copy(obj) if is_simple else detached(obj)
    except ValueError:
        return None
    is_made = all(_drop_attribute(made, name) for name in left_out) and all(
        set_attribute(made, name, value) for name, value in values.items()
    )
    return made if is_made else None


def set_attribute(obj: Any, name: str, value: Any) -> bool:
    """Set an attribute, whatever its field says; tells whether the class lets it."""
    if _descriptor(obj, name) is None and hasattr(obj, "__dict__"):
        # The field may be one that is not to be changed.
        vars(obj)[name] = value
        return True
    try:
        setattr(obj, name, value)
    except REFUSED:
        return False
    return True


def _is_computed(obj: Any, name: str) -> bool:
    """Tell whether the class of the object says what an attribute is."""
    return hasattr(type(_static(obj, name)), "__get__") and not _is_of_field(obj, name)


def is_of_class(obj: Any, name: str) -> bool:
    """Tell whether an object without the attribute has that of its class."""
    nothing = object()
    is_there = getattr_static(type(obj), name, nothing) is not nothing
    return is_there and not _is_of_field(obj, name)


def _drop_attribute(obj: Any, name: str) -> bool:
    if _descriptor(obj, name) is not None:
        return set_attribute(obj, name, None) and getattr(obj, name, None) is None
    was_there = vars(obj).pop(name, obj) is not obj
    return was_there or not _is_computed(obj, name)


def _descriptor(obj: Any, name: str) -> Any:
    """Return what the class has in place of the attribute, None if nothing.

    A FieldProperty leaves the value where an attribute is.
    """
    found = _static(obj, name)
    is_descriptor = hasattr(type(found), "__set__") and not _is_of_field(obj, name)
    return found if is_descriptor else None


def _is_of_field(obj: Any, name: str) -> bool:
    return isinstance(_static(obj, name), FieldProperty)


def _static(obj: Any, name: str) -> Any:
    return getattr_static(type(obj), name, None)
