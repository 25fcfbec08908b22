"""Files in rows and objects: the address of each, and the file at an address.

Rows have numbers, which lead to other files when rows are deleted or sorted.  So the
address tells the revision of the file, too, which is looked for in all rows.
"""

from collections.abc import Iterator
from collective.annotationforms.fields.innerwidget import all_inner_widgets
from collective.annotationforms.fields.innerwidget import with_name
from collective.annotationforms.interfaces import IStorageWidget
from collective.annotationforms.saving.digest import digest_of
from collective.annotationforms.saving.merge import widgets_by_name
from collective.annotationforms.storage.partialschema import has_columns
from collective.annotationforms.storage.parts import Part
from collective.annotationforms.storage.parts import parts
from collective.annotationforms.storage.value import revision_of
from functools import cache
from plone.formwidget.namedfile.interfaces import INamedFileWidget
from plone.formwidget.namedfile.interfaces import INamedImageWidget
from plone.namedfile.interfaces import INamed
from plone.namedfile.utils import safe_basename
from typing import Any
from typing import NamedTuple
from urllib.parse import quote
from urllib.parse import urlencode
from z3c.form.interfaces import DISPLAY_MODE
from z3c.form.interfaces import IWidget
from zope.component import getMultiAdapter
from zope.schema.interfaces import IField


#: The parameter of an address that tells which file it is for.
REVISION = "revision"


class StoredFile(NamedTuple):
    """A file, and how its widget is called in a form that shows what is stored."""

    name: str
    file: Any


class PartFiles:
    """The files that are stored in the rows and objects of a field.

    `name` is that of the field's widget in the form, if `widget` is another one.
    """

    def __init__(self, widget: IStorageWidget, name: str | None = None):
        self.widget = widget
        self.storage = widget.context
        self.name = name or widget.name
        self._known: dict[tuple, list[StoredFile]] = {}

    def beside(self, part: IWidget) -> list[StoredFile]:
        """Return what may be in the place of a part: the files of its column."""
        path = part.name[len(self.widget.name) + 1 :].split(".")
        # What is asked for a row, or a cell of it, holds for all rows.
        column = tuple("" if step.isdecimal() else step for step in path)
        if column not in self._known:
            field = self.widget.field
            is_shown = not self.widget.ignoreContext
            stored = self.storage.data.get(field.__name__) if is_shown else None
            self._known[column] = [
                StoredFile(f"{self.name}{place}", found)
                for place, found in _values_at(field, stored, column)
                if INamed.providedBy(found)
            ]
        return self._known[column]

    def shown_by(self, part: IWidget) -> StoredFile | None:
        """Return the stored file that a part shows, None if it shows no such one."""
        found = self.beside(part)
        return next((one for one in found if one.file is part.value), None)

    def at_address(self, part: IWidget, revision: Any) -> Any:
        """Return the file of a revision, None if it is in no row."""
        found = (one.file for one in self.beside(part))
        return next((file for file in found if self._revision(file) == revision), None)

    def address(self, found: StoredFile, view: str, name: str) -> str | None:
        """Return the address of a view of the file; `name` is what comes after it.

        None for a form that has no address.
        """
        if not self.storage.__name__:
            return None
        form = f"{self.storage.absolute_url()}/@@{quote(self.storage.__name__)}"
        query = urlencode({REVISION: self._revision(found.file)})
        return f"{form}/++widget++{quote(found.name)}/{view}/{quote(name)}?{query}"

    def _revision(self, file: Any) -> str:
        return digest_of(self.storage, self.widget.field.__name__, revision_of(file))


def files_around(part: IWidget) -> PartFiles | None:
    """Return the files of the field that a part belongs to, None if there is none."""
    form = part.form
    # The form of a cell is its row.
    while IWidget.providedBy(form):
        form = form.form
    widgets = (widget for _name, widget in widgets_by_name(form))
    around = [one for one in widgets if part.name.startswith(f"{one.name}.")]
    # One field may be called as another one begins.
    outermost = max(around, key=lambda one: len(one.name), default=None)
    return None if outermost is None else PartFiles(outermost)


def link_files(widget: IStorageWidget, name: str | None = None) -> None:
    """Let the files within a widget have links that lead to them, see `PartFiles`.

    Call it when the widget is up to date.
    """
    files = PartFiles(widget, name)
    for part in all_inner_widgets(widget):
        if not INamedFileWidget.providedBy(part):
            continue
        part.__class__ = _linking(getattr(part, "without_link", type(part)))
        part.files = files
        if part.mode == DISPLAY_MODE:
            # Its template shows nothing without a name, and no link without a context.
            part.field = with_name(part.field, widget.field.__name__)
            part.context = widget.context


def _values_at(
    field: IField | None, value: Any, column: tuple[str, ...], place: str = ""
) -> Iterator[tuple[str, Any]]:
    """Yield where each value of a column is, and the value."""
    if not column:
        yield place, value
    elif has_columns(field):
        if column[0] == "widgets" and len(column) > 1:
            for part in _parts(field, value):
                if part.name == column[1]:
                    inner = f"{place}.widgets.{part.name}"
                    yield from _values_at(part.field, part.value, column[2:], inner)
    elif not column[0]:
        for number, part in enumerate(_parts(field, value)):
            inner = f"{place}.{number}"
            yield from _values_at(part.field, part.value, column[1:], inner)


def _parts(field: IField, value: Any) -> list[Part]:
    return parts(field, value) or []


def _download_url(part: INamedFileWidget) -> str | None:
    found = part.files.shown_by(part)
    if found is None:
        return None
    # What it is called is said with the file: here, it is for people.  Not everything
    # may be in a path.
    name = safe_basename(found.file.filename or "").lstrip("@+_.")
    return part.files.address(found, "@@download", name or part.field.__name__)


def _thumb_tag(part: INamedImageWidget) -> str:
    found = part.files.shown_by(part)
    address = found and part.files.address(found, "@@images", "preview")
    if not address:
        return ""
    storage = part.files.storage
    images = getMultiAdapter((storage, part.request), name="images")
    return images.thumbnail(found.file, address)


@cache
def _linking(widget_class: type) -> type:
    """Return the class for the widget of a file that has a link of ours."""
    # One base only, for the class of an object is changed to it.
    members = {
        "__module__": widget_class.__module__,
        "without_link": widget_class,
        "download_url": property(_download_url),
    }
    if INamedImageWidget.implementedBy(widget_class):
        members["thumb_tag"] = property(_thumb_tag)
    return type(widget_class.__name__, (widget_class,), members)
