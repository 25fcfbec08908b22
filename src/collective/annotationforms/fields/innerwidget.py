"""The widgets within a widget: of the items of a value, or of its fields."""

from collections.abc import Iterator
from collective.annotationforms.interfaces import IAnnotationForm
from copy import copy
from z3c.form.interfaces import IMultiWidget
from z3c.form.interfaces import IObjectWidget
from z3c.form.interfaces import IWidget
from zope.schema.interfaces import IField


def inner_widgets(widget: IWidget) -> Iterator[IWidget]:
    """Yield the widgets that the widget has itself, not those within them."""
    for owner in (widget, getattr(widget, "subform", None)):
        for name in ("widgets", "key_widgets"):
            found = getattr(owner, name, None)
            if not found:
                continue
            values = getattr(found, "values", None)
            widgets = values() if values else found
            # A list has no widgets for its keys, but None for each.
            yield from filter(IWidget.providedBy, widgets)


def has_parts(widget: IWidget) -> bool:
    """Tell whether the widget is for several items, or for an object, or has such."""
    return (
        IMultiWidget.providedBy(widget)
        or IObjectWidget.providedBy(widget)
        or any(True for _inner in inner_widgets(widget))
    )


def all_inner_widgets(widget: IWidget) -> Iterator[IWidget]:
    """Yield the widgets within the widget, however deep."""
    for inner in inner_widgets(widget):
        yield inner
        yield from all_inner_widgets(inner)


def is_of_annotation_form(widget: IWidget) -> bool:
    """Tell whether a widget is in a form of ours, maybe within another one.

    Parts of objects and rows have plain fields and widgets: it takes the way up to the
    form to know whose they are.
    """
    form = getattr(widget, "form", None)
    while form is not None and not IAnnotationForm.providedBy(form):
        # The form of what is in an object is the widget of the object.
        outer = "form" if IWidget.providedBy(form) else "parentForm"
        form = getattr(form, outer, None)
    return form is not None


def with_name(field: IField, name: str) -> IField:
    """Return the field, or a copy with this name if it has none."""
    if field.__name__:
        return field
    field = copy(field)
    field.__name__ = name
    return field
