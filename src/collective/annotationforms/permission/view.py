"""The views that show a form, and who may open them.

Where nothing says who may, it is who may modify the page.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collective.annotationforms.interfaces import IAnnotationForm
from collective.annotationforms.permission.path import roles_of
from collective.annotationforms.permission.path import UNKNOWN
from collective.annotationforms.permission.path import view_on_path
from collective.annotationforms.permission.user import guards_of
from collective.annotationforms.permission.user import has_permission_on
from collective.annotationforms.permission.user import has_role
from typing import Any
from z3c.form.interfaces import IDisplayForm
from zope.component import getGlobalSiteManager
from zope.component import getSiteManager
from zope.globalrequest import getRequest
from zope.interface import Interface
from zope.interface import providedBy


MODIFY = "Modify portal content"


def may_open(form: IAnnotationForm | type, views: Iterable, page: Any) -> bool:
    """Tell whether the user may use the form, also where nothing says who may.

    It is who may modify the page then, or view it if the form only displays.  `views`
    are those that are known to show the form.
    """
    # To find them takes longer than each of the questions.
    guards = tuple(guards_of(page))
    answers = _answers(form, views, guards)
    if not answers:
        form_class = form if isinstance(form, type) else type(form)
        displays = IDisplayForm.implementedBy(form_class)
        answers = [has_permission_on("View" if displays else MODIFY, guards)]
    # Each form shows values: they are for who may view the page.
    return all(answers) and has_permission_on("View", guards)


def views_of(form: IAnnotationForm) -> list:
    """Return what is known to show the form: what is published, what is registered."""
    found = (view_on_path(form), _registered_view(form))
    return [view for view in found if view is not None]


def _registered_view(form: IAnnotationForm) -> type | None:
    """Return the class of the view of the form's page that has its name, if any."""
    if not form.__name__:
        return None
    required = (providedBy(form.context), providedBy(form.request))
    view = getSiteManager().adapters.lookup(required, Interface, form.__name__)
    shown = _form_class_of(view)
    # Another view may have the name that somebody has given to the form, as one that
    # shows fewer of the fields.
    return view if _is_made_of(shown, type(form)) else None


def views_of_form(page: Any, key: str) -> Iterator[tuple[type, type]]:
    """Yield form class and view class of each view that shows the data on the page."""
    request = getRequest() or page.REQUEST
    required = (providedBy(page), providedBy(request))
    for _name, view in getSiteManager().adapters.lookupAll(required, Interface):
        form_class = _form_class_of(view)
        if form_class is not None and key == form_class.ANNOTATION_STORAGE_KEY:
            yield form_class, view


def bases_of_views(key: str) -> set[type]:
    """Return the classes of the form that are views of any pages, with their bases."""
    forms = {
        _form_class_of(registration.factory)
        for registry in (getSiteManager(), getGlobalSiteManager())
        for registration in registry.registeredAdapters()
    }
    return {
        base
        for form in forms
        if form is not None and key == form.ANNOTATION_STORAGE_KEY
        for base in form.__mro__
    }


def named_permission(form: type) -> str | None:
    """Return the permission that whoever wrote the class of a form has named, if any.

    That of a ready-made class is nobody's decision about this form.
    """
    said = next(base for base in form.__mro__ if "permission" in vars(base))
    return None if vars(said).get("is_ready_made", False) else said.permission


def _answers(
    form: IAnnotationForm | type, views: Iterable, guards: tuple[Any, ...]
) -> list[bool]:
    """Return what the user was answered by what is known to guard the form.

    That is what the views were registered with, and the permission of the form.  All
    count: that of a view guards the view itself only, not its widgets.
    """
    answers = [
        has_role(roles, one)
        for roles in map(roles_of, views)
        if roles is not UNKNOWN
        for one in guards
    ]
    if form.permission is not None:
        answers.append(has_permission_on(form.permission, guards))
    return answers


def _is_made_of(shown: type | None, form: type) -> bool:
    """Tell whether a class is that of the form, or what ZCML has made of it."""
    if shown is None or shown is form:
        return shown is form
    # ZCML keeps the name.
    return shown.__name__ == form.__name__ and issubclass(shown, form)


def _form_class_of(view: Any) -> type | None:
    """Return the class of the form that a view is, or that it wraps, if any."""
    for found in (view, getattr(view, "form", None)):
        if isinstance(found, type) and IAnnotationForm.implementedBy(found):
            return found
    return None
