"""Passwords are not shown: where people read values, they are bullets."""

from collective.annotationforms.fields.innerwidget import inner_widgets
from collective.annotationforms.permission.password import has_passwords
from typing import Any
from z3c.form.interfaces import DISPLAY_MODE
from z3c.form.interfaces import IWidget


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
