"""Keyed digests of values: they show that a value changed, and nothing of the value."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from collective.annotationforms.interfaces import describe_page
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.storage.value import ATOMS
from collective.annotationforms.storage.value import has_parts
from datetime import date
from datetime import time
from decimal import Decimal
from hashlib import blake2b
from persistent import Persistent
from pickle import dumps
from plone.app.textfield.interfaces import IRichTextValue
from plone.keyring.interfaces import IKeyManager
from plone.namedfile.interfaces import INamed
from plone.uuid.interfaces import IUUID
from Products.CMFCore.interfaces import IContentish
from typing import Any
from zope.component import getUtility
from zope.schema import getFields
from zope.schema.interfaces import IField


#: Bytes of a digest: enough that no two values of a field have the same by chance.
SIZE = 12


def digest(storage: IAnnotationStorage, field: IField, value: Any) -> str:
    """Return 16 characters for a value of a field, the same for the same value.

    They differ from site to site, page to page and field to field.
    """
    place = (_identity(storage.__parent__), storage.key, field.__name__)
    message = repr((place, _plain(field, value))).encode(errors="surrogatepass")
    key = getUtility(IKeyManager).secret().encode()[: blake2b.MAX_KEY_SIZE]
    made = blake2b(message, key=key, digest_size=SIZE)
    return urlsafe_b64encode(made.digest()).decode()


def _identity(content: Any) -> str:
    """Return what a content object keeps when it is moved, if it has that."""
    return IUUID(content, None) or describe_page(content)


def _plain(field: IField, value: Any) -> Any:
    """Return something whose repr is the same for the same value, see value.same."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    if isinstance(value, (*ATOMS, Decimal, date, time)):
        return value
    if isinstance(value, (Mapping, list, tuple, set, frozenset)):
        return _plain_collection(getattr(field, "value_type", field), value)
    return _plain_object(field, value)


def _plain_collection(field: IField, value: Any) -> list:
    if isinstance(value, Mapping):
        pairs = [(_plain(field, key), _plain(field, value[key])) for key in value]
        return sorted(pairs, key=repr)
    items = [_plain(field, item) for item in value]
    return items if isinstance(value, (list, tuple)) else sorted(items, key=repr)


def _plain_object(field: IField, value: Any) -> Any:
    if IContentish.providedBy(value):
        return _identity(value)
    if IRichTextValue.providedBy(value):
        return (value.mimeType, _plain(field, value.raw))
    if INamed.providedBy(value):
        return _plain_file(value)
    if has_parts(field, value):
        return [
            (name, _plain(part, getattr(value, name, None)))
            for name, part in sorted(getFields(field.schema).items())
        ]
    return dumps(value, 4)


def _plain_file(file: Any) -> tuple:
    """Return the revision of a stored file, or what is in one that isn't stored yet.

    A large file is not read each time that its form is opened.
    """
    parts = [file, getattr(file, "_blob", None)]
    revisions = [_revision(part) for part in parts if isinstance(part, Persistent)]
    if all(revisions) and revisions:
        return tuple(revisions)
    return (file.filename, file.contentType, blake2b(file.data).digest())


def _revision(stored: Persistent) -> tuple[bytes, bytes] | None:
    stored._p_activate()
    return stored._p_oid and (stored._p_oid, stored._p_serial)
