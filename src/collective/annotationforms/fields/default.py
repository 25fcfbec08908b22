"""Defaults in forms: for fields that were never stored, computed for the page."""

from collective.annotationforms.interfaces import IAnnotationStorage
from typing import Any
from z3c.form.interfaces import IContextAware
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

    A field without a default shows that it is empty, as an attribute does that was
    never set.  None for a widget that does not read from the storage.
    """
    discriminators = (storage.__parent__, request, form, field, widget)
    registered = queryMultiAdapter(discriminators, IValue, name="default")
    if registered is not None:
        return registered
    default = field.bind(storage.__parent__).default
    if default is None and not _reads_storage(widget):
        return None
    return StaticValue(default)


def _reads_storage(widget: IWidget) -> bool:
    return IContextAware.providedBy(widget) and not widget.ignoreContext


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
