"""Whether a stored value still fits its field: the schema may have changed since.

It is about what widgets can deal with, so about types only.  What a constraint refuses,
or a vocabulary has no longer, can be shown and corrected.
"""

from collections.abc import Hashable
from collections.abc import Mapping
from collections.abc import Set
from collective.annotationforms.storage.loading import why_unreadable
from collective.annotationforms.storage.parts import Part
from collective.annotationforms.storage.parts import parts
from collective.annotationforms.storage.parts import SEQUENCES
from collective.annotationforms.storage.parts import UNCHANGING
from datetime import datetime
from persistent.mapping import PersistentMapping
from plone.app.textfield.interfaces import IRichText
from plone.app.textfield.interfaces import IRichTextValue
from plone.namedfile.interfaces import INamed
from plone.namedfile.interfaces import INamedField
from plone.schema.jsonfield import IJSONField
from Products.CMFCore.interfaces import IContentish
from typing import Any
from z3c.relationfield.interfaces import IRelation
from z3c.relationfield.interfaces import IRelationChoice
from z3c.relationfield.interfaces import IRelationValue
from zope.schema.interfaces import IChoice
from zope.schema.interfaces import ICollection
from zope.schema.interfaces import IDate
from zope.schema.interfaces import IDatetime
from zope.schema.interfaces import IDecimal
from zope.schema.interfaces import IField
from zope.schema.interfaces import IFloat
from zope.schema.interfaces import IMapping
from zope.schema.interfaces import IObject
from zope.schema.interfaces import ITextLine
from zope.schema.interfaces import SchemaNotProvided
from zope.schema.interfaces import ValidationError

import json


def fits(field: IField | None, value: Any) -> bool:
    """Tell whether a value, as it is stored, is of a type that the field may have."""
    if why_unreadable(value) is not None:
        return False
    if field is None or value is None or value == field.missing_value:
        return True
    if not _is_of_type(field, value):
        return False
    if type(value) in UNCHANGING:
        return True
    if IMapping.providedBy(field) and not all(
        fits(field.key_type, key) for key in value
    ):
        return False
    return all(
        fits(part.field, part.value) and not _is_no_row(field, part)
        for part in parts(field, value) or ()
    )


def _is_no_row(field: IField, part: Part) -> bool:
    is_row = ICollection.providedBy(field) and IObject.providedBy(part.field)
    return is_row and part.value is None


def _is_of_type(field: IField, value: Any) -> bool:
    if IRelation.providedBy(field) or IRelationChoice.providedBy(field):
        return IRelationValue.providedBy(value) or IContentish.providedBy(value)
    if IChoice.providedBy(field):
        return isinstance(value, Hashable)
    if IRichText.providedBy(field):
        return IRichTextValue.providedBy(value)
    if ICollection.providedBy(field):
        # A list serves where a tuple is wanted.
        return isinstance(value, (*SEQUENCES, Set))
    if IMapping.providedBy(field):
        return isinstance(value, Mapping)
    if INamedField.providedBy(field):
        return INamed.providedBy(value)
    if IObject.providedBy(field):
        return _is_row(field, value) or field.schema(value, None) is not None
    if IJSONField.providedBy(field):
        return _is_json(value)
    return _is_of_own_type(field, value)


def _is_row(field: IObject, value: Any) -> bool:
    """Tell whether the value is a mapping, and the field is for rows of a data grid."""
    # z3c.form reads these mappings.
    if not isinstance(value, (dict, PersistentMapping)):
        return False
    try:
        # What is in its cells does not matter: each can be shown.
        field.validate({})
    except ValidationError as error:
        return not isinstance(error, SchemaNotProvided)
    return True


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return isinstance(value, (dict, list))


def _is_of_own_type(field: IField, value: Any) -> bool:
    if IDate.providedBy(field) and not IDatetime.providedBy(field):
        return isinstance(value, field._type) and not isinstance(value, datetime)
    if ITextLine.providedBy(field):
        # A browser would send the lines back in one.
        return isinstance(value, str) and not set(value) & set("\r\n")
    if IFloat.providedBy(field) or IDecimal.providedBy(field):
        return isinstance(value, (field._type, int)) and not isinstance(value, bool)
    of_type = getattr(field, "_type", None)
    return of_type is None or isinstance(value, of_type)
