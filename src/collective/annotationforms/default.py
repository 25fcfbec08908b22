"""Defaults in forms: for fields that were never stored, computed for the page."""

from collective.annotationforms.interfaces import IAnnotationStorage
from typing import Any
from z3c.form.interfaces import IFieldWidget
from z3c.form.interfaces import IValue
from z3c.form.interfaces import IWidget
from z3c.form.value import StaticValue
from zope.component import adapter
from zope.component import queryMultiAdapter
from zope.interface import implementer
from zope.interface import Interface
from zope.schema.interfaces import IField


@implementer(IValue)
@adapter(IAnnotationStorage, Interface, Interface, IField, Interface)
def default_for_page(storage, request, form, field, widget) -> IValue | None:
    """Return the default that is registered for the page, or the field's own.

    None if there is neither, as for any other form.
    """
    discriminators = (storage.__parent__, request, form, field, widget)
    registered = queryMultiAdapter(discriminators, IValue, name="default")
    if registered is not None or not IFieldWidget.providedBy(widget):
        return registered
    default = field.bind(storage.__parent__).default
    return None if default is None else StaticValue(default)


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
    found = queryMultiAdapter(discriminators, IValue, name="default")
    return widget.field.missing_value if found is None else found.get()
