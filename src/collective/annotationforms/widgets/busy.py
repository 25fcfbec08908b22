"""What an editor gets when Zope has tried in vain to write: the form, not an error.

Others were saving at the same time, again and again.
"""

from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IAnnotationForm
from collective.annotationforms.interfaces import IAnnotationFormsLayer
from Products.statusmessages.interfaces import IStatusMessage
from transaction.interfaces import TransientError
from typing import Any
from zope.component import adapter
from zope.component import getMultiAdapter
from zope.component import getSiteManager
from zope.interface import implementedBy
from zope.interface import Interface
from zope.interface import providedBy

import transaction


@adapter(TransientError, IAnnotationFormsLayer)
def view_of_error(error: TransientError, request: Any) -> Any:
    """Return the view for an error that Zope has no more retries for.

    It is the one that any error has unless a form of ours was to be saved.
    """
    published = request.get("PUBLISHED")
    view = getattr(published, "__self__", published)
    if IAnnotationForm.providedBy(getattr(view, "form_instance", view)):
        return BusyForm(view, request)
    required = (implementedBy(Exception), providedBy(request))
    found = getSiteManager().adapters.lookup(required, Interface, "index.html")
    return found and found(error, request)


class BusyForm:
    """Shows a form again with what was typed, and says that nothing was stored."""

    # Not an address: Zope finds it by the error.
    __roles__ = ()

    message = _(
        "Nothing was saved yet: others are saving at the same time. What you typed is"
        " still in the form; please save it again."
    )

    def __init__(self, view: Any, request: Any):
        self.view = view
        self.request = request

    def __call__(self) -> str:
        """Return the page; the transaction that failed is given up."""
        transaction.abort()
        self._forget_answer()
        name, page = self.view.__name__, self.view.context
        view = getMultiAdapter((page, self.request), name=name)
        form = getattr(view, "form_instance", view)
        # The form shows its status as an error if it is this one.
        form.status = form.formErrorsMessage = self.message
        view.update()
        return view.render()

    def _forget_answer(self) -> None:
        """Take back what the form has said and done in the request."""
        form = getattr(self.view, "form_instance", self.view)
        for action in form.actions.executedActions:
            self.request.form.pop(action.name, None)
        IStatusMessage(self.request).show()
        response = self.request.response
        response.headers.pop("location", None)
        # It would be set to that of the error once more.
        response.setStatus(200, lock=True)
