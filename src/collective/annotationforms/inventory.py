"""Which form data a page has: registered forms, and data that a form has left."""

from collections.abc import Mapping
from collective.annotationforms.interfaces import IRegisteredForm
from persistent.mapping import PersistentMapping
from typing import Any
from zope.annotation.interfaces import IAnnotations
from zope.component import getUtilitiesFor


# Plone keeps locks, tiles and scales of images in mappings like ours.
FOREIGN_PREFIXES = ("plone.", "Products.", "zope.")


def storage_keys(page: Any) -> list[str]:
    """Return the annotation keys under which the page has form data, sorted.

    These are the keys of registered forms, and others whose annotation looks like
    the data of a form: nothing but the values is stored, so no more can be told.
    """
    registered = {form.key for _name, form in getUtilitiesFor(IRegisteredForm)}
    return sorted(
        key
        for key, stored in IAnnotations(page, {}).items()
        if _is_filled(stored) and (key in registered or _looks_like_ours(key, stored))
    )


def _is_filled(stored: Any) -> bool:
    # By class first, so that annotations of other kinds are not loaded.
    return isinstance(stored, (PersistentMapping, dict)) and bool(stored)


def _looks_like_ours(key: Any, stored: Mapping) -> bool:
    return (
        type(stored) is PersistentMapping
        and isinstance(key, str)
        and not key.startswith(FOREIGN_PREFIXES)
        and all(isinstance(name, str) and name.isidentifier() for name in stored)
    )
