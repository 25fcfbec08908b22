"""A link: one raw connection from the moment it is opened until it is closed.

Links are registered here, not with what owns them, for three reasons.  A forked child
has to let go of them.  Those of idle ZODB Connections have to be closed when nobody
else does.  And what a library keeps must not become garbage together with its owner,
which closes it first: libraries complain about connections that were not closed.
"""

from collections.abc import Callable
from collective.annotationforms.connections.guard import Guard
from time import monotonic
from time import time
from typing import Any

import logging
import os
import weakref


logger = logging.getLogger(__name__)

# Seconds between two looks at the idle links of all ZODB Connections.
SWEEP_EVERY = 10.0

_open: dict[int, "Link"] = {}
# Whoever pops a link from here may use it or close it, and nobody else: popping from
# a dict is atomic, so that no lock is needed.
_idle: dict[int, "Link"] = {}
# The parent's connections in a forked child.  Never closed, and never garbage: many
# libraries say goodbye to the server when a connection is collected.
_of_parent: list = []
_next_sweep = 0.0


class Link:
    """A raw connection, with its owner and its times."""

    def __init__(self, raw: Any, owner: Any):
        self.raw = raw
        self.owner = weakref.ref(owner)
        self.opened_at = time()
        self.opened = self.used = monotonic()
        self.held = True
        _open[id(self)] = self

    def hold(self) -> bool:
        """Take the link for use; False if it is closed, or somebody is closing it."""
        if not self.held:
            self.held = _idle.pop(id(self), None) is not None
        return self.held and self.raw is not None

    def release(self) -> None:
        """Let it be closed by `sweep` once it is idle for too long, or too old."""
        if self.held and self.raw is not None:
            self.held = False
            self.used = monotonic()
            _idle[id(self)] = self

    def expired(self, *, max_idle: float, max_age: float) -> bool:
        """Tell whether it was not used for too long, or is too old."""
        now = monotonic()
        return now - self.used > max_idle or now - self.opened > max_age

    def close(self, close_raw: Callable[[Any], None]) -> None:
        """Close by `close_raw`; does nothing if it is closed already."""
        raw, self.raw = self.raw, None
        _open.pop(id(self), None)
        _idle.pop(id(self), None)
        if raw is not None:
            with Guard(_not_closed):
                close_raw(raw)


def _not_closed(error: Exception) -> bool:
    # It is given up anyway, and nothing that was sent depends on it.
    logger.warning("Closing a connection failed: %s", type(error).__name__)
    return True


def sweep(now: float) -> None:
    """Close links that nobody holds and that are expired; at most every few seconds."""
    global _next_sweep
    if now < _next_sweep:
        return
    _next_sweep = now + SWEEP_EVERY
    for link in list(_idle.values()):
        owner = link.owner()
        # Without an owner it is closed already, see ForeignConnection.__del__.
        if owner is None or not owner.is_expired(link):
            continue
        if _idle.pop(id(link), None) is not None:
            link.close(owner.close_raw)


def _leave_to_parent() -> None:
    """In a forked child: let go of every link without a word to its server."""
    for link in _open.values():
        _of_parent.append(link.raw)
        link.raw = None
    _open.clear()
    _idle.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)
