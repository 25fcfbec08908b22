"""Characters that are none: half ones, which UTF-8 lacks, and control characters."""

from typing import Any

import re


# Half of a character, or no character: XML has none of them, and UTF-8 not all.
NO_TEXT = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
HALF_CHARACTER = re.compile("[\ud800-\udfff]")


def is_text(data: Any) -> bool:
    """Tell whether the data are text that can be shown and sent."""
    return isinstance(data, str) and wrong_character(data) is None


def wrong_character(text: str) -> str | None:
    """Return the first character that can't be shown, as U+D800; None if there is none.

    A browser would show another one in its place, and send that back.
    """
    return _first(NO_TEXT, text)


def half_character(text: str) -> str | None:
    """Return the first half of a character, as U+D800; None if there is none."""
    return _first(HALF_CHARACTER, text)


def has_half_characters(text: str) -> bool:
    """Tell whether UTF-8 can't have the text."""
    return half_character(text) is not None


def readable(text: str) -> str:
    """Return the text with U+FFFD in place of each half of a character.

    Two halves that belong together are one character.
    """
    if not has_half_characters(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _first(pattern: re.Pattern, text: str) -> str | None:
    # Most texts are short, and have nothing but letters and spaces.
    found = None if text.isprintable() else pattern.search(text)
    return found and f"U+{ord(found.group()):04X}"
