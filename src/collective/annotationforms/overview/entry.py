"""The data of one form on one page, and what the user may do with them."""

from collective.annotationforms.browser.values import in_short
from collective.annotationforms.catalog.inventory import storage_keys
from collective.annotationforms.exchange.export import readable_values
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.permission import may_manage
from collective.annotationforms.permission import may_use_view
from collective.annotationforms.registry import forms_of_page
from collective.annotationforms.saving.deletion import may_delete
from collective.annotationforms.storage.history import Change
from collective.annotationforms.storage.history import last_change
from collective.annotationforms.storage.storage import annotation_storage
from functools import cached_property
from typing import Any
from urllib.parse import urlencode


EMPTY = (None, "", [], (), {}, set(), frozenset())


class Entry:
    """A storage of a page; without a form if the form's add-on was removed."""

    def __init__(
        self, page: Any, request: Any, key: str, form: IRegisteredForm | None = None
    ):
        self.page = page
        self.request = request
        self.key = key
        self.form = form
        self.storage = form.storage(page) if form else annotation_storage(page, key)

    @property
    def title(self) -> str:
        """What people call the data; the key if nobody can tell."""
        return self.form.title if self.form else self.key

    @property
    def description(self) -> str:
        """What the data are for."""
        if self.form:
            return self.form.description
        return _("No form for these data is installed.")

    @cached_property
    def may_edit(self) -> bool:
        """Tell whether the user may edit the data, which needs a form."""
        return self.form is not None and self._may_use(self.form.name)

    @cached_property
    def may_view(self) -> bool:
        """Tell whether the user may read the read-only page, which needs a form."""
        return self.form is not None and self._may_use(self.form.view_name)

    @property
    def may_export(self) -> bool:
        """Tell whether there is something to export for the user."""
        return bool(self.values)

    @property
    def may_delete(self) -> bool:
        """Tell whether there is something that the user may delete."""
        return bool(self.storage) and may_delete(self.page, self.form, self.request)

    @cached_property
    def change(self) -> Change | None:
        """Who changed the data last, and when."""
        return last_change(self.storage)

    @cached_property
    def values(self) -> dict[str, Any]:
        """What is stored, without what the user may not read."""
        return readable_values(self.page, self.storage, self.form, self.request)

    @property
    def filled(self) -> int:
        """How many fields are filled, of those that the user may read."""
        return sum(value not in EMPTY for value in self.values.values())

    @property
    def size(self) -> int:
        """How many fields there are."""
        return len(self.form.fields) if self.form else len(self.storage)

    def shown_values(self) -> list[tuple[str, str]]:
        """Return titles and texts of what is stored, in the order of the form."""
        fields = self.form.fields if self.form else {}
        names = [name for name in fields if name in self.values]
        names += sorted(set(self.values) - set(names))
        return [
            (
                fields[name].title if name in fields else name,
                in_short(fields.get(name), self.values[name], self.page, self.request),
            )
            for name in names
        ]

    def url(self, view: str) -> str:
        """Return the address of a view of the page for this entry."""
        return f"{self.page.absolute_url()}/@@{view}?{urlencode({'key': self.key})}"

    def _may_use(self, view_name: str) -> bool:
        return may_use_view(self.page, self.request, view_name)


def entries_of(page: Any, request: Any) -> list[Entry]:
    """Return what the user may know of: forms first, then data without a form."""
    forms = forms_of_page(page, request)
    entries = [Entry(page, request, form.key, form) for form in forms]
    visible = [entry for entry in entries if entry.may_edit or entry.may_view]
    if may_manage(page):
        known = {form.key for form in forms}
        left_over = [key for key in storage_keys(page) if key not in known]
        visible += [Entry(page, request, key) for key in left_over]
    return visible
