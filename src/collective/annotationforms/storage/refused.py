"""What no value may have in it, whoever stores it: the reason, for people."""

from collective.annotationforms.i18n import _
from collective.annotationforms.storage.text import half_character
from collective.annotationforms.storage.text import wrong_character
from decimal import Decimal
from typing import Any

import cmath


def by_storage(part: Any) -> str | None:
    """Return why a storage refuses this part of a value, None if it doesn't.

    That is text with half of a character, which no page and no file can have.
    """
    return _of_text(half_character(part)) if isinstance(part, str) else None


def by_field(part: Any) -> str | None:
    """Return why no field allows this part of a value, None if some do.

    Numbers that are infinite, or none (NaN), are refused, too: no form can show them.
    """
    if isinstance(part, (float, complex, Decimal)) and not _is_finite(part):
        mapping = {"number": str(part)}
        return _("it has the number ${number}, which is not finite", mapping=mapping)
    return by_storage(part)


def by_form(part: Any) -> str | None:
    """Return why forms and imports refuse this part of a value, None if they don't.

    Text with control characters is refused, too: browsers change it.
    """
    wrong = wrong_character(part) if isinstance(part, str) else None
    return by_field(part) if wrong is None else _of_text(wrong)


def _of_text(character: str | None) -> str | None:
    if character is None:
        return None
    mapping = {"character": character}
    return _("it has the character ${character}, which can't be shown", mapping=mapping)


def _is_finite(number: Any) -> bool:
    if isinstance(number, Decimal):
        return number.is_finite()
    return cmath.isfinite(number)
