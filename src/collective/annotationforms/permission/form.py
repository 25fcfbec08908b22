"""Who may use a form, and the fields in it."""

from AccessControl import Unauthorized
from collective.annotationforms.interfaces import describe_page
from collective.annotationforms.interfaces import IAnnotationForm
from collective.annotationforms.interfaces import MANAGE_FORM_DATA
from collective.annotationforms.permission.column import Columns
from collective.annotationforms.permission.field import may_use_field
from collective.annotationforms.permission.path import may_open_path
from collective.annotationforms.permission.user import has_permission
from collective.annotationforms.permission.view import may_open
from collective.annotationforms.permission.view import views_of
from collective.annotationforms.registry import FieldUse
from collective.annotationforms.registry import form_of
from collective.annotationforms.storage.partialschema import Keeps
from plone.autoform.interfaces import READ_PERMISSIONS_KEY
from plone.autoform.interfaces import WRITE_PERMISSIONS_KEY
from typing import Any
from z3c.form.field import Field
from z3c.form.interfaces import DISPLAY_MODE
from z3c.form.interfaces import HIDDEN_MODE
from z3c.form.interfaces import IDisplayForm
from z3c.form.interfaces import IGroup


def check_permission(form: IAnnotationForm) -> None:
    """Raise Unauthorized if the current user may not use `form` on its page.

    Nobody uses a form below a view that they may not open.
    """
    allowed = may_open(form, views_of(form), form.context)
    if not (allowed and may_open_path(form.request)):
        raise Unauthorized(
            f"You are not allowed to use the form {_name_of(form)} of"
            f" {describe_page(form.context)}."
        )


def may_use_form_field(form_field: Field, mode: str, form: Any) -> bool:
    """Tell whether the user may see, or change, a field of z3c.form in that mode.

    `form` has the field, or a group of it does.
    """
    return FormFields(form).may_use(form_field, mode)


class FormFields:
    """The question of all fields of a form: what is the same for all is found once.

    What only displays shows also what it has for input, and nobody but managers of form
    data what it hides.
    """

    def __init__(self, form: Any):
        self.form = whole_form(form)
        self.page = self.form.context
        self.displays = only_displays(self.form)
        self._permissions: dict[tuple, dict[str, str]] = {}

    def may_use(self, form_field: Field, mode: str) -> bool:
        """Tell whether the user may see, or change, a field in that mode."""
        if self.displays and mode == HIDDEN_MODE and not self._manages():
            return False
        if mode == DISPLAY_MODE and not self.displays and not _may_view(self.form):
            return False
        is_shown = self.displays or mode == DISPLAY_MODE
        key = READ_PERMISSIONS_KEY if is_shown else WRITE_PERMISSIONS_KEY
        use = FieldUse(form_field.field, form_field.interface, is_left_out=False)
        return may_use_field(use, key, self.page, self._permissions)

    def _manages(self) -> bool:
        return has_permission(MANAGE_FORM_DATA, self.page)


def columns_in_form(columns: Columns, mode: str, form: Any) -> Keeps:
    """Return what tells which columns of rows a form has for the user.

    `mode` is that of the field; see `may_use_form_field`.
    """
    is_shown = mode == DISPLAY_MODE or only_displays(whole_form(form))
    return columns.is_in_view if is_shown else columns.is_in_form


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


def _name_of(form: IAnnotationForm) -> str:
    return form.__name__ or type(form).__name__
