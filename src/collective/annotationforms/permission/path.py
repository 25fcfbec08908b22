"""The views on the path of a request: who may not open one uses nothing below it.

Zope asks for the last one only.
"""

from Acquisition import aq_base
from collections.abc import Iterator
from collective.annotationforms.permission.user import guards_of
from collective.annotationforms.permission.user import has_role
from typing import Any
from z3c.form.interfaces import IForm
from z3c.form.interfaces import IWidget
from zope.browser.interfaces import IBrowserView
from zope.interface import providedBy


#: What is on a path, but is no content.
NO_CONTENT = (IBrowserView, IForm, IWidget)
#: The roles of a view of which nothing says who may open it.
UNKNOWN = object()


def may_open_path(request: Any) -> bool:
    """Tell whether the user may open what is published, and each view on the way."""
    return all(
        has_role(roles, one)
        for view, content in _views_with_content(request)
        if (roles := roles_of(view)) is not UNKNOWN
        for one in guards_of(content)
    )


def view_on_path(form: Any) -> Any:
    """Return the view on the path of the request that is the form, or wraps it, if any.

    A view whose code makes the form says nothing of who may use the form.
    """
    for view, _content in _views_with_content(form.request):
        shown = (view, getattr(view, "form_instance", None))
        if any(aq_base(one) is aq_base(form) for one in shown):
            return view
    return None


def roles_of(view: Any) -> Any:
    """Return the roles of those who may open the view; None if these are all.

    ZCML or the class of the view says it, else they are UNKNOWN.
    """
    return getattr(view, "__roles__", UNKNOWN)


def is_content(item: Any) -> bool:
    """Tell whether something on a path is content, no view and no part of one."""
    provided = providedBy(item)
    return not any(provided.isOrExtends(kind) for kind in NO_CONTENT)


def _views_with_content(request: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each view on the path, the last one first, and what it is a view of."""
    path = [request.get("PUBLISHED"), *request.get("PARENTS", ())]
    # What is published may be a method of a view.
    path = [getattr(item, "__self__", item) for item in path]
    for number, item in enumerate(path):
        if IBrowserView.providedBy(item):
            yield item, next(filter(is_content, path[number:]), item)
