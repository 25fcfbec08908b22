"""The number of rows that a browser says it sends: checked where it enters.

z3c.form makes a widget for each row before it looks for what was sent.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from z3c.form.field import FieldWidgets
from z3c.form.util import expandPrefix
from zExceptions import BadRequest


#: How many rows there may be of which nothing was sent.
SPARE_ROWS = 100


def check_row_counts(widgets: FieldWidgets, names: Mapping[str, Any]) -> None:
    """Raise BadRequest for a number of rows that is none, or that can't be true.

    `names` are those of the form's fields, one of which may be called ``count``.
    """
    sent = widgets.request.form
    if not any(key.endswith(".count") for key in sent):
        return
    prefix = expandPrefix(widgets.form.prefix) + expandPrefix(widgets.prefix)
    for key in _counters(sent, prefix, names):
        count = sent[key]
        number = int(count) if _is_number(count) else None
        rows = sum(name.startswith(key.removesuffix("count")) for name in sent)
        if number is None or number > rows + SPARE_ROWS:
            raise BadRequest(f"{key} is not the number of rows that were sent.")


def _counters(
    sent: Mapping[str, Any], prefix: str, names: Mapping[str, Any]
) -> Iterator[str]:
    fields = {f"{prefix}{name}" for name in names}
    for key in sent:
        parent, _dot, last = key.rpartition(".")
        # A cell may be called count, too.
        is_cell = parent.endswith(".widgets")
        if last == "count" and key not in fields and not is_cell:
            if any(f"{parent}.".startswith(f"{field}.") for field in fields):
                yield key


def _is_number(text: Any) -> bool:
    return (
        isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) < 10
    )
