"""Dates and times as people read them: as they were typed, with their time zone.

Plone writes them by Zope's DateTime, which takes a date for a moment in UTC, shifts it
to the zone of the server, and knows neither all offsets nor all years.
"""

from collective.annotationforms.fields.moment import with_zone
from datetime import date
from datetime import datetime
from DateTime.interfaces import IDateTime
from plone.base.i18nl10n import ulocalized_time
from typing import Any
from zope.interface import implementer


@implementer(IDateTime)
class Moment:
    """What the formats of Plone ask of a DateTime, for a date of Python."""

    __roles__ = ()

    def __init__(self, value: date):
        self._value = value

    def strftime(self, pattern: str) -> str:
        """Return the date as the pattern says; a year has four digits."""
        # Not on each system.
        return self._value.strftime(pattern.replace("%Y", f"{self._value.year:04}"))


def local_text(value: date, page: Any, request: Any) -> str:
    """Return a date, or a date with a time, as the site and the language write it."""
    text = ulocalized_time(
        Moment(value),
        long_format=isinstance(value, datetime),
        context=page,
        request=request,
    )
    return with_zone(text, value)
