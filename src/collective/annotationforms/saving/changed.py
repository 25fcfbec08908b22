"""What of the extracted data is a change, and what is known of it already."""

from collective.annotationforms.saving.merge import is_left_unfit
from collective.annotationforms.saving.merge import widgets_by_name
from collective.annotationforms.saving.token import current_value
from collective.annotationforms.saving.token import is_stored
from collective.annotationforms.saving.token import sent_back
from collective.annotationforms.saving.token import shown_of
from collective.annotationforms.storage.parts import UNCHANGING
from collective.annotationforms.storage.value import same
from typing import Any
from z3c.form.interfaces import IForm
from z3c.form.interfaces import IWidget
from z3c.form.interfaces import NOT_CHANGED


def changed_values(form: IForm, data: dict[str, Any]) -> dict[str, Any]:
    """Return the part of the extracted `data` that differs from what is shown now.

    A form that is saved untouched gives an empty dict, also if nothing was stored
    before and the form showed defaults; but those that are others by now are changes,
    for the editor saw and saved them.
    """
    shown = dict(widgets_by_name(form))
    return {
        name: value
        for name, value in data.items()
        if name not in shown or not _is_as_shown(shown[name], value)
    }


def is_checked(widget: IWidget, value: Any) -> bool:
    """Tell whether it is known that the value can be stored."""
    return _is_noted(widget, "checked", value)


def _is_noted(widget: IWidget, note: str, value: Any) -> bool:
    """Tell whether the value is the noted one, and has not been changed in place."""
    return type(value) in UNCHANGING and value is getattr(widget, note, NOT_CHANGED)


def _is_as_shown(widget: IWidget, value: Any) -> bool:
    if value is NOT_CHANGED or (_is_noted(widget, "kept", value) and is_stored(widget)):
        return True
    if getattr(widget, "chosen", False) and not is_stored(widget):
        # No matter whether it is the default, too, maybe since a moment ago.
        return False
    current = current_value(widget)
    if same(widget.field, current, value) or is_left_unfit(widget, value):
        return True
    shown = shown_of(widget, current)
    return same(widget.field, sent_back(widget, shown), value)
