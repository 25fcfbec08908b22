"""The tokens of rows in the HTML of a form: each in its row, which a script moves."""

from collections.abc import Iterator
from collections.abc import Mapping
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.saving.merge import choice_of
from collective.annotationforms.saving.merge import THEIRS
from collective.annotationforms.saving.rows import empty_marker_name
from collective.annotationforms.saving.rows import has_rows
from collective.annotationforms.saving.rows import marker_name
from collective.annotationforms.saving.rows import row_token_name
from collective.annotationforms.saving.rows import row_widgets
from collective.annotationforms.saving.rows import Rows
from collective.annotationforms.saving.rows import sent_name
from html import escape
from typing import Any
from z3c.form.interfaces import DISPLAY_MODE
from z3c.form.interfaces import IMultiWidget
from z3c.form.interfaces import IObjectWidget
from z3c.form.interfaces import IWidget

import re


# Most rows have an input of no other use than to be there.
MARKER = re.compile(r'(<input\b[^>]*\bname="([^"]+)"[^>]*\bvalue=")1(")')


def row_tokens(
    storage: IAnnotationStorage, widget: IWidget, stored: Any
) -> dict[str, str]:
    """Return the tokens of the rows in a widget for input, however deep.

    They are called as their rows.  It is `stored` that the widget shows, unless rows
    were sent.
    """
    if widget.mode == DISPLAY_MODE or not has_rows(widget):
        return {}
    name = None if choice_of(widget) == THEIRS else widget.name
    return dict(_tokens(storage, widget, name, stored))


def with_row_tokens(html: str, widget: IWidget, tokens: Mapping[str, str]) -> str:
    """Return the HTML of a widget with the tokens of its rows, and what says so.

    The marker of a row gets the token as its value, for Zope takes so many inputs only;
    a row without one is in no table, and no script moves it.
    """
    left = {empty_marker_name(name): (name, tokens[name]) for name in tokens}

    def with_token(match: re.Match) -> str:
        _name, token = left.pop(match[2], ("", "1"))
        return f"{match[1]}{escape(token)}{match[3]}"

    html = MARKER.sub(with_token, html)
    others = (_hidden(row_token_name(name), token) for name, token in left.values())
    if not has_rows(widget):
        return html
    count = len(row_widgets(widget)) if IMultiWidget.providedBy(widget) else 0
    return html + "".join(others) + _hidden(marker_name(widget), str(count))


def _tokens(
    storage: IAnnotationStorage, widget: IWidget, name: str | None, stored: Any
) -> Iterator[tuple[str, str]]:
    if IMultiWidget.providedBy(widget):
        name = None if name is None else sent_name(widget, name)
        for row in Rows(storage, widget, stored, name=name):
            # Each time that it is asked for, it has another salt.
            if token := row.token:
                yield row.widget.name, token
            yield from _tokens(storage, row.widget, row.name, row.value)
    elif IObjectWidget.providedBy(widget) and widget.widgets is not None:
        for cell in widget.widgets.values():
            inner = f"{name}{cell.name[len(widget.name) :]}" if name else None
            yield from _tokens(storage, cell, inner, _part(stored, cell))


def _part(row: Any, cell: IWidget) -> Any:
    name = cell.field.__name__
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}" />'
