"""Lists, sets, mappings and objects in JSON: the fields of their parts know more."""

from collections.abc import Hashable
from collections.abc import Mapping
from collective.annotationforms.exchange.bounds import check_bounds
from collective.annotationforms.exchange.newobject import new_object
from collective.annotationforms.exchange.portable import checked
from collective.annotationforms.exchange.portable import NOT_EXPORTED
from collective.annotationforms.exchange.portable import PortableField
from collective.annotationforms.exchange.portable import restored
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.storage.parts import is_container
from collective.annotationforms.storage.parts import parts
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from plone.app.textfield.interfaces import IRichTextValue
from plone.namedfile.interfaces import INamedTyped
from typing import Any
from z3c.form.interfaces import IDataManager
from z3c.relationfield.interfaces import IRelationList
from zope.component import adapter
from zope.component import getMultiAdapter
from zope.interface import Invalid
from zope.schema.interfaces import ICollection
from zope.schema.interfaces import IField
from zope.schema.interfaces import IMapping
from zope.schema.interfaces import IObject

import json


# What a field may want: a class of its own is none of the file's choice.
COLLECTIONS = (list, tuple, set, frozenset, PersistentList)
MAPPINGS = (dict, PersistentMapping)
# Their media types are attributes, which a file must not choose; their own fields know.
WITH_TYPES = (IRichTextValue, INamedTyped)


@adapter(IMapping)
class PortableMapping(PortableField):
    """A mapping, whose keys are text in JSON."""

    def from_json(self, data: Any, storage: IAnnotationStorage, stored: Any) -> Mapping:
        """See IPortableField"""
        old = _old_part(stored, None)
        return _kind(self.field, MAPPINGS)(
            {
                _restored_key(self.field.key_type, name, storage): restored(
                    of_item, item, storage, old
                )
                for name, of_item, item in parts(self.field, checked(data, dict))
            }
        )


@adapter(ICollection)
class PortableCollection(PortableField):
    """A list, a tuple or a set is a list."""

    def from_json(self, data: Any, storage: IAnnotationStorage, stored: Any) -> Any:
        """See IPortableField"""
        items = [
            restored(of_item, item, storage, _old_part(stored, number))
            for number, of_item, item in parts(self.field, checked(data, list))
        ]
        if IRelationList.providedBy(self.field):
            # Their targets were gone.
            items = [item for item in items if item is not None]
        try:
            return _kind(self.field, COLLECTIONS)(items)
        except TypeError as error:
            # A list in a set, for example.
            raise Invalid(NOT_EXPORTED) from error


@adapter(IObject)
class PortableObject(PortableField):
    """An object, or the row of a data grid, is its attributes."""

    def from_json(self, data: Any, storage: IAnnotationStorage, stored: Any) -> Any:
        """See IPortableField"""
        if any(map(self.field.schema.isOrExtends, WITH_TYPES)):
            raise Invalid(NOT_EXPORTED)
        found = parts(self.field, checked(data, dict))
        old = {part.name: part.value for part in parts(self.field, stored) or ()}
        values = {
            name: restored(of_part, item, storage, old.get(name))
            for name, of_part, item in found
        }
        if self.field._type is dict:
            # The row of a data grid.
            return values
        made = new_object(self.field, values, storage, stored)
        for part in found:
            if part.field is None or part.field.readonly:
                continue
            manager = getMultiAdapter((made, part.field), IDataManager)
            manager.set(values[part.name])
        return made


def _kind(field: IField, kinds: tuple[type, ...]) -> type:
    """Return the class of the field's values if it is one of these, else the first."""
    kind = field._type
    return kind if isinstance(kind, type) and issubclass(kind, kinds) else kinds[0]


def _old_part(stored: Any, name: Any) -> Any:
    """Return the part of that name, or a value to go by for a new one, or None."""
    found = parts(None, stored) if is_container(stored) else ()
    named = (part.value for part in found if part.name == name)
    return next(named, found[0].value if found else None)


def _restored_key(field: IField | None, key: str, storage: IAnnotationStorage) -> Any:
    try:
        value = restored(field, key, storage)
    except Invalid:
        value = restored(field, _key_in_json(key), storage)
    if not isinstance(value, Hashable):
        raise Invalid(NOT_EXPORTED)
    return value


def _key_in_json(key: str) -> Any:
    """Return what `portable_key` has made a text of; raises Invalid."""
    try:
        data = json.loads(key)
    except (RecursionError, ValueError) as error:
        raise Invalid(NOT_EXPORTED) from error
    check_bounds(data)
    return data
