"""What a user has got by a permission is for nobody else: caches are told so.

It is asked at the end of each request, since anything may have set other headers until
then: a cache that goes by the name of a file gives it to anybody.
"""

from collections.abc import Iterator
from collective.annotationforms.interfaces import IAnnotationForm
from collective.annotationforms.interfaces import IStorageWidget
from collective.annotationforms.interfaces import IStorageWidgetPart
from collective.annotationforms.permission.closed import Closed
from typing import Any
from z3c.form.interfaces import DISPLAY_MODE
from zope.component import adapter
from ZPublisher.interfaces import IPubSuccess


OURS = (IAnnotationForm, IStorageWidget, IStorageWidgetPart)
NO_COPY = "private, no-store"
# With the other one, browsers lose what somebody has typed when she goes back to it.
NO_COPY_OF_INPUT = "private, no-cache"


@adapter(IPubSuccess)
def keep_out_of_shared_caches(event: IPubSuccess) -> None:
    """Let no cache give the answer to others, unless everybody gets it.

    That is what a visitor has got whom nobody knows.  An answer that is private already
    stays as it is, such as an image that a browser may keep for a minute.
    """
    request = event.request
    response = request.response
    header = (response.getHeader("Cache-Control") or "").lower()
    if "private" in header or "no-store" in header or _is_visitor(request):
        return
    published = next(filter(_is_ours, _published(request)), None)
    if published is not None:
        response.setHeader("Cache-Control", _header_for(published))


def _is_visitor(request: Any) -> bool:
    user = request.get("AUTHENTICATED_USER")
    return user is None or user.getId() is None


def _published(request: Any) -> Iterator[Any]:
    """Yield what is published and what it is below, with forms that are wrapped."""
    for found in (request.get("PUBLISHED"), *request.get("PARENTS", ())):
        # The method of a view, for example.
        view = getattr(found, "__self__", found)
        yield from (view, getattr(view, "form_instance", None))


def _is_ours(found: Any) -> bool:
    return isinstance(found, Closed) or any(kind.providedBy(found) for kind in OURS)


def _header_for(published: Any) -> str:
    is_form = IAnnotationForm.providedBy(published)
    has_input = is_form and published.mode != DISPLAY_MODE
    return NO_COPY_OF_INPUT if has_input else NO_COPY
