"""Where connections are kept: on the ZODB Connection of the object they belong to."""

from collections.abc import Callable
from collections.abc import Iterator
from collective.annotationforms.connections.connection import ForeignConnection
from collective.annotationforms.connections.lifetime import close_with
from collective.annotationforms.connections.values import are_same
from itertools import chain
from itertools import count
from typing import Any
from ZODB.Connection import Connection

import transaction


Factory = Callable[[Any, Any], ForeignConnection]

# How many former settings of a connection may come back without closing it.
REMEMBERED = 8


def foreign_connections(obj: Any) -> dict:
    """Return the plain dict OID -> connection on the ZODB Connection of `obj`.

    It is shared with other packages, which use the same attribute.  Without a stored
    object: a volatile dict on it.
    """
    if _oid_of(obj) is None:
        return _dict_of(obj, "_v_foreign_connections")
    return _dict_of(obj._p_jar, "foreign_connections")


def foreign_connection(
    obj: Any, factory: Factory, *, settings: Any = None, name: str | None = None
) -> ForeignConnection:
    """Return obj's connection, made by `factory(settings, transaction_manager)`.

    Made when missing, and kept under obj's OID, or (OID, name) for a further one.  Each
    factory has its own, those that came later under (OID, name, number).

    When `settings` differ by value, the old one is closed - after the transaction if it
    takes part in one.  If the old settings come back, both are kept from then on.
    What was opened before obj was stored moves along once obj has an OID.

    Raises TypeError if another package keeps something else under that key.
    """
    # What _oid_of() and foreign_connections() do, but quicker: nearly every call ends
    # here.
    try:
        jar, oid = obj._p_jar, obj._p_oid
        found = jar.foreign_connections[oid if name is None else (oid, name)]
        # What other packages keep was not made by our factory, or not made at all.
        if found.factory is not factory or found.settings != settings:
            found = _further(jar, oid, name, factory, settings)
    except (AttributeError, KeyError):
        found = None
    if found is not None and isinstance(jar, Connection):
        # ZODB gives its Connection another one each time it is opened.
        found.transaction_manager = jar.transaction_manager
        return found
    return _found_or_made(obj, factory, settings, name)


def _further(
    jar: Connection, oid: bytes, name: str | None, factory: Factory, settings: Any
) -> ForeignConnection | None:
    """Return one that came later, None if it takes a closer look to find it."""
    for number in count(2):
        found = jar.foreign_connections.get((oid, name, number))
        if found is None:
            return None
        if found.factory is factory and found.settings == settings:
            return found
    return None


def _found_or_made(
    obj: Any, factory: Factory, settings: Any, name: str | None
) -> ForeignConnection:
    """Return the connection that is not the first one of a stored object."""
    oid = _oid_of(obj)
    kept = foreign_connections(obj)
    if oid is not None:
        close_with(obj._p_jar)
        _move_along(obj, oid, kept)
    same_kind = {}
    for key in _keys(oid, name, kept):
        found = kept[key]
        if not isinstance(found, ForeignConnection):
            raise TypeError(f"{type(found).__name__} is kept under {key!r} already")
        if are_same(found.factory, factory):
            same_kind[key] = found
    manager = _manager_of(obj)
    for found in same_kind.values():
        if are_same(found.settings, settings):
            found.transaction_manager = manager
            return found
    made = factory(settings, manager)
    made.factory, made.path = factory, _path_of(obj)
    kept[_place_of(made, same_kind, _free_key(oid, name, kept))] = made
    return made


def _place_of(made: ForeignConnection, same_kind: dict, free_key: Any) -> Any:
    """Return the key of the one whose place it takes, the free key if it adds one.

    Whose settings come back takes nobody's place: both are in use.
    """
    former = [past for found in same_kind.values() for past in found.former_settings]
    if not same_kind or any(are_same(past, made.settings) for past in former):
        return free_key
    key = min(same_kind, key=lambda key: same_kind[key].asked)
    made.former_settings = (same_kind[key].settings, *former)[:REMEMBERED]
    same_kind[key].retire()
    return key


def _keys(oid: bytes | None, name: str | None, kept: dict) -> Iterator[Any]:
    """Yield the keys of what is kept for an object and a name."""
    first = _first_key(oid, name)
    # A copy: some are closed at any time.
    for key in list(kept):
        if key == first or (
            isinstance(key, tuple) and len(key) == 3 and key[:2] == (oid, name)
        ):
            yield key


def _first_key(oid: bytes | None, name: str | None) -> Any:
    return oid if name is None else (oid, name)


def _free_key(oid: bytes | None, name: str | None, kept: dict) -> Any:
    further = ((oid, name, number) for number in count(2))
    keys = chain([_first_key(oid, name)], further)
    return next(key for key in keys if key not in kept)


def _move_along(obj: Any, oid: bytes, kept: dict) -> None:
    """Keep by OID what was opened before the object had one."""
    volatile = getattr(obj, "_v_foreign_connections", {})
    while volatile:
        key, connection = volatile.popitem()
        connection.path = _path_of(obj)
        kept.setdefault(oid if key is None else (oid, *key[1:]), connection)


def _oid_of(obj: Any) -> bytes | None:
    """Return the OID, None if the object is not stored by a ZODB Connection.

    Some jars hand out what a ZODB Connection has without being one: an old revision
    (OFS.History) must not find the connection of the current object.
    """
    stored = isinstance(getattr(obj, "_p_jar", None), Connection)
    return obj._p_oid if stored else None


def _dict_of(owner: Any, name: str) -> dict:
    try:
        return getattr(owner, name)
    except AttributeError:
        kept: dict = {}
        setattr(owner, name, kept)
        return kept


def _manager_of(obj: Any) -> Any:
    """Return the transaction manager of the jar, or of the thread without one."""
    if _oid_of(obj) is not None:
        # None if the ZODB Connection is closed.
        return obj._p_jar.transaction_manager
    jar = getattr(obj, "_p_jar", None)
    return getattr(jar, "transaction_manager", None) or transaction.manager


def _path_of(obj: Any) -> str | None:
    """Return the path of a content object, None for others."""
    get_path = getattr(obj, "getPhysicalPath", None)
    return "/".join(get_path()) if callable(get_path) else None
