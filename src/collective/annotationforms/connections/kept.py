"""Where connections are kept: on the ZODB Connection of the object they belong to."""

from collections.abc import Callable
from collective.annotationforms.connections.connection import ForeignConnection
from collective.annotationforms.connections.lifetime import close_with
from typing import Any
from ZODB.Connection import Connection

import transaction


Factory = Callable[[Any, Any], ForeignConnection]


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

    Made when missing, and kept under obj's OID, or (OID, name) for a further one.  When
    `settings` (anything comparable by ==) differ, the old one is closed - after the
    transaction if it takes part in one.  What was opened before obj was stored moves
    along once obj has an OID.

    Raises TypeError if another package keeps something else under that key.
    """
    # What _oid_of() and foreign_connections() do, but quicker: nearly every call ends
    # here.
    try:
        jar, oid = obj._p_jar, obj._p_oid
        found = jar.foreign_connections[oid if name is None else (oid, name)]
    except (AttributeError, KeyError):
        found = None
    if (
        isinstance(found, ForeignConnection)
        and found.settings == settings
        and isinstance(jar, Connection)
    ):
        # ZODB gives its Connection another one each time it is opened.
        found.transaction_manager = jar.transaction_manager
        return found
    return _kept_anew(obj, factory, settings, name)


def _kept_anew(
    obj: Any, factory: Factory, settings: Any, name: str | None
) -> ForeignConnection:
    """Return the connection that is kept for unstored objects or was not until now."""
    oid = _oid_of(obj)
    kept = foreign_connections(obj)
    if oid is not None:
        close_with(obj._p_jar)
        _move_along(obj, oid, kept)
    key = oid if name is None else (oid, name)
    found = kept.get(key)
    if found is not None and not isinstance(found, ForeignConnection):
        raise TypeError(f"{type(found).__name__} is kept under {key!r} already")
    manager = _manager_of(obj)
    if found is None or found.settings != settings:
        if found is not None:
            found.retire()
        found = kept[key] = factory(settings, manager)
        found.path = _path_of(obj)
    found.transaction_manager = manager
    return found


def _move_along(obj: Any, oid: bytes, kept: dict) -> None:
    """Keep by OID what was opened before the object had one."""
    volatile = getattr(obj, "_v_foreign_connections", {})
    while volatile:
        key, connection = volatile.popitem()
        connection.path = _path_of(obj)
        kept.setdefault(oid if key is None else (oid, key[1]), connection)


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
