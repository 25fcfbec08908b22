"""The data of one form on one page, and what the user may do with them."""

from collections.abc import Mapping
from collective.annotationforms.catalog.inventory import storage_keys
from collective.annotationforms.exchange.export import readable_values
from collective.annotationforms.fields.fit import fits
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.interfaces import NotAMappingError
from collective.annotationforms.interfaces import StorageError
from collective.annotationforms.interfaces import UnreadableError
from collective.annotationforms.lifecycle.purge import may_purge
from collective.annotationforms.lifecycle.purge import versions_with_data
from collective.annotationforms.permission.access import Access
from collective.annotationforms.registry import forms_of_page
from collective.annotationforms.registry import unregistered_form
from collective.annotationforms.saving.username import name_of_user
from collective.annotationforms.storage.history import Change
from collective.annotationforms.storage.history import last_change
from dataclasses import replace
from functools import cached_property
from functools import partial
from typing import Any


# What is stored has no values that somebody may read, or be told of.
NO_VALUES = (NotAMappingError, UnreadableError)
EMPTY = (None, "", [], (), {}, set(), frozenset())


class Entry:
    """The data of a form on a page."""

    def __init__(self, page: Any, form: IRegisteredForm):
        self.page = page
        self.form = form
        self.storage = form.storage(page)
        self.access = Access(page, form)

    @cached_property
    def error(self) -> StorageError | None:
        """Why the data can't be read, None if they can."""
        try:
            self.storage.data  # noqa: B018
        except StorageError as error:
            return error
        return None

    @cached_property
    def stored(self) -> Mapping[str, Any]:
        """What is stored, nothing if that can't be read."""
        return {} if self.error else self.storage.data

    @property
    def problem(self) -> str:
        """What is wrong with the data, for who manages them; "" for others."""
        return self.error.reason if self.error and self.access.manages else ""

    @property
    def has_raw(self) -> bool:
        """Tell whether something else than values is stored that the user may see."""
        is_other = isinstance(self.error, NotAMappingError)
        return is_other and self.access.manages and self.access.reads_form

    @property
    def raw(self) -> Any:
        """What is stored in place of values, None if there is nothing to be seen."""
        return self.storage.raw if self.has_raw else None

    @property
    def unfit(self) -> list[str]:
        """The titles of what the user may read but for a wrong type or a lost class."""
        fields = self.form.fields
        return [
            title
            for name, title in self.titles().items()
            if not fits(fields.get(name), self.values[name])
        ]

    @property
    def is_listed(self) -> bool:
        """Tell whether the user may know of it; data of no form are for managers."""
        access = self.access
        if self.form.name is None:
            return access.manages
        return access.changes_form or access.reads_form

    @cached_property
    def may_edit(self) -> bool:
        """Tell whether the user may open the edit page, if there is one."""
        return self.form.name is not None and self.access.changes_form

    @cached_property
    def may_view(self) -> bool:
        """Tell whether the user may open the read-only page, if there is one."""
        return self.form.view_name is not None and self.access.reads_form

    @property
    def may_export(self) -> bool:
        """Tell whether there is something to export for the user."""
        return bool(self.values) or self.has_raw

    @property
    def may_delete(self) -> bool:
        """Tell whether there is something that the user may delete.

        What nobody can read is for who manages form data.
        """
        if isinstance(self.error, NO_VALUES):
            return self.access.manages
        return bool(self.deletable)

    @cached_property
    def deletable(self) -> frozenset[str]:
        """The names of what is stored that the user may delete."""
        return frozenset(filter(self.access.may_write, self.stored))

    @property
    def kept(self) -> frozenset[str]:
        """The names of what is stored that stays if the user deletes the data."""
        return frozenset(self.stored) - self.deletable

    @cached_property
    def versions(self) -> int:
        """How many versions of the page have data of the form."""
        return versions_with_data(self.page, self.form)

    @cached_property
    def may_purge(self) -> bool:
        """Tell whether there are versions that the user may take the data out of."""
        return self.access.changes_form and may_purge(self.page) and self.versions > 0

    @property
    def has_data(self) -> bool:
        """Tell whether there are data, also those that the user may not read."""
        return bool(self.stored)

    @property
    def left_out(self) -> int:
        """How many values there are that the user may not read.

        It is for who manages form data; others are told of none.
        """
        return len(self.stored) - len(self.values) if self.access.manages else 0

    @cached_property
    def change(self) -> Change | None:
        """When the data were changed last, and for who may change them: by whom."""
        change = None if self.error else last_change(self.storage)
        if change is None or self.access.changes_form:
            return change
        return replace(change, user="")

    @cached_property
    def changed_by(self) -> str:
        """The full name of who has changed the data last, "" for who may not know."""
        change = self.change
        return name_of_user(self.page, change.user) if change and change.user else ""

    @cached_property
    def values(self) -> dict[str, Any]:
        """What is stored, without what the user may not read."""
        return {} if self.error else readable_values(self.storage, self.form)

    @property
    def filled(self) -> int:
        """How many fields are filled, of those that the user may read."""
        return sum(value not in EMPTY for value in self.values.values())

    @property
    def size(self) -> int:
        """How many fields there are; without a form, how many values."""
        return len(self.form.fields) or len(self.stored)

    def titles(self) -> dict[str, str]:
        """Return the titles of what is stored by the names, in the order of the form.

        What no field of the form has is called by its name.
        """
        fields = self.form.fields
        names = [name for name in fields if name in self.values]
        names += sorted(set(self.values) - set(names))
        return {name: fields[name].title if name in fields else name for name in names}


def entries_of(page: Any, request: Any) -> list[Entry]:
    """Return what the user may know of: forms first, then what ZCML does not know."""
    forms = forms_of_page(page, request)
    known = {form.key for form in forms}
    forms += [unregistered_form(key) for key in storage_keys(page) if key not in known]
    return [entry for entry in map(partial(Entry, page), forms) if entry.is_listed]
