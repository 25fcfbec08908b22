"""The data of one form on all pages: preview and download."""

from collective.annotationforms.browser.base import SiteFormDataView
from collective.annotationforms.browser.download import csv_download
from collective.annotationforms.browser.download import json_download
from collective.annotationforms.browser.download import keep_out_of_caches
from collective.annotationforms.exchange.export import COLUMNS
from collective.annotationforms.exchange.export import Record
from collective.annotationforms.exchange.export import records
from collective.annotationforms.permission.password import has_passwords
from functools import cached_property
from zope.publisher.interfaces import BadRequest


PREVIEWED_PAGES = 5


class ExportFormData(SiteFormDataView):
    """The preview, with the choice of the format."""

    def __call__(self) -> str:
        """Show the preview; raises BadRequest for what is no text."""
        keep_out_of_caches(self.request)
        return self.index()

    @cached_property
    def preview(self) -> list[Record]:
        """The first records."""
        return list(records(self.search, limit=PREVIEWED_PAGES))

    @cached_property
    def names(self) -> list[str]:
        """The names of the fields."""
        if self.form.fields:
            return list(self.form.fields)
        return sorted({name for record in self.preview for name in record.values})

    @property
    def column_names(self) -> list[str]:
        """The first line of the CSV file."""
        return [*COLUMNS, *self.names]

    @cached_property
    def total(self) -> int:
        """How many pages are exported."""
        return len(self.search.pages())

    @property
    def has_passwords(self) -> bool:
        """Tell whether the form has fields for passwords."""
        return any(map(has_passwords, self.form.fields.values()))

    @property
    def hidden(self) -> int:
        """How many pages are left out, since the user may not view them."""
        return self.search.count() - self.total

    @property
    def left_out(self) -> int:
        """How many values of the preview the user may not read."""
        return sum(record.left_out for record in self.preview)


class DownloadFormData(ExportFormData):
    """The file: ``format`` is csv or json, ``bom`` is for Excel.

    Passwords are in it if ``passwords`` says so.
    """

    def __call__(self) -> object:
        """Return the file; raises BadRequest for another format, or other pages."""
        passwords = bool(self.typed.get("passwords"))
        found = records(self.search, passwords=passwords)
        if self.errors:
            # Nobody wants more than was asked for.
            raise BadRequest(f"It can't be understood: {', '.join(self.errors)}.")
        filename = self.form.name or "form-data"
        chosen = self.typed.get("format")
        if chosen == "csv":
            bom = bool(self.typed.get("bom"))
            names = self.names if self.form.fields else self._all_names()
            return csv_download(self.request, f"{filename}.csv", names, found, bom=bom)
        if chosen == "json":
            return json_download(
                self.request,
                f"{filename}.json",
                self.form,
                found,
                hidden=self.hidden,
            )
        raise BadRequest(f"There is no format {chosen!r}: csv or json.")

    def _all_names(self) -> list[str]:
        """Return the names of all values: no schema knows them."""
        found = records(self.search)
        return sorted({name for record in found for name in record.values})
