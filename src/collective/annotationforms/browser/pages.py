"""The pages that have data of a form: a table to filter, sort and turn over."""

from collective.annotationforms.browser.base import SiteFormDataView
from collective.annotationforms.browser.values import in_short
from collective.annotationforms.catalog.search import catalog
from collective.annotationforms.catalog.search import page_of
from collective.annotationforms.catalog.search import path_of
from collective.annotationforms.exchange.export import readable_values
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.permission import may_use_view
from collective.annotationforms.storage.history import Change
from collective.annotationforms.storage.history import last_change
from collective.annotationforms.storage.storage import annotation_storage
from collective.annotationforms.storage.storage import AnnotationStorage
from functools import cached_property
from plone.base.batch import Batch
from typing import Any


PAGES_IN_TABLE = 25
# Columns that are shown as long as nobody has chosen others.
FIRST_FIELDS = 3


class PageRow:
    """A page in the table, with the values that the user may read."""

    def __init__(
        self,
        brain: Any,
        page: Any,
        request: Any,
        key: str,
        form: IRegisteredForm | None,
    ):
        self.request = request
        self.key = key
        self.form = form
        self.title = brain.Title
        self.path = path_of(brain)
        self.state = brain.review_state
        self.modified = brain.modified
        self.page_url = brain.getURL()
        self.page = page

    @cached_property
    def storage(self) -> AnnotationStorage:
        """The storage."""
        return annotation_storage(self.page, self.key)

    @property
    def has_data(self) -> bool:
        """Tell whether there are data, also those that the user may not read."""
        return bool(self.storage)

    @cached_property
    def change(self) -> Change | None:
        """Who changed the data last, and when."""
        return last_change(self.storage)

    @cached_property
    def values(self) -> dict[str, Any]:
        """What the user may read."""
        return readable_values(self.page, self.storage, self.form, self.request)

    @property
    def left_out(self) -> bool:
        """Tell whether there are values that the user may not read."""
        return len(self.values) < len(self.storage)

    def cell(self, name: str) -> str:
        """Return the text of the value of a field."""
        if name not in self.values:
            return ""
        field = self.form.fields.get(name) if self.form else None
        return in_short(field, self.values[name], self.page, self.request)

    def address(self, view_name: str) -> str | None:
        """Return the address of a page of the form, None if the user may not use it."""
        if not may_use_view(self.page, self.request, view_name):
            return None
        return f"{self.page_url}/@@{view_name}"


class FormDataPages(SiteFormDataView):
    """The table."""

    @cached_property
    def batch(self) -> Batch:
        """The pages of this part of the table."""
        return self.batch_of(self.search.pages(), PAGES_IN_TABLE)

    @cached_property
    def rows(self) -> list[PageRow]:
        """The rows of this part of the table."""
        return [
            PageRow(brain, page, self.request, self.key, self.form)
            for brain in self.batch
            if (page := page_of(brain)) is not None
        ]

    @cached_property
    def hidden(self) -> int:
        """How many pages are left out, since the user may not view them."""
        return self.search.count() - self.batch.sequence_length

    @property
    def left_out(self) -> bool:
        """Tell whether there are values that the user may not read."""
        return any(row.left_out for row in self.rows)

    @cached_property
    def columns(self) -> list[str]:
        """The names of the fields that are shown."""
        if "filtered" not in self.request.form:
            return list(self.field_titles)[:FIRST_FIELDS]
        chosen = self.request.form.get("fields", ())
        return [name for name in self.field_titles if name in chosen]

    @cached_property
    def field_titles(self) -> dict[str, str]:
        """The titles of the fields by their names, without a form: the names."""
        if self.form:
            return {name: field.title for name, field in self.form.fields.items()}
        return {name: name for row in self.rows for name in sorted(row.values)}

    def state_title(self, state: str) -> str:
        """Return what people call the workflow state."""
        return dict(self.states).get(state, state)

    @cached_property
    def states(self) -> list[tuple[str, str]]:
        """The workflow states that pages of the site have, and their titles."""
        workflow = self.context.portal_workflow
        return [
            (state, workflow.getTitleForStateOnType(state, "Document") or state)
            for state in sorted(catalog().uniqueValuesFor("review_state"))
        ]

    def sort_url(self, column: str) -> str:
        """Return the address of the table sorted by a column, or the other way."""
        more = {"sort": column}
        if column == self.search.sort and not self.search.descending:
            more["descending"] = "1"
        if "filtered" in self.request.form:
            more |= {"filtered": "1", "fields:list": self.columns}
        return self.url("form-data-pages", **more)

    def sort_direction(self, column: str) -> str | None:
        """Return how the table is sorted by the column; see aria-sort of WAI-ARIA."""
        if column != self.search.sort:
            return None
        return "descending" if self.search.descending else "ascending"

    def sort_sign(self, column: str) -> str:
        """Return an arrow for the column that the table is sorted by."""
        return {None: "", "ascending": "▲", "descending": "▼"}[
            self.sort_direction(column)
        ]
