"""The permission that a form needs, checked whatever way its update() is reached."""

from AccessControl import getSecurityManager
from AccessControl import Unauthorized
from collective.annotationforms.interfaces import describe_page
from collective.annotationforms.interfaces import IAnnotationForm
from collective.annotationforms.interfaces import IStorageWidget
from plone.autoform.interfaces import READ_PERMISSIONS_KEY
from plone.autoform.interfaces import WRITE_PERMISSIONS_KEY
from plone.supermodel.utils import mergedTaggedValueDict
from plone.z3cform.interfaces import IDeferSecurityCheck
from typing import Any
from z3c.form.interfaces import DISPLAY_MODE
from zope.component import getSiteManager
from zope.component import queryUtility
from zope.interface import Interface
from zope.interface import providedBy
from zope.security import checkPermission
from zope.security.interfaces import IPermission


def check_permission(form: IAnnotationForm) -> None:
    """Raise Unauthorized if the current user may not use `form` on its page."""
    # Both: the permission of the view guards the view itself only, not its widgets.
    if not (_may_use_view(form) and _has_permission(form)):
        name = form.__name__ or type(form).__name__
        page = describe_page(form.context)
        raise Unauthorized(f"You are not allowed to use the form {name} of {page}.")


def check_permission_when_user_is_known(form: IAnnotationForm) -> None:
    """Check the permission now, or as soon as the request is authenticated.

    On the way to a widget (``@@form/++widget++name/@@view``) a form is updated
    before Zope knows the user; plone.z3cform marks the request meanwhile.
    """
    if user_is_unknown(form.request):
        try:
            form.request.post_traverse(_check_permission_of_traversed, (form,))
            return
        except RuntimeError:
            # A path is traversed by code, after the request was authenticated.
            pass
    check_permission(form)


def user_is_unknown(request: Any) -> bool:
    """Tell whether a form is updated on the way to one of its widgets."""
    return IDeferSecurityCheck.providedBy(request)


def _check_permission_of_traversed(form: IAnnotationForm) -> None:
    check_permission(form)
    # plone.autoform leaves out the fields that the user may not see or change, but
    # not as long as it does not know the user.
    for traversed in form.request["PARENTS"]:
        if IStorageWidget.providedBy(traversed) and not _may_use_field(traversed):
            raise Unauthorized(
                f"You are not allowed to use the field {traversed.field.__name__}"
                f" of {describe_page(form.context)}."
            )


def _may_use_field(widget: IStorageWidget) -> bool:
    field = widget.field
    if field.interface is None:
        return True
    read = widget.mode == DISPLAY_MODE
    key = READ_PERMISSIONS_KEY if read else WRITE_PERMISSIONS_KEY
    permission = mergedTaggedValueDict(field.interface, key).get(field.__name__)
    return bool(checkPermission(permission, widget.context.__parent__))


def _has_permission(form: IAnnotationForm) -> bool:
    if form.permission is None:
        return True
    permission = queryUtility(IPermission, form.permission)
    title = form.permission if permission is None else permission.title
    return bool(getSecurityManager().checkPermission(title, form.context))


def _may_use_view(form: IAnnotationForm) -> bool:
    """Tell whether the user may open the view that `form` was registered as.

    A form that was not registered as a view is guarded by the view that uses it.
    """
    if not form.__name__:
        return True
    required = (providedBy(form.context), providedBy(form.request))
    view_class = getSiteManager().adapters.lookup(required, Interface, form.__name__)
    roles = getattr(view_class, "__roles__", None)
    if roles is None:
        return True
    if hasattr(roles, "rolesForPermissionOn"):
        roles = roles.rolesForPermissionOn(form.context)
    return bool(getSecurityManager().getUser().allowed(form.context, roles))
