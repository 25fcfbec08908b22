"""Form data of many pages, and how they are written as JSON: page by page."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Set
from collective.annotationforms.catalog.search import below_site
from collective.annotationforms.catalog.search import Search
from collective.annotationforms.catalog.walk import walk_search
from collective.annotationforms.exchange.portable import as_text
from collective.annotationforms.exchange.portable import portable
from collective.annotationforms.fields.target import has_hidden
from collective.annotationforms.fields.target import nameless
from collective.annotationforms.fields.target import NOTHING
from collective.annotationforms.fields.target import without_withheld
from collective.annotationforms.fields.text import text_of
from collective.annotationforms.fields.text import TextStyle
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.interfaces import StorageError
from collective.annotationforms.permission.access import Access
from collective.annotationforms.permission.password import has_passwords
from collective.annotationforms.storage.parts import parts
from collective.annotationforms.storage.parts import SEQUENCES
from collective.annotationforms.storage.parts import WITHOUT_PARTS
from collective.annotationforms.storage.relation import target_of
from collective.annotationforms.storage.text import has_half_characters
from collective.annotationforms.storage.text import readable
from dataclasses import dataclass
from dataclasses import replace
from functools import partial
from logging import getLogger
from plone.app.textfield.interfaces import IRichTextValue
from plone.namedfile.interfaces import INamed
from typing import Any
from typing import BinaryIO
from z3c.relationfield.interfaces import IRelationValue
from zope.schema.interfaces import IField

import json


logger = getLogger(__name__)


@dataclass(frozen=True)
class Replaced:
    """Values in which half characters were replaced, since no file can have them."""

    path: str
    names: tuple[str, ...]


def _in_cell(passwords: bool, field: IField | None, value: Any) -> str:
    """Return a text for CSV: a file is its name, a relation the path of its target."""
    if value is None:
        return ""
    if not isinstance(value, WITHOUT_PARTS):
        if IRichTextValue.providedBy(value):
            return value.raw or ""
        if INamed.providedBy(value):
            return value.filename or ""
        if IRelationValue.providedBy(value):
            target = target_of(value)
            return "" if target is None else "/".join(target.getPhysicalPath())
        if has_hidden(field, value):
            return _without_hidden(passwords, field, value)
    return as_text(portable(value, field))


def _without_hidden(passwords: bool, field: IField | None, value: Any) -> str:
    """Return the text of an object that refers to a page the user may not view.

    JSON would have the UUID of that page.
    """
    if parts(field, value) is None:
        return nameless(value)
    style = replace(_cell_style(passwords), by_parts=(object,))
    return text_of(field, value, style)


def _cell_style(passwords: bool) -> TextStyle:
    return TextStyle(
        whole=partial(_in_cell, passwords),
        between_items="; ",
        by_parts=(Mapping, *SEQUENCES, Set),
        passwords=passwords,
    )


#: In a cell: a value in one line, or in more lines if it is text that has more.
CELL = _cell_style(passwords=False)
#: Passwords are not in a record at all, unless it was asked for them.
EXPORTED_CELL = _cell_style(passwords=True)


@dataclass(frozen=True)
class Record:
    """The data of one page, as far as the user may read them.

    `left_out` is the number of values that the user may not read, and of passwords
    that nobody has asked for; it is told to who manages form data only.
    """

    path: str
    uid: str
    title: str
    fields: Mapping[str, IField]
    values: dict[str, Any]
    left_out: int
    page: Any = None
    form: IRegisteredForm | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what is written for the page in JSON."""
        values = {
            name: portable(value, self.fields.get(name))
            for name, value in self.values.items()
        }
        return {
            "path": self.path,
            "uid": self.uid,
            "title": self.title,
            "values": values,
        }


def records(
    search: Search, *, limit: int | None = None, passwords: bool = False
) -> Iterator[Record]:
    """Yield the records of the pages that the user may view, at most `limit` of them.

    A page whose data the user may not view has a record without values.  See
    `record_of` on passwords.
    """
    for _record, page in walk_search(search, limit=limit):
        yield record_of(page, search.form, passwords=passwords)


def record_of(page: Any, form: IRegisteredForm, *, passwords: bool = False) -> Record:
    """Return the record of a page.

    Values that are passwords, or have some in them, are in it only if somebody who
    manages form data has asked for `passwords`.
    """
    storage, fields = form.storage(page), form.fields
    manages = Access(page, form).manages
    path = below_site("/".join(page.getPhysicalPath()))
    try:
        values, size = readable_values(storage, form), len(storage)
    except StorageError:
        # Nobody can tell how many values it has: it counts as one.
        values, size = {}, 1
    if not (passwords and manages):
        values = {
            name: value
            for name, value in values.items()
            if not has_passwords(fields.get(name))
        }
    left_out = size - len(values) if manages else 0
    return Record(path, page.UID(), page.title, fields, values, left_out, page, form)


def readable_values(
    storage: IAnnotationStorage, form: IRegisteredForm
) -> dict[str, Any]:
    """Return the stored values that the user may read, not to be changed.

    What the form omits or hides is for who manages form data, see `Access.is_shown`.
    Relations to pages that the user may not view are for who may change the value, and
    in rows the column.
    """
    access = Access(storage.__parent__, form)
    found = {
        name: readable_value(access, name, value)
        for name, value in storage.data.items()
    }
    return {name: value for name, value in found.items() if value is not NOTHING}


def readable_value(access: Access, name: str, value: Any) -> Any:
    """Return what the user may read of a value, see `readable_values`, or NOTHING."""
    if not access.is_shown(name):
        return NOTHING
    return without_withheld(access, name, access.shown_part(name, value))


def write_json(
    output: BinaryIO,
    form: IRegisteredForm,
    found: Iterable[Record],
    *,
    hidden: int = 0,
) -> list[Replaced]:
    """Write a JSON document with an object for each record, one in a line.

    `hidden` is the number of pages that the user may not view.  Returns what was
    replaced, see `Replaced`; it is in the document, and logged, too.
    """
    values, replaced = 0, []
    head = json.dumps({"form": form.name, "key": form.key})[:-1]
    output.write(f'{head}, "pages": ['.encode())
    for number, record in enumerate(found):
        line = json.dumps(record.as_json(), ensure_ascii=False)
        if has_half_characters(line):
            replaced += replaced_in(record, _texts_in_json(record))
        output.write(f"{',' if number else ''}\n{readable(line)}".encode())
        values += record.left_out
    rest: dict[str, Any] = {"left_out": {"pages": hidden, "values": values}}
    if replaced:
        rest["replaced"] = [{"path": one.path, "fields": one.names} for one in replaced]
    output.write(f"\n], {json.dumps(rest)[1:]}\n".encode())
    return replaced


def _texts_in_json(record: Record) -> dict[str, str]:
    data = record.as_json()
    found = {"title": data["title"], **data["values"]}
    return {
        # A name is part of what is written.
        name: json.dumps({name: value}, ensure_ascii=False)
        for name, value in found.items()
    }


def replaced_in(record: Record, texts: dict[str, str]) -> list[Replaced]:
    """Return what is replaced in the texts of a record, by their names; log it."""
    names = tuple(readable(name) for name in texts if has_half_characters(texts[name]))
    if not names:
        return []
    logger.warning(
        "Half characters were replaced in the export of %s: %s",
        record.path,
        ", ".join(names),
    )
    return [Replaced(record.path, names)]
