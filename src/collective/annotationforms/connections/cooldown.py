"""Don't wait for a server that did not answer a moment ago."""

from collections.abc import Iterator
from collective.annotationforms.connections.errors import ForeignUnavailable
from collective.annotationforms.connections.errors import note_unreachable
from collective.annotationforms.connections.guard import Guard
from collective.annotationforms.connections.values import are_same
from contextlib import contextmanager
from threading import Lock
from time import monotonic
from typing import Any

import os
import weakref


class Server:
    """What all threads of the process know of a server."""

    def __init__(self, kind: type, settings: Any):
        self.kind = kind
        self.settings = settings
        # When it last failed to answer, by the monotonic clock; None if it did not.
        self.failed_at: float | None = None

    def is_for(self, kind: type, settings: Any) -> bool:
        """Tell whether connections of that kind with these settings lead to it."""
        return kind is self.kind and are_same(settings, self.settings)


# As long as a connection to them is kept.
_servers: weakref.WeakSet[Server] = weakref.WeakSet()
_lock = Lock()


def server_of(kind: type, settings: Any) -> Server:
    """Return the server that connections of a kind with these settings lead to."""
    with _lock:
        for server in _servers:
            if server.is_for(kind, settings):
                return server
        server = Server(kind, settings)
        _servers.add(server)
        return server


def _unlock() -> None:
    """In a forked child: another thread of the parent may have held the lock."""
    global _lock
    _lock = Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock)


class Cooldown:
    """Refuses for some seconds to ask a server that did not answer.

    Then one thread tries, and the others are refused until it has an answer.
    """

    def __init__(self, name: str, retry_after: float, server: Server):
        self.name = name
        self.retry_after = retry_after
        self.server = server
        self.errors = 0

    @property
    def failed_at(self) -> float | None:
        """When the last try of any thread failed; None if it did not."""
        return self.server.failed_at

    @contextmanager
    def trying(self, errors: type | tuple = Exception) -> Iterator[None]:
        """Ask the server within; `errors` are those that mean there is none.

        Raises ForeignUnavailable without a try if the last one failed a moment ago.
        """
        failed_at = None if self.server.failed_at is None else self._turn()

        def note(error: Exception) -> bool:
            if isinstance(error, errors):
                self._not_answered(error)
            else:
                self._answered(failed_at)
            return False

        with Guard(note):
            yield
        self._answered(failed_at)

    def _turn(self) -> float | None:
        """Return the moment from which on all others wait for this one."""
        server = self.server
        with _lock:
            failed_at = server.failed_at
            if failed_at is None:
                return None
            if monotonic() < failed_at + self.retry_after:
                raise ForeignUnavailable(
                    f"{self.name}: the server did not answer less than"
                    f" {self.retry_after:g} seconds ago"
                )
            server.failed_at = monotonic()
            return server.failed_at

    def _not_answered(self, error: Exception) -> None:
        self.errors += 1
        self.server.failed_at = monotonic()
        note_unreachable(error)

    def _answered(self, failed_at: float | None) -> None:
        # An answer to what was asked before does not end what has begun since.
        if self.server.failed_at == failed_at:
            self.server.failed_at = None
