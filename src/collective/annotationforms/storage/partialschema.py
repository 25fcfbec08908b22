"""Fields for rows and objects of which not each column counts.

The columns of a grid, and the fields of objects, are in the schema of a field.  What
shows, converts or checks values asks that schema: so it gets one that leaves the other
columns out, instead of being told of them.
"""

from collections.abc import Callable
from collections.abc import Iterator
from copy import copy
from plone.app.textfield.interfaces import IRichText
from plone.autoform.interfaces import READ_PERMISSIONS_KEY
from plone.autoform.interfaces import WRITE_PERMISSIONS_KEY
from plone.namedfile.interfaces import INamedField
from plone.supermodel.utils import mergedTaggedValueDict
from typing import Any
from zope.interface.interface import InterfaceClass
from zope.schema import getFields
from zope.schema.interfaces import IField
from zope.schema.interfaces import IObject


#: Tells whether a column of a schema counts, by its name.
Keeps = Callable[[InterfaceClass, str], bool]


class PartialSchema(InterfaceClass):
    """A schema with some of the fields of another one, which it stands for.

    Nothing but its fields differs: who provides the other one provides it, and
    adapters and factories for the other one are found.  Who may see the fields was
    asked before.
    """

    def __init__(self, whole: InterfaceClass):
        super().__init__(whole.__name__, (whole,), {}, whole.__doc__, whole.__module__)
        self.whole = whole
        self.columns: dict[str, IField] = {}

    # Interfaces are the same if they are called the same.
    def __eq__(self, other: Any) -> bool:
        return self is other

    def __ne__(self, other: Any) -> bool:
        return self is not other

    __hash__ = object.__hash__

    def __iter__(self) -> Iterator[str]:
        return iter(self.names(all=True))

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def __getitem__(self, name: str) -> IField:
        # Invariants may ask for any field of the schema.
        return self.columns[name] if name in self.columns else self.whole[name]

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Adapt to the other schema."""
        return self.whole(*args, **options)

    getDescriptionFor = __getitem__

    def providedBy(self, obj: Any) -> bool:
        """See zope.interface.interfaces.ISpecification"""
        return self.whole.providedBy(obj)

    def implementedBy(self, cls: Any) -> bool:
        """See zope.interface.interfaces.ISpecification"""
        return self.whole.implementedBy(cls)

    def names(self, all: bool = False) -> list[str]:  # noqa: A002
        """See zope.interface.interfaces.IInterface

        Data grids ask for the fields of the schema itself only, and would lose what is
        in those of its bases.
        """
        return [name for name in self.whole.names(all=True) if name in self.columns]

    def namesAndDescriptions(self, all: bool = False) -> list:  # noqa: A002
        """See zope.interface.interfaces.IInterface"""
        return [(name, self.columns[name]) for name in self.names(all)]

    def queryDescriptionFor(self, name: str, default: Any = None) -> Any:
        """See zope.interface.interfaces.IInterface"""
        return self.columns.get(name, default)

    get = queryDescriptionFor

    direct = queryDescriptionFor


def whole_schema(schema: InterfaceClass) -> InterfaceClass:
    """Return the schema that a partial one stands for, any other one as it is."""
    return schema.whole if isinstance(schema, PartialSchema) else schema


def with_columns(field: IField, keeps: Keeps) -> IField:
    """Return the field with the columns that `keeps` tells of, however deep.

    It is the field itself if it has them all, else a copy.
    """
    return _Cut(keeps).field(field)


class _Cut:
    """Cuts the schemata within a field, each once: one may have fields of itself."""

    def __init__(self, keeps: Keeps):
        self.keeps = keeps
        self.schemata: dict[InterfaceClass, PartialSchema] = {}

    def field(self, field: IField) -> IField:
        """Return the field, or a copy with other columns."""
        parts = {}
        if has_columns(field) and self.is_other(field):
            parts["schema"] = self.schema(field.schema)
        for name in ("key_type", "value_type"):
            part = getattr(field, name, None)
            cut = part if part is None else self.field(part)
            if cut is not part:
                parts[name] = cut
        if not parts:
            return field
        field = copy(field)
        vars(field).update(parts)
        return field

    def is_other(self, field: IField) -> bool:
        """Tell whether the rows have other columns than code finds in their schema."""
        return has_cut(field, self.keeps) or any(
            map(_is_misread, all_schemata_in(field))
        )

    def schema(self, whole: InterfaceClass) -> PartialSchema:
        """Return the schema with the columns that count."""
        if whole in self.schemata:
            return self.schemata[whole]
        made = self.schemata[whole] = PartialSchema(whole_schema(whole))
        for name, column in getFields(whole).items():
            if self.keeps(whole, name):
                made.columns[name] = self.field(column)
        # Others would ask for the permissions again, and not on the page.
        for key in (READ_PERMISSIONS_KEY, WRITE_PERMISSIONS_KEY):
            made.setTaggedValue(key, dict.fromkeys(made.columns))
        return made


def _is_misread(schema: InterfaceClass) -> bool:
    """Tell whether a row widget would leave out columns of its own accord.

    A data grid finds none of a base, and plone.autoform asks for permissions without
    the page.
    """
    if isinstance(schema, PartialSchema):
        return False
    is_guarded = any(
        mergedTaggedValueDict(schema, key)
        for key in (READ_PERMISSIONS_KEY, WRITE_PERMISSIONS_KEY)
    )
    return is_guarded or set(schema.names()) != set(schema.names(all=True))


def has_cut(field: IField | None, keeps: Keeps) -> bool:
    """Tell whether there is a column, however deep, that does not count."""
    return any(
        not keeps(schema, name)
        for schema in all_schemata_in(field)
        for name in getFields(schema)
    )


def has_columns(field: IField | None) -> bool:
    """Tell whether a value of the field is a row, or an object with fields of its own.

    Fields for files and rich text have schemata as well; their values are wholes.
    """
    return IObject.providedBy(field) and not (
        INamedField.providedBy(field) or IRichText.providedBy(field)
    )


def schemata_in(field: IField | None) -> Iterator[InterfaceClass]:
    """Yield the schemata of the rows and objects that values of a field consist of.

    Not those within these.
    """
    if has_columns(field):
        yield field.schema
    for name in ("key_type", "value_type"):
        part = getattr(field, name, None)
        if part is not None:
            yield from schemata_in(part)


def has_rows(field: IField | None) -> bool:
    """Tell whether values of the field consist of rows and objects."""
    return next(schemata_in(field), None) is not None


def all_schemata_in(
    field: IField | None, outer: tuple = ()
) -> Iterator[InterfaceClass]:
    """Yield the schemata of all rows and objects in values of a field, however deep."""
    for schema in schemata_in(field):
        if schema not in outer:
            yield schema
            for column in getFields(schema).values():
                yield from all_schemata_in(column, (*outer, schema))
