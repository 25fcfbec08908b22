"""Texts in requests that are not UTF-8: Zope lets them in, with half characters."""

from collections.abc import Iterator
from collections.abc import Mapping
from collective.annotationforms.storage.text import has_half_characters
from typing import Any
from zope.publisher.interfaces import BadRequest


def check_encoding(typed: Mapping[str, Any]) -> None:
    """Raise BadRequest if a name, or a text that was sent under one, is not UTF-8."""
    for name, sent in typed.items():
        if any(map(has_half_characters, (name, *_texts_in(sent)))):
            raise BadRequest(f"This is not UTF-8: {name!r}.")


def _texts_in(sent: Any) -> Iterator[str]:
    if isinstance(sent, str):
        yield sent
    elif isinstance(sent, (list, tuple)):
        for one in sent:
            yield from _texts_in(one)
    else:
        # An upload is called as the browser says.
        filename = getattr(sent, "filename", None)
        if isinstance(filename, str):
            yield filename
