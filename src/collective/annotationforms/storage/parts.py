"""How a value is put together: objects, rows, mappings, lists and sets have parts."""

from collections import deque
from collections import UserList
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Set
from collective.annotationforms.storage.loading import why_unreadable
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from decimal import Decimal
from persistent import Persistent
from persistent.mapping import PersistentMapping
from plone.app.textfield.interfaces import IRichTextValue
from plone.namedfile.interfaces import INamed
from typing import Any
from typing import NamedTuple
from zope.interface import providedBy
from zope.schema import getFields
from zope.schema.interfaces import IField
from zope.schema.interfaces import IObject


ATOMS = (type(None), bool, int, float, complex, str, bytes)
#: Most values are of these types: they have no parts.
WITHOUT_PARTS = (*ATOMS, Decimal, date, time)
#: Among the UserLists is PersistentList.
SEQUENCES = (list, tuple, deque, UserList)


#: Types of values that never change, and have nothing in them.
UNCHANGING = frozenset((*WITHOUT_PARTS, datetime, timedelta))
#: Built-in containers, and how deep they are looked into: one may be in itself.
PLAIN_CONTAINERS = frozenset((list, tuple, set, frozenset, dict))
DEPTH = 3


class Part(NamedTuple):
    """A part of a value.

    The name is the key in a mapping, the name of an attribute or the number in a list.
    The field is None where no schema tells.
    """

    name: Any
    field: IField | None
    value: Any


def parts(field: IField | None, value: Any) -> list[Part] | None:
    """Return the parts of the value of a field, None if it is a whole.

    Without a field, an object has the parts that its interfaces name; one that is
    persistent is a whole then.  So is what can't be read.
    """
    if isinstance(value, WITHOUT_PARTS) or why_unreadable(value) is not None:
        return None
    if isinstance(value, Mapping):
        of_item = _fields_of_items(field)
        return [Part(name, of_item(name), value[name]) for name in value]
    if isinstance(value, (*SEQUENCES, Set)):
        of_item = getattr(field, "value_type", None)
        return [Part(number, of_item, item) for number, item in enumerate(value)]
    fields = _fields_of_object(field, value)
    if fields is None:
        return None
    return [
        Part(name, of_part, getattr(value, name, None))
        for name, of_part in fields.items()
    ]


def is_plain(value: Any, depth: int = DEPTH) -> bool:
    """Tell whether it is text, a number, a date or None, or has nothing else in it.

    It may be a list, a set or a dict of such, or the rows of a data grid: there is no
    relation in it, no file, and no object that can be changed.
    """
    kind = type(value)
    if kind in UNCHANGING:
        return True
    if not depth or kind not in PLAIN_CONTAINERS:
        return False
    items = value if kind is not dict else (*value, *value.values())
    # Most containers have nothing but such: that is soon told.
    return UNCHANGING.issuperset(map(type, items)) or all(
        type(item) in UNCHANGING or is_plain(item, depth - 1) for item in items
    )


def plain_copy(value: Any) -> Any:
    """Return a copy of a plain value, see `is_plain`."""
    kind = type(value)
    if kind not in PLAIN_CONTAINERS:
        return value
    if UNCHANGING.issuperset(map(type, value.values() if kind is dict else value)):
        return value.copy() if kind is dict else kind(value)
    if kind is dict:
        return {name: plain_copy(item) for name, item in value.items()}
    return kind(map(plain_copy, value))


def is_container(value: Any) -> bool:
    """Tell whether the parts of the value can be replaced, see `rebuilt`.

    An object is none: data managers of its own store what is in it.
    """
    return isinstance(value, (Mapping, *SEQUENCES, Set))


def rebuilt(container: Any, values: Iterable[Any]) -> Any:
    """Return a container of the same kind with `values` in place of those of its parts.

    A list or a set may get fewer or more of them.
    """
    if isinstance(container, Mapping):
        return dict(zip(container, values, strict=True))
    return type(container)(values)


def unshared(value: Any) -> Any:
    """Return a copy of the value's containers, with the same items in them.

    For code that changes what it is given: a row of a data grid when it is validated.
    """
    if not is_container(value) or why_unreadable(value) is not None:
        return value
    made = rebuilt(value, [unshared(part.value) for part in parts(None, value)])
    # A field may want a class of its own.
    return type(value)(made) if isinstance(value, PersistentMapping) else made


def replaced(value: Any, is_meant: Callable, replacement: Callable) -> Any:
    """Return `value` with `replacement(part)` for each part that `is_meant`.

    A part that is replaced by None is left out of a list or a set.  What has no such
    part is returned as it is.
    """
    if type(value) in ATOMS:
        return replacement(value) if is_meant(value) else value
    if why_unreadable(value) is not None:
        return value
    if is_meant(value):
        return replacement(value)
    if not is_container(value) or not _has(value, is_meant):
        return value
    old = [part.value for part in parts(None, value)]
    new = [replaced(item, is_meant, replacement) for item in old]
    if not isinstance(value, Mapping):
        pairs = zip(old, new, strict=True)
        new = [item for before, item in pairs if item is not None or before is None]
    return rebuilt(value, new)


def leaves(field: IField | None, value: Any) -> Iterator[Any]:
    """Yield what is a whole in the value, however deep, and each object that is not.

    What can't be read is left out.
    """
    if why_unreadable(value) is not None:
        return
    found = parts(field, value)
    if not is_container(value):
        yield value
    for part in found or ():
        yield from leaves(part.field, part.value)


def _has(value: Any, is_meant: Callable) -> bool:
    """Tell whether a container has a leaf that `is_meant`, however deep."""
    if type(value) in ATOMS:
        return is_meant(value)
    if why_unreadable(value) is not None:
        return False
    if not is_container(value):
        return is_meant(value)
    items = value.values() if isinstance(value, Mapping) else value
    return any(_has(item, is_meant) for item in items)


def _fields_of_items(field: IField | None) -> Callable[[Any], IField | None]:
    """Return what tells the field of what a mapping has under a name."""
    if IObject.providedBy(field):
        # The row of a data grid.
        return getFields(field.schema).get
    of_each = getattr(field, "value_type", None)
    return lambda name: of_each


def _fields_of_object(field: IField | None, value: Any) -> dict[str, IField] | None:
    if INamed.providedBy(value) or IRichTextValue.providedBy(value):
        return None
    if IObject.providedBy(field):
        return getFields(field.schema) if hasattr(value, "__dict__") else None
    if isinstance(value, (Persistent, type)):
        # It stores and catalogs its own parts.
        return None
    schemata = providedBy(value)
    found = {name: of for schema in schemata for name, of in getFields(schema).items()}
    return found or None
