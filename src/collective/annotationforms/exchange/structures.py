"""Lists, sets, mappings and objects in JSON: the fields of their parts know more."""

from collective.annotationforms.exchange.newobject import new_object
from collective.annotationforms.exchange.portable import checked
from collective.annotationforms.exchange.portable import NOT_EXPORTED
from collective.annotationforms.exchange.portable import PortableField
from collective.annotationforms.exchange.portable import restored
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.storage.parts import is_container
from collective.annotationforms.storage.parts import parts
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


COLLECTIONS = (list, tuple, set, frozenset)
# Their media types are attributes, which a file must not choose; their own fields know.
WITH_TYPES = (IRichTextValue, INamedTyped)


@adapter(IMapping)
class PortableMapping(PortableField):
    """A mapping, whose keys are text in JSON."""

    def from_json(self, data: Any, storage: IAnnotationStorage, stored: Any) -> dict:
        """See IPortableField"""
        old = _first_part(stored)
        return {
            _restored_key(self.field.key_type, name, storage): restored(
                of_item, item, storage, old
            )
            for name, of_item, item in parts(self.field, checked(data, dict))
        }


@adapter(ICollection)
class PortableCollection(PortableField):
    """A list, a tuple or a set is a list."""

    def from_json(self, data: Any, storage: IAnnotationStorage, stored: Any) -> Any:
        """See IPortableField"""
        old = _first_part(stored)
        items = [
            restored(of_item, item, storage, old)
            for _number, of_item, item in parts(self.field, checked(data, list))
        ]
        if IRelationList.providedBy(self.field):
            # Their targets were gone.
            items = [item for item in items if item is not None]
        make = self.field._type if self.field._type in COLLECTIONS else list
        try:
            return make(items)
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
        unknown = sorted(part.name for part in found if part.field is None)
        if unknown:
            mapping = {"name": ", ".join(unknown)}
            raise Invalid(_("There is no field “${name}”.", mapping=mapping))
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
            manager = getMultiAdapter((made, part.field), IDataManager)
            manager.set(values[part.name])
        return made


def _first_part(stored: Any) -> Any:
    """Return a value to go by for new ones, None if there is none."""
    found = parts(None, stored) if is_container(stored) else ()
    return found[0].value if found else None


def _restored_key(field: IField | None, key: str, storage: IAnnotationStorage) -> Any:
    try:
        return restored(field, key, storage)
    except Invalid:
        try:
            return restored(field, json.loads(key), storage)
        except ValueError as error:
            raise Invalid(NOT_EXPORTED) from error
