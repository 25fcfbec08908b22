"""Redis, and servers that speak its protocol; needs the extra ``redis``.

Settings are a URL, or a dict of what redis.Redis() takes.
"""

from collective.annotationforms.connections.buffered import BufferedDataManager
from redis import ConnectionError as RedisConnectionError
from redis import Redis as Client
from typing import Any


class Redis(BufferedDataManager):
    """Reads at once by `raw`; writes when the transaction commits, all or nothing.

    One exception: Redis goes on after a command that fails by itself, such as INCR for
    a text, so that ZODB rolls back and the other commands are done.
    """

    connect_timeout = 5.0
    answer_timeout = 5.0

    def connect(self) -> Client:
        """See ForeignConnection"""
        options = {
            "socket_connect_timeout": self.connect_timeout,
            "socket_timeout": self.answer_timeout,
            # If the answer to INCR is lost, a second try would count twice.
            "retry": None,
            "single_connection_client": True,
        }
        if isinstance(self.settings, str):
            return Client.from_url(self.settings, **options)
        return Client(**options | self.settings)

    def is_alive(self, raw: Client) -> bool:
        """See ForeignConnection"""
        try:
            return not raw.connection.can_read(0)
        except RedisConnectionError:
            return False

    def command(self, *arguments: Any) -> None:
        """Send a command, such as ``"SET", "key", "value"``, in the vote."""
        self.add(arguments)

    def send(self, raw: Client, items: list) -> None:
        """See BufferedDataManager"""
        with raw.pipeline(transaction=True) as pipeline:
            for arguments in items:
                pipeline.execute_command(*arguments)
            pipeline.execute()
