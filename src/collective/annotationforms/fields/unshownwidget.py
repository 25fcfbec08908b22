"""What stands in the place of a field that can't be shown.

Its vocabulary is gone, for example, or its widget fails with what is stored.
"""

from collective.annotationforms.i18n import _
from html import escape
from typing import Any
from z3c.form.browser.text import TextWidget
from z3c.form.interfaces import IFieldWidget
from z3c.form.interfaces import IWidget
from z3c.form.widget import FieldWidget
from zope.i18n import translate
from zope.interface import implementer
from zope.interface import Invalid

import logging


logger = logging.getLogger(__name__)

#: What fields and widgets raise for values, vocabularies and classes that are gone.
#: Conflicts of the database are not among them, nor is what refuses a request.
FAULTS = (
    ArithmeticError,
    AttributeError,
    ImportError,
    Invalid,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)

MESSAGE = _(
    "This field can't be shown. What is stored in it stays as it is; please tell"
    " whoever looks after the site."
)


class UnshownWidget(TextWidget):
    """Says that the field can't be shown."""

    __roles__ = ()

    def update(self) -> None:
        """See z3c.form.interfaces.IWidget"""
        # Nobody is asked for anything: neither for a value nor for a default.
        self.value = ""

    def render(self) -> str:
        """See z3c.form.interfaces.IWidget"""
        return note_in_place_of(self) + input_of_unshown(self)


@implementer(IFieldWidget)
def UnshownFieldWidget(field: Any, request: Any) -> UnshownWidget:
    """Return the widget, as z3c.form asks for it."""
    return FieldWidget(field, UnshownWidget(request))


def note_in_place_of(widget: IWidget) -> str:
    """Return the HTML that stands in the place of a widget."""
    text = escape(translate(MESSAGE, context=widget.request))
    return f'<span id="{escape(widget.id)}" class="text-danger">{text}</span>'


def input_of_unshown(widget: IWidget) -> str:
    """Return the HTML of an input that says that a form has not shown a field."""
    name = escape(unshown_name(widget.name))
    return f'<input type="hidden" name="{name}" value="1" />'


def rendered(widget: IWidget) -> str:
    """Return the HTML of a widget that is only read, or of what says why it isn't."""
    try:
        return widget.render()
    except FAULTS:
        log_fault(widget.name)
        return note_in_place_of(widget)


def log_fault(name: str) -> None:
    """Write the exception that is handled into the log."""
    logger.warning("The field %s can't be shown", name, exc_info=True)


def unshown_name(name: str) -> str:
    """Return the name under which a form says that it has not shown a field."""
    return f"{name}-unshown"
