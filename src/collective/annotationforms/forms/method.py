"""The methods of HTTP: one that is to read only saves nothing."""

from collective.annotationforms.interfaces import describe_page
from collective.annotationforms.interfaces import IAnnotationForm
from zExceptions import Forbidden


#: Safe methods, see RFC 9110, 9.2.1.
SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))


def check_method(form: IAnnotationForm) -> None:
    """Raise Forbidden for a save that a link, a picture or a crawler could trigger.

    Code that uses a form by itself, as tests do, has a request that is not published.
    """
    request = form.request
    if request.get("PUBLISHED") is not None and request.method in SAFE_METHODS:
        raise Forbidden(
            f"A form is saved by POST. Nothing was saved on"
            f" {describe_page(form.context)}."
        )
