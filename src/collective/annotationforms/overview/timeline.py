"""How many pages have form data, and in which month each was modified last."""

from collective.annotationforms.catalog.inventory import FormKey
from collective.annotationforms.catalog.inventory import INDEX
from collective.annotationforms.catalog.search import catalog
from collective.annotationforms.catalog.search import keys_in_use
from dataclasses import dataclass
from DateTime import DateTime
from datetime import date
from datetime import timedelta
from typing import Any


MONTHS = 12


@dataclass(frozen=True)
class Month:
    """The pages that were modified last in a month, or before its end.

    `first` is its first day, None for all the time before.
    """

    first: date | None
    count: int


def timeline(today: date) -> list[Month]:
    """Return the last twelve months, and before them all that is older.

    Only the catalog is asked, for numbers.  A page is modified when its data are saved,
    unless the form says otherwise.
    """
    keys = [FormKey(key) for key in keys_in_use()]
    if not keys:
        return []
    firsts = [_first_of(today)]
    while len(firsts) < MONTHS:
        firsts.insert(0, _first_of(firsts[0] - timedelta(days=1)))
    ends = [*firsts[1:], None]
    older = Month(None, _count(keys, None, firsts[0]))
    pairs = zip(firsts, ends, strict=True)
    return [older] + [Month(first, _count(keys, first, end)) for first, end in pairs]


def _first_of(day: date) -> date:
    return day.replace(day=1)


def _count(keys: list[FormKey], first: date | None, end: date | None) -> int:
    """Return the number of pages that were modified since, and before."""
    limits = {}
    if first is not None:
        limits["min"] = DateTime(f"{first} 00:00:00")
    if end is not None:
        # Both ends count, and the index knows minutes.
        limits["max"] = DateTime(f"{end - timedelta(days=1)} 23:59:59")
    modified: dict[str, Any] = {
        "query": tuple(limits.values()),
        "range": ":".join(limits),
    }
    found = catalog().unrestrictedSearchResults(**{INDEX: keys}, modified=modified)
    return len(found)
