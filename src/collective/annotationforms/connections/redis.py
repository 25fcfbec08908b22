"""Redis, and servers that speak its protocol; needs the extra ``redis``.

Settings are a URL, or a dict of what redis.Redis() takes.
"""

from collections.abc import Callable
from collective.annotationforms.connections.address import address_of
from collective.annotationforms.connections.address import is_address
from collective.annotationforms.connections.buffered import BufferedDataManager
from collective.annotationforms.connections.errors import ForeignSettingsError
from contextlib import suppress
from functools import partial
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
        """See ForeignConnection; raises ForeignSettingsError."""
        make = self._maker()
        # Unknown names in an address may be a piece of the password.
        wrong = (
            (ValueError, TypeError) if isinstance(self.settings, str) else ValueError
        )
        # Not while it is handled: the library's error would be the context of ours.
        with suppress(wrong):
            return make()
        raise ForeignSettingsError(f"{self.setting()} have a value that redis refuses")

    def _maker(self) -> Callable[[], Client]:
        """Return what makes the client; raises ForeignSettingsError."""
        settings = self.settings
        options = {
            "socket_connect_timeout": self.connect_timeout,
            "socket_timeout": self.answer_timeout,
            # If the answer to INCR is lost, a second try would count twice.
            "retry": None,
            "single_connection_client": True,
        }
        if isinstance(settings, str):
            address = address_of(settings, what=self.setting())
            found = {"username": address.user or None, "password": address.password}
            return partial(Client.from_url, address.url, **options | found)
        if is_address(settings.get("host")):
            raise ForeignSettingsError(f"{self.setting('host')} is an address")
        return partial(Client, **options | settings)

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
