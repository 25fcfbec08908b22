"""Form data of many pages as CSV, as the spreadsheet wants it that is to open them."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collective.annotationforms.exchange.export import EXPORTED_CELL
from collective.annotationforms.exchange.export import Record
from collective.annotationforms.exchange.export import Replaced
from collective.annotationforms.exchange.export import replaced_in
from collective.annotationforms.exchange.formula import as_digits
from collective.annotationforms.exchange.formula import IS_DIGITS
from collective.annotationforms.exchange.formula import IS_NUMBER
from collective.annotationforms.exchange.formula import without_formulas
from collective.annotationforms.fields.text import term_title
from collective.annotationforms.fields.text import text_of
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import StorageError
from collective.annotationforms.permission.access import Access
from collective.annotationforms.saving.username import name_of_user
from collective.annotationforms.storage.history import Change
from collective.annotationforms.storage.history import last_change
from collective.annotationforms.storage.text import readable
from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from functools import partial
from Products.CMFCore.utils import getToolByName
from typing import Any
from typing import BinaryIO
from zope.globalrequest import getRequest
from zope.i18n import translate
from zope.schema.interfaces import IField

import codecs
import csv
import io


NUMBERS = (int, float, Decimal)
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
#: Columns about the page, and what people call them.
ABOUT = {
    "path": _("Path"),
    "uid": _("UID"),
    "title": _("Title"),
    "state": _("State"),
    "changed": _("Last change of the data"),
    "editor": _("Last editor"),
}
#: Those that a file has as long as nobody has chosen others.
FIRST_ABOUT = ("path", "uid", "title")


@dataclass(frozen=True, kw_only=True)
class CSVFormat:
    """How a file is written: `about` and `names` are the columns.

    `bom` is the byte order mark, for Excel.  With `titles`, the first line has the
    titles of the columns; with `choice_titles`, choices are what people call them.
    `digits_as_text` keeps phone numbers, see `as_digits`; with `decimal_comma`, numbers
    have one.
    """

    names: tuple[str, ...]
    about: tuple[str, ...] = FIRST_ABOUT
    delimiter: str = ","
    bom: bool = False
    titles: bool = False
    choice_titles: bool = False
    digits_as_text: bool = False
    decimal_comma: bool = False

    def header(self, fields: Mapping[str, IField]) -> list[str]:
        """Return the first line."""
        columns = [*self.about, *self.names]
        if self.titles:
            known = {name: field.title for name, field in fields.items()}
            found = [ABOUT[name] for name in self.about]
            found += [known.get(name, name) for name in self.names]
            columns = [translate(title, context=getRequest()) for title in found]
        return [without_formulas(column) for column in columns]

    def row(self, record: Record) -> list[str]:
        """Return the line of a page."""
        about = [without_formulas(_ABOUT_TEXTS[name](record)) for name in self.about]
        return about + [
            self.cell(record.values.get(name), record.fields.get(name), record.page)
            for name in self.names
        ]

    def cell(self, value: Any, field: IField | None = None, page: Any = None) -> str:
        """Return the text of a value, neutralised where it may be a formula."""
        style = EXPORTED_CELL
        if self.choice_titles:
            style = replace(style, whole=partial(_with_title, page))
        text = text_of(field, value, style)
        negative = f"-{text.removeprefix('-')}"
        if isinstance(value, NUMBERS) and IS_NUMBER.fullmatch(negative):
            return text.replace(".", ",") if self.decimal_comma else text
        if self.digits_as_text and isinstance(value, str) and IS_DIGITS.fullmatch(text):
            return as_digits(text)
        return without_formulas(text)


def write_csv(
    output: BinaryIO,
    style: CSVFormat,
    fields: Mapping[str, IField],
    found: Iterable[Record],
) -> list[Replaced]:
    """Write a line for each record, in UTF-8.

    Returns what was replaced, see `Replaced`; it is logged, too.
    """
    if style.bom:
        output.write(codecs.BOM_UTF8)
    text = io.TextIOWrapper(output, encoding="utf-8", newline="", write_through=True)
    # Whatever sign separates cells for a spreadsheet, it may be in any text.
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, delimiter=style.delimiter)
    writer.writerow(map(readable, style.header(fields)))
    columns = (*style.about, *style.names)
    replaced = []
    for record in found:
        row = style.row(record)
        replaced += replaced_in(record, dict(zip(columns, row, strict=True)))
        writer.writerow(map(readable, row))
    # Else it closes the output.
    text.detach()
    return replaced


def _with_title(page: Any, field: IField | None, value: Any) -> str:
    title = term_title(field, value, page)
    return EXPORTED_CELL.whole(field, value) if title is None else title


def _state(record: Record) -> str:
    """Return what people call the workflow state of the page, "" if it has none."""
    workflow = getToolByName(record.page, "portal_workflow")
    state = workflow.getInfoFor(record.page, "review_state", "")
    title = workflow.getTitleForStateOnType(state, record.page.portal_type) or state
    return translate(title, domain="plone", context=getRequest())


def _change(record: Record) -> Change | None:
    try:
        return last_change(record.form.storage(record.page))
    except StorageError:
        return None


def _changed(record: Record) -> str:
    change = _change(record)
    return "" if change is None else change.when.isoformat(" ", "seconds")


def _editor(record: Record) -> str:
    """Return the name of who changed the data last, for who may change them."""
    change = _change(record)
    if change is None or not Access(record.page, record.form).changes_form:
        return ""
    return name_of_user(record.page, change.user)


_ABOUT_TEXTS: dict[str, Callable[[Record], str]] = {
    "path": lambda record: record.path,
    "uid": lambda record: record.uid,
    "title": lambda record: record.title,
    "state": _state,
    "changed": _changed,
    "editor": _editor,
}
