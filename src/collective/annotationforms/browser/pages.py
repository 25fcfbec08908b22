"""The pages that have data of a form: a table to filter, sort and turn over."""

from collective.annotationforms.browser.base import SiteFormDataView
from collective.annotationforms.catalog.search import catalog
from collective.annotationforms.fields.text import text_of
from collective.annotationforms.i18n import _
from collective.annotationforms.overview.rows import Row
from collective.annotationforms.overview.rows import rows_of
from collective.annotationforms.overview.text import table_style
from functools import cached_property
from plone.base.batch import Batch


PAGES_IN_TABLE = 25
# Columns that are shown as long as nobody has chosen others.
FIRST_FIELDS = 3


class FormDataPages(SiteFormDataView):
    """The table."""

    several = ("fields",)

    #: What the table can be sorted by, and what people call it.
    sort_columns = (
        ("title", _("Title")),
        ("path", _("Path")),
        ("state", _("State")),
        ("modified", _("Page modified")),
    )

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
        if "filtered" not in self.typed:
            return list(self.field_titles)[:FIRST_FIELDS]
        chosen = self.typed_texts("fields")
        return [name for name in self.field_titles if name in chosen]

    @cached_property
    def field_titles(self) -> dict[str, str]:
        """The titles of the fields by their names, without fields: the names."""
        fields = self.form.fields
        if fields:
            return {name: field.title for name, field in fields.items()}
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
        if "filtered" in self.typed:
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
