"""The number of rows that a browser says it sends: checked where it enters.

z3c.form makes a widget for each row before it looks for what was sent, and not every
widget of Plone can do without.
"""

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from z3c.form.field import FieldWidgets
from z3c.form.util import expandPrefix
from zope.publisher.interfaces import BadRequest


COUNTER = ".count"


def check_row_counts(widgets: FieldWidgets, names: Collection[str]) -> None:
    """Raise BadRequest for a number of rows that is none, or that can't be true.

    `names` are those of the form's fields, one of which may be called ``count``.
    """
    sent = widgets.request.form
    if not any(key.endswith(COUNTER) for key in sent):
        return
    prefix = expandPrefix(widgets.form.prefix) + expandPrefix(widgets.prefix)
    for key in _counters(sent, {f"{prefix}{name}" for name in names}):
        if not _is_number(sent[key]) or not _has_rows(
            sent, key.removesuffix(COUNTER), int(sent[key])
        ):
            raise BadRequest(f"{key} is not the number of rows that were sent.")


def _counters(sent: Mapping[str, Any], fields: Collection[str]) -> Iterator[str]:
    """Yield the names of numbers of rows, in the fields or deeper."""
    for key in sent:
        parent, _dot, last = key.rpartition(".")
        # A cell may be called count, too.
        is_count = f".{last}" == COUNTER and not parent.endswith(".widgets")
        if is_count and key not in fields and _is_within(parent, fields):
            yield key


def _is_within(key: str, fields: Collection[str]) -> bool:
    return any(f"{key}.".startswith(f"{field}.") for field in fields)


def _is_number(text: Any) -> bool:
    return (
        isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) < 10
    )


def _has_rows(sent: Mapping[str, Any], name: str, count: int) -> bool:
    """Tell whether something was sent of each row, be it only that it is empty."""
    if count > len(sent):
        return False
    rows = {
        key[len(name) + 1 :].replace("-", ".").partition(".")[0]
        for key in sent
        if key.startswith(f"{name}.")
    }
    return rows.issuperset(map(str, range(count)))
