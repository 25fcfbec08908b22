"""Passwords are not shown: where people read values, they are bullets."""

from collective.annotationforms.fields.innerwidget import inner_widgets
from typing import Any
from z3c.form.interfaces import DISPLAY_MODE
from z3c.form.interfaces import IWidget
from zope.schema import getFields
from zope.schema.interfaces import ICollection
from zope.schema.interfaces import IField
from zope.schema.interfaces import IMapping
from zope.schema.interfaces import IObject
from zope.schema.interfaces import IPassword


#: Always as many: the length would be a hint.
BULLETS = "•" * 8


def hidden(value: Any) -> str:
    """Return what is shown in place of a password, "" if there is none."""
    return BULLETS if value else ""


def hide_passwords(widget: IWidget, displays: bool = False) -> None:
    """Let a widget that displays a value, and those within it, show no password.

    Call it when the widget is up to date.  One for input is left alone, unless the form
    only `displays`: it shows none, or has to.
    """
    if widget.mode != DISPLAY_MODE and not displays:
        return
    inner = list(inner_widgets(widget))
    for found in inner:
        hide_passwords(found, displays)
    if not inner and has_passwords(widget.field):
        widget.value = hidden(widget.value)


def has_passwords(field: IField | None, outer: tuple = ()) -> bool:
    """Tell whether a value of the field may have a password in it."""
    if IPassword.providedBy(field):
        return True
    if IObject.providedBy(field):
        # A schema may have fields of itself.
        if field.schema in outer:
            return False
        outer = (*outer, field.schema)
        return any(has_passwords(of, outer) for of in getFields(field.schema).values())
    if ICollection.providedBy(field) or IMapping.providedBy(field):
        kinds = (field.value_type, getattr(field, "key_type", None))
        return any(has_passwords(kind, outer) for kind in kinds)
    return False
