"""Close what is kept on a ZODB Connection together with it."""

from collective.annotationforms.connections.connection import ForeignConnection
from collective.annotationforms.connections.link import sweep
from functools import partial
from time import monotonic
from ZODB.Connection import Connection


def close_with(jar: Connection) -> None:
    """Close our connections of `jar` when ZODB drops it, and when they are idle.

    Whoever made the dict `foreign_connections`: what others keep there is not touched.
    """
    if vars(jar).get("_close_foreign_connections") is None:
        jar._close_foreign_connections = partial(_closed, jar)
        jar.onCloseCallback(jar._close_foreign_connections)


def _closed(jar: Connection) -> None:
    """At the end of each request, and when ZODB drops its Connection."""
    # ZODB tells us by `_storage` only if DB.close() finds the Connection open.
    if jar.opened is None or jar._storage is None:
        jar._close_foreign_connections = None
        _close_all(jar)
    else:
        # ZODB forgets the callbacks that it has called.
        jar.onCloseCallback(jar._close_foreign_connections)
        _end_request(jar, monotonic())


def _close_all(jar: Connection) -> None:
    """Close in the thread of another request, under the lock of the DB.

    Nothing may wait for a server.
    """
    for key, connection in list(jar.foreign_connections.items()):
        if isinstance(connection, ForeignConnection):
            del jar.foreign_connections[key]
            connection.close()


def _end_request(jar: Connection, now: float) -> None:
    for key, connection in list(jar.foreign_connections.items()):
        if not isinstance(connection, ForeignConnection):
            continue
        if connection.in_use_since is not None or connection.is_abandoned(now):
            # A transaction may outlive the request: its connection must not meet the
            # next one.
            del jar.foreign_connections[key]
            connection.retire()
        else:
            connection.release()
    sweep(now)
