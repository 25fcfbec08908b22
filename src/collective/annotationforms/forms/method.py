"""The methods of HTTP: one that is not to write saves nothing."""

from collective.annotationforms.interfaces import describe_page
from collective.annotationforms.interfaces import IAnnotationForm
from zExceptions import Forbidden


#: All others are safe, see RFC 9110, 9.2.1, or not known.
WRITING_METHODS = frozenset(("POST", "PUT", "PATCH", "DELETE"))


def check_method(form: IAnnotationForm) -> None:
    """Raise Forbidden for a save that a link, a picture or a crawler could trigger.

    Code that uses a form by itself, as tests do, has a request that is not published.
    """
    request = form.request
    if request.get("PUBLISHED") is not None and request.method not in WRITING_METHODS:
        raise Forbidden(
            f"A form is saved by POST. Nothing was saved on"
            f" {describe_page(form.context)}."
        )
