"""Deleting the data of a form on a page, so that all who are concerned know."""

from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.permission import may_manage
from collective.annotationforms.permission import may_use_view
from collective.annotationforms.saving.lock import check_lock
from collective.annotationforms.saving.notify import notify_page
from collective.annotationforms.saving.notify import notify_saved
from collective.annotationforms.storage.storage import annotation_storage
from typing import Any
from zope.interface import Invalid


def may_delete(page: Any, form: IRegisteredForm | None, request: Any) -> bool:
    """Tell whether the user may delete the data of the form on the page.

    Who may edit them may delete them; what belongs to no form is for managers.
    """
    if form is None:
        return may_manage(page)
    return may_use_view(page, request, form.name)


def is_locked(page: Any, form: IRegisteredForm | None) -> bool:
    """Tell whether somebody else has locked the page, and the form respects it."""
    if form is not None and not form.form_class.RESPECT_LOCK:
        return False
    try:
        check_lock(page)
    except Invalid:
        return True
    return False


def delete_data(page: Any, key: str, form: IRegisteredForm | None) -> None:
    """Delete the data under `key`: events, relations and files as after a save.

    No permission is checked.
    """
    storage = annotation_storage(page, key)
    before = dict(storage.data)
    names = names_by_schema(form, before)
    storage.remove()
    if names:
        notify_saved(storage, names, before)
    if form is None or form.form_class.NOTIFY_CONTENT:
        notify_page(page, names)


def names_by_schema(form: IRegisteredForm | None, stored: dict[str, Any]) -> dict:
    """Return the names of the stored fields of the form, by the schemas they are in."""
    names: dict = {}
    for name, field in (form.fields if form else {}).items():
        if name in stored:
            names.setdefault(field.interface, []).append(name)
    return names
