"""Who may see and change the columns of rows, and the fields of objects in values.

The directives in the schema of a row say it, as those in that of a form do.
"""

from collective.annotationforms.interfaces import MANAGE_FORM_DATA
from collective.annotationforms.permission.field import may_use_field
from collective.annotationforms.permission.field import permission_of
from collective.annotationforms.permission.password import has_passwords
from collective.annotationforms.permission.user import has_permission
from collective.annotationforms.registry import FieldUse
from collective.annotationforms.storage.partialschema import all_schemata_in
from collective.annotationforms.storage.partialschema import whole_schema
from functools import cached_property
from plone.autoform.interfaces import MODES_KEY
from plone.autoform.interfaces import OMITTED_KEY
from plone.autoform.interfaces import READ_PERMISSIONS_KEY
from plone.autoform.interfaces import WRITE_PERMISSIONS_KEY
from plone.autoform.utils import mergedTaggedValuesForIRO
from plone.supermodel.utils import mergedTaggedValueList
from typing import Any
from z3c.form.interfaces import DISPLAY_MODE
from z3c.form.interfaces import HIDDEN_MODE
from zope.interface import Interface
from zope.interface.interface import InterfaceClass
from zope.schema.interfaces import IField


class Columns:
    """What the current user may do with the columns of rows on a page.

    A name that is no column of the schema, as one of yesterday, is for who manages form
    data.
    """

    def __init__(self, page: Any):
        self.page = page
        self._answers: dict[tuple, bool] = {}

    @cached_property
    def manages(self) -> bool:
        """Whether the user may manage all form data of the page."""
        return has_permission(MANAGE_FORM_DATA, self.page)

    def may_read(self, schema: InterfaceClass, name: str) -> bool:
        """Tell whether the user may read the column."""
        return self._may(schema, name, READ_PERMISSIONS_KEY)

    def may_write(self, schema: InterfaceClass, name: str) -> bool:
        """Tell whether the user may write the column, by code that acts for them."""
        return self._may(schema, name, WRITE_PERMISSIONS_KEY)

    def is_shown(self, schema: InterfaceClass, name: str) -> bool:
        """Tell whether the user may read the column, and would see it in a view.

        Who manages form data sees also what is omitted or hidden.
        """
        return self.may_read(schema, name) and (
            self.manages or not (is_omitted(schema, name) or _is_hidden(schema, name))
        )

    def is_offered(self, schema: InterfaceClass, name: str) -> bool:
        """Tell whether the user may change the column, and could do so in the form."""
        return (
            name in schema
            and self.may_write(schema, name)
            and (self.manages or not is_omitted(schema, name))
            and not is_displayed(schema, name)
        )

    def is_in_view(self, schema: InterfaceClass, name: str) -> bool:
        """Tell whether a view has the column for the user."""
        return not is_omitted(schema, name) and self.is_shown(schema, name)

    def is_in_form(self, schema: InterfaceClass, name: str) -> bool:
        """Tell whether a form has the column for the user, for input or to be seen."""
        if is_omitted(schema, name):
            return False
        if is_displayed(schema, name):
            return self.is_shown(schema, name)
        return self.may_write(schema, name)

    def is_seen_by_reader(self, schema: InterfaceClass, name: str) -> bool:
        """Tell whether who may read the field, but not write it, sees all of it.

        They see no passwords, and nothing that some forms omit or hide.
        """
        is_closed = name in schema and (
            has_passwords(schema[name]) or is_left_out_somewhere(schema, name)
        )
        return self.may_read(schema, name) and not is_closed

    def is_seen_by_writer(self, schema: InterfaceClass, name: str) -> bool:
        """Tell whether who may write the field sees all of the column."""
        return self.is_seen_by_reader(schema, name) or (
            self.may_read(schema, name) and self.may_write(schema, name)
        )

    def ask(self, field: IField) -> None:
        """Ask for all columns in values of the field now.

        For who has to know it when the permissions may be others already.
        """
        for schema in all_schemata_in(field):
            for name in schema:
                self.may_read(schema, name)
                self.may_write(schema, name)
        self.manages  # noqa: B018

    def _may(self, schema: InterfaceClass, name: str, key: str) -> bool:
        if name not in schema:
            return self.manages
        asked = (schema, name, key)
        if asked not in self._answers:
            use = FieldUse(schema[name], whole_schema(schema), is_left_out=False)
            self._answers[asked] = may_use_field(use, key, self.page)
        return self._answers[asked]


def permissions_of_column(schema: InterfaceClass, name: str) -> set[str]:
    """Return the permissions that seeing the column needs, in a view or a form."""
    use = FieldUse(schema[name], whole_schema(schema), is_left_out=False)
    found = {permission_of(use, READ_PERMISSIONS_KEY)}
    return (found | {permission_of(use, WRITE_PERMISSIONS_KEY)}) - {None}


def is_omitted(schema: InterfaceClass, name: str) -> bool:
    """Tell whether forms omit the column."""
    omitted = mergedTaggedValuesForIRO(whole_schema(schema), OMITTED_KEY, [Interface])
    return omitted.get(name, "false") not in (False, "false")


def is_left_out_somewhere(schema: InterfaceClass, name: str) -> bool:
    """Tell whether some forms, or views, omit or hide the field of a schema."""
    omitted = mergedTaggedValueList(whole_schema(schema), OMITTED_KEY)
    modes = mergedTaggedValueList(whole_schema(schema), MODES_KEY)
    return any(
        name == named and value not in (False, "false")
        for _form, named, value in omitted
    ) or any(name == named and mode == HIDDEN_MODE for _form, named, mode in modes)


def is_displayed(schema: InterfaceClass, name: str) -> bool:
    """Tell whether forms show the column, but have no input for it."""
    return schema[name].readonly or _mode(schema, name) == DISPLAY_MODE


def is_in_any_form(schema: InterfaceClass, name: str) -> bool:
    """Tell whether forms have the column, for some users at least."""
    return not is_omitted(schema, name)


def _is_hidden(schema: InterfaceClass, name: str) -> bool:
    return _mode(schema, name) == HIDDEN_MODE


def _mode(schema: InterfaceClass, name: str) -> str | None:
    modes = mergedTaggedValuesForIRO(whole_schema(schema), MODES_KEY, [Interface])
    return modes.get(name)
