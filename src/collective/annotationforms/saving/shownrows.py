"""Rows of a form that is shown again, after an error: they show what they keep."""

from collections.abc import Mapping
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.saving.kept import cells_of
from collective.annotationforms.saving.kept import is_left_out
from collective.annotationforms.saving.kept import values_of
from collective.annotationforms.saving.rows import Rows
from collective.annotationforms.saving.rows import sent_name
from functools import cache
from plone.formwidget.namedfile.interfaces import INamedFileWidget
from plone.formwidget.namedfile.utils import is_file_upload
from plone.namedfile.interfaces import INamed
from plone.namedfile.utils import safe_basename
from typing import Any
from z3c.form.interfaces import DISPLAY_MODE
from z3c.form.interfaces import IDataConverter
from z3c.form.interfaces import IMultiWidget
from z3c.form.interfaces import IObjectWidget
from z3c.form.interfaces import IWidget


def show_kept_parts(storage: IAnnotationStorage, widget: IWidget, stored: Any) -> None:
    """Let the rows of a form that was sent show what they keep.

    The widget of a file can't show the marker of z3c.form for "not changed", and would
    show that of another row.
    """
    if IMultiWidget.providedBy(widget) or IObjectWidget.providedBy(widget):
        _show(storage, widget, widget.name, stored)


def shown_rows(storage: IAnnotationStorage, widget: IWidget, stored: Any) -> Any:
    """Return what is stored of the rows that the widget shows, in their order.

    For a widget without rows it is what is `stored`.
    """
    if not IMultiWidget.providedBy(widget) or isinstance(stored, Mapping):
        return stored
    name = sent_name(widget, widget.name)
    return [row.value for row in Rows(storage, widget, stored, name=name)]


def _show(storage: IAnnotationStorage, widget: IWidget, name: str, stored: Any) -> None:
    """Let a widget show what is stored, if it keeps that.

    `name` is how it was called in the request.
    """
    if IMultiWidget.providedBy(widget):
        for row in Rows(storage, widget, stored, name=sent_name(widget, name)):
            if row.name is not None:
                _show(storage, row.widget, row.name, row.value)
    elif IObjectWidget.providedBy(widget):
        values = values_of(widget.field, stored)
        for column, cell in cells_of(widget):
            end = cell.name[len(widget.name) :]
            _show(storage, cell, f"{name}{end}", values.get(column))
    elif widget.mode == DISPLAY_MODE or is_left_out(widget, name, widget.value):
        widget.value = IDataConverter(widget).toWidgetValue(stored)
        if INamedFileWidget.providedBy(widget):
            widget.__class__ = _keeping(getattr(widget, "sending", type(widget)))
    elif INamedFileWidget.providedBy(widget):
        widget.value = _uploaded(widget, name)


def _uploaded(widget: IWidget, name: str) -> Any:
    """Return the file that was chosen, None without one.

    The widget itself asks its page, and has none in a row; and it looks for the file
    where its row is now.
    """
    sent = widget.request.form.get(name)
    if not is_file_upload(sent):
        return widget.value if INamed.providedBy(widget.value) else None
    sent.seek(0)
    data = sent.read()
    sent.seek(0)
    return widget.field._type(data=data, filename=safe_basename(sent.filename))


@cache
def _keeping(widget_class: type) -> type:
    """Return the class for the widget of a file that is kept in a form shown again.

    The file is stored: it is no upload that would get lost.
    """
    # One base only, for the class of an object is changed to it.
    members = {
        "__module__": widget_class.__module__,
        "sending": widget_class,
        "file_upload_id": "",
    }
    return type(widget_class.__name__, (widget_class,), members)
