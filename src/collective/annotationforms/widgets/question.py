"""What a widget asks by AJAX: a query, a batch, attributes; checked where it enters."""

from collections.abc import Callable
from collective.annotationforms.i18n import _
from collective.annotationforms.storage.text import has_half_characters
from json import loads
from plone.app.content.browser.vocabulary import MAX_BATCH_SIZE
from typing import Any
from zope.i18nmessageid import Message


#: What Plone's view of vocabularies reads of a request.
PARAMETERS = ("query", "batch", "attributes")
MAX_LENGTH = 10_000
MAX_PAGE = 10**6


class BadQuestionError(ValueError):
    """A parameter can't be answered; `message` says which one."""

    def __init__(self, message: Message):
        super().__init__(message)
        self.message = message


def check_question(get: Callable[[str, Any], Any]) -> None:
    """Raise BadQuestionError for a parameter that Plone's view could not read.

    `get(name, default)` returns what was sent.
    """
    sent = {name: get(name, "") for name in PARAMETERS}
    for name, value in sent.items():
        if not isinstance(value, str):
            raise _wrong(_("${name}: give it once, as text."), name)
        if len(value) > MAX_LENGTH:
            raise _wrong(_("${name} is too long."), name)
        if has_half_characters(value):
            raise _wrong(_("${name} is not as it should be."), name)
        parsed = _parsed(name, value)
        if parsed is not None and not _CHECKS[name](parsed):
            raise _wrong(_("${name} is not as it should be."), name)


def _wrong(message: Message, name: str) -> BadQuestionError:
    return BadQuestionError(Message(message, mapping={"name": name}))


def _parsed(name: str, value: str) -> Any:
    """Return what Plone takes for JSON; None for other text."""
    value = value.strip()
    if value[:1] + value[-1:] not in ("{}", "[]"):
        # Only a batch can't be text; none is sent as nothing.
        return value if name == "batch" and value else None
    try:
        return loads(value)
    except (ValueError, RecursionError):
        # RecursionError: "[[[[" a thousand times.
        pass
    raise _wrong(_("${name} is no JSON."), name)


def _is_query(parsed: Any) -> bool:
    """A query has criteria: ``{"criteria": [{"i": ..., "o": ..., "v": ...}]}``."""
    if not parsed:
        return True
    if not isinstance(parsed, dict) or not isinstance(parsed.get("criteria"), list):
        return False
    texts = (parsed.get("sort_on", ""), parsed.get("sort_order", ""))
    return all(isinstance(text, str) for text in texts) and all(
        isinstance(row, dict) and isinstance(row.get("o"), str)
        for row in parsed["criteria"]
    )


def _is_batch(parsed: Any) -> bool:
    """A batch has a page and a size."""
    if not isinstance(parsed, dict):
        return False
    if "page" not in parsed or "size" not in parsed:
        # Plone gives everything then.
        return True
    page, size = (_number(parsed[name]) for name in ("page", "size"))
    return 0 <= page <= MAX_PAGE and 0 < size <= MAX_BATCH_SIZE


def _number(value: Any) -> int:
    """Return a number that may be text; -1 for everything else."""
    if isinstance(value, str) and len(value) < 10 and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) else -1


def _are_attributes(parsed: Any) -> bool:
    return isinstance(parsed, list) and all(isinstance(name, str) for name in parsed)


_CHECKS = {"query": _is_query, "batch": _is_batch, "attributes": _are_attributes}
