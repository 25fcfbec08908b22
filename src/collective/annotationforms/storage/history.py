"""Who changed a storage, and when: from the history that the database keeps.

Nothing is stored for it.  After the database was packed, or with a storage of the
ZODB that keeps no history, the last change may be all that is known, or nothing.  What
can't be read is not known: nothing that explains a conflict may fail.
"""

from collections.abc import Mapping
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.storage.value import same
from dataclasses import dataclass
from datetime import datetime
from datetime import timezone
from itertools import dropwhile
from itertools import pairwise
from itertools import takewhile
from persistent.mapping import PersistentMapping
from pickle import UnpicklingError
from typing import Any
from ZODB.POSException import POSError
from zope.schema.interfaces import IField


# Raised where no history is kept, or where nothing is found in it; RelStorage has a
# POSKeyError of its own.
NO_HISTORY = (KeyError, POSError)
# Raised for a state that was packed, that a connection does not see, or that needs
# classes that are gone.
NO_STATE = (*NO_HISTORY, AttributeError, ImportError, TypeError, UnpicklingError)
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

    None if it isn't known: it is too long ago, or can't be read, or the field is not
    stored.
    """
    stored = storage.data
    entries = _history(stored, DEPTH + 1)
    states = [(entry, _state_then(stored, entry)) for entry in entries]
    # The database may know of changes that this connection does not see yet.
    states = list(dropwhile(_is_unreadable, states))
    readable = list(takewhile(lambda found: not _is_unreadable(found), states))
    values = [state.get(field.__name__) for _entry, state in readable]
    if len(entries) <= DEPTH and len(readable) == len(states):
        # Nothing was stored before the first change of all.
        values.append(None)
    for (entry, _state), (value, before) in zip(
        readable, pairwise(values), strict=False
    ):
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
    except NO_HISTORY:
        return []


def _state_then(stored: PersistentMapping, entry: dict[str, Any]) -> Mapping | None:
    """Return what was stored then, None if that can't be read."""
    try:
        return stored._p_jar.oldstate(stored, entry["tid"])["data"]
    except NO_STATE:
        return None


def _is_unreadable(found: tuple[dict[str, Any], Mapping | None]) -> bool:
    _entry, state = found
    return state is None


def _change(entry: dict[str, Any]) -> Change:
    # Zope writes the path of the user folder before the id.
    _path, _space, user = entry["user_name"].partition(" ")
    return Change(user, datetime.fromtimestamp(entry["time"], timezone.utc))
