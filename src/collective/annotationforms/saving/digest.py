"""Keyed digests of values: they show that a value changed, and nothing of the value."""

from collective.annotationforms.fields.secretdigest import as_text
from collective.annotationforms.fields.secretdigest import secret_hash
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.storage.value import identity
from collective.annotationforms.storage.value import normal
from hashlib import blake2b
from typing import Any
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
    start = storage._v_kept.get(__name__)
    if start is None:
        # A storage is made for one request.
        start = storage._v_kept[__name__] = _start(storage)
    made = start.copy()
    made.update(f"{name!r}), {value!r})".encode(errors="surrogatepass"))
    return as_text(made)


def _start(storage: IAnnotationStorage) -> blake2b:
    """Return what the digests of all values of a storage begin with."""
    start = f"(({identity(storage.__parent__)!r}, {storage.key!r}, "
    return secret_hash(start.encode(errors="surrogatepass"), SIZE)
