"""Which form data a page has: registered forms, and data that a form has left.

Nothing in an annotation says whose it is.  Only those are looked at whose key a form
has, or that may be a form's; what can't be loaded is passed over.
"""

from collections.abc import Iterator
from collective.annotationforms.interfaces import describe_page
from collective.annotationforms.registry import known_keys
from collective.annotationforms.storage.loading import loading_problem
from collective.annotationforms.storage.loading import log_once
from collective.annotationforms.storage.loading import UNLOADABLE
from persistent.mapping import PersistentMapping
from typing import Any
from zope.annotation.interfaces import IAnnotations

import re


#: The catalog index of the annotation keys of each page.
INDEX = "annotation_forms"
# Plone keeps locks, tiles and scales of images in mappings like ours.
FOREIGN_PREFIXES = ("plone.", "Products.", "zope.")
# XML models may have names that Python does not allow.
NAME_OF_FIELD = re.compile(r"[^\W\d][\w.-]*")


class FormKey(str):
    """An annotation key that the index is asked for by code: it answers whoever it is.

    What comes from a request is never one.
    """

    __slots__ = ()


def storage_keys(page: Any) -> list[str]:
    """Return the annotation keys under which the page has form data, sorted.

    These are the keys of forms, and others whose annotation looks like the data of a
    form: nothing but the values is stored, so no more can be told.
    """
    known = known_keys()
    return sorted(
        key
        for key, stored in stored_mappings(page).items()
        if stored and (key in known or _has_names_of_fields(stored))
    )


def stored_mappings(page: Any) -> dict[str, PersistentMapping]:
    """Return what is, or may be, the data of forms on the page, by annotation key.

    Another add-on may keep such a mapping, too.  Empty for an object that has no
    annotations.
    """
    return {
        key: stored
        for key, stored, problem in _candidates(page)
        if problem is None and isinstance(stored, PersistentMapping)
    }


def broken_keys(page: Any) -> list[str]:
    """Return the keys under which something is stored that can't be used, sorted."""
    known = known_keys()
    return sorted(
        key
        for key, stored, problem in _candidates(page)
        if problem is not None
        or (key in known and not isinstance(stored, (PersistentMapping, dict)))
    )


def _candidates(page: Any) -> Iterator[tuple[str, Any, str | None]]:
    """Yield key, annotation and why it can't be loaded."""
    known = known_keys()
    for key, stored in _annotations(page):
        if key in known or _may_be_ours(key, stored):
            problem = loading_problem(stored)
            if problem is not None:
                log_once(f"The annotation {key!r} of {describe_page(page)}", problem)
            yield key, stored, problem


def _annotations(page: Any) -> list[tuple[Any, Any]]:
    try:
        return list(IAnnotations(page, {}).items())
    except UNLOADABLE as error:
        log_once(f"The annotations of {describe_page(page)}", f"{error!r}")
        return []


def _may_be_ours(key: Any, stored: Any) -> bool:
    # By key and class: annotations of others need not be loaded.
    return (
        type(stored) is PersistentMapping
        and isinstance(key, str)
        and not key.startswith(FOREIGN_PREFIXES)
    )


def _has_names_of_fields(stored: PersistentMapping) -> bool:
    return all(
        isinstance(name, str) and NAME_OF_FIELD.fullmatch(name) for name in stored
    )
