"""Pages filtered and sorted by a value: by what the table shows of it, and no more.

Who may not read a value of a page learns nothing of it by asking for it: such a page is
neither found nor sorted by it.
"""

from collections.abc import Set
from collective.annotationforms.exchange.export import CELL
from collective.annotationforms.exchange.export import readable_value
from collective.annotationforms.fields.target import NOTHING
from collective.annotationforms.fields.text import text_of
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.interfaces import StorageError
from collective.annotationforms.overview.entry import EMPTY
from collective.annotationforms.overview.text import table_style
from collective.annotationforms.permission.access import Access
from collective.annotationforms.permission.password import has_passwords
from collective.annotationforms.storage.parts import parts
from collective.annotationforms.storage.parts import SEQUENCES
from dataclasses import dataclass
from dataclasses import replace
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from decimal import Decimal
from numbers import Real
from Products.CMFCore.interfaces import ISiteRoot
from typing import Any
from zope.component import getUtility
from zope.globalrequest import getRequest
from zope.schema.interfaces import IChoice


#: How a value is compared with what was typed, and what people call it.
OPERATORS = {
    "is": _("is"),
    "contains": _("contains"),
    "filled": _("is filled in"),
    "empty": _("is empty"),
}
# Of a text that pages are sorted by.
KEY_LENGTH = 100
# Values of several types have no order of their own: numbers are first, text is last.
NUMBER, MOMENT, TIME, TEXT = range(4)


@dataclass(frozen=True)
class Values:
    """The values of one field on all pages, as far as the user may read them."""

    form: IRegisteredForm
    name: str

    def of(self, page: Any) -> Any:
        """Return the value, None if there is none, or NOTHING if it is not readable."""
        try:
            stored = self.form.storage(page).data.get(self.name)
        except StorageError:
            return NOTHING
        return readable_value(Access(page, self.form), self.name, stored)

    def text(self, page: Any, value: Any) -> str:
        """Return the value as the table shows it, whole."""
        return text_of(self._field, value, self._style(page))

    def texts(self, page: Any, value: Any) -> set[str]:
        """Return the texts that the value is known by, in small letters.

        Those of the table, as they are stored, and of each item of a list.
        """
        found = {self.text(page, value), text_of(self._field, value, CELL)}
        if isinstance(value, (*SEQUENCES, Set)):
            for part in parts(self._field, value):
                styles = (self._style(page), CELL)
                found |= {text_of(part.field, part.value, style) for style in styles}
        return {text.casefold() for text in found}

    def sort_key(self, page: Any) -> Any:
        """Return what the page is sorted by, None without a value."""
        value = self.of(page)
        if value is NOTHING or value in EMPTY:
            return None
        key = None if IChoice.providedBy(self._field) else _natural_key(value)
        return key or (TEXT, self.text(page, value)[:KEY_LENGTH].casefold())

    @property
    def _field(self) -> Any:
        return self.form.fields.get(self.name)

    def _style(self, page: Any) -> Any:
        return replace(table_style(page, getRequest()), max_length=None)


@dataclass(frozen=True)
class Condition:
    """Which pages are meant: those whose value is, or contains, what was typed."""

    values: Values
    operator: str
    typed: str

    def __call__(self, page: Any) -> bool:
        """Tell whether the page is meant; a value that is not readable never is."""
        value = self.values.of(page)
        if value is NOTHING:
            return False
        is_empty = value in EMPTY
        if self.operator in ("empty", "filled"):
            return is_empty is (self.operator == "empty")
        if is_empty:
            return False
        typed, texts = self.typed.strip().casefold(), self.values.texts(page, value)
        if self.operator == "is":
            return typed in texts
        return any(typed in text for text in texts)


def _natural_key(value: Any) -> tuple[int, Any] | None:
    """Return what numbers and dates are sorted by, None for other values."""
    if isinstance(value, (Real, Decimal)):
        # A number that is none can't be compared.
        return (NUMBER, value) if value == value else None
    if isinstance(value, timedelta):
        return NUMBER, value.total_seconds()
    if isinstance(value, time):
        return TIME, value.isoformat()
    if not isinstance(value, date):
        return None
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    # In universal time; not as a datetime: the first year has none before it.
    offset = moment.utcoffset() or timedelta(0)
    days = timedelta(days=moment.toordinal())
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return MOMENT, days + timedelta(seconds=seconds) - offset


def readable_fields(form: IRegisteredForm) -> dict[str, str]:
    """Return the titles of the fields that the user may filter and sort by.

    These are the fields that may be read on the site; passwords never are.
    """
    access = Access(getUtility(ISiteRoot), form)
    return {
        name: field.title
        for name, field in form.fields.items()
        if access.is_shown(name) and not has_passwords(field)
    }


def nothing(page: Any) -> bool:
    """Tell that the page is not meant, whatever it has."""
    return False
