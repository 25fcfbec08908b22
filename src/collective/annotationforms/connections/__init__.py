"""Keep an object's connections to other servers on its ZODB Connection.

For code in Plone, or in any application with ZODB, that talks to an SQL database,
Redis, a search server, a directory or a queue.  Needs only ZODB and transaction.
"""

from collective.annotationforms.connections.buffered import BufferedDataManager
from collective.annotationforms.connections.connection import ForeignConnection
from collective.annotationforms.connections.datamanager import ForeignDataManager
from collective.annotationforms.connections.errors import ForeignLost
from collective.annotationforms.connections.errors import ForeignSettingsError
from collective.annotationforms.connections.errors import ForeignTransientError
from collective.annotationforms.connections.errors import ForeignUnavailable
from collective.annotationforms.connections.kept import foreign_connection
from collective.annotationforms.connections.kept import foreign_connections
from collective.annotationforms.connections.stats import foreign_connection_stats


__all__ = [
    "BufferedDataManager",
    "ForeignConnection",
    "ForeignDataManager",
    "ForeignLost",
    "ForeignSettingsError",
    "ForeignTransientError",
    "ForeignUnavailable",
    "foreign_connection",
    "foreign_connection_stats",
    "foreign_connections",
]
