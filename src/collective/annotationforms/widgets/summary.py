"""The conflicts of a form at its top: which fields, who changed them, and links."""

from collective.annotationforms.saving.merge import ConflictsShown
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from typing import Any
from z3c.form.error import ErrorViewSnippet
from z3c.form.interfaces import IErrorViewSnippet
from zope.component import adapter
from zope.interface import implementer
from zope.interface import Interface


@implementer(IErrorViewSnippet)
@adapter(ConflictsShown, Interface, None, None, Interface, Interface)
class ConflictSummary(ErrorViewSnippet):
    """Stands among the errors of a form that belong to no field."""

    # Not an address.
    __roles__ = ()

    template = ViewPageTemplateFile("templates/summary.pt")

    def update(self) -> None:
        """See z3c.form.interfaces.IErrorViewSnippet"""
        super().update()
        first, *others = self.error.views
        # Inside the form, where a browser without scripts sends it; and no button,
        # since browsers press the first one when somebody hits Enter in a field.
        first.offers_all = bool(others)

    def createMessage(self) -> str:
        """Return the names of the fields, for who shows nothing but messages."""
        return ", ".join(view.widget.label for view in self.error.views)

    def conflicts(self) -> list[dict[str, Any]]:
        """Return the label of each field, where it is, and who changed it."""
        return [
            {
                "label": view.widget.label,
                "message": view.message,
                "url": f"#formfield-{view.widget.id}",
            }
            for view in self.error.views
        ]

    def render(self) -> str:
        """See z3c.form.interfaces.IErrorViewSnippet"""
        return self.template()
