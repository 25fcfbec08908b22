"""Who changed a storage, and when: from the history that the database keeps.

Nothing is stored for it.  After the database was packed, or with a storage of the
ZODB that keeps no history, the last change may be all that is known, or nothing.
"""

from collections.abc import Mapping
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.storage.value import same
from dataclasses import dataclass
from datetime import datetime
from datetime import timezone
from itertools import pairwise
from persistent.mapping import PersistentMapping
from typing import Any
from ZODB.POSException import POSKeyError
from ZODB.POSException import Unsupported
from zope.schema.interfaces import IField


#: Number of changes of a storage that are looked at to find the one of a field.
DEPTH = 20


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

    None if it isn't known: it is too long ago, or the field is not stored.
    """
    stored = storage.data
    entries = _history(stored, DEPTH + 1)
    values = [_value_then(stored, entry, field.__name__) for entry in entries]
    if len(entries) <= DEPTH:
        # Nothing was stored before the first change of all.
        values.append(None)
    for entry, (value, before) in zip(entries, pairwise(values), strict=False):
        if value is not before and not same(field, value, before):
            return _change(entry)
    return None


def _history(stored: Mapping, size: int) -> list[dict[str, Any]]:
    """Return what the database knows of the last changes, the last one first."""
    connection = getattr(stored, "_p_jar", None)
    if connection is None:
        return []
    try:
        return connection.db().history(stored._p_oid, size)
    except (POSKeyError, Unsupported):
        return []


def _value_then(stored: PersistentMapping, entry: dict[str, Any], name: str) -> Any:
    return stored._p_jar.oldstate(stored, entry["tid"])["data"].get(name)


def _change(entry: dict[str, Any]) -> Change:
    # Zope writes the path of the user folder before the id.
    _path, _space, user = entry["user_name"].partition(" ")
    return Change(user, datetime.fromtimestamp(entry["time"], timezone.utc))
