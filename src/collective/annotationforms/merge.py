"""What the editor saw and what was sent: which values are changes."""

from collections.abc import Iterator
from collective.annotationforms.default import default_value
from collective.annotationforms.value import same
from typing import Any
from z3c.form.interfaces import IDataConverter
from z3c.form.interfaces import IDataManager
from z3c.form.interfaces import IForm
from z3c.form.interfaces import IWidget
from z3c.form.interfaces import NOT_CHANGED
from zope.component import getMultiAdapter
from zope.interface import Invalid


def changed_values(form: IForm, data: dict[str, Any]) -> dict[str, Any]:
    """Return the part of the extracted `data` that differs from what was shown.

    A form that is saved untouched gives an empty dict, also if nothing was stored
    before and the form showed defaults.
    """
    shown = dict(widgets_by_name(form))
    return {
        name: value
        for name, value in data.items()
        if name not in shown or not _is_as_shown(shown[name], value)
    }


def widgets_by_name(form: IForm) -> Iterator[tuple[str, IWidget]]:
    """Yield name and widget of each field of the form and of its groups."""
    yield from form.widgets.items()
    for group in getattr(form, "groups", ()):
        yield from widgets_by_name(group)


def _is_as_shown(widget: IWidget, value: Any) -> bool:
    if value is NOT_CHANGED:
        return True
    shown = _shown_value(widget)
    return same(widget.field, shown, value) or same(
        widget.field, _sent_back(widget, shown), value
    )


def _shown_value(widget: IWidget) -> Any:
    if widget.field.__name__ not in widget.context:
        return default_value(widget)
    return getMultiAdapter((widget.context, widget.field), IDataManager).get()


def _sent_back(widget: IWidget, shown: Any) -> Any:
    """Return what an untouched widget sends back, e.g. [] for None."""
    converter = IDataConverter(widget)
    try:
        return converter.toFieldValue(converter.toWidgetValue(shown))
    except (Invalid, ValueError):
        # It can be shown, but not be typed, e.g. None by the rich text widget.
        return shown
