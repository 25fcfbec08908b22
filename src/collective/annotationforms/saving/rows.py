"""The rows of a widget for several: which one each was, of those that are stored.

A form that was sent has a token for each row that it showed, see `rowtoken`.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from collective.annotationforms.fields.innerwidget import all_inner_widgets
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.saving.rowtoken import parsed_token
from collective.annotationforms.saving.rowtoken import RowToken
from collective.annotationforms.saving.rowtoken import StoredRow
from collective.annotationforms.storage.pairing import paired
from collective.annotationforms.storage.parts import SEQUENCES
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from z3c.form.interfaces import IDataConverter
from z3c.form.interfaces import IMultiWidget
from z3c.form.interfaces import IWidget
from zope.interface import Invalid


#: How the rows are called that a data grid has for new ones.
NEW_ROWS = ("AA", "TT")
#: What a row is known by, the most certain first.
LEVELS = (
    lambda token, row: row.is_same(token),
    lambda token, row: row.is_sent(token),
    lambda token, row: row.has_files(token),
    lambda token, row: row.has_kept(token),
)


@dataclass(frozen=True)
class Row:
    """A row that a widget shows.

    `number` begins with 1, `key` is that in a mapping.  `name` is how the row was
    called in the request, None if it shows what is stored, or was added since.
    `stored` is what is stored of it now, `place` where; both are None for a new row,
    and for one that is gone.
    """

    widget: IWidget
    number: int
    key: Any
    name: str | None
    sent_token: RowToken | None
    place: int | None
    stored: StoredRow | None

    @property
    def has_lost_files(self) -> bool:
        """Tell whether the row had files that are not stored any more."""
        is_gone = self.stored is None and self.sent_token is not None
        return is_gone and bool(self.sent_token.files)

    @property
    def value(self) -> Any:
        """What is stored, None if nothing is."""
        return None if self.stored is None else self.stored.value

    @property
    def token(self) -> str:
        """What tells the row when the form comes back; "" for a new one."""
        if self.stored is None:
            # It is still known that it was one.
            return str(self.sent_token or "")
        return str(self.stored.token(self.place))


class Rows:
    """The rows of a widget for several.

    `name` is how the widget was called in the request; None if it shows `stored`.
    `are_marked` tells whether each row that was shown has a token: so those without
    are new.
    """

    def __init__(
        self,
        storage: IAnnotationStorage,
        widget: IWidget,
        stored: Any,
        *,
        name: str | None,
        are_marked: bool = True,
    ):
        self.widget = widget
        self.name = name
        self.are_marked = are_marked
        self.keys = list(stored) if isinstance(stored, Mapping) else []
        values = stored.values() if isinstance(stored, Mapping) else stored
        values = values if isinstance(stored, (Mapping, *SEQUENCES)) else ()
        field = widget.field.value_type
        self.stored = [StoredRow(storage, field, value) for value in values]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    @cached_property
    def rows(self) -> list[Row]:
        """The rows that the widget shows, without those for new ones."""
        found = zip(self._shown, self._tokens, self._places, strict=True)
        return [
            Row(
                widget=widget,
                number=index + 1,
                key=key,
                name=None if number is None else f"{self.name}.{number}",
                sent_token=token,
                place=place,
                stored=None if place is None else self.stored[place],
            )
            for index, ((widget, key, number), token, place) in enumerate(found)
        ]

    @property
    def are_told_apart(self) -> bool:
        """Tell whether it is known which row is which.

        It isn't if no token was sent, as by a script, unless there are as many rows, or
        everything of each was sent.
        """
        return (
            not self._are_unmarked
            or self._are_as_many
            or not any(row.keeps_something for row in self.stored)
        )

    @cached_property
    def _shown(self) -> list[tuple[IWidget, Any, int | None]]:
        """The widget of each row, its key, and its number in the request, if any."""
        widgets, keys = row_widgets(self.widget), self.widget.key_widgets
        if not self.widget.is_dict:
            numbers = self._numbers(len(widgets))
            return [(one, None, n) for one, n in zip(widgets, numbers, strict=True)]
        by_key = {_value_of(key): row for key, row in zip(keys, widgets, strict=True)}
        if self.name is None:
            return [(row, key, None) for key, row in by_key.items()]
        # z3c.form sorts them, so that their names are no longer those of the request.
        return [
            (by_key.get(key) or self.widget.getWidget(number), key, number)
            for number in self._numbers(len(widgets))
            if number is not None
            for key in [_value_of(self.widget.getWidget(number, "key", "key_type"))]
        ]

    def _numbers(self, count: int) -> list[int | None]:
        """Return the number in the request of each row that is shown."""
        if self.name is None:
            return [None] * count
        form = self.widget.request.form
        sent = list(range(int(self.widget.request.get(f"{self.name}.count", 0))))
        if f"{self.name}.buttons.remove" in form and count < len(sent):
            sent = [n for n in sent if f"{self.name}.{n}.remove" not in form]
        return [*sent[:count], *[None] * (count - len(sent))]

    @cached_property
    def _tokens(self) -> list[RowToken | None]:
        form = self.widget.request.form
        names = [
            None if number is None else f"{self.name}.{number}"
            for _widget, _key, number in self._shown
        ]
        return [
            parsed_token(form.get(empty_marker_name(name)))
            or parsed_token(form.get(row_token_name(name)))
            for name in names
        ]

    @property
    def _are_unmarked(self) -> bool:
        return self.name is not None and not self.are_marked and not any(self._tokens)

    @property
    def _are_as_many(self) -> bool:
        return len(self._shown) == len(self.stored)

    @cached_property
    def _places(self) -> list[int | None]:
        """Where each row is stored, None for one that is not."""
        if self.widget.is_dict and self.name is None:
            keys = [key for _widget, key, _number in self._shown]
            return [self.keys.index(k) if k in self.keys else None for k in keys]
        if self.name is None or self._are_unmarked:
            is_known = self.name is None or self._are_as_many
            stored = len(self.stored) if is_known else 0
            return [n if n < stored else None for n, _row in enumerate(self._shown)]
        known = [number for number, token in enumerate(self._tokens) if token]
        tokens = [self._tokens[number] for number in known]
        found = paired(tokens, self.stored, [one.place for one in tokens], LEVELS)
        places = dict(zip(known, found, strict=True))
        return [places.get(number) for number, _row in enumerate(self._shown)]


def row_widgets(widget: IWidget) -> list[IWidget]:
    """Return the widgets of rows, without those for new ones."""
    return [
        row for row in widget.widgets if row.name.rpartition(".")[2] not in NEW_ROWS
    ]


def empty_marker_name(name: str) -> str:
    """Return the name of the input that z3c.form has in a row, or an object."""
    return f"{name}-empty-marker"


def row_token_name(name: str) -> str:
    """Return the name under which a form sends the token of a row called `name`."""
    return f"{name}-row"


def marker_name(widget: IWidget) -> str:
    """Return the name under which a form says how many rows it has shown.

    It says also that these have tokens.
    """
    return f"{widget.name}-rows"


def has_rows(widget: IWidget) -> bool:
    """Tell whether the widget, or one within it, is for several rows."""
    inner = all_inner_widgets(widget)
    return any(map(IMultiWidget.providedBy, (widget, *inner)))


def sent_name(widget: IWidget, name: str) -> str | None:
    """Return the name if the request has rows under it, else None."""
    is_sent = not widget.ignoreRequest and f"{name}.count" in widget.request.form
    return name if is_sent else None


def _value_of(widget: IWidget) -> Any:
    """Return the value that a widget shows, None if it is none of its field."""
    try:
        return IDataConverter(widget).toFieldValue(widget.value)
    except (Invalid, ValueError):
        return None
