"""What a request needs before a form saves: a method that may write, and a token."""

from collective.annotationforms.interfaces import describe_page
from collective.annotationforms.interfaces import IAnnotationForm
from plone.protect import CheckAuthenticator
from plone.protect.interfaces import IDisableCSRFProtection
from typing import Any
from zExceptions import Forbidden


#: All others are safe, see RFC 9110, 9.2.1, or not known.
WRITING_METHODS = frozenset(("POST", "PUT", "PATCH", "DELETE"))


def is_published(request: Any) -> bool:
    """Tell whether the request is answered by the publisher.

    It is not where code uses a form by itself, as tests do.
    """
    return request.get("PUBLISHED") is not None


def check_request(form: IAnnotationForm) -> None:
    """Raise Forbidden for a save that another site, a picture or a crawler may cause.

    plone.protect by itself asks for a token of users who are logged in only.
    """
    request = form.request
    if not is_published(request):
        return
    if request.method not in WRITING_METHODS:
        raise Forbidden(
            f"A form is saved by POST. Nothing was saved on"
            f" {describe_page(form.context)}."
        )
    # Code says so of a request that no browser sends by itself.
    if not IDisableCSRFProtection.providedBy(request):
        CheckAuthenticator(request)
