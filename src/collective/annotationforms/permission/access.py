"""The question: may this user read, or write, this field of this form on this page?

Whatever shows, copies or writes values asks it.
"""

from collections.abc import Mapping
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.interfaces import MANAGE_FORM_DATA
from collective.annotationforms.permission.column import Columns
from collective.annotationforms.permission.column import is_left_out_somewhere
from collective.annotationforms.permission.field import may_use_field
from collective.annotationforms.permission.field import permission_of
from collective.annotationforms.permission.manager import managed_classes
from collective.annotationforms.permission.password import has_passwords
from collective.annotationforms.permission.user import has_permission
from collective.annotationforms.permission.view import bases_of_views
from collective.annotationforms.permission.view import may_open
from collective.annotationforms.permission.view import named_permission
from collective.annotationforms.permission.view import views_of_form
from collective.annotationforms.registry import FieldUse
from collective.annotationforms.registry import UnregisteredForm
from collective.annotationforms.registry import uses_of
from collective.annotationforms.storage.partialschema import has_rows
from collective.annotationforms.storage.partialschema import Keeps
from collective.annotationforms.storage.rows import with_kept_columns
from collective.annotationforms.storage.rows import with_some_columns
from functools import cached_property
from itertools import chain
from plone.autoform.interfaces import READ_PERMISSIONS_KEY
from plone.autoform.interfaces import WRITE_PERMISSIONS_KEY
from typing import Any
from z3c.form.interfaces import IDisplayForm


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
            self._has_all(self.form.view_permission) or bool(self._opened)
        )

    @cached_property
    def changes_form(self) -> bool:
        """Whether the user may change and delete the data, but for guarded fields."""
        return self._has_all(self.form.permission) or bool(self._opened_to_write)

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

    @cached_property
    def columns(self) -> Columns:
        """What the user may do with columns of rows, and fields of objects."""
        return Columns(self.page)

    def shown_part(self, name: str, value: Any) -> Any:
        """Return what of the value the user would see in the form, see `is_shown`.

        The value is not changed.
        """
        return self._part(name, value, self.columns.is_shown)

    def is_seen(self, name: str) -> bool:
        """Tell whether the user sees all of the value, in a view or in a form.

        Whoever copies a page may do more with the copy, so that is what they may take
        along.  Who may read, but not write, sees no passwords, and nothing that some
        forms omit or hide.
        """
        return self.may_read(name) and (
            self.may_write(name) or not any(map(_is_closed, self._uses.get(name, ())))
        )

    def seen_part(self, name: str, value: Any) -> Any:
        """Return what of the value the user sees, see `is_seen`; it is not changed."""
        return self._part(name, value, self.seen_columns(name))

    def seen_columns(self, name: str) -> Keeps:
        """Return what tells which columns of rows in the value the user sees."""
        columns = self.columns
        may_write = self.may_write(name)
        return columns.is_seen_by_writer if may_write else columns.is_seen_by_reader

    def written(self, name: str, new: Any, old: Any) -> Any:
        """Return the new value with the old one's columns that the user may not write.

        See `with_kept_columns` for which row of the old value that is.
        """
        for use in self._uses.get(name, ()):
            new = with_kept_columns(use.field, new, old, self.columns.may_write)
        return new

    def ask_columns(self) -> None:
        """Ask for all columns now, for `written`."""
        for use in chain.from_iterable(self._uses.values()):
            self.columns.ask(use.field)

    def _part(self, name: str, value: Any, keeps: Keeps) -> Any:
        for use in self._uses.get(name, ()):
            value = with_some_columns(use.field, value, keeps)
        return value

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
        has_all = self._has_all(self.form.view_permission)
        return self._uses if has_all else uses_of(self._opened)

    @cached_property
    def _uses_to_write(self) -> dict[str, list[FieldUse]]:
        has_all = self._has_all(self.form.permission)
        return self._uses if has_all else uses_of(self._opened_to_write)

    def _has_all(self, permission: str) -> bool:
        """Tell whether the permission opens the whole form, whatever its classes say.

        Of a form that ZCML does not know it is to manage form data: see `manager`.
        """
        if not has_permission(permission, self.page):
            return False
        is_registered = not isinstance(self.form, UnregisteredForm)
        return is_registered or len(self._managed) == len(self.form.classes)

    @cached_property
    def _managed(self) -> list[type]:
        """The classes of a form that ZCML does not know, for who manages form data."""
        if not (isinstance(self.form, UnregisteredForm) and self.manages):
            return []
        return managed_classes(self.page, self.form)

    @cached_property
    def _opened(self) -> list[type]:
        """The classes of a form that ZCML does not know, as far as one may use them."""
        if not isinstance(self.form, UnregisteredForm):
            return []
        views = list(views_of_form(self.page, self.form.key))
        viewing = [cls for cls, view in views if may_open(cls, [view], self.page)]
        opened = [*self._managed, *viewing]
        # A class that is no view is used by other code, such as a view that leads to
        # it, which may have a guard of its own; one that is a view of other pages is
        # guarded there.
        viewed = bases_of_views(self.form.key)
        named = {cls: named_permission(cls) for cls in self.form.classes}
        return opened + [
            cls
            for cls, permission in named.items()
            if cls not in viewed
            and permission is not None
            and has_permission(permission, self.page)
        ]

    @cached_property
    def _opened_to_write(self) -> list[type]:
        return [cls for cls in self._opened if not IDisplayForm.implementedBy(cls)]


def _is_closed(use: FieldUse) -> bool:
    """Tell whether there is more in the value than who may only read it sees."""
    # A column of a row is asked for by itself.
    is_password = not has_rows(use.field) and has_passwords(use.field)
    schema, name = use.schema or use.field.interface, use.field.__name__
    is_left_out = schema is not None and is_left_out_somewhere(schema, name)
    return is_password or use.is_left_out or is_left_out
