"""Rows of grids, and objects: some of their columns, and those of other rows.

A row is what a list, a tuple or a mapping has; its columns are what the schema of its
field names.  Nothing in a row tells which one it is: rows are told apart by what is in
them.
"""

from collections.abc import Mapping
from collections.abc import Set
from collective.annotationforms.storage.attribute import with_attributes
from collective.annotationforms.storage.pairing import paired
from collective.annotationforms.storage.partialschema import has_columns
from collective.annotationforms.storage.partialschema import has_cut
from collective.annotationforms.storage.partialschema import Keeps
from collective.annotationforms.storage.partialschema import schemata_in
from collective.annotationforms.storage.parts import Part
from collective.annotationforms.storage.parts import parts
from collective.annotationforms.storage.parts import rebuilt
from collective.annotationforms.storage.parts import SEQUENCES
from collective.annotationforms.storage.value import normal
from plone.namedfile.interfaces import INamed
from typing import Any
from typing import NamedTuple
from zope.interface.interface import InterfaceClass
from zope.schema.interfaces import IField
from zope.schema.interfaces import IMapping


def with_some_columns(field: IField | None, value: Any, keeps: Keeps) -> Any:
    """Return the value with the columns that `keeps` tells of, however deep.

    It is asked for names that are no columns, too.  What has no others is returned as
    it is; the value is not changed.
    """
    schema = next(schemata_in(field), None)
    if schema is None or value is None:
        return value
    if not _is_shaped(field, value):
        # Nobody can tell what is in which column.
        return value if keeps(schema, "") else None
    if has_columns(field):
        return _with_some(field, value, keeps)
    found = parts(field, value)
    if not found:
        return value
    items = [with_some_columns(part.field, part.value, keeps) for part in found]
    pairs = zip(found, items, strict=True)
    changed = any(item is not part.value for part, item in pairs)
    return rebuilt(value, items) if changed else value


def _is_shaped(field: IField, value: Any) -> bool:
    """Tell whether a value is put together as those of the field are."""
    if has_columns(field):
        is_list = isinstance(value, (*SEQUENCES, Set))
        return isinstance(value, Mapping) or (
            hasattr(value, "__dict__") and not is_list
        )
    if IMapping.providedBy(field):
        return isinstance(value, Mapping)
    return isinstance(value, (*SEQUENCES, Set))


def _with_some(field: IField, row: Any, keeps: Keeps) -> Any:
    columns = columns_of(field, row)
    kept = [part for part in columns if keeps(field.schema, part.name)]
    values = {
        part.name: with_some_columns(part.field, part.value, keeps) for part in kept
    }
    if len(kept) == len(columns) and all(
        values[part.name] is part.value for part in kept
    ):
        return row
    return values if isinstance(row, Mapping) else _object_with(row, columns, values)


def compared_columns(field: IField | None, value: Any, keeps: Keeps) -> Any:
    """Return what is compared of a value: rows and objects as mappings, however deep.

    They have the columns that `keeps` tells of.  Those without a value are left out: a
    row that lacks one is as one that has nothing in it.
    """
    schema = next(schemata_in(field), None)
    if schema is None or value is None:
        return value
    if not _is_shaped(field, value):
        return value if keeps(schema, "") else None
    if has_columns(field):
        return {
            part.name: compared_columns(part.field, part.value, keeps)
            for part in columns_of(field, value)
            if part.value is not None and keeps(field.schema, part.name)
        }
    items = [
        compared_columns(part.field, part.value, keeps) for part in parts(field, value)
    ]
    # There are no sets of mappings.
    return sorted(items, key=repr) if isinstance(value, Set) else rebuilt(value, items)


def columns_of(field: IField, row: Any) -> list[Part]:
    """Return what is in a row, with names that the schema does not know."""
    if isinstance(row, (*SEQUENCES, Set)):
        # It does not fit the field.
        return []
    found = parts(field, row) or []
    if isinstance(row, Mapping):
        return found
    known = {part.name for part in found}
    return found + [
        Part(name, None, value)
        for name, value in getattr(row, "__dict__", {}).items()
        if name not in known and not name.startswith("_")
    ]


def with_values(row: Any, values: dict[str, Any]) -> Any:
    """Return a copy of a row with these values, the row itself if it has them.

    None if it computes what it has.
    """
    if isinstance(row, Mapping):
        return {**row, **values} if values else row
    changed = {
        name: value
        for name, value in values.items()
        if getattr(row, name, None) is not value
    }
    return with_attributes(row, changed) if changed else row


def _object_with(row: Any, columns: list[Part], values: dict[str, Any]) -> Any:
    """Return a copy of an object with these values, and nothing of other columns.

    None if it can't be without: it computes what it has, for example.
    """
    left_out = [part.name for part in columns if part.name not in values]
    changed = {
        part.name: values[part.name]
        for part in columns
        if part.name in values and values[part.name] is not part.value
    }
    return with_attributes(row, changed, left_out)


def with_kept_columns(
    field: IField | None, new: Any, old: Any, keeps: Keeps, told_by: Keeps | None = None
) -> Any:
    """Return the new value with the columns of the old one that `keeps` is not for.

    A row has those of the old row that it was: the same in the columns of one side, or
    else at the same place.  A row that was none has none of them.  With `told_by`, rows
    are told by no other columns: the new ones lack them.
    """
    return _Kept(keeps, told_by or _all).value(field, new, old)


def _all(schema: InterfaceClass, name: str) -> bool:
    return True


class _Kept:
    """Puts columns of old rows into new ones."""

    def __init__(self, keeps: Keeps, told_by: Keeps):
        self.keeps = keeps
        self.told_by = told_by

    def value(self, field: IField | None, new: Any, old: Any) -> Any:
        """Return the new value with columns of the old one, however deep."""
        if has_columns(field):
            return self._row(field, new, old)
        found = parts(field, new) if has_cut(field, self.keeps) else None
        if not found:
            return new
        if isinstance(new, Mapping):
            names = old if isinstance(old, Mapping) else {}
            was = [names.get(part.name) for part in found]
        else:
            was = self._old_rows(field.value_type, new, old)
        return rebuilt(
            new,
            [
                self.value(part.field, part.value, one)
                for part, one in zip(found, was, strict=True)
            ],
        )

    def _row(self, field: IField, new: Any, old: Any) -> Any:
        if new is None:
            return None
        columns = columns_of(field, new)
        before = (
            {} if old is None else {p.name: p.value for p in columns_of(field, old)}
        )
        after = {part.name: part.value for part in columns}
        values = {
            part.name: self.value(part.field, part.value, before.get(part.name))
            for part in columns
            if self.keeps(field.schema, part.name)
        }
        for name, value in before.items():
            if not self.keeps(field.schema, name):
                values[name] = value
        if after.keys() == values.keys() and all(after[n] is values[n] for n in after):
            return new
        if isinstance(new, Mapping):
            return values
        missing = [Part(name, None, None) for name in values if name not in after]
        return _object_with(new, columns + missing, values)

    def _old_rows(self, field: IField, new: Any, old: Any) -> list[Any]:
        """Return the old row that each new row was, None for one that was none."""
        old = list(old) if isinstance(old, SEQUENCES) else []
        both = [[self._marks(field, row) for row in rows] for rows in (new, old)]
        levels = [_Marks.is_whole, _Marks.is_seen, _Marks.is_kept]
        found = paired(*both, [number for number, _row in enumerate(new)], levels)
        if len(new) == len(old):
            free = set(range(len(old))) - set(found)
            found = [
                number if one is None and number in free else one
                for number, one in enumerate(found)
            ]
        return [None if number is None else old[number] for number in found]

    def _marks(self, field: IField, row: Any) -> "_Marks":
        told = compared_columns(field, row, self.told_by)
        seen = repr(_mark(field, told))
        if has_columns(field) and told is not None:
            seen = _marks(field, told, self.keeps)
        return _Marks(seen, marks_of_others(field, told, self.keeps))


class _Marks(NamedTuple):
    """What a row is told by: the columns that count, and the others."""

    seen: str
    kept: str

    def is_whole(self, other: "_Marks") -> bool:
        """Tell whether all is the same."""
        return self == other

    def is_seen(self, other: "_Marks") -> bool:
        """Tell whether the columns that count are the same."""
        return self.seen == other.seen

    def is_kept(self, other: "_Marks") -> bool:
        """Tell whether the others are the same, and there are some."""
        return bool(self.kept) and self.kept == other.kept


def marks_of_others(field: IField, row: Any, keeps: Keeps) -> str:
    """Return a text of what a row has in columns that `keeps` is not for, "" if none.

    It is the same for the same values.
    """
    if not has_columns(field) or row is None:
        return ""
    return _marks(field, row, lambda schema, name: not keeps(schema, name))


def _marks(field: IField, row: Any, keeps: Keeps) -> str:
    found = [
        (part.name, _mark(part.field, compared_columns(part.field, part.value, keeps)))
        for part in columns_of(field, row)
        if part.value is not None and keeps(field.schema, part.name)
    ]
    return repr(sorted(found, key=repr)) if found else ""


def _mark(field: IField | None, value: Any) -> Any:
    if INamed.providedBy(value):
        # Each copy of a page has files of its own: their data are not compared.
        return ("file", value.filename, value.contentType, value.getSize())
    return normal(field, value)
