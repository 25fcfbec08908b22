"""What a browser has sent for the fields of a form: checked where it enters.

Widgets expect text where they show an input for text, and something of each row that is
counted: they read before anybody can tell them, and not each can do without.
"""

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from collective.annotationforms.saving.rows import NEW_ROWS
from typing import Any
from z3c.form.field import Field
from z3c.form.field import FieldWidgets
from z3c.form.util import expandPrefix
from zope.interface.interface import InterfaceClass
from zope.publisher.interfaces import BadRequest
from zope.schema.interfaces import IBool
from zope.schema.interfaces import IChoice
from zope.schema.interfaces import ICollection
from zope.schema.interfaces import IDate
from zope.schema.interfaces import IDecimal
from zope.schema.interfaces import IField
from zope.schema.interfaces import IFloat
from zope.schema.interfaces import IInt
from zope.schema.interfaces import IMapping
from zope.schema.interfaces import IObject
from zope.schema.interfaces import ITime
from zope.schema.interfaces import ITimedelta
from ZPublisher.HTTPRequest import FileUpload


#: Fields whose widgets may send several texts, or nothing but that they are there.
OF_SEVERAL = (IBool, IChoice, ICollection, IMapping)
#: Fields whose widgets read one input, and can't do without.
OF_ONE = (IDate, IDecimal, IFloat, IInt, ITime, ITimedelta)
#: Inputs beside that of the value which widgets of Plone read as one text.
ONCE = ("action", "file_upload_id", "mimeType")


def check_sent(widgets: FieldWidgets, fields: Mapping[str, Field]) -> None:
    """Raise BadRequest for what no widget of the form's fields could have sent."""
    request = widgets.request
    # Widgets take a cookie for an input that was not sent.
    sent = {**request.cookies, **request.form}
    prefix = expandPrefix(widgets.form.prefix) + expandPrefix(widgets.prefix)
    names = {f"{prefix}{name}": field.field for name, field in fields.items()}
    for key, field, rest in _inputs(sent, names):
        if isinstance(sent[key], str) and rest != ["count"] and len(rest) < 2:
            # One text for a whole field.
            continue
        of_field, inner = _field_at(field, rest)
        if inner == ["count"] and _has_rows(of_field):
            _check_count(sent, key, of_field)
        else:
            _check_type(sent[key], key, of_field, inner)


def _inputs(
    sent: Mapping[str, Any], names: Mapping[str, IField]
) -> Iterator[tuple[str, IField, list[str]]]:
    """Yield the name of each input of a field, the field, and where it is in there."""
    for key in sent:
        # One field may be called as another one begins: the longest name is its own.
        name = key
        while name and name not in names:
            name = name.rpartition(".")[0]
        if name:
            inner = key[len(name) + 1 :]
            # Behind a hyphen are marks: of an empty list, for example.
            if "-" not in inner:
                yield key, names[name], inner.split(".") if inner else []


def columns_on_path(
    field: IField | None, path: list[str]
) -> list[tuple[InterfaceClass, str]]:
    """Return the columns that lead to an inner widget: their schemata and names."""
    found: list[tuple[InterfaceClass, str]] = []
    _field_at(field, path, found)
    return found


def _field_at(
    field: IField | None, path: list[str], columns: list | None = None
) -> tuple[IField | None, list[str]]:
    """Return the field of an inner widget, and what is left of the path.

    The columns on the way are added to `columns`.
    """
    while path:
        if _has_rows(field) and (path[0].isdecimal() or path[0] in NEW_ROWS):
            field, path = getattr(field, "value_type", None), path[1:]
        elif IMapping.providedBy(field) and path[0] == "key" and len(path) > 1:
            field, path = field.key_type, path[2:]
        elif IObject.providedBy(field) and path[0] == "widgets" and len(path) > 1:
            if columns is not None:
                columns.append((field.schema, path[1]))
            field, path = field.schema.get(path[1]), path[2:]
        else:
            break
    return field, path


def _has_rows(field: IField | None) -> bool:
    return ICollection.providedBy(field) or IMapping.providedBy(field)


def _check_type(value: Any, key: str, field: IField | None, inner: list[str]) -> None:
    """Raise BadRequest for anything but text, a file, or several where that may be."""
    is_list = isinstance(value, (list, tuple))
    if is_list and not _takes_several(field, inner):
        raise BadRequest(f"{key}: give it once.")
    values = value if is_list else [value]
    if not all(isinstance(one, (str, FileUpload)) for one in values):
        raise BadRequest(f"{key}: give it as text.")


def _takes_several(field: IField | None, inner: list[str]) -> bool:
    if inner:
        # What a widget has beside its value is not known here.
        return inner[-1] not in ONCE
    return any(kind.providedBy(field) for kind in OF_SEVERAL)


def _check_count(sent: Mapping[str, Any], key: str, field: IField) -> None:
    """Raise BadRequest for a number of rows of which not each was sent."""
    text, name = sent[key], key.removesuffix(".count")
    is_number = isinstance(text, str) and text.isascii() and text.isdecimal()
    # A row has an input at least.
    if not is_number or len(text) > 9 or int(text) > len(sent):
        raise BadRequest(f"{key} is not the number of rows that were sent.")
    rows = _rows(sent, name, getattr(field, "value_type", None))
    wanted = set(map(str, range(int(text))))
    if IMapping.providedBy(field):
        rows &= _rows(sent, f"{name}.key", field.key_type)
    if not wanted <= rows:
        raise BadRequest(f"{key} is not the number of rows that were sent.")


def _rows(sent: Collection[str], name: str, field: IField | None) -> set[str]:
    """Return the numbers of the rows of which something was sent."""
    inputs = [key[len(name) + 1 :] for key in sent if key.startswith(f"{name}.")]
    if any(kind.providedBy(field) for kind in OF_ONE):
        return set(inputs)
    may_be_empty = (
        field is None or IObject.providedBy(field) or _takes_several(field, [])
    )
    rows = set()
    for place, _hyphen, mark in (key.partition("-") for key in inputs):
        if not mark or "." in place or (mark == "empty-marker" and may_be_empty):
            rows.add(place.partition(".")[0])
    return rows
