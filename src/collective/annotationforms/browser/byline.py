"""No byline above form data: it tells of the page, not of them."""

from collective.annotationforms.interfaces import IAnnotationForm
from plone.app.layout.viewlets.content import DocumentBylineViewlet
from zope.interface import Interface


class IAboutFormData(Interface):
    """A view of a page that is about its form data."""


class Byline(DocumentBylineViewlet):
    """Who has written the page, and when, for views that are not about form data."""

    # Not an address.
    __roles__ = ()

    def show(self) -> bool:
        """Tell whether there is something to show; see the base class."""
        shown = getattr(self.view, "form_instance", self.view)
        if IAnnotationForm.providedBy(shown) or IAboutFormData.providedBy(shown):
            return False
        return super().show()
