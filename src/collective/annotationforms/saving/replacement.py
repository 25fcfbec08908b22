"""Putting other data of a form in place of those of a page."""

from collections.abc import Mapping
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.saving.save import saving
from typing import Any


def replace_data(page: Any, form: IRegisteredForm, values: Mapping[str, Any]) -> None:
    """Let the page have these values of the form, and no others.

    It is saved by code, see `saving`.  What is stored already is not written again.
    """
    storage = form.storage(page)
    with saving(storage, form, by_code=True):
        stored = dict(storage.data)
        for name in set(stored) - set(values):
            del storage[name]
        for name, value in values.items():
            if name not in stored or stored[name] is not value:
                storage.put_back(name, value)
        if not values:
            storage.remove()
