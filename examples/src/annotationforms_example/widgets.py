"""A widget for web addresses that are links where they are only read."""

from html import escape
from plone.app.z3cform.widgets.text import TextWidget
from z3c.form.interfaces import DISPLAY_MODE
from z3c.form.interfaces import IFieldWidget
from z3c.form.widget import FieldWidget
from zope.interface import implementer


class WebAddressWidget(TextWidget):
    """Plone's own widgets show an address as text."""

    def render(self) -> str:
        """See z3c.form.interfaces.IWidget"""
        if self.mode == DISPLAY_MODE and self.value:
            address = escape(self.value)
            return f'<a href="{address}">{address}</a>'
        return super().render()


@implementer(IFieldWidget)
def WebAddressFieldWidget(field, request) -> WebAddressWidget:
    """Return the widget for a field; see IFieldWidget"""
    return FieldWidget(field, WebAddressWidget(request))
