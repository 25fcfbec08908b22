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
    """What a widget shows when z3c.form asks for a default.

    z3c.form asks as well when an empty value is stored.  Stored empty is a value:
    what somebody cleared stays empty.
    """

    def __init__(self, storage, request, form, field, widget):
        self.storage = storage
        self.request = request
        self.form = form
        self.field = field
        self.widget = widget

    def get(self) -> Any:
        """Return the default for the page, or the empty value if that is stored."""
        if self.field.__name__ in self.storage:
            return self.field.missing_value
        page = self.storage.__parent__
        # A default that was registered as for any other form wins over the
        # field's own.
        registered = queryMultiAdapter(
            (page, self.request, self.form, self.field, self.widget),
            IValue,
            name="default",
        )
        return registered.get() if registered else self.field.bind(page).default


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
