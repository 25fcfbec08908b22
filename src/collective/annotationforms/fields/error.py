"""Errors of fields that have parts: each says what is wrong in which part.

Inline validation shows the message of the field as a whole only.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import IStorageWidget
from typing import Any
from z3c.form.error import MultipleErrorViewSnippet
from z3c.form.error import ValueErrorViewSnippet
from z3c.form.interfaces import IErrorViewSnippet
from z3c.form.interfaces import IMultipleErrors
from z3c.form.interfaces import IMultiWidget
from z3c.form.interfaces import IWidget
from zope.component import adapter
from zope.i18n import translate
from zope.interface import Interface


@adapter(IMultipleErrors, Interface, IStorageWidget, Interface, Interface, Interface)
class PartErrors(MultipleErrorViewSnippet):
    """The errors of the parts of an object, with a message as any error has one."""

    __roles__ = ()

    def update(self) -> None:
        """See z3c.form.interfaces.IErrorViewSnippet"""
        self.message = _joined(self.error.errors, self.request)


@adapter(ValueError, Interface, IMultiWidget, Interface, Interface, IAnnotationStorage)
class RowErrors(ValueErrorViewSnippet):
    """The errors of the rows of a widget: it refuses them by a mere ValueError."""

    __roles__ = ()

    def createMessage(self) -> str:
        """Return the messages of the cells, or the general one if they have none."""
        errors = [cell.error for cell in self._cells() if cell.error]
        return _joined(errors, self.request) or super().createMessage()

    def _cells(self) -> Iterator[IWidget]:
        # A data grid has rows behind those sent, as templates for new ones.
        sent = int(self.request.get(self.widget.counterName, 0))
        for row in self.widget.widgets[:sent]:
            cells = getattr(row, "widgets", None)
            yield from cells.values() if cells else (row,)


def _joined(errors: Iterable[IErrorViewSnippet], request: Any) -> str:
    messages = [translate(error.message, context=request) for error in errors]
    return " ".join(dict.fromkeys(messages))
