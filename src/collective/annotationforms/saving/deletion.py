"""Deleting the data of a form on a page."""

from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.saving.save import saving
from typing import Any


def delete_data(page: Any, form: IRegisteredForm) -> None:
    """Delete the data of the form: events, relations and files as after a save.

    No permission is checked.  Raises Invalid, and deletes nothing, if somebody else has
    locked the page and the form respects it.
    """
    storage = form.storage(page)
    with saving(storage, form):
        storage.remove()
