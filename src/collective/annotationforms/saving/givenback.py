"""Converters that give back what they got: most values need not be sent through them.

To write a number as the locale has it and to read that takes longer than all else that
a token needs.  What is not known here is converted.
"""

from collective.annotationforms.fields.moment import StorageDateConverter
from collective.annotationforms.fields.number import number_converter
from collective.annotationforms.interfaces import IStorageField
from datetime import date
from plone.app.z3cform.converters import BoolSingleCheckboxDataConverter
from typing import Any
from unicodedata import is_normalized
from z3c.form.converter import FieldDataConverter
from z3c.form.converter import FieldWidgetDataConverter
from z3c.form.converter import IntegerDataConverter
from z3c.form.interfaces import IDataConverter
from z3c.form.interfaces import IWidget
from zope.component import getSiteManager
from zope.interface import providedBy
from zope.schema import Text
from zope.schema.interfaces import IField


#: What a factory of converters gives back if it is of exactly this type.
GIVEN_BACK = {
    BoolSingleCheckboxDataConverter: bool,
    IntegerDataConverter: int,
    StorageDateConverter: date,
}
#: From here on, formats of numbers lose digits: they read a float.
EXACT = 2**53


def is_given_back(widget: IWidget, value: Any) -> bool:
    """Tell whether it is known that an untouched widget sends `value` back.

    False says nothing: it has to be tried.
    """
    kind = type(value)
    if kind not in (str, bool, int, date):
        return False
    adapters = getSiteManager().adapters
    shown, field = providedBy(widget), providedBy(widget.field)
    if adapters.lookup1(shown, IDataConverter) is not FieldWidgetDataConverter:
        # Somebody has registered another one, for this widget whatever its field.
        return False
    factory = adapters.lookup((field, shown), IDataConverter)
    if factory is number_converter:
        factory = adapters.lookup((field, IWidget), IDataConverter)
    if factory is FieldDataConverter and kind is str:
        # It strips what it reads.
        return value == value.strip() != "" and _reads_text(widget.field, value)
    if kind is int and abs(value) >= EXACT:
        return False
    return GIVEN_BACK.get(factory) is kind


def _reads_text(field: IField, text: str) -> bool:
    """Tell whether the field returns the text as it reads it, or refuses it."""
    # What a form has is a subclass of the field's own class.
    cls = type(field).__bases__[-1] if IStorageField.providedBy(field) else type(field)
    if getattr(cls, "fromUnicode", None) is not Text.fromUnicode:
        return False
    form = field.unicode_normalization
    return not form or is_normalized(form, text)
