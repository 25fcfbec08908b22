"""Numbers in the inputs of our forms: those that no format has are shown as text."""

from collective.annotationforms.fields.innerwidget import is_of_annotation_form
from decimal import Decimal
from numbers import Number
from typing import Any
from z3c.form.interfaces import IDataConverter
from z3c.form.interfaces import ITextWidget
from z3c.form.interfaces import IWidget
from zope.component import getGlobalSiteManager
from zope.component import getSiteManager
from zope.interface import implementer
from zope.interface import providedBy
from zope.schema.interfaces import IDecimal
from zope.schema.interfaces import IField
from zope.schema.interfaces import IFloat
from zope.schema.interfaces import IInt


# What formats raise for a number that they can't write.  They add a float to a Decimal
# when they round it.
NOT_WRITTEN = (ArithmeticError, TypeError, ValueError)


@implementer(IDataConverter)
class NumberConverter:
    """Shows any number, so that it can be repaired; what is typed is read as ever."""

    __roles__ = ()

    def __init__(self, converter: IDataConverter):
        self._converter = converter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._converter, name)

    def toWidgetValue(self, value: Any) -> Any:
        """See z3c.form.interfaces.IDataConverter"""
        try:
            return self._converter.toWidgetValue(value)
        except NOT_WRITTEN:
            if not isinstance(value, Number):
                raise
            # As a Decimal, a number may have any number of digits.
            return str(Decimal(value) if isinstance(value, int) else value)

    def toFieldValue(self, value: Any) -> Any:
        """See z3c.form.interfaces.IDataConverter"""
        return self._converter.toFieldValue(value)


def number_converter(field: IField, widget: IWidget) -> IDataConverter:
    """Return the converter of z3c.form; one that shows any number in forms of ours."""
    required = (providedBy(field), IWidget)
    converter = getSiteManager().adapters.lookup(required, IDataConverter)
    made = converter(field, widget)
    return NumberConverter(made) if is_of_annotation_form(widget) else made


def register_for_numbers() -> None:
    """Register `number_converter` for text widgets, unless somebody has another one."""
    registry = getGlobalSiteManager()
    for of_field in (IInt, IFloat, IDecimal):
        required = (of_field, ITextWidget)
        if registry.adapters.registered(required, IDataConverter) is None:
            registry.registerAdapter(number_converter, required, IDataConverter)
