"""Values that can't be stored, as an editor sees them: an error of their field."""

from collective.annotationforms.saving.merge import ValueRefused
from typing import Any
from z3c.form.interfaces import IErrorViewSnippet
from zope.component import adapter
from zope.component import getMultiAdapter
from zope.interface import implementer
from zope.interface import Interface
from zope.interface import Invalid


@implementer(IErrorViewSnippet)
@adapter(ValueRefused, Interface, None, None, Interface, Interface)
def view_of_refused(
    error: ValueRefused,
    request: Any,
    widget: None,
    field: None,
    form: Any,
    content: Any,
) -> IErrorViewSnippet:
    """Return the view of the error, which z3c.form takes for one of the whole form."""
    widget = error.widget
    discriminators = (
        Invalid(*error.args),
        request,
        widget,
        widget.field,
        form,
        content,
    )
    view = getMultiAdapter(discriminators, IErrorViewSnippet)
    if widget.form.widgets.setErrors:
        widget.error = view
    return view
