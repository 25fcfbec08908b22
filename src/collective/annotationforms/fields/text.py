"""Values of fields as text, to compare them: a line for each part."""

from collections.abc import Mapping
from collections.abc import Set
from collective.annotationforms.storage.value import has_parts
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
    if isinstance(value, (Mapping, Set, list, tuple)) or has_parts(field, value):
        return "\n".join(_lines(field, value))
    return str(_title(field, value) or value)


def _lines(field: IField | None, value: Any) -> list[str]:
    part = getattr(field, "value_type", None)
    if isinstance(value, Mapping):
        return [f"{name}: {text_of(part, item)}" for name, item in value.items()]
    if isinstance(value, Set):
        return sorted(text_of(part, item) for item in value)
    if isinstance(value, (list, tuple)):
        return [text_of(part, item) for item in value]
    return [
        f"{part.title}: {text_of(part, getattr(value, name, None))}"
        for name, part in getFields(field.schema).items()
    ]


def _title(field: IField | None, value: Any) -> str | None:
    """Return the title of a choice; None for other values, and for old ones."""
    if not IChoice.providedBy(field):
        return None
    try:
        return field.vocabulary.getTerm(value).title
    except LookupError:
        return None
