"""The widget that shows a value which does not fit its field: as text."""

from collective.annotationforms.fields.password import hidden
from collective.annotationforms.fields.text import text_of
from collective.annotationforms.i18n import _
from collective.annotationforms.permission.column import Columns
from collective.annotationforms.permission.password import has_passwords
from collective.annotationforms.storage.rows import with_some_columns
from html import escape
from typing import Any
from z3c.form.browser.text import TextWidget
from z3c.form.interfaces import IFieldWidget
from z3c.form.widget import FieldWidget
from zope.globalrequest import getRequest
from zope.i18n import translate
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
    """Return the value as text, as far as the user may see columns of rows in it.

    What may have a password in it is hidden.
    """
    value = storage.data[field.__name__]
    if has_passwords(field):
        return hidden(value)
    columns = Columns(storage.__parent__)
    shown = with_some_columns(field, value, columns.is_shown)
    if shown is None and value is not None:
        return translate(_("(not shown)"), context=getRequest())
    return text_of(None, shown)
