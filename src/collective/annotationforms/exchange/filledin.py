"""Values that are empty: a form takes them for none, where a value is required."""

from collections.abc import Mapping
from collective.annotationforms.storage.parts import is_container
from collective.annotationforms.storage.parts import parts
from plone.app.textfield.interfaces import IRichTextValue
from plone.namedfile.interfaces import INamed
from typing import Any
from zope.schema.interfaces import IChoice
from zope.schema.interfaces import IField
from zope.schema.interfaces import RequiredMissing


def check_filled_in(field: IField, value: Any) -> None:
    """Raise RequiredMissing if the value, or a part of it, is required but empty."""
    if field.required and _is_empty(field, value):
        raise RequiredMissing(field.__name__).with_field_and_value(field, value)
    key_field = getattr(field, "key_type", None)
    if key_field is not None and isinstance(value, Mapping):
        for key in value:
            check_filled_in(key_field, key)
    for part in parts(field, value) or ():
        if part.field is not None:
            check_filled_in(part.field, part.value)


def _is_empty(field: IField, value: Any) -> bool:
    if isinstance(value, (str, bytes)):
        # Widgets strip what was typed.
        return not value.strip() and not IChoice.providedBy(field)
    if IRichTextValue.providedBy(value):
        return not value.raw
    if INamed.providedBy(value):
        return not value.filename and not value.getSize()
    if is_container(value):
        # Of what there is to choose, a form takes nothing as well.
        return not value and not IChoice.providedBy(getattr(field, "value_type", None))
    return False
