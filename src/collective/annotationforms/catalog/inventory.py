"""Which form data a page has: registered forms, and data that a form has left."""

from collections.abc import Mapping
from collections.abc import Set
from collective.annotationforms.interfaces import describe_page
from collective.annotationforms.registry import known_keys
from collective.annotationforms.storage.loading import why_unreadable
from collective.annotationforms.storage.storage import keys_of_others
from collective.annotationforms.storage.storage import stored_mappings
from functools import lru_cache
from persistent.mapping import PersistentMapping
from typing import Any

import logging
import re


logger = logging.getLogger(__name__)

#: The catalog index of the annotation keys of each page.
INDEX = "annotation_forms"
#: What the index has before a key whose data can't be read, beside the key itself.
UNREADABLE = "can't be read: "
# Plone keeps locks, tiles and scales of images in mappings like ours.
FOREIGN_PREFIXES = ("plone.", "Products.", "zope.")
# Models in XML may have fields that are no identifiers, such as "e-mail".
NAME = re.compile(r"[^\W\d][\w.-]*")


class FormKey(str):
    """An annotation key that the index is asked for by code: it answers whoever it is.

    What comes from a request is never one.
    """

    __slots__ = ()


def storage_keys(page: Any) -> list[str]:
    """Return the annotation keys under which the page has form data, sorted.

    These are the keys of forms, and others whose annotation looks like the data of a
    form: nothing but the values is stored, so no more can be told.  What can't be read
    counts: managers are to know of it.
    """
    known = known_keys()
    found = {
        key
        for key, stored in _candidates(page, known).items()
        if _why_unreadable(page, key, stored) is not None
        or _has_values(stored, is_ours=key in known)
    }
    return sorted(found | keys_of_others(page, known))


def unreadable_keys(page: Any) -> list[str]:
    """Return those of `storage_keys` whose data can't be read, sorted."""
    known = known_keys()
    found = {
        key
        for key, stored in _candidates(page, known).items()
        if _why_unreadable(page, key, stored) is not None
    }
    return sorted(found | keys_of_others(page, known))


def marks_of(page: Any) -> list[str]:
    """Return what the index knows of the page: keys, and which can't be read."""
    marks = [f"{UNREADABLE}{key}" for key in unreadable_keys(page)]
    return sorted([*storage_keys(page), *marks])


def readable_mappings(page: Any) -> dict[str, Mapping]:
    """Return what may be form data of the page, by annotation key, as far as readable.

    Those of others are not loaded; what can't be loaded is logged.
    """
    return {
        key: stored
        for key, stored in _candidates(page, known_keys()).items()
        if _why_unreadable(page, key, stored) is None
    }


def _candidates(page: Any, known: Set[str]) -> dict[str, Mapping]:
    """Return what may be form data by its key and class; nothing of it is loaded."""
    return {
        key: stored
        for key, stored in stored_mappings(page, known).items()
        if key in known or _may_be_ours(key, stored)
    }


def _may_be_ours(key: Any, stored: Mapping) -> bool:
    return (
        type(stored) is PersistentMapping
        and isinstance(key, str)
        and not key.startswith(FOREIGN_PREFIXES)
    )


def _why_unreadable(page: Any, key: str, stored: Mapping) -> str | None:
    reason = why_unreadable(stored)
    if reason is not None:
        _log_unreadable(describe_page(page), key, reason)
    return reason


# Once: pages are looked at again and again.
@lru_cache(maxsize=1000)
def _log_unreadable(page: str, key: str, reason: str) -> None:
    logger.warning("Annotation %r of %s is left out: %s", key, page, reason)


def _has_values(stored: Mapping, *, is_ours: bool) -> bool:
    """Tell whether there are values under names that fields may have.

    A field may have any name; for others' mappings it is one that XML has for a name.
    """
    return bool(stored) and all(
        isinstance(name, str) and (is_ours or NAME.fullmatch(name)) for name in stored
    )
