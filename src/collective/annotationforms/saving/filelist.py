"""Lists of files: which file each row keeps.

The converter of z3c.form knows nothing of the widgets of the rows, and so not of files
that are kept: it makes something of them that is refused.
"""

from collections.abc import Iterator
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import IStorageFilesField
from collective.annotationforms.saving.kept import is_left_alone
from collective.annotationforms.saving.kept import is_left_out
from collective.annotationforms.saving.kept import NOT_SENT
from collective.annotationforms.saving.kept import with_kept_rows
from collective.annotationforms.saving.rows import row_widgets
from collective.annotationforms.saving.rows import sent_name
from collective.annotationforms.saving.token import shown_value
from collective.annotationforms.storage.parts import SEQUENCES
from plone.namedfile.interfaces import INamedField
from typing import Any
from z3c.form.converter import MultiConverter
from z3c.form.interfaces import IDataConverter
from z3c.form.interfaces import IMultiWidget
from z3c.form.interfaces import IWidget
from z3c.form.interfaces import NOT_CHANGED
from zope.component import adapter


@adapter(IStorageFilesField, IMultiWidget)
class FilesConverter(MultiConverter):
    """Converts what was sent for a list of files, or of such lists.

    See IDataConverter.
    """

    __roles__ = ()

    def toFieldValue(self, value: list) -> Any:
        """See z3c.form.interfaces.IDataConverter; raises RowGone for a lost file."""
        widget = self.widget
        if not IAnnotationStorage.providedBy(widget.context):
            # A list within a list: what is kept is known where all of it is.
            is_whole = not any(item is marker for item in value for marker in NOT_SENT)
            return super().toFieldValue(value) if is_whole else value
        shown = shown_value(widget) or ()
        if not _is_sent(widget, value, shown):
            return super().toFieldValue(value)
        is_flat = INamedField.providedBy(widget.field.value_type)
        if is_flat and is_left_alone(widget.context, widget, value):
            return NOT_CHANGED
        kept = with_kept_rows(widget.context, widget, _sent(widget, value), shown)
        return super().toFieldValue(_without_empty(kept))


def _is_sent(widget: IWidget, value: list, shown: Any) -> bool:
    """Tell whether the value is what was sent, not what the widget shows anyway."""
    stored = list(_files(shown))
    return (
        sent_name(widget, widget.name) is not None
        and len(row_widgets(widget)) == len(value)
        and not all(any(file is one for one in stored) for file in _files(value))
    )


def _files(value: Any) -> Iterator[Any]:
    for item in value:
        if isinstance(item, SEQUENCES):
            yield from _files(item)
        else:
            yield item


def _sent(widget: IWidget, value: Any) -> Any:
    """Return what was sent, with NOT_CHANGED for each file that is kept."""
    if IMultiWidget.providedBy(widget):
        rows = row_widgets(widget)
        return [_sent(row, item) for row, item in zip(rows, value, strict=True)]
    if is_left_out(widget, widget.name, value):
        return NOT_CHANGED
    return IDataConverter(widget).toFieldValue(value)


def _without_empty(kept: Any) -> list:
    """Return the files: in a row without one there is none."""
    return [
        _without_empty(item) if isinstance(item, SEQUENCES) else item
        for item in kept
        if item is not None
    ]
