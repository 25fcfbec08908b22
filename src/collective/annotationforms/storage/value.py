"""Values of fields: copies, comparison by content, and what is kept of a value."""

from Acquisition import aq_base
from collections.abc import Mapping
from io import BytesIO
from persistent import Persistent
from pickle import Pickler
from pickle import PicklingError
from pickle import Unpickler
from plone.app.textfield.interfaces import IRichTextValue
from plone.namedfile.interfaces import INamed
from typing import Any
from z3c.form.interfaces import NO_VALUE
from z3c.form.interfaces import NOT_CHANGED
from zope.schema import getFields
from zope.schema.interfaces import ICollection
from zope.schema.interfaces import IField
from zope.schema.interfaces import IObject


ATOMS = (type(None), bool, int, float, complex, str, bytes)
# What z3c.form puts in the place of a part that was not sent.
NOT_SENT = (NOT_CHANGED, NO_VALUE)


def detached(value: Any) -> Any:
    """Return a copy of `value`, with the persistent objects in it as they are.

    It is what the database would give back: persistent objects are stored by
    themselves and notice changes, everything else in the value does not.  Raises
    ValueError if the value can't be stored.
    """
    if type(value) in ATOMS:
        return value
    written = BytesIO()
    pickler = _ValuePickler(written)
    try:
        pickler.dump(value)
    except (PicklingError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"it can't be stored: {error}") from error
    written.seek(0)
    return _ValueUnpickler(written, pickler.kept).load()


class _ValuePickler(Pickler):
    """Pickles a value, and keeps the persistent objects in it apart."""

    def __init__(self, file: BytesIO):
        super().__init__(file, protocol=4)
        self.kept: list = []

    def persistent_id(self, obj: Any) -> int | None:
        if isinstance(obj, type) or not isinstance(obj, Persistent):
            return None
        if aq_base(obj) is not obj:
            raise TypeError("it has an acquisition wrapper")
        self.kept.append(obj)
        return len(self.kept) - 1


class _ValueUnpickler(Unpickler):
    """Makes the copy, with the persistent objects that were kept apart."""

    def __init__(self, file: BytesIO, kept: list):
        super().__init__(file)
        self.kept = kept

    def persistent_load(self, pid: int) -> Any:
        return self.kept[pid]


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


def with_kept_parts(value: Any, stored: Any) -> Any:
    """Return `value` with what is stored in place of each part that was not sent.

    Parts are the items of a list or tuple and what is in the rows of a data grid:
    for a file that is kept, for example, a browser sends nothing.
    """
    if any(value is marker for marker in NOT_SENT):
        return stored
    if isinstance(value, dict):
        of_row = stored if isinstance(stored, Mapping) else {}
        return {
            name: with_kept_parts(part, of_row.get(name))
            for name, part in value.items()
        }
    if isinstance(value, (list, tuple)):
        items = list(stored) if isinstance(stored, (list, tuple)) else []
        items += [None] * len(value)
        return type(value)(
            with_kept_parts(*pair) for pair in zip(value, items, strict=False)
        )
    return value
