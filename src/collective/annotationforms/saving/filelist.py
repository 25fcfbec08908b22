"""Lists of files: which file each row keeps.

The converter of z3c.form knows nothing of the widgets of the rows, and so not of files
that are kept: it makes something of them that is refused.
"""

from collective.annotationforms.interfaces import IStorageFilesField
from collective.annotationforms.saving.kept import is_left_alone
from collective.annotationforms.saving.kept import is_left_out
from collective.annotationforms.saving.kept import with_kept_rows
from collective.annotationforms.saving.rows import row_widgets
from collective.annotationforms.saving.rows import sent_name
from collective.annotationforms.saving.token import shown_value
from typing import Any
from z3c.form.converter import MultiConverter
from z3c.form.interfaces import IDataConverter
from z3c.form.interfaces import IMultiWidget
from z3c.form.interfaces import NOT_CHANGED
from zope.component import adapter


@adapter(IStorageFilesField, IMultiWidget)
class FilesConverter(MultiConverter):
    """Converts what was sent for a list of files; see IDataConverter."""

    __roles__ = ()

    def toFieldValue(self, value: list) -> Any:
        """See z3c.form.interfaces.IDataConverter; raises RowGone for a lost file."""
        widget, shown = self.widget, shown_value(self.widget) or ()
        is_sent = sent_name(widget, widget.name) and not all(
            any(item is one for one in shown) for item in value
        )
        rows = row_widgets(widget)
        if not is_sent or len(rows) != len(value):
            return super().toFieldValue(value)
        if is_left_alone(widget.context, widget, value):
            return NOT_CHANGED
        sent = [
            NOT_CHANGED
            if is_left_out(row, row.name, item)
            else IDataConverter(row).toFieldValue(item)
            for row, item in zip(rows, value, strict=True)
        ]
        kept = with_kept_rows(widget.context, widget, sent, shown)
        # In a row without a file there is none.
        return super().toFieldValue([file for file in kept if file is not None])
