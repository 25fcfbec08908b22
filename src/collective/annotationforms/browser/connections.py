"""The control panel "Connections": the foreign connections of the running process."""

from collective.annotationforms.browser.monitoring import connections_of_site
from collective.annotationforms.i18n import _
from collective.annotationforms.permission.closed import Closed
from datetime import datetime
from datetime import timezone
from functools import cached_property
from Products.Five import BrowserView
from zope.i18nmessageid import Message

import os


class ConnectionsControlPanel(Closed, BrowserView):
    """The connections of the site's objects, see foreign_connection_stats."""

    @cached_property
    def rows(self) -> list[dict]:
        """The statistics, those of one object beside each other."""
        return sorted(
            connections_of_site(self.context),
            key=lambda row: (row["path"] or "", row["oid"], row["name"] or ""),
        )

    @property
    def process(self) -> int:
        """The number of the process: another one has other connections."""
        return os.getpid()

    def machine_time(self, timestamp: float) -> str:
        """Return a moment as the attribute of <time> wants it."""
        return datetime.fromtimestamp(timestamp, timezone.utc).isoformat()

    def duration(self, seconds: float | None) -> Message | str:
        """Return a time in its two largest units; nothing if there is none."""
        return "" if seconds is None else in_units(int(seconds))


def in_units(seconds: int) -> Message:
    """Return what people read as a time that has passed."""
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return _("${seconds} s", mapping={"seconds": rest})
    hours, minutes_left = divmod(minutes, 60)
    if not hours:
        return _(
            "${minutes} min ${seconds} s", mapping={"minutes": minutes, "seconds": rest}
        )
    return _(
        "${hours} h ${minutes} min", mapping={"hours": hours, "minutes": minutes_left}
    )
