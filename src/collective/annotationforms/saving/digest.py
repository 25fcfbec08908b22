"""Keyed digests of values: they show that a value changed, and nothing of the value."""

from base64 import urlsafe_b64encode
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.storage.value import identity
from collective.annotationforms.storage.value import normal
from hashlib import blake2b
from plone.keyring.interfaces import IKeyManager
from typing import Any
from zope.component import getUtility
from zope.schema.interfaces import IField


#: Bytes of a digest: enough that no two values of a field have the same by chance.
SIZE = 12


def digest(storage: IAnnotationStorage, field: IField, value: Any) -> str:
    """Return 16 characters for a value of a field, the same for the same value.

    They differ from site to site, page to page and field to field.
    """
    return digest_of(storage, field.__name__, normal(field, value))


def digest_of(storage: IAnnotationStorage, name: str, value: Any) -> str:
    """Return the digest of what has the same repr for the same value, see `digest`."""
    place = (identity(storage.__parent__), storage.key, name)
    message = repr((place, value)).encode(errors="surrogatepass")
    key = getUtility(IKeyManager).secret().encode()[: blake2b.MAX_KEY_SIZE]
    made = blake2b(message, key=key, digest_size=SIZE)
    return urlsafe_b64encode(made.digest()).decode()
