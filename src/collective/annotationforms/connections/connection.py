"""One connection to another server, kept for one persistent object."""

from collections import UserList
from collections.abc import Callable
from collections.abc import Mapping
from collective.annotationforms.connections.address import is_address
from collective.annotationforms.connections.cooldown import Cooldown
from collective.annotationforms.connections.cooldown import server_of
from collective.annotationforms.connections.errors import ForeignSettingsError
from collective.annotationforms.connections.guard import Guard
from collective.annotationforms.connections.link import Link
from collective.annotationforms.connections.poll import is_readable
from contextlib import suppress
from time import monotonic
from transaction.interfaces import NoTransaction
from typing import Any
from ZODB.POSException import ConnectionStateError

import logging
import sys


logger = logging.getLogger(__name__)


class ForeignConnection:
    """One external connection, opened at first use, used by one thread at a time.

    Closed when ZODB drops its Connection, when the DB closes, when idle or old; a
    forked child opens its own.  Must not keep a reference to the persistent object.

    Subclasses say how to `connect`, and may replace the other hooks, `is_alive` and
    `close_raw`.  The class variables are in seconds.
    """

    max_idle = 240.0  # Below the usual limits of firewalls.
    max_age = 3600.0
    retry_after = 5.0

    # The path of the object, for the statistics.
    path: str | None = None
    # What it was made by, and the settings of those whose place it has taken.
    factory: Any = None
    former_settings: tuple = ()

    _link: Link | None = None
    # The transaction in which `raw` was found alive.
    _checked_in: Any = None

    def __init__(self, settings: Any, transaction_manager: Any):
        self.settings = snapshot(settings)
        self.transaction_manager = transaction_manager
        self.cooldown = Cooldown(
            type(self).__name__,
            self.retry_after,
            server_of(type(self), self.settings),
        )
        self.opens = 0
        self.asked = monotonic()

    def connect(self) -> Any:
        """Hook: open and return the raw connection.  Set connect and read timeouts."""
        raise NotImplementedError(f"{type(self).__name__} has no connect()")

    def is_alive(self, raw: Any) -> bool:
        """Hook, asked once per transaction before the first use.

        A connection on which nothing was asked has nothing to read but its end.
        """
        return not is_readable(raw.fileno())

    def close_raw(self, raw: Any) -> None:
        """Hook: close without talking to the server (runs under ZODB's lock)."""
        raw.close()

    def setting(self, name: str | None = None) -> str:
        """Return what an error calls a setting, or all of them; no value is in it."""
        what = "The settings" if name is None else f"The setting {name!r}"
        owner = "" if self.path is None else f" for {self.path}"
        return f"{what} of {type(self).__name__}{owner}"

    def _made(
        self, make: Callable[[], Any], *, library: str, refusals: tuple = (ValueError,)
    ) -> Any:
        """Return what `make` makes of the settings by a library.

        Raises ForeignSettingsError in place of its `refusals`.
        """
        # Not while it is handled: the library's error would be the context of ours.
        with suppress(*refusals):
            return make()
        raise ForeignSettingsError(
            f"{self.setting()} have a value that {library} refuses"
        )

    def _refuse_address(self, settings: Mapping, name: str) -> None:
        """Raise ForeignSettingsError for an address where a host or a name belongs."""
        if is_address(settings.get(name)):
            raise ForeignSettingsError(f"{self.setting(name)} is an address")

    @property
    def raw(self) -> Any:
        """The live raw connection.

        Raises ForeignUnavailable, ForeignSettingsError, or what else `connect` raises.
        """
        transaction = self._current_transaction()
        link = self._link
        if (
            link is None
            or link.raw is None
            or transaction is None
            or transaction is not self._checked_in
        ):
            link = self._checked_link()
            self._checked_in = transaction
        return link.raw

    def close(self) -> None:
        """Close now; the next use opens a new one."""
        link, self._link = self._link, None
        if link is not None:
            link.close(self.close_raw)

    def release(self) -> None:
        """Say that the request is over; the next one asks again whether it is alive."""
        self._checked_in = None
        if self._link is not None:
            self._link.release()

    def retire(self) -> None:
        """Close, as another one takes this one's place."""
        self.close()

    @property
    def in_use_since(self) -> float | None:
        """Since when it has to stay open, by the monotonic clock; None if it need not.

        One that is in use when the request ends is not kept for the next one.
        """
        return None

    @property
    def link(self) -> Link | None:
        """What is known of the raw connection that is open now."""
        link = self._link
        return None if link is None or link.raw is None else link

    def is_expired(self, link: Link) -> bool:
        """Tell whether a link of this connection is idle for too long, or too old."""
        return link.expired(max_idle=self.max_idle, max_age=self.max_age)

    def is_abandoned(self, now: float) -> bool:
        """Tell whether nobody asked for the raw connection for too long."""
        idle = now - self.asked
        return idle > self.max_idle and idle > self.retry_after

    def _manager(self) -> Any:
        if self.transaction_manager is None:
            raise ConnectionStateError("The database connection is closed")
        return self.transaction_manager

    def _current_transaction(self) -> Any:
        """Return the transaction, None if an explicit manager has none."""
        try:
            return self._manager().get()
        except NoTransaction:
            return None

    def _checked_link(self) -> Link:
        """Return a link that is alive, the one that there is or a new one."""
        self.asked = monotonic()
        link = self._link
        if link is not None and link.hold() and self._is_usable(link):
            link.used = monotonic()
            return link
        self.close()
        self._link = Link(self._connected(), self)
        return self._link

    def _is_usable(self, link: Link) -> bool:
        if self.is_expired(link):
            return False
        with Guard(self._not_alive):
            return self.is_alive(link.raw)
        return False

    def _not_alive(self, error: Exception) -> bool:
        # Otherwise every further transaction would fail, until the process ends.
        logger.warning(
            "%s is opened again: %s", type(self).__name__, type(error).__name__
        )
        return True

    def _connected(self) -> Any:
        with self.cooldown.trying():
            raw = self.connect()
        self.opens += 1
        return raw

    def __repr__(self) -> str:
        # No settings: there may be a password in them.
        state = "closed" if self.link is None else "open"
        return f"<{type(self).__name__} {state}>"

    def __del__(self) -> None:
        # The ZODB Connection was never closed and is collected, or the object that was
        # never stored.  A process that ends leaves closing to the operating system.
        if not sys.is_finalizing():
            self.close()


def snapshot(settings: Any) -> Any:
    """Return a copy if the settings are a mapping or a list.

    Otherwise a change in place would not be seen, and a persistent mapping would keep
    its ZODB Connection alive.
    """
    if isinstance(settings, Mapping):
        return dict(settings)
    return list(settings) if isinstance(settings, (list, UserList)) else settings
