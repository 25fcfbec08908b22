"""Who may read and write what: the one place that is asked, whatever way it is tried.

Where nothing says who may, the answer is no.
"""

from AccessControl import getSecurityManager
from AccessControl import Unauthorized
from AccessControl.PermissionRole import rolesForPermissionOn
from AccessControl.security import SecurityPolicy
from collections.abc import Iterator
from collections.abc import Mapping
from collective.annotationforms.interfaces import describe_page
from collective.annotationforms.interfaces import IAnnotationForm
from collective.annotationforms.interfaces import IOriginalPage
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.interfaces import MANAGE_FORM_DATA
from collective.annotationforms.registry import FieldUse
from collective.annotationforms.registry import form_of
from collective.annotationforms.registry import UnregisteredForm
from collective.annotationforms.registry import uses_of
from functools import cached_property
from plone.autoform.interfaces import READ_PERMISSIONS_KEY
from plone.autoform.interfaces import WRITE_PERMISSIONS_KEY
from plone.supermodel.utils import mergedTaggedValueDict
from typing import Any
from z3c.form.field import Field
from z3c.form.interfaces import DISPLAY_MODE
from z3c.form.interfaces import HIDDEN_MODE
from z3c.form.interfaces import IDisplayForm
from z3c.form.interfaces import IGroup
from zope.component import getGlobalSiteManager
from zope.component import getSiteManager
from zope.component import queryAdapter
from zope.component import queryMultiAdapter
from zope.component import queryUtility
from zope.globalrequest import getRequest
from zope.interface import implementer
from zope.interface import Interface
from zope.interface import providedBy
from zope.publisher.interfaces import IPublishTraverse
from zope.publisher.interfaces import NotFound
from zope.security.interfaces import IPermission


MODIFY = "Modify portal content"
UNKNOWN = object()


@implementer(IPublishTraverse)
class Closed:
    """Mixed into a view: below its address there is nothing but views of it.

    Without this, Zope publishes each method and attribute that has a docstring.
    """

    def publishTraverse(self, request: Any, name: str) -> Any:
        """See IPublishTraverse"""
        view = queryMultiAdapter((self, request), name=name)
        if view is None:
            raise NotFound(self, name, request)
        return view


class Access:
    """What the current user may do with the data of a form on a page.

    The form has a permission to read and one to write; of a form that ZCML does not
    know, these are what its views need.  A field may need more, as the schema says that
    the form uses; a part of a value needs what its field needs.  What belongs to no
    field is for who manages form data.  In a working copy, nobody may do more than in
    its original: somebody else may check it in.
    """

    def __init__(self, page: Any, form: IRegisteredForm):
        self.page = page
        self.form = form

    @cached_property
    def manages(self) -> bool:
        """Whether the user may manage all form data of the page."""
        return has_permission(MANAGE_FORM_DATA, self.page)

    @cached_property
    def reads_form(self) -> bool:
        """Whether the user may read the data, but for guarded fields."""
        # The catalog lists a page for who may access its metadata, not only view it.
        return has_permission("View", self.page) and (
            has_permission(self.form.view_permission, self.page) or bool(self._opened)
        )

    @cached_property
    def changes_form(self) -> bool:
        """Whether the user may change and delete the data, but for guarded fields."""
        return has_permission(self.form.permission, self.page) or bool(
            self._opened_to_write
        )

    def may_read(self, name: str) -> bool:
        """Tell whether the user may read the value of that name."""
        return self.reads_form and self._may(
            name, READ_PERMISSIONS_KEY, self._uses_to_read
        )

    def may_write(self, name: str) -> bool:
        """Tell whether the user may change and delete the value of that name."""
        return self.changes_form and self._may(
            name, WRITE_PERMISSIONS_KEY, self._uses_to_write
        )

    def is_shown(self, name: str) -> bool:
        """Tell whether the user may read the value, and would see it in the form.

        Who manages form data sees also what the form omits or hides.
        """
        return self.may_read(name) and not self._is_hidden(name)

    def is_offered(self, name: str) -> bool:
        """Tell whether the user may change the value, and could do so in the form."""
        return self.may_write(name) and not self._is_hidden(name)

    def permissions(self, name: str) -> set[str]:
        """Return the permissions that seeing the value needs, in a view or a form."""
        fields = {
            permission_of(use, key)
            for use in self._uses.get(name, ())
            for key in (READ_PERMISSIONS_KEY, WRITE_PERMISSIONS_KEY)
        }
        of_form = {"View", self.form.view_permission, self.form.permission}
        return of_form | {name for name in fields if name is not None}

    def _may(self, name: str, key: str, uses: Mapping[str, list[FieldUse]]) -> bool:
        if name not in self._uses:
            return self.manages
        return name in uses and all(
            may_use_field(use, key, self.page) for use in uses[name]
        )

    def _is_hidden(self, name: str) -> bool:
        uses = self._uses.get(name)
        left_out = uses is not None and all(use.is_left_out for use in uses)
        return left_out and not self.manages

    @cached_property
    def _uses(self) -> dict[str, list[FieldUse]]:
        return self.form.uses

    @cached_property
    def _uses_to_read(self) -> dict[str, list[FieldUse]]:
        has_all = has_permission(self.form.view_permission, self.page)
        return self._uses if has_all else uses_of(self._opened)

    @cached_property
    def _uses_to_write(self) -> dict[str, list[FieldUse]]:
        has_all = has_permission(self.form.permission, self.page)
        return self._uses if has_all else uses_of(self._opened_to_write)

    @cached_property
    def _opened(self) -> list[type]:
        """The classes of a form that ZCML does not know, as far as one may use them."""
        if not isinstance(self.form, UnregisteredForm):
            return []
        views = list(_views_of_form(self.page, self.form.key))
        opened = [cls for cls, view in views if _may_open(cls, view, self.page)]
        # A class that is no view is used by other code, which may have a guard of its
        # own; one that is a view of other pages is guarded there.
        viewed = _bases_of_views(self.form.key)
        return opened + [
            cls
            for cls in self.form.classes
            if cls not in viewed
            and cls.permission is not None
            and has_permission(cls.permission, self.page)
        ]

    @cached_property
    def _opened_to_write(self) -> list[type]:
        return [cls for cls in self._opened if not IDisplayForm.implementedBy(cls)]


def check_permission(form: IAnnotationForm) -> None:
    """Raise Unauthorized if the current user may not use `form` on its page.

    A form that is no view is guarded by the code that uses it.
    """
    view = _view_of(form)
    if view is None:
        allowed = form.permission is None or has_permission(
            form.permission, form.context
        )
    else:
        allowed = _may_open(form, view, form.context)
    if not allowed:
        raise Unauthorized(
            f"You are not allowed to use the form {_name_of(form)} of"
            f" {describe_page(form.context)}."
        )


def check_permission_at_address(form: IAnnotationForm) -> None:
    """Raise Unauthorized if the user may not use `form` at the address of a widget.

    There, nobody else guards a form that is no view: see `_may_open`.
    """
    if not _may_open(form, _view_of(form), form.context):
        raise Unauthorized(
            f"You are not allowed to use parts of the form {_name_of(form)} of"
            f" {describe_page(form.context)}."
        )


def may_use_field(use: FieldUse, key: str, page: Any) -> bool:
    """Tell whether the user has the permission that a form needs for a field.

    `key` is that of the permissions to read, or to write, in the tagged values of
    plone.autoform: those of the schema that the form uses, merged with those of its
    bases, as plone.autoform merges them.  Nobody has a permission that is not known.
    """
    needed = permission_of(use, key)
    # zope.security's own checkPermission needs an interaction, which scripts lack.
    return all(SecurityPolicy().checkPermission(needed, one) for one in _guards(page))


def permission_of(use: FieldUse, key: str) -> str | None:
    """Return the permission that a field needs, see `may_use_field`."""
    schema = use.schema or use.field.interface
    tagged = {} if schema is None else mergedTaggedValueDict(schema, key)
    return tagged.get(use.field.__name__)


def roles_with(name: str, page: Any) -> set[str]:
    """Return the roles that have a permission on the page."""
    return set(rolesForPermissionOn(_title_of(name), page) or ())


def may_use_form_field(form_field: Field, mode: str, form: Any) -> bool:
    """Tell whether the user may see, or change, a field of z3c.form in that mode.

    `form` has the field, or a group of it does.  What only displays shows also what it
    has for input, and nobody but managers of form data what it hides.
    """
    whole = whole_form(form)
    page = whole.context
    displays = only_displays(whole)
    if displays and mode == HIDDEN_MODE and not has_permission(MANAGE_FORM_DATA, page):
        return False
    if mode == DISPLAY_MODE and not displays and not _may_view(whole):
        return False
    is_shown = displays or mode == DISPLAY_MODE
    key = READ_PERMISSIONS_KEY if is_shown else WRITE_PERMISSIONS_KEY
    use = FieldUse(form_field.field, form_field.interface, is_left_out=False)
    return may_use_field(use, key, page)


def whole_form(form: Any) -> Any:
    """Return the form that a group is in; a form that is in none is whole."""
    while IGroup.providedBy(form):
        form = form.parentForm
    return form


def only_displays(form: Any) -> bool:
    """Tell whether the form shows values, whatever mode a field of it has."""
    return IDisplayForm.providedBy(form) or form.mode == DISPLAY_MODE


def _may_view(form: IAnnotationForm) -> bool:
    """Tell whether the user may view data that an edit form displays only.

    What ZCML does not know has no permission for that but the form's own.
    """
    registered = form_of(form.context, form.ANNOTATION_STORAGE_KEY)
    return registered.name is None or has_permission(
        registered.view_permission, form.context
    )


def may_view(target: Any) -> bool:
    """Tell whether the user may know what a relation leads to, such as its title."""
    return has_permission("View", target)


def has_permission(name: str, page: Any) -> bool:
    """Tell whether the user has the permission, called by its title or ZCML id."""
    title = _title_of(name)
    check = getSecurityManager().checkPermission
    return all(check(title, one) for one in _guards(page))


def _title_of(name: str) -> str:
    permission = queryUtility(IPermission, name)
    return name if permission is None else permission.title


def _guards(page: Any) -> Iterator[Any]:
    """Yield the page and, if it is a working copy, what it is one of."""
    while page is not None:
        yield page
        page = queryAdapter(page, IOriginalPage)


def _may_open(form: IAnnotationForm | type, view: type | None, page: Any) -> bool:
    """Tell whether the user may use the form, also where nothing says who may.

    It is who may modify the page then, or view it if the form only displays.
    """
    answers = _answers(form, view, page)
    if not answers:
        form_class = form if isinstance(form, type) else type(form)
        displays = IDisplayForm.implementedBy(form_class)
        answers = [has_permission("View" if displays else MODIFY, page)]
    # Each form shows values: they are for who may view the page.
    return all(answers) and has_permission("View", page)


def _answers(form: IAnnotationForm | type, view: type | None, page: Any) -> list[bool]:
    """Return what the user was answered by what is known to guard the form.

    That is what the view was registered with, and the permission of the form.  Both
    count: that of the view guards the view itself only, not its widgets.
    """
    answers = []
    # None means that it is public.
    roles = getattr(view, "__roles__", UNKNOWN)
    if roles is not UNKNOWN:
        answers.extend(_has_role(roles, one) for one in _guards(page))
    if form.permission is not None:
        answers.append(has_permission(form.permission, page))
    return answers


def _has_role(roles: Any, page: Any) -> bool:
    """Tell whether the user has one of the roles, which a permission may know."""
    if hasattr(roles, "rolesForPermissionOn"):
        roles = roles.rolesForPermissionOn(page)
    user = getSecurityManager().getUser()
    return roles is None or bool(user.allowed(page, roles))


def _view_of(form: IAnnotationForm) -> type | None:
    """Return the class of the view of the form's page that shows the form, if any."""
    if not form.__name__:
        return None
    required = (providedBy(form.context), providedBy(form.request))
    view = getSiteManager().adapters.lookup(required, Interface, form.__name__)
    shown = _form_class_of(view)
    # Another view may have the name that somebody has given to the form.
    is_same = shown is not None and (
        isinstance(form, shown) or issubclass(shown, type(form))
    )
    return view if is_same else None


def _views_of_form(page: Any, key: str) -> Iterator[tuple[type, type]]:
    """Yield form class and view class of each view that shows the data on the page."""
    request = getRequest() or page.REQUEST
    required = (providedBy(page), providedBy(request))
    for _name, view in getSiteManager().adapters.lookupAll(required, Interface):
        form_class = _form_class_of(view)
        if form_class is not None and key == form_class.ANNOTATION_STORAGE_KEY:
            yield form_class, view


def _bases_of_views(key: str) -> set[type]:
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


def _form_class_of(view: Any) -> type | None:
    """Return the class of the form that a view is, or that it wraps, if any."""
    for found in (view, getattr(view, "form", None)):
        if isinstance(found, type) and IAnnotationForm.implementedBy(found):
            return found
    return None


def _name_of(form: IAnnotationForm) -> str:
    return form.__name__ or type(form).__name__
