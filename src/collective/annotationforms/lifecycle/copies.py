"""What becomes of the data when its page is copied."""

from Acquisition import aq_base
from Acquisition import aq_parent
from collections.abc import Mapping
from collective.annotationforms.fields.target import NOTHING
from collective.annotationforms.fields.target import without_withheld
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.permission.access import Access
from collective.annotationforms.registry import form_of
from collective.annotationforms.registry import known_keys
from collective.annotationforms.storage.loading import why_unreadable
from collective.annotationforms.storage.storage import stored_mappings
from Products.CMFCore.interfaces import IContentish
from typing import Any
from zope.annotation.interfaces import IAnnotations
from zope.component import adapter
from zope.lifecycleevent.interfaces import IObjectCopiedEvent


@adapter(IContentish, IObjectCopiedEvent)
def drop_data_of_copy(page: Any, event: IObjectCopiedEvent) -> None:
    """Remove from a copy what is not copied; nothing of it is cataloged yet.

    That is the data of forms that say so, and what the user does not see in the
    original: whoever copies a page owns the copy.  The copy has never had the data:
    nobody is told.
    """
    original = _original_of(page, event)
    for key, stored in stored_mappings(page, known_keys()).items():
        form = form_of(page, key)
        if not form.copy_data:
            del IAnnotations(page)[key]
        elif form.is_known:
            _drop_withheld(page, original, form, stored)


def _drop_withheld(
    page: Any, original: Any, form: IRegisteredForm, stored: Mapping
) -> None:
    """Remove what the user does not see, also of rows; all, if nobody can tell."""
    access = Access(original, form)
    if why_unreadable(stored) is None:
        seen = seen_values(access, stored)
    else:
        seen = {} if not access.manages else None
    if seen is None:
        return
    if not seen:
        del IAnnotations(page)[form.key]
    elif any(seen.get(name) is not value for name, value in stored.items()):
        IAnnotations(page)[form.key] = type(stored)(seen)


def seen_values(access: Access, stored: Mapping) -> dict[str, Any]:
    """Return the values that a copy of the page may have, as far as the user sees them.

    Relations to pages that the user may not view are for who may change them.
    """
    found = {
        name: without_withheld(access, name, access.seen_part(name, value))
        for name, value in stored.items()
        if access.is_seen(name)
    }
    return {name: value for name, value in found.items() if value is not NOTHING}


def withheld_names(page: Any, form: IRegisteredForm, stored: Mapping) -> list[str]:
    """Return the names whose values a copy of the page must not have.

    Data that no form knows stay: they may be another add-on's, and are for managers of
    form data in the copy, too.
    """
    if not form.is_known:
        return []
    seen = seen_values(Access(page, form), stored)
    return [name for name in stored if name not in seen]


def _original_of(page: Any, event: IObjectCopiedEvent) -> Any:
    """Return what the page is a copy of; the event names the outermost original."""
    if aq_base(page) is aq_base(event.object):
        return event.original
    return _original_of(aq_parent(page), event)[page.getId()]
