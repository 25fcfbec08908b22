"""Deleting the data of a form on a page."""

from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.permission import Access
from collective.annotationforms.saving.save import saving
from typing import Any


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
