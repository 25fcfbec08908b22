"""The widget that shows a value which does not fit its field: as text."""

from collective.annotationforms.fields.password import hidden
from collective.annotationforms.fields.text import text_of
from collective.annotationforms.permission.password import has_passwords
from html import escape
from typing import Any
from z3c.form.browser.text import TextWidget
from z3c.form.interfaces import IFieldWidget
from z3c.form.widget import FieldWidget
from zope.interface import implementer


class UnfitWidget(TextWidget):
    """Displays the stored value as text."""

    __roles__ = ()

    def update(self) -> None:
        """See z3c.form.interfaces.IWidget"""
        # No converter of the field is asked for the value.
        self.ignoreContext = self.ignoreRequest = True
        super().update()
        self.value = text_of_unfit(self.context, self.field)

    def render(self) -> str:
        """See z3c.form.interfaces.IWidget"""
        return f'<span id="{escape(self.id)}">{escape(self.value)}</span>'


@implementer(IFieldWidget)
def UnfitFieldWidget(field: Any, request: Any) -> UnfitWidget:
    """Return the widget, as z3c.form asks for it."""
    return FieldWidget(field, UnfitWidget(request))


def text_of_unfit(storage: Any, field: Any) -> str:
    """Return the value as text; what may have a password in it is hidden."""
    value = storage.data[field.__name__]
    return hidden(value) if has_passwords(field) else text_of(None, value)
