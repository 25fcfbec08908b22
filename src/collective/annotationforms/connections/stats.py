"""What is connected now: one row per kept connection, without settings."""

from collective.annotationforms.connections.connection import ForeignConnection
from time import monotonic
from typing import Any
from ZODB import DB
from ZODB.Connection import Connection


def foreign_connection_stats(db: DB) -> list[dict[str, Any]]:
    """Return one row per connection that is kept on a ZODB Connection of `db`.

    ``oid`` (hexadecimal), ``name``, ``path`` of the object when it was asked for first,
    None if it has none, ``kind``, ``opened`` (a timestamp), ``age`` and ``idle``
    (seconds; None if it is closed now), ``reconnects``, ``errors``, ``failed`` (how
    many seconds ago, None unless the last connect failed), ``in_transaction`` (for how
    many seconds, None if it is in none).  No settings: there may be passwords.
    """
    jars: list[Connection] = []
    # Private, but the only way to all of them under the lock; connectionDebugInfo()
    # goes it, too.
    db._connectionMap(jars.append)
    return [
        _row(key, connection)
        for jar in jars
        # A copy: the threads that use the jars go on.
        for key, connection in getattr(jar, "foreign_connections", {}).copy().items()
        if isinstance(connection, ForeignConnection)
    ]


def _row(key: Any, connection: ForeignConnection) -> dict[str, Any]:
    oid, name = key[:2] if isinstance(key, tuple) else (key, None)
    link = connection.link
    return {
        "oid": oid.hex(),
        "name": name,
        "path": connection.path,
        "kind": f"{type(connection).__module__}.{type(connection).__qualname__}",
        "opened": link and link.opened_at,
        "age": _since(link and link.opened),
        "idle": _since(link and link.used),
        "reconnects": max(connection.opens - 1, 0),
        "errors": connection.cooldown.errors,
        "failed": _since(connection.cooldown.failed_at),
        "in_transaction": _since(connection.in_use_since),
    }


def _since(moment: float | None) -> float | None:
    return None if moment is None else monotonic() - moment
