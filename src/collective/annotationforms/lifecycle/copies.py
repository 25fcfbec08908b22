"""What becomes of the data when its page is copied."""

from Acquisition import aq_base
from Acquisition import aq_parent
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.permission.access import Access
from collective.annotationforms.registry import form_of
from collective.annotationforms.storage.loading import why_unreadable
from collective.annotationforms.storage.storage import stored_mappings
from persistent.mapping import PersistentMapping
from Products.CMFCore.interfaces import IContentish
from typing import Any
from zope.annotation.interfaces import IAnnotations
from zope.component import adapter
from zope.lifecycleevent.interfaces import IObjectCopiedEvent


@adapter(IContentish, IObjectCopiedEvent)
def drop_data_of_copy(page: Any, event: IObjectCopiedEvent) -> None:
    """Remove from a copy what is not copied; nothing of it is cataloged yet.

    That is the data of forms that say so, and what the user may not read in the
    original: whoever copies a page owns the copy.  The copy has never had the data:
    nobody is told.
    """
    original = _original_of(page, event)
    for key, stored in stored_mappings(page).items():
        form = form_of(page, key)
        if not form.copy_data:
            del IAnnotations(page)[key]
        elif form.is_known:
            _drop_withheld(page, original, form, stored)


def _drop_withheld(
    page: Any, original: Any, form: IRegisteredForm, stored: PersistentMapping
) -> None:
    """Remove what the user may not read, also of rows; all, if nobody can tell."""
    if why_unreadable(stored) is None:
        for name in withheld_names(original, form, stored):
            del stored[name]
        access = Access(original, form)
        for name, value in list(stored.items()):
            readable = access.readable_part(name, value)
            if readable is not value:
                stored[name] = readable
        is_empty = not stored
    else:
        is_empty = not Access(original, form).manages
    if is_empty:
        del IAnnotations(page)[form.key]


def withheld_names(page: Any, form: IRegisteredForm, names: Any) -> list[str]:
    """Return the names whose values a copy of the page must not have.

    Data that no form knows stay: they may be another add-on's, and are for managers of
    form data in the copy, too.
    """
    if not form.is_known:
        return []
    may_read = Access(page, form).may_read
    return [name for name in names if not may_read(name)]


def _original_of(page: Any, event: IObjectCopiedEvent) -> Any:
    """Return what the page is a copy of; the event names the outermost original."""
    if aq_base(page) is aq_base(event.object):
        return event.original
    return _original_of(aq_parent(page), event)[page.getId()]
