"""Defaults in forms: for fields that were never stored, computed for the page."""

from collective.annotationforms.interfaces import IAnnotationStorage
from typing import Any
from z3c.form.interfaces import IValue
from z3c.form.interfaces import IWidget
from zope.component import adapter
from zope.component import queryMultiAdapter
from zope.interface import implementer
from zope.interface import Interface
from zope.schema.interfaces import IField


@implementer(IValue)
@adapter(IAnnotationStorage, Interface, Interface, IField, Interface)
class StorageDefault:
    """The default that a widget shows as long as its field was never stored."""

    def __init__(self, storage, request, form, field, widget):
        self.page = storage.__parent__
        self.request = request
        self.form = form
        self.field = field
        self.widget = widget

    def get(self) -> Any:
        """Return the default that is registered for the page, or the field's own."""
        registered = queryMultiAdapter(
            (self.page, self.request, self.form, self.field, self.widget),
            IValue,
            name="default",
        )
        return registered.get() if registered else self.field.bind(self.page).default


def default_value(widget: IWidget) -> Any:
    """Return what `widget` shows as long as its field was never stored."""
    if not widget.showDefault:
        return widget.field.missing_value
    discriminators = (
        widget.context,
        widget.request,
        widget.form,
        widget.field,
        widget,
    )
    return queryMultiAdapter(discriminators, IValue, name="default").get()
