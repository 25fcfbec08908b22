"""The permission that a form needs, checked whatever way its update() is reached."""

from AccessControl import getSecurityManager
from AccessControl import Unauthorized
from collective.annotationforms.interfaces import describe_page
from collective.annotationforms.interfaces import IAnnotationForm
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.interfaces import IStorageWidget
from collective.annotationforms.interfaces import MANAGE_FORM_DATA
from collective.annotationforms.registry import UnregisteredForm
from plone.autoform.interfaces import READ_PERMISSIONS_KEY
from plone.autoform.interfaces import WRITE_PERMISSIONS_KEY
from plone.supermodel.utils import mergedTaggedValueDict
from plone.z3cform.interfaces import IDeferSecurityCheck
from typing import Any
from z3c.form.interfaces import DISPLAY_MODE
from zope.component import getSiteManager
from zope.component import queryMultiAdapter
from zope.component import queryUtility
from zope.interface import Interface
from zope.interface import providedBy
from zope.schema.interfaces import IField
from zope.security import checkPermission
from zope.security.interfaces import IPermission


def check_permission(form: IAnnotationForm) -> None:
    """Raise Unauthorized if the current user may not use `form` on its page."""
    if not is_allowed(form):
        name = form.__name__ or type(form).__name__
        page = describe_page(form.context)
        raise Unauthorized(f"You are not allowed to use the form {name} of {page}.")


def is_allowed(form: IAnnotationForm) -> bool:
    """Tell whether the current user may use `form` on its page."""
    # Both: the permission of the view guards the view itself only, not its widgets.
    if not _may_use_view(form):
        return False
    return form.permission is None or _has_permission(form.permission, form.context)


def may_view(page: Any) -> bool:
    """Tell whether the current user may view the page."""
    return _has_permission("View", page)


def may_manage(page: Any) -> bool:
    """Tell whether the current user may manage all form data of the page."""
    return _has_permission(MANAGE_FORM_DATA, page)


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


def may_read_data(page: Any, form: IRegisteredForm) -> bool:
    """Tell whether the user may read the data of the form on the page."""
    return may_view(page) and _has_permission(form.view_permission, page)


def may_change_data(page: Any, form: IRegisteredForm) -> bool:
    """Tell whether the user may change and delete the data of the form on the page."""
    return _has_permission(form.permission, page)


def readable_fields(
    page: Any, form: IRegisteredForm, request: Any
) -> dict[str, IField]:
    """Return the fields that the user may read in the views of the page."""
    if isinstance(form, UnregisteredForm):
        # Whatever views it has were registered one by one.
        opened = [cls for cls in form.classes if _may_open(cls, page, request)]
        fields = UnregisteredForm(form.key, tuple(opened)).fields
    else:
        fields = form.fields if may_read_data(page, form) else {}
    return {
        name: field for name, field in fields.items() if may_read_field(field, page)
    }


def may_read_field(field: IField, page: Any) -> bool:
    """Tell whether the user may read a field in the forms of the page."""
    return _has_permission_of_field(field, READ_PERMISSIONS_KEY, page)


def may_write_field(field: IField, page: Any) -> bool:
    """Tell whether the user may change a field in the forms of the page."""
    return _has_permission_of_field(field, WRITE_PERMISSIONS_KEY, page)


def user_is_unknown(request: Any) -> bool:
    """Tell whether a form is updated on the way to one of its widgets."""
    return IDeferSecurityCheck.providedBy(request)


def _check_permission_of_traversed(form: IAnnotationForm) -> None:
    check_permission(form)
    # plone.autoform leaves out the fields that the user may not see or change, but
    # not as long as it does not know the user.
    for traversed in form.request["PARENTS"]:
        if IStorageWidget.providedBy(traversed) and not _may_use(traversed):
            raise Unauthorized(
                f"You are not allowed to use the field {traversed.field.__name__}"
                f" of {describe_page(form.context)}."
            )


def _may_use(widget: IStorageWidget) -> bool:
    read = widget.mode == DISPLAY_MODE
    key = READ_PERMISSIONS_KEY if read else WRITE_PERMISSIONS_KEY
    return _has_permission_of_field(widget.field, key, widget.context.__parent__)


def _may_open(form: type, page: Any, request: Any) -> bool:
    """Tell whether the form class is a view of the page that the user may open.

    A form that is used by another view is guarded by that view: False.
    """
    # Its own __name__ is that of the class; ZCML writes that of the view beside it.
    names = (vars(base).get("__name__") for base in form.__mro__)
    name = next((name for name in names if isinstance(name, str)), "")
    view = queryMultiAdapter((page, request), name=name)
    return type(view) is form and is_allowed(view)


def _has_permission_of_field(field: IField, key: str, page: Any) -> bool:
    if field.interface is None:
        return True
    permission = mergedTaggedValueDict(field.interface, key).get(field.__name__)
    return bool(checkPermission(permission, page))


def _has_permission(name: str, page: Any) -> bool:
    """Tell whether the user has the permission, called by its title or ZCML id."""
    permission = queryUtility(IPermission, name)
    title = name if permission is None else permission.title
    return bool(getSecurityManager().checkPermission(title, page))


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
