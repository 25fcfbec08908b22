"""Values of fields from JSON: the way back from what `portable` returns."""

from base64 import b64decode
from collections.abc import Callable
from collections.abc import Mapping
from collective.annotationforms.catalog.search import catalog
from collective.annotationforms.catalog.search import page_of
from collective.annotationforms.exchange.portable import portable
from collective.annotationforms.i18n import _
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from decimal import Decimal
from plone.app.textfield.interfaces import IRichText
from plone.app.textfield.value import RichTextValue
from plone.namedfile.interfaces import INamedField
from typing import Any
from z3c.form.interfaces import IDataManager
from z3c.form.interfaces import IFieldWidget
from z3c.form.interfaces import IObjectFactory
from z3c.form.object import getIfName
from z3c.relationfield.interfaces import IRelation
from z3c.relationfield.interfaces import IRelationList
from zope.component import getMultiAdapter
from zope.component import queryMultiAdapter
from zope.interface import Invalid
from zope.schema import getFields
from zope.schema.interfaces import ConstraintNotSatisfied
from zope.schema.interfaces import IBool
from zope.schema.interfaces import IBytes
from zope.schema.interfaces import IChoice
from zope.schema.interfaces import ICollection
from zope.schema.interfaces import IDate
from zope.schema.interfaces import IDatetime
from zope.schema.interfaces import IField
from zope.schema.interfaces import IFromUnicode
from zope.schema.interfaces import IMapping
from zope.schema.interfaces import INumber
from zope.schema.interfaces import IObject
from zope.schema.interfaces import IText
from zope.schema.interfaces import ITime
from zope.schema.interfaces import ITimedelta

import json


NOT_EXPORTED = _("This is not what the export writes for such a field.")


@dataclass(frozen=True)
class Place:
    """Where a value is to be stored: the view of a form on its page."""

    page: Any
    request: Any
    form: Any


def restored(field: IField | None, data: Any, place: Place, stored: Any = None) -> Any:
    """Return the value of `field` that `portable` has made `data` of.

    It is what a form would set: pages in place of relations.  It is not validated.
    Without a field, or for one of an unknown type, it is `data`.  `stored` is the
    value to be replaced: a new object is of its class if z3c.form knows no factory.
    Raises Invalid with a message for people.
    """
    if data is None or field is None:
        return data
    field = field.bind(place.page)
    for interface, restore in RESTORERS:
        if interface.providedBy(field):
            return restore(field, data, place, stored)
    return data


def _file(field: IField, data: Any, place: Place, stored: Any) -> Any:
    of_file = _checked(data, dict)
    content = _bytes(field, of_file.get("data"), place, None)
    filename = _checked(of_file.get("filename"), (str, type(None)))
    file = field._type(data=content, filename=filename)
    # Not as an argument: the class would prefer its own guess.
    file.contentType = _checked(of_file.get("content-type"), str)
    return file


def _rich_text(field: IField, data: Any, place: Place, stored: Any) -> RichTextValue:
    of_text = _checked(data, dict)
    names = ("data", "content-type", "output-type")
    return RichTextValue(*(_checked(of_text.get(name), str) for name in names))


def _relation(field: IField, data: Any, place: Place, stored: Any) -> Any:
    uid = _checked(data, str)
    for brain in catalog().searchResults(UID=uid, show_inactive=True):
        target = page_of(brain)
        if target is not None and uid == brain.UID:
            return target
    raise Invalid(
        _(
            "There is no page with the UID ${uid} that you may see.",
            mapping={"uid": uid},
        )
    )


def _choice(field: IField, data: Any, place: Place, stored: Any) -> Any:
    vocabulary = field.vocabulary
    if isinstance(data, (str, int, float)) and _is_in(vocabulary, data):
        return data
    # A vocabulary has terms, a source has values.
    for term in vocabulary if hasattr(vocabulary, "__iter__") else ():
        value = getattr(term, "value", term)
        if portable(value) == data:
            return value
    raise ConstraintNotSatisfied(data, field.__name__)


def _is_in(vocabulary: Any, data: Any) -> bool:
    try:
        return data in vocabulary
    except (LookupError, TypeError):
        # A source may expect values of another type.
        return False


def _mapping(field: IField, data: Any, place: Place, stored: Any) -> dict:
    old = next(iter(stored.values()), None) if isinstance(stored, Mapping) else None
    return {
        _key(field.key_type, key, place): restored(field.value_type, item, place, old)
        for key, item in _checked(data, dict).items()
    }


def _key(field: IField | None, key: str, place: Place) -> Any:
    try:
        return restored(field, key, place)
    except Invalid:
        try:
            return restored(field, json.loads(key), place)
        except ValueError as error:
            raise Invalid(NOT_EXPORTED) from error


def _collection(field: IField, data: Any, place: Place, stored: Any) -> Any:
    old = next(iter(stored), None) if isinstance(stored, COLLECTIONS) else None
    items = [
        restored(field.value_type, item, place, old) for item in _checked(data, list)
    ]
    if IRelationList.providedBy(field):
        # Their targets were gone.
        items = [item for item in items if item is not None]
    make = field._type if field._type in COLLECTIONS else list
    try:
        return make(items)
    except TypeError as error:
        # A list in a set, for example.
        raise Invalid(NOT_EXPORTED) from error


def _object(field: IField, data: Any, place: Place, stored: Any) -> Any:
    fields = getFields(field.schema)
    unknown = sorted(set(_checked(data, dict)) - set(fields))
    if unknown:
        mapping = {"name": ", ".join(unknown)}
        raise Invalid(_("There is no field “${name}”.", mapping=mapping))
    parts = {
        name: restored(fields[name], item, place, _part(stored, name))
        for name, item in data.items()
    }
    if field._type is dict:
        # The row of a data grid.
        return parts
    made = _new_object(field, parts, place, stored)
    for name, part in parts.items():
        getMultiAdapter((made, fields[name]), IDataManager).set(part)
    return made


def _part(stored: Any, name: str) -> Any:
    if isinstance(stored, Mapping):
        return stored.get(name)
    return getattr(stored, name, None)


def _new_object(field: IField, parts: dict, place: Place, stored: Any) -> Any:
    widget = getMultiAdapter((field, place.request), IFieldWidget)
    discriminators = (place.page, place.request, place.form, widget)
    name = getIfName(field.schema)
    factory = queryMultiAdapter(discriminators, IObjectFactory, name=name)
    if factory is not None:
        return factory(parts)
    if field.schema.providedBy(stored):
        return type(stored)()
    mapping = {"schema": name}
    message = _("Nothing tells how to make an object of ${schema}.", mapping=mapping)
    raise Invalid(message)


def _number(field: IField, data: Any, place: Place, stored: Any) -> Any:
    if isinstance(data, str) and IFromUnicode.providedBy(field):
        return _converted(field.fromUnicode, data)
    return data


def _bytes(field: IField, data: Any, place: Place, stored: Any) -> bytes:
    return _converted(lambda text: b64decode(text, validate=True), data)


def _as_it_is(of_type: type) -> Callable:
    return lambda field, data, place, stored: _checked(data, of_type)


def _from_text(convert: Callable) -> Callable:
    return lambda field, data, place, stored: _converted(convert, data)


def _duration(seconds: str) -> timedelta:
    return timedelta(microseconds=int(Decimal(seconds) * 1_000_000))


def _converted(convert: Callable, data: Any) -> Any:
    try:
        return convert(_checked(data, str))
    except (ArithmeticError, ValueError) as error:
        raise Invalid(NOT_EXPORTED) from error


def _checked(data: Any, of_type: type | tuple) -> Any:
    if not isinstance(data, of_type):
        raise Invalid(NOT_EXPORTED)
    return data


COLLECTIONS = (list, tuple, set, frozenset)

# The first that fits: files and rich text are objects, too.
RESTORERS = (
    (INamedField, _file),
    (IRichText, _rich_text),
    (IRelation, _relation),
    (IChoice, _choice),
    (IMapping, _mapping),
    (ICollection, _collection),
    (IObject, _object),
    (INumber, _number),
    (IBytes, _bytes),
    (IText, _as_it_is(str)),
    (IBool, _as_it_is(bool)),
    (IDatetime, _from_text(datetime.fromisoformat)),
    (IDate, _from_text(date.fromisoformat)),
    (ITime, _from_text(time.fromisoformat)),
    (ITimedelta, _from_text(_duration)),
)
