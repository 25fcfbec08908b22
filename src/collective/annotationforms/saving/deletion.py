"""Deleting the data of a form on a page."""

from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.permission.access import Access
from collective.annotationforms.saving.lock import check_lock
from collective.annotationforms.saving.notify import page_modified_event
from collective.annotationforms.saving.notify import StorageSavedEvent
from collective.annotationforms.saving.save import saving
from typing import Any
from zope.event import notify


def delete_data(page: Any, form: IRegisteredForm) -> int:
    """Delete the data of the form that the user may delete: as a save tells it.

    Returns how many values are left, since the user may not write them.  Raises
    Invalid, and deletes nothing, if somebody else has locked the page and the form
    respects it.
    """
    storage = form.storage(page)
    may_write = Access(page, form).may_write
    names = [name for name in storage.data if may_write(name)]
    with saving(storage, form):
        if len(names) == len(storage.data):
            storage.remove()
        else:
            for name in names:
                del storage[name]
    return len(storage.data)


def delete_unreadable(page: Any, form: IRegisteredForm) -> None:
    """Delete data that can't be read; whether the user may is not asked here.

    Raises Invalid as `delete_data` does.  Nobody can be told of the values, so the page
    is told that it was modified, whatever the form says: the catalog follows.
    """
    if form.respect_lock:
        check_lock(page)
    storage = form.storage(page)
    storage.remove()
    notify(page_modified_event(StorageSavedEvent(storage, {}), {}))
