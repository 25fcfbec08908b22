"""A bar chart that the server draws: nothing is loaded for it."""

from collective.annotationforms.i18n import _
from collective.annotationforms.overview.timeline import Month
from dataclasses import dataclass
from plone.base.i18nl10n import monthname_english
from plone.base.i18nl10n import monthname_msgid
from plone.base.i18nl10n import monthname_msgid_abbr
from typing import Any
from zope.i18n import translate


# In units of the drawing, which is as wide as there is room for it.
STEP = 40
BAR_WIDTH = 28
HEIGHT = 120
LABELS = 24


@dataclass(frozen=True)
class Bar:
    """A bar with its number, its place, and names of the month: short and whole."""

    count: int
    x: int
    height: float
    short: str
    name: str

    @property
    def y(self) -> float:
        """Where the bar begins."""
        return LABELS + HEIGHT - self.height

    @property
    def middle(self) -> float:
        """The middle of the bar."""
        return self.x + BAR_WIDTH / 2


class Chart:
    """What a template draws of months; `total` is the number of pages."""

    bar_width = BAR_WIDTH
    base = LABELS + HEIGHT
    height = HEIGHT + 2 * LABELS

    def __init__(self, months: list[Month], request: Any):
        self.total = sum(month.count for month in months)
        self.recent = sum(month.count for month in months if month.first)
        self.width = STEP * len(months)
        highest = max((month.count for month in months), default=0) or 1
        self.bars = [
            Bar(
                month.count,
                number * STEP + (STEP - BAR_WIDTH) // 2,
                round(HEIGHT * month.count / highest, 1),
                _short_name(month, request),
                _name(month, request),
            )
            for number, month in enumerate(months)
        ]


def _short_name(month: Month, request: Any) -> str:
    if month.first is None:
        return translate(_("Older"), context=request)
    number = month.first.month
    return translate(
        monthname_msgid_abbr(number),
        domain="plonelocales",
        context=request,
        default=monthname_english(number, "a"),
    )


def _name(month: Month, request: Any) -> str:
    if month.first is None:
        return translate(_("Older"), context=request)
    number = month.first.month
    name = translate(
        monthname_msgid(number),
        domain="plonelocales",
        context=request,
        default=monthname_english(number),
    )
    return f"{name} {month.first.year}"
