"""Working copies of plone.app.iterate: data of their own, brought over at check-in."""

from collective.annotationforms.catalog.inventory import storage_keys
from collective.annotationforms.registry import form_of
from collective.annotationforms.saving.replacement import replace_data
from collective.annotationforms.storage.storage import stored_mappings
from typing import Any
from zope.annotation.interfaces import IAnnotations
from zope.copy import clone


def give_data_to_working_copy(event: Any) -> None:
    """Copy the data of the page; `event` is plone.app.iterate's ICheckoutEvent.

    The working copy of an item is a copy, without what its forms don't want to be
    copied; that of a folderish page has the very mappings of the page.
    """
    copies = stored_mappings(event.working_copy)
    ours = storage_keys(event.object)
    for key, stored in stored_mappings(event.object).items():
        if copies.get(key, stored) is not stored:
            continue
        copied = clone(stored)
        if key in ours:
            IAnnotations(event.working_copy).pop(key, None)
            form = form_of(event.working_copy, key)
            replace_data(event.working_copy, form, copied)
        else:
            IAnnotations(event.working_copy)[key] = copied


def bring_data_back(event: Any) -> None:
    """Give the working copy's data to the page; `event` is an ICheckinEvent.

    plone.app.iterate puts the other mappings of the working copy in place of those of
    the page, and leaves on the page what the working copy has no longer.
    """
    new = stored_mappings(event.object)
    ours = {*storage_keys(event.baseline), *storage_keys(event.object)}
    for key in sorted(ours):
        form = form_of(event.baseline, key)
        if key in new or form.is_known:
            values = dict(new.get(key, {}))
            # Its relations are the page's from now on.
            form.storage(event.object).remove()
            # plone.app.iterate has a lock of its own on the page, and tells it in the
            # end.
            replace_data(event.baseline, form, values)
