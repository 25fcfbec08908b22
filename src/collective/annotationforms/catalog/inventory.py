"""Which form data a page has: registered forms, and data that a form has left."""

from collective.annotationforms.registry import registered_keys
from collective.annotationforms.storage.storage import stored_mappings
from persistent.mapping import PersistentMapping
from typing import Any


#: The catalog index of the annotation keys of each page.
INDEX = "annotation_forms"
# Plone keeps locks, tiles and scales of images in mappings like ours.
FOREIGN_PREFIXES = ("plone.", "Products.", "zope.")


class FormKey(str):
    """An annotation key that the index is asked for by code: it answers whoever it is.

    What comes from a request is never one.
    """

    __slots__ = ()


def storage_keys(page: Any) -> list[str]:
    """Return the annotation keys under which the page has form data, sorted.

    These are the keys of registered forms, and others whose annotation looks like
    the data of a form: nothing but the values is stored, so no more can be told.
    """
    registered = registered_keys()
    return sorted(
        key
        for key, stored in stored_mappings(page).items()
        if (key in registered or _may_be_ours(key, stored))
        and _has_names_of_fields(stored)
    )


def _may_be_ours(key: Any, stored: PersistentMapping) -> bool:
    # By key and class first: annotations of others need not be loaded.
    return (
        type(stored) is PersistentMapping
        and isinstance(key, str)
        and not key.startswith(FOREIGN_PREFIXES)
    )


def _has_names_of_fields(stored: PersistentMapping) -> bool:
    return bool(stored) and all(
        isinstance(name, str) and name.isidentifier() for name in stored
    )
