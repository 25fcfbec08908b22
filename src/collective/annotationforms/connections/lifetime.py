"""Close what is kept on a ZODB Connection together with it."""

from collective.annotationforms.connections.connection import ForeignConnection
from collective.annotationforms.connections.link import sweep
from functools import partial
from ZODB.Connection import Connection


def close_with(jar: Connection) -> None:
    """Close our connections of `jar` when ZODB drops it, and when they are idle.

    Whoever made the dict `foreign_connections`: what others keep there is not touched.
    """
    if not vars(jar).get("_closes_foreign_connections"):
        jar._closes_foreign_connections = True
        jar.onCloseCallback(partial(_closed, jar))


def _closed(jar: Connection) -> None:
    """At the end of each request, and when ZODB drops its Connection.

    In the second case this runs in the thread of another request, under the lock of
    the DB: nothing may wait for a server.
    """
    # ZODB tells us by `_storage` only if DB.close() finds the Connection open.
    if jar.opened is None or jar._storage is None:
        jar._closes_foreign_connections = False
        for key, connection in _ours(jar):
            del jar.foreign_connections[key]
            connection.close()
        return
    # ZODB forgets the callbacks that it has called.
    jar.onCloseCallback(partial(_closed, jar))
    for key, connection in _ours(jar):
        if connection.in_transaction or connection.is_abandoned():
            # The transaction may outlive the request: its connection must not meet the
            # next one.
            del jar.foreign_connections[key]
            connection.retire()
        else:
            connection.release()
    sweep()


def _ours(jar: Connection) -> list[tuple]:
    return [
        (key, connection)
        for key, connection in jar.foreign_connections.items()
        if isinstance(connection, ForeignConnection)
    ]
