"""What a file can say, but no form could have sent: refused whatever the field is."""

from collective.annotationforms.i18n import _
from collective.annotationforms.storage.text import is_text
from decimal import Decimal
from decimal import InvalidOperation
from math import isfinite
from typing import Any
from zope.i18n.locales import locales
from zope.interface import Invalid


#: How deep lists and objects may be in each other: deeper ones can't be pickled.
MAX_DEPTH = 50
#: How many parts a value may have: a form with an input for each takes its time.
MAX_PARTS = 10_000
#: How many characters of text Zope takes from a form that is posted.
MAX_LENGTH = 1_000_000
#: How many digits a number may have, before and behind the point.
MAX_DIGITS = 300


def check_bounds(data: Any) -> None:
    """Raise Invalid, with a message for people, for JSON data that no form sends."""
    level, depth, number = [data], 0, 0
    # Level by level: what is nested too deeply must not end in a RecursionError.
    while level:
        if depth > MAX_DEPTH:
            raise Invalid(_("The value is nested too deeply."))
        number += len(level)
        if number > MAX_PARTS:
            raise Invalid(_("The value has too many parts."))
        for item in level:
            _check_leaf(item)
        level = [part for item in level for part in _parts(item)]
        depth += 1


def check_length(text: str) -> None:
    """Raise Invalid for a text that is too long for a form."""
    if len(text) > MAX_LENGTH:
        mapping = {"maximum": MAX_LENGTH}
        message = _("The text has more than ${maximum} characters.", mapping=mapping)
        raise Invalid(message)


def check_literal(text: str) -> None:
    """Raise Invalid for a text that stands for a number without end, or a huge one.

    Who makes a number of it computes for hours.
    """
    try:
        number = Decimal(text) if len(text) <= 2 * MAX_DIGITS else None
    except InvalidOperation:
        # A fraction, for example.
        return
    if number is None or not number.is_finite() or abs(number.adjusted()) > MAX_DIGITS:
        raise Invalid(_out_of_range())


def check_number(number: Any) -> None:
    """Raise Invalid for a number that no form can show."""
    try:
        is_shown = isfinite(abs(number))
        if isinstance(number, (int, float, Decimal)):
            _formatter().format(number)
    except (ArithmeticError, TypeError, ValueError):
        is_shown = False
    if not is_shown:
        raise Invalid(_out_of_range())


def _check_leaf(item: Any) -> None:
    if isinstance(item, str) and not is_text(item):
        raise Invalid(_("The text has a character that no form sends."))
    if isinstance(item, (int, float)):
        check_number(item)


def _parts(item: Any) -> list[Any]:
    if isinstance(item, dict):
        return [*item, *item.values()]
    return item if isinstance(item, list) else []


def _formatter() -> Any:
    """Return what writes numbers into the inputs of a form."""
    return locales.getLocale(None, None, None).numbers.getFormatter("decimal")


def _out_of_range() -> str:
    return _("The number is out of the range that a form can show.")
