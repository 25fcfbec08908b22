"""The data of one form on all pages: preview and download."""

from collections.abc import Iterable
from collective.annotationforms.browser.base import SiteFormDataView
from collective.annotationforms.browser.download import csv_download
from collective.annotationforms.browser.download import json_download
from collective.annotationforms.browser.download import keep_out_of_caches
from collective.annotationforms.exchange.csvfile import ABOUT
from collective.annotationforms.exchange.csvfile import CSVFormat
from collective.annotationforms.exchange.csvfile import DELIMITERS
from collective.annotationforms.exchange.csvfile import FIRST_ABOUT
from collective.annotationforms.exchange.export import Record
from collective.annotationforms.exchange.export import records
from collective.annotationforms.i18n import _
from collective.annotationforms.overview.condition import OPERATORS
from collective.annotationforms.permission.password import has_passwords
from functools import cached_property
from zope.i18n import translate
from zope.i18n.locales import locales
from zope.publisher.browser import BrowserLanguages
from zope.publisher.interfaces import BadRequest


PREVIEWED_PAGES = 5
# What a CSV file may be like: see CSVFormat.
CSV_OPTIONS = ("bom", "titles", "choice_titles", "digits_as_text", "decimal_comma")


class ExportFormData(SiteFormDataView):
    """The preview, with the choice of the format.

    It takes what the form of the table sends, shown or not.
    """

    several = ("selected", "fields", "about")

    def __call__(self) -> str:
        """Show the preview; raises BadRequest for what is no text."""
        keep_out_of_caches(self.request)
        return self.index()

    @property
    def shown_filters(self) -> list[tuple[str, str]]:
        """What the pages are filtered by: what people call it, and what was typed."""
        typed = self.filters
        state = translate(
            self.state_title(typed["state"]), domain="plone", context=self.request
        )
        shown = [(_("Text of the page"), typed["text"])]
        shown += [(_("Below this path"), typed["path"]), (_("State"), state)]
        shown += [(_("Changed since"), typed["since"]), self._value_filter()]
        return [(label, text) for label, text in shown if text]

    def _value_filter(self) -> tuple[str, str]:
        """Return the title of the field and how its value is to be."""
        name, value = self.filters["field"], self.filters["value"]
        if name not in self.query.readable_fields:
            return "", ""
        operator = OPERATORS.get(self.filters["operator"] or "is", "")
        words = translate(operator, context=self.request)
        return self.query.readable_fields[name], f"{words} {value}".strip()

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

    @cached_property
    def csv_format(self) -> CSVFormat:
        """How the CSV file is written; raises BadRequest for an unknown delimiter."""
        if self.delimiter not in DELIMITERS:
            raise BadRequest(f"There is no delimiter {self.delimiter!r}.")
        return CSVFormat(
            about=tuple(self.chosen("about", ABOUT, FIRST_ABOUT)),
            names=tuple(self.chosen("fields", self.names, self.names)),
            delimiter=DELIMITERS[self.delimiter],
            **{name: self.is_checked(name) for name in CSV_OPTIONS},
        )

    def chosen(
        self, name: str, known: Iterable[str], first: Iterable[str]
    ) -> list[str]:
        """Return the columns that were chosen; `first` as long as nobody has chosen."""
        if "chosen" not in self.typed:
            return list(first)
        typed = self.typed_texts(name)
        return [column for column in known if column in typed]

    @property
    def about_titles(self) -> dict[str, str]:
        """What people call the columns about the page."""
        return ABOUT

    @property
    def field_titles(self) -> dict[str, str]:
        """What people call the columns of the fields."""
        fields = self.form.fields
        return {
            name: fields[name].title if name in fields else name for name in self.names
        }

    @property
    def format(self) -> str:
        """The format that is offered first: the one that was typed, or CSV."""
        return "json" if self.typed.get("format") == "json" else "csv"

    @property
    def delimiter(self) -> str:
        """The name of the delimiter that is offered first."""
        first = "semicolon" if self.has_decimal_comma else "comma"
        return self.typed.get("delimiter") or first

    def is_checked(self, option: str) -> bool:
        """Tell whether one of `CSV_OPTIONS` is offered with a tick.

        As long as nobody has chosen, these are for people with a spreadsheet.
        """
        if "chosen" in self.typed:
            return bool(self.typed.get(option))
        return option != "decimal_comma" or self.has_decimal_comma

    @property
    def has_decimal_comma(self) -> bool:
        """Tell whether spreadsheets of the user have commas in numbers.

        They want semicolons between cells then.  The language of the computer tells, as
        the browser says it, not that of the site.
        """
        found = BrowserLanguages(self.request).getPreferredLanguages()
        language, _sign, country = (found[0] if found else "en").partition("-")
        locale = locales.getLocale(language, country.upper() or None)
        return locale.numbers.symbols.get("decimal") == ","

    @property
    def preview_header(self) -> list[str]:
        """The first line of the CSV file."""
        return self.csv_format.header(self.form.fields)

    @property
    def preview_rows(self) -> list[list[str]]:
        """The first lines of the CSV file, after the header."""
        return list(map(self.csv_format.row, self.preview))

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
        return self.search.hidden()

    @property
    def left_out(self) -> int:
        """How many values of the preview the user may not read."""
        return sum(record.left_out for record in self.preview)


class DownloadFormData(ExportFormData):
    """The file: ``format`` is csv or json, see `CSV_OPTIONS` for the rest.

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
            style = self.csv_format
            return csv_download(
                self.request, f"{filename}.csv", style, self.form, found
            )
        if chosen == "json":
            return json_download(
                self.request,
                f"{filename}.json",
                self.form,
                found,
                hidden=self.hidden,
            )
        raise BadRequest(f"There is no format {chosen!r}: csv or json.")

    @property
    def delimiter(self) -> str:
        """The name of the delimiter."""
        return self.typed.get("delimiter") or "comma"

    def is_checked(self, option: str) -> bool:
        """Tell whether one of `CSV_OPTIONS` was typed."""
        return bool(self.typed.get(option))

    @cached_property
    def names(self) -> list[str]:
        """The names of the fields, of all pages: there may be no schema."""
        if self.form.fields:
            return list(self.form.fields)
        found = records(self.search)
        return sorted({name for record in found for name in record.values})
