"""Who changed a storage, and when: from the history that the database keeps.

Nothing is stored for it.  After the database was packed, or with a storage of the
ZODB that keeps no history, the last change may be all that is known, or nothing.  That
is no error: who asks explains something by it, and has to be able to do without.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.storage.value import same
from dataclasses import dataclass
from datetime import datetime
from datetime import timezone
from itertools import chain
from itertools import pairwise
from persistent.mapping import PersistentMapping
from typing import Any
from ZODB.POSException import POSError
from zope.schema.interfaces import IField


#: Number of changes of a storage that are looked at to find the one of a field.
DEPTH = 20

#: What is raised if a database keeps no history, has no longer a state of it, or knows
#: one of a class that is gone.
UNREADABLE = (POSError, LookupError, AttributeError, ImportError, TypeError, ValueError)


@dataclass(frozen=True)
class Change:
    """A change of a storage: the id of the user, "" if it is unknown, and the time.

    The time is that of the commit, with UTC as its time zone.
    """

    user: str
    when: datetime


def last_change(storage: IAnnotationStorage) -> Change | None:
    """Return the last committed change of the storage, None if it isn't known."""
    entries = _history(storage.data, 1)
    return _change(entries[0]) if entries else None


def last_change_of(storage: IAnnotationStorage, field: IField) -> Change | None:
    """Return the change that gave a field the value that it has now.

    None if it isn't known: it is too long ago, the field is not stored, or what it was
    before can't be read any more.  Nothing is raised for that: who asks has something
    more important to tell.
    """
    stored = storage.data
    entries = _history(stored, DEPTH + 1)
    if not entries or (len(entries) == 1 and not entries[0]["user_name"]):
        # So it is in a database without history, whatever was before.
        return None
    try:
        for entry, (value, before) in _changes(stored, entries, field.__name__):
            if value is not before and not same(field, value, before):
                return _change(entry)
    except UNREADABLE:
        pass
    return None


def _changes(
    stored: PersistentMapping, entries: list[dict[str, Any]], name: str
) -> Iterator[tuple[dict[str, Any], tuple[Any, Any]]]:
    """Yield each change with the value after and before it, the last one first."""
    stored._p_activate()
    seen = [entry for entry in entries if entry["tid"] <= stored._p_serial]
    values = (_value_then(stored, entry, name) for entry in seen)
    # Nothing was stored before the first change of all.
    first = () if len(entries) > DEPTH else (None,)
    return zip(seen, pairwise(chain(values, first)), strict=False)


def _history(stored: Mapping, size: int) -> list[dict[str, Any]]:
    """Return what the database knows of the last changes, the last one first."""
    connection = getattr(stored, "_p_jar", None)
    if connection is None:
        return []
    try:
        # Of the Connection, which knows the states that it sees now.  That of the
        # database may be ahead of it, or behind: RelStorage never renews its view.
        return connection._storage.history(stored._p_oid, size=size)
    except UNREADABLE:
        return []


def _value_then(stored: PersistentMapping, entry: dict[str, Any], name: str) -> Any:
    return stored._p_jar.oldstate(stored, entry["tid"])["data"].get(name)


def _change(entry: dict[str, Any]) -> Change:
    user_name = entry["user_name"]
    if isinstance(user_name, bytes):
        user_name = user_name.decode(errors="replace")
    # Zope writes the path of the user folder before the id.
    _path, _space, user = user_name.partition(" ")
    return Change(user, datetime.fromtimestamp(entry["time"], timezone.utc))
