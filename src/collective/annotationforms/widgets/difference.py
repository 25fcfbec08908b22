"""What differs between two texts, as HTML: a word that is in one of them only."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from html import escape

import re


#: Words and what is between them; line breaks one by one.
PARTS = re.compile(r"\r\n|\n|[^\S\n]+|\w+|[^\w\s]")
#: The time it takes grows with the product of their numbers.
MAX_PARTS = 2_000


def as_html(text: str) -> str:
    """Return a text as HTML, with its line breaks."""
    return escape(text).replace("\r\n", "\n").replace("\n", "<br />")


def difference(mine: str, theirs: str) -> str | None:
    """Return both texts in one: what is mine only as <del>, theirs only as <ins>.

    None if they have no word in common, or are too long to be compared.
    """
    before, after = PARTS.findall(mine), PARTS.findall(theirs)
    if max(len(before), len(after)) > MAX_PARTS:
        return None
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    common = (after[b : b + size] for _a, b, size in matcher.get_matching_blocks())
    if not any(map(_has_word, common)):
        return None
    return "".join(_marked(matcher, before, after))


def _has_word(parts: list[str]) -> bool:
    return any(part[0].isalnum() for part in parts)


def _marked(
    matcher: SequenceMatcher, before: list[str], after: list[str]
) -> Iterator[str]:
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        mine = as_html("".join(before[start:end]))
        theirs = as_html("".join(after[other_start:other_end]))
        if kind == "equal":
            yield theirs
            continue
        if mine:
            yield f"<del>{mine}</del>"
        if theirs:
            yield f"<ins>{theirs}</ins>"
