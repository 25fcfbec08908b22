"""Values of fields as text, to compare them: a line for each part."""

from collections.abc import Mapping
from collections.abc import Set
from collective.annotationforms.storage.parts import parts
from hashlib import sha256
from plone.app.textfield.interfaces import IRichTextValue
from plone.namedfile.interfaces import INamed
from Products.CMFCore.interfaces import IContentish
from typing import Any
from zope.schema import getFields
from zope.schema.interfaces import IChoice
from zope.schema.interfaces import IField


def text_of(field: IField | None, value: Any) -> str:
    """Return the value as text, "" for None.

    `field` is bound to the page; None if it isn't known, e.g. in the row of a grid.
    """
    if value is None:
        return ""
    if IRichTextValue.providedBy(value):
        return value.raw or ""
    if INamed.providedBy(value):
        digest = sha256(value.data).hexdigest()
        return f"{value.filename} ({value.getSize()} bytes, SHA-256 {digest[:8]})"
    if IContentish.providedBy(value):
        return "/".join(value.getPhysicalPath())
    if parts(field, value) is not None:
        return "\n".join(_lines(field, value))
    return str(_title(field, value) or value)


def _lines(field: IField | None, value: Any) -> list[str]:
    texts = [
        (part.name, text_of(part.field, part.value)) for part in parts(field, value)
    ]
    if isinstance(value, Mapping):
        return [f"{name}: {text}" for name, text in texts]
    if isinstance(value, Set):
        return sorted(text for _number, text in texts)
    if isinstance(value, (list, tuple)):
        return [text for _number, text in texts]
    fields = getFields(field.schema)
    return [f"{fields[name].title}: {text}" for name, text in texts]


def _title(field: IField | None, value: Any) -> str | None:
    """Return the title of a choice; None for other values, and for old ones."""
    if not IChoice.providedBy(field):
        return None
    try:
        return field.vocabulary.getTerm(value).title
    except LookupError:
        return None
