"""The pages that have data of a form: a table to filter, sort and turn over."""

from AccessControl import getSecurityManager
from collective.annotationforms.browser.base import SiteFormDataView
from collective.annotationforms.browser.columns import remember_columns
from collective.annotationforms.browser.columns import remembered_columns
from collective.annotationforms.catalog.matching import Matching
from collective.annotationforms.catalog.search import catalog
from collective.annotationforms.catalog.search import path_of
from collective.annotationforms.catalog.search import Search
from collective.annotationforms.fields.text import choice_titles
from collective.annotationforms.fields.text import text_of
from collective.annotationforms.i18n import _
from collective.annotationforms.overview.condition import OPERATORS
from collective.annotationforms.overview.query import FIELD_SORT
from collective.annotationforms.overview.rows import Row
from collective.annotationforms.overview.rows import rows_of
from collective.annotationforms.overview.text import table_style
from dataclasses import replace
from functools import cached_property
from plone.base.batch import Batch
from plone.protect.authenticator import check
from urllib.parse import urlencode
from zope.i18n import translate


PAGES_IN_TABLE = 25
# Columns that are shown as long as nobody has chosen others.
FIRST_FIELDS = 3
# Pages that are opened to filter or sort them by a value.
PAGES_TO_OPEN = 10_000
# Folders and choices that are suggested where somebody types.
SUGGESTIONS = 200


class FormDataPages(SiteFormDataView):
    """The table."""

    several = ("selected", "fields")

    #: What the table can be sorted by, and what people call it.
    sort_columns = (
        ("title", _("Title")),
        ("path", _("Path")),
        ("state", _("State")),
        ("modified", _("Page modified")),
    )

    def __call__(self) -> str:
        """Show the table, or remember its columns; raises Forbidden without a token."""
        if self.request.method != "POST":
            return self.index()
        check(self.request)
        chosen = self.typed_texts("fields")
        names = [name for name in self.field_titles if name in chosen]
        remember_columns(self.context, _user_id(), self.form, names)
        self.request.response.redirect(self.url("form-data-pages", **self.order))
        return ""

    @cached_property
    def search(self) -> Search:
        """The pages that are meant; not all of them are opened."""
        search = self.query.search
        if isinstance(search, Matching):
            return replace(search, most=PAGES_TO_OPEN)
        return search

    @property
    def cut_at(self) -> int | None:
        """How many pages were opened, if there are more."""
        is_cut = isinstance(self.search, Matching) and self.search.is_cut
        return PAGES_TO_OPEN if is_cut else None

    @property
    def is_filtered(self) -> bool:
        """Tell whether there may be pages that are not shown."""
        return any(self.filters.values()) or self.selected is not None

    @property
    def value_filter(self) -> dict[str, str]:
        """The titles of the fields that one may filter by."""
        return self.query.readable_fields

    @property
    def operators(self) -> dict[str, str]:
        """How a value can be compared."""
        return OPERATORS

    @cached_property
    def choices(self) -> list[str]:
        """What people call the choices of the fields that one may filter by."""
        found = {
            title: None
            for name in self.value_filter
            for title in choice_titles(self.form.fields[name], self.context)
        }
        return list(found)[:SUGGESTIONS]

    @cached_property
    def folders(self) -> list[str]:
        """The paths of folders that the user may view."""
        found = catalog().searchResults(
            is_folderish=True, sort_on="path", sort_limit=SUGGESTIONS
        )
        paths = map(path_of, found[:SUGGESTIONS])
        return [path for path in paths if path != "/"]

    @cached_property
    def batch(self) -> Batch:
        """The pages of this part of the table."""
        return self.batch_of(self.search.pages(), PAGES_IN_TABLE)

    @cached_property
    def rows(self) -> list[Row]:
        """The rows of this part of the table."""
        return rows_of(self.batch, self.form)

    def cell(self, row: Row, name: str) -> str:
        """Return the text of the value of a field."""
        if name not in row.values:
            return ""
        field = self.form.fields.get(name)
        style = table_style(row.page, self.request)
        return text_of(field, row.values[name], style)

    @cached_property
    def hidden(self) -> int:
        """How many pages with these data the user may not view, filtered or not."""
        return self.search.hidden()

    @property
    def left_out(self) -> int:
        """How many values there are that the user may not read."""
        return sum(row.left_out for row in self.rows)

    @cached_property
    def columns(self) -> list[str]:
        """The names of the fields that are shown."""
        if "filtered" in self.typed:
            chosen = self.typed_texts("fields")
        else:
            chosen = remembered_columns(self.context, _user_id(), self.form)
        if chosen is None:
            return list(self.field_titles)[:FIRST_FIELDS]
        return [name for name in self.field_titles if name in chosen]

    @cached_property
    def field_titles(self) -> dict[str, str]:
        """The titles of the fields by their names, without fields: the names."""
        fields = self.form.fields
        if fields:
            return {name: field.title for name, field in fields.items()}
        return {name: name for row in self.rows for name in sorted(row.values)}

    def sort_url(self, column: str) -> str:
        """Return the address of the table sorted by a column, or the other way."""
        more = {"sort": column}
        if column == self.query.sort and not self.search.descending:
            more["descending"] = "1"
        if "filtered" in self.typed:
            more |= {"filtered": "1", "fields:list": self.columns}
        return self.url("form-data-pages", **more)

    def sort_direction(self, column: str | None) -> str | None:
        """Return how the table is sorted by the column; see aria-sort of WAI-ARIA."""
        if column != self.query.sort:
            return None
        return "descending" if self.search.descending else "ascending"

    def sort_sign(self, column: str | None) -> str:
        """Return an arrow for the column that the table is sorted by."""
        return {None: "", "ascending": "▲", "descending": "▼"}[
            self.sort_direction(column)
        ]

    @property
    def all_url(self) -> str:
        """The address of the table with all pages."""
        query = urlencode(self.subject)
        return f"{self.context.absolute_url()}/@@form-data-pages?{query}"

    def select_label(self, row: Row) -> str:
        """Return what selects a page, in words."""
        message = _("Select ${title}", mapping={"title": row.title})
        return translate(message, context=self.request)

    def field_sort(self, name: str) -> str | None:
        """Return what the table is sorted by for a field, None if the user may not."""
        return f"{FIELD_SORT}{name}" if name in self.value_filter else None


def _user_id() -> str:
    return getSecurityManager().getUser().getId()
