"""Redis, and servers that speak its protocol; needs the extra ``redis``.

Settings are a URL, or a dict of what redis.Redis() takes.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collective.annotationforms.connections.address import address_of
from collective.annotationforms.connections.buffered import BufferedDataManager
from collective.annotationforms.connections.cooldown import Cooldown
from contextlib import contextmanager
from functools import partial
from redis import Redis as LibraryClient
from redis.client import Pipeline as LibraryPipeline
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ReadOnlyError
from redis.exceptions import TimeoutError as RedisTimeoutError
from typing import Any


# What stays in a session of the server and would meet the next request.
SESSION_COMMANDS = frozenset(
    [
        "ASKING",
        "AUTH",
        "CLIENT",
        "HELLO",
        "MONITOR",
        "MULTI",
        "PSUBSCRIBE",
        "QUIT",
        "READONLY",
        "READWRITE",
        "RESET",
        "SELECT",
        "SSUBSCRIBE",
        "SUBSCRIBE",
        "WATCH",
    ]
)


class _Watched:
    """Notes what makes a connection unfit for the next request."""

    cooldown: Cooldown
    suspect = False

    def note(self) -> None:
        """Say that the connection is to be replaced after the transaction."""
        self.suspect = True

    def execute_command(self, *arguments: Any, **options: Any) -> Any:
        """See redis.Redis; raises ForeignUnavailable."""
        name = arguments[0]
        if isinstance(name, bytes):
            name = name.decode("ascii", "replace")
        if name.split(maxsplit=1)[0].upper() in SESSION_COMMANDS:
            self.note()
        with self._asking():
            return super().execute_command(*arguments, **options)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            with self.cooldown.trying(RedisTimeoutError):
                yield
        except ReadOnlyError:
            # The server was demoted: its name may lead to another one by now.
            self.note()
            raise


class Client(_Watched, LibraryClient):
    """Has one socket for commands and pipelines; only PubSub needs another one."""

    def pipeline(
        self, transaction: bool = True, shard_hint: Any = None
    ) -> "Pipeline":  # The signature is the library's.
        """See redis.Redis"""
        pipeline = Pipeline(
            self.connection_pool, self.response_callbacks, transaction, shard_hint
        )
        pipeline.cooldown, pipeline.note = self.cooldown, self.note
        return pipeline

    def __exit__(self, *error: Any) -> None:
        """Stay open for the next request."""


class Pipeline(_Watched, LibraryPipeline):
    """Commands that are sent together."""

    def execute(self, raise_on_error: bool = True) -> list:
        """See redis.client.Pipeline; raises ForeignUnavailable."""
        with self._asking():
            return super().execute(raise_on_error)


class Redis(BufferedDataManager):
    """Reads at once by `raw`; writes when the transaction commits, all or nothing.

    One exception: Redis goes on after a command that fails by itself, such as INCR for
    a text, so that ZODB rolls back and the other commands are done.
    """

    connect_timeout = 5.0
    answer_timeout = 5.0

    def connect(self) -> Client:
        """See ForeignConnection; raises ForeignSettingsError."""
        make = self._maker()
        # Unknown names in an address may be a piece of the password.
        is_url = isinstance(self.settings, str)
        return self._made(
            partial(self._connected_client, make),
            library="redis",
            refusals=(ValueError, TypeError) if is_url else (ValueError,),
        )

    def _connected_client(self, make: Callable[[], Client]) -> Client:
        client = make()
        client.cooldown = self.cooldown
        # It would connect with the first command.
        client.connection_pool.release(client.connection_pool.get_connection())
        return client

    def _maker(self) -> Callable[[], Client]:
        """Return what makes the client; raises ForeignSettingsError."""
        settings = self.settings
        options = {
            "socket_connect_timeout": self.connect_timeout,
            "socket_timeout": self.answer_timeout,
            # If the answer to INCR is lost, a second try would count twice.
            "retry": None,
        }
        if isinstance(settings, str):
            address = address_of(settings, what=self.setting())
            found = {"username": address.user or None, "password": address.password}
            return partial(Client.from_url, address.url, **options | found)
        self._refuse_address(settings, "host")
        # With a single connection, each pipeline would open a second one.
        settings = settings | {"single_connection_client": False}
        return partial(Client, **options | settings)

    def is_alive(self, raw: Client) -> bool:
        """See ForeignConnection; with what a request left open it is not."""
        # Private, but there is no other way to ask without connecting again.  Pools of
        # other classes look after their connections themselves.
        pool = raw.connection_pool
        if raw.suspect or getattr(pool, "_in_use_connections", None):
            return False
        try:
            return not any(
                connection.can_read(0)
                for connection in getattr(pool, "_available_connections", ())
            )
        except RedisConnectionError:
            return False

    def close_raw(self, raw: Client) -> None:
        """See ForeignConnection; closes what is in use by PubSub, too."""
        raw.connection_pool.disconnect()

    def command(self, *arguments: Any) -> None:
        """Send a command, such as ``"SET", "key", "value"``, in the vote."""
        self.add(arguments)

    def send(self, raw: Client, items: list) -> None:
        """See BufferedDataManager"""
        with raw.pipeline(transaction=True) as pipeline:
            for arguments in items:
                pipeline.execute_command(*arguments)
            pipeline.execute()
