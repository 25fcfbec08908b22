"""Values as JSON and back: a field knows how, or else what the value is tells."""

from base64 import b64encode
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Set
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import IPortableField
from collective.annotationforms.storage.loading import why_unreadable
from collective.annotationforms.storage.parts import is_container
from collective.annotationforms.storage.parts import parts
from collective.annotationforms.storage.relation import target_of
from collective.annotationforms.storage.text import has_half_characters
from collective.annotationforms.storage.text import readable
from datetime import date
from datetime import time
from datetime import timedelta
from decimal import Decimal
from math import isfinite
from numbers import Number
from persistent import Persistent
from plone.app.textfield.interfaces import IRichTextValue
from plone.namedfile.interfaces import INamed
from Products.CMFCore.interfaces import IContentish
from typing import Any
from z3c.relationfield.interfaces import IRelationValue
from zope.component import adapter
from zope.interface import implementer
from zope.interface import Invalid
from zope.schema.interfaces import IField

import json


NOT_EXPORTED = _("This is not what the export writes for such a field.")


def portable(value: Any, field: IField | None = None) -> Any:
    """Return the stored value in the types of JSON; see `restored` for the way back.

    Without a field it is what its type tells: dates are in ISO format, durations in
    seconds, as text like decimals, sets are sorted lists, relations are the UID of
    their target, files and images are encoded in base64.  Objects are their attributes,
    or their class if they have none: that of an add-on which is gone.  So is what can't
    be loaded.
    """
    if value is None:
        return None
    if why_unreadable(value) is not None:
        return type(value).__name__
    return by_type(value) if field is None else IPortableField(field).to_json(value)


def restored(
    field: IField | None, data: Any, storage: IAnnotationStorage, stored: Any = None
) -> Any:
    """Return the value of `field` that `portable` has made `data` of.

    See IPortableField.from_json; without a field it is `data`.
    """
    if data is None or field is None:
        return data
    bound = field.bind(storage.__parent__)
    return IPortableField(bound).from_json(data, storage, stored)


@implementer(IPortableField)
@adapter(IField)
class PortableField:
    """See IPortableField; for fields of an unknown type, whose values JSON may have.

    It is the base of the others: what is stored may not fit the field any more, so that
    its own type counts.
    """

    __roles__ = ()

    def __init__(self, field: IField):
        self.field = field

    def to_json(self, value: Any) -> Any:
        """See IPortableField"""
        return by_type(value, self.field)

    def from_json(self, data: Any, storage: IAnnotationStorage, stored: Any) -> Any:
        """See IPortableField"""
        return data


def by_type(value: Any, field: IField | None = None) -> Any:
    """Return the value in the types of JSON as its type tells, its parts by `field`."""
    if isinstance(value, Mapping):
        of_key = getattr(field, "key_type", None)
        return {
            portable_key(name, of_key): portable(item, of_item)
            for name, of_item, item in parts(field, value)
        }
    if is_container(value):
        items = [portable(part.value, part.field) for part in parts(field, value)]
        return sorted(items, key=json.dumps) if isinstance(value, Set) else items
    if isinstance(value, (str, bytes, Number, date, time, timedelta)):
        return _scalar(value)
    return _object(value, field)


def portable_key(key: Any, field: IField | None = None) -> str:
    """Return the key of a mapping as JSON has it: text, in JSON if it is no text."""
    return as_text(portable(key, field))


def as_text(data: Any) -> str:
    """Return JSON data in one text, which text itself is already."""
    return data if isinstance(data, str) else json.dumps(data)


def as_exported(data: Any) -> Any:
    """Return the JSON data as a file has them: without half characters."""
    text = json.dumps(data, ensure_ascii=False)
    return json.loads(readable(text)) if has_half_characters(text) else data


def same_json(one: Any, other: Any) -> bool:
    """Tell whether two JSON data are the same: 1 is neither 1.0 nor true."""
    return one == other and json.dumps(one, sort_keys=True) == json.dumps(
        other, sort_keys=True
    )


def checked(data: Any, of_type: type | tuple) -> Any:
    """Return the data if they are of the type that was exported; or raise Invalid."""
    if not isinstance(data, of_type):
        raise Invalid(NOT_EXPORTED)
    return data


def converted(convert: Callable[[str], Any], data: Any) -> Any:
    """Return what is made of a text; raises Invalid if that is not possible."""
    try:
        return convert(checked(data, str))
    except (ArithmeticError, TypeError, ValueError) as error:
        # TypeError: zope.schema has no error for an address that is not ASCII.
        raise Invalid(NOT_EXPORTED) from error


def _scalar(value: Any) -> Any:
    if isinstance(value, float) and not isfinite(value):
        # JSON has no such numbers.
        return str(value)
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        # A float would lose the microseconds of a long time.
        return str(Decimal(value // timedelta(microseconds=1)) / 1_000_000)
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    # Decimals, fractions, and so on.
    return str(value)


def _object(value: Any, field: IField | None) -> Any:
    if IRichTextValue.providedBy(value):
        return {
            "data": value.raw,
            "content-type": value.mimeType,
            "output-type": value.outputMimeType,
        }
    if INamed.providedBy(value):
        return {
            "filename": value.filename,
            "content-type": value.contentType,
            "encoding": "base64",
            "data": _scalar(value.data),
        }
    if IRelationValue.providedBy(value):
        return portable(target_of(value))
    if IContentish.providedBy(value):
        return value.UID()
    return _attributes(value, field) or type(value).__name__


def _attributes(value: Any, field: IField | None) -> dict[str, Any]:
    """Return the public attributes, also those that no schema names."""
    if isinstance(value, Persistent):
        # They may not be loaded yet.
        value._p_activate()
    fields = {part.name: part.field for part in parts(field, value) or ()}
    return {
        name: portable(item, fields.get(name))
        for name, item in getattr(value, "__dict__", {}).items()
        if not name.startswith("_")
    }
