"""The tokens of rows in the HTML of a form: each in its row, which a script moves."""

from collections.abc import Callable
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
from functools import partial
from html import escape
from typing import Any
from z3c.form.interfaces import DISPLAY_MODE
from z3c.form.interfaces import IMultiWidget
from z3c.form.interfaces import IObjectWidget
from z3c.form.interfaces import IWidget

import re


def add_row_tokens(storage: IAnnotationStorage, widget: IWidget, stored: Any) -> str:
    """Let the rows of a widget for input render their tokens, however deep.

    Returns the HTML that says so, "" if there are no rows.  It is `stored` that the
    widget shows, unless rows were sent.
    """
    if widget.mode == DISPLAY_MODE or not has_rows(widget):
        return ""
    _add(storage, widget, None if choice_of(widget) == THEIRS else widget.name, stored)
    count = len(row_widgets(widget)) if IMultiWidget.providedBy(widget) else 0
    return _hidden(marker_name(widget), str(count))


def _add(
    storage: IAnnotationStorage, widget: IWidget, name: str | None, stored: Any
) -> None:
    if IMultiWidget.providedBy(widget):
        name = None if name is None else sent_name(widget, name)
        for row in Rows(storage, widget, stored, name=name):
            if row.token:
                name = row.widget.name
                row.widget.render = partial(_render, row.widget.render, name, row.token)
            _add(storage, row.widget, row.name, row.value)
    elif IObjectWidget.providedBy(widget) and widget.widgets is not None:
        for cell in widget.widgets.values():
            inner = f"{name}{cell.name[len(widget.name) :]}" if name else None
            _add(storage, cell, inner, _part(stored, cell.field.__name__))


def _part(row: Any, name: str) -> Any:
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)


def _render(render: Callable[[], str], name: str, token: str) -> str:
    """Return what a row renders, with its token.

    Most rows have an input of no other use than to be there: it gets the token, for
    Zope takes so many inputs only.
    """
    rendered = render()
    marker = re.escape(empty_marker_name(name))
    pattern = rf'(<input\b[^>]*\bname="{marker}"[^>]*\bvalue=")1(")'
    with_token, found = re.subn(pattern, rf"\g<1>{token}\g<2>", rendered, count=1)
    return with_token if found else rendered + _hidden(row_token_name(name), token)


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}" />'
