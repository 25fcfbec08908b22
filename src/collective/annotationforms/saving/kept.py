"""What a form does not send stays: files, and columns that the editor can't change."""

from collections.abc import Iterator
from collections.abc import Mapping
from collective.annotationforms.fields.innerwidget import all_inner_widgets
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.saving.hiddentarget import with_kept_targets
from collective.annotationforms.saving.rows import marker_name
from collective.annotationforms.saving.rows import Row
from collective.annotationforms.saving.rows import Rows
from collective.annotationforms.saving.rowtoken import StoredRow
from collective.annotationforms.storage.attribute import set_attribute
from collective.annotationforms.storage.partialschema import whole_schema
from collective.annotationforms.storage.parts import rebuilt
from collective.annotationforms.storage.rows import columns_of
from collective.annotationforms.storage.value import detached
from collective.annotationforms.storage.value import NOT_SENT
from os import SEEK_END
from persistent import Persistent
from plone.formwidget.namedfile.interfaces import INamedFileWidget
from plone.formwidget.namedfile.utils import is_file_upload
from typing import Any
from z3c.form.interfaces import DISPLAY_MODE
from z3c.form.interfaces import IMultiWidget
from z3c.form.interfaces import IObjectWidget
from z3c.form.interfaces import ITextWidget
from z3c.form.interfaces import IWidget
from z3c.form.interfaces import NO_VALUE
from zope.interface import Invalid
from zope.schema import getFields
from zope.schema.interfaces import IField
from ZPublisher.HTTPRequest import FileUpload


class RowGone(Invalid):
    """What is to be kept of a row can't be found; the message says so, for people."""


def with_kept_rows(
    storage: IAnnotationStorage, widget: IWidget, sent: Any, stored: Any
) -> Any:
    """Return what the widget was sent, with what is stored where nothing was sent.

    Raises RowGone if a row that is to keep something is there no longer, or if nothing
    tells which one it is.
    """
    return _Keeper(storage, widget).kept(widget, widget.name, sent, stored)


def is_left_alone(storage: IAnnotationStorage, widget: IWidget, sent: Any) -> bool:
    """Tell whether the editor has changed no row that the form has shown.

    It is asked for rows some of which are gone: what they were is in their tokens.
    """
    if not IMultiWidget.providedBy(widget) or not sent:
        return False
    rows = list(Rows(storage, widget, None, name=widget.name))
    values = list(sent.values() if isinstance(sent, Mapping) else sent)
    shown = widget.request.form.get(marker_name(widget))
    if str(len(rows)) != shown or len(values) != len(rows):
        return False
    return all(
        row.sent_token is not None
        and row.sent_token.place == place
        and StoredRow(storage, widget.field.value_type, value).sent
        == row.sent_token.sent
        and not _has_new_files(row.widget, row.name)
        for place, (row, value) in enumerate(zip(rows, values, strict=True))
    )


def _has_new_files(widget: IWidget, name: str) -> bool:
    """Tell whether a file was chosen, or removed, in the widget or in one within it."""
    return any(
        INamedFileWidget.providedBy(inner)
        and _has_new_file(inner, f"{name}{inner.name[len(widget.name) :]}")
        for inner in (widget, *all_inner_widgets(widget))
    )


class _Keeper:
    """Goes through the widgets within a widget, and what is stored beside."""

    def __init__(self, storage: IAnnotationStorage, outermost: IWidget):
        self.storage = storage
        self.outermost = outermost.name
        self.are_marked = marker_name(outermost) in outermost.request.form

    def kept(
        self, widget: IWidget, name: str, sent: Any, stored: Any, row: Row | None = None
    ) -> Any:
        """Return the value of a widget that was called `name` in the request."""
        if widget.mode == DISPLAY_MODE:
            return stored
        if IMultiWidget.providedBy(widget) and sent:
            return self._rows(widget, name, sent, stored)
        if IObjectWidget.providedBy(widget) and sent is not None:
            return self._columns(widget, name, sent, stored, row)
        if not is_left_out(widget, name, sent) and not _lacks_input(widget, name, row):
            # A menu has pages that it finds, and so does a widget within another one.
            is_outermost = widget.name == self.outermost
            are_shown = is_outermost and ITextWidget.providedBy(widget)
            return with_kept_targets(widget, name, sent, stored, are_shown=are_shown)
        is_wanted = widget.request.form.get(f"{name}.action") == "nochange"
        if row is not None and row.has_lost_files and is_wanted:
            raise RowGone(_gone(row))
        return stored

    def _rows(self, widget: IWidget, name: str, sent: Any, stored: Any) -> Any:
        rows = Rows(self.storage, widget, stored, name=name, are_marked=self.are_marked)
        if not rows.are_told_apart:
            raise RowGone(
                _("The rows can't be told from each other. Open the form again.")
            )
        found = list(rows)
        if isinstance(sent, Mapping):
            by_key = {row.key: row for row in found}
            found = [by_key.get(key) for key in sent]
        items = sent.values() if isinstance(sent, Mapping) else sent
        if len(found) != len(items):
            # A field of another kind than z3c.form makes rows of.
            return sent
        return rebuilt(
            sent,
            [
                item
                if row is None
                else self.kept(row.widget, row.name, item, row.value, row)
                for row, item in zip(found, items, strict=True)
            ],
        )

    def _columns(
        self, widget: IWidget, name: str, sent: Any, stored: Any, row: Row | None
    ) -> Any:
        before = values_of(widget.field, stored)
        values = self._cells(widget, name, sent, before, row)
        if stored is not None:
            # What a row lacks is not put into it without a value.
            values = {
                column: value
                for column, value in values.items()
                if column in before or value is not None
            }
        others = {key: value for key, value in before.items() if key not in values}
        if isinstance(sent, Mapping):
            new = self._new_row(widget.field, sent) if stored is None else {}
            return {**new, **values, **others}
        return _with_attributes(sent, stored, {**values, **others})

    def _cells(
        self, widget: IWidget, name: str, sent: Any, before: dict, row: Row | None
    ) -> dict[str, Any]:
        """Return the values of the columns that the form has inputs for."""
        after = values_of(widget.field, sent)
        return {
            column: self.kept(
                cell,
                f"{name}{cell.name[len(widget.name) :]}",
                after[column],
                before.get(column),
                row,
            )
            for column, cell in cells_of(widget)
            if cell.mode != DISPLAY_MODE and column in after
        }

    def _new_row(self, field: IField, sent: Mapping) -> dict[str, Any]:
        """Return a new row with defaults in the columns that the form lacks."""
        page = self.storage.__parent__
        columns = getFields(whole_schema(field.schema))
        return {
            name: sent[name] if name in sent else column.bind(page).default
            for name, column in columns.items()
        }


def _lacks_input(widget: IWidget, name: str, row: Row | None) -> bool:
    """Tell whether a stored row was sent without an input for the widget.

    The converter of a data grid takes what is stored at its place now, maybe of another
    row.
    """
    is_stored = row is not None and row.stored is not None
    return is_stored and widget.name == name and widget.extract() is NO_VALUE


def is_left_out(widget: IWidget, name: str, sent: Any) -> bool:
    """Tell whether nothing was sent for a widget without inner ones.

    `name` is how it was called in the request.
    """
    # The converter of a row may have put the file of another row in its place.
    if INamedFileWidget.providedBy(widget):
        return not _has_new_file(widget, name)
    return any(sent is marker for marker in NOT_SENT)


def _has_new_file(widget: IWidget, name: str) -> bool:
    """Tell whether a file was chosen, or removed."""
    form = widget.request.form
    action = form.get(f"{name}.action")
    if action == "remove" or form.get(f"{name}.file_upload_id"):
        return True
    if action == "nochange":
        return False
    sent = form.get(name)
    return bool(sent) and not (is_file_upload(sent) and is_empty_upload(sent))


def is_empty_upload(sent: FileUpload) -> bool:
    """Tell whether a browser has sent no file, for none was chosen."""
    size = sent.seek(0, SEEK_END)
    sent.seek(0)
    return not sent.filename and not size


def cells_of(widget: IWidget) -> Iterator[tuple[str, IWidget]]:
    """Yield the widgets of an object, or of the row of a grid, by their columns."""
    if widget.widgets is not None:
        for cell in widget.widgets.values():
            yield cell.field.__name__, cell


def values_of(field: IField, row: Any) -> dict[str, Any]:
    """Return what a row has by the names, also what its schema does not know."""
    if row is None:
        return {}
    return {part.name: part.value for part in columns_of(field, row)}


def _with_attributes(sent: Any, stored: Any, values: dict[str, Any]) -> Any:
    """Return an object of what was sent, with these values.

    It is the stored one, changed, if it may be: who has a class of their own may keep
    more in it than its schema says.
    """
    is_kept = isinstance(stored, type(sent)) and not isinstance(stored, Persistent)
    made = detached(stored) if is_kept else sent
    for name, value in values.items():
        if getattr(made, name, None) is not value:
            # What the class computes needs not be kept.
            set_attribute(made, name, value)
    return made


def _gone(row: Row) -> str:
    return _(
        "Row ${number}: its file is not stored any more, since somebody else has"
        " changed or deleted the row. Choose the file again, or save the row without"
        " it.",
        mapping={"number": row.number},
    )
