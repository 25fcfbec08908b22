"""Numbers, texts, dates and times in JSON."""

from base64 import b64decode
from collective.annotationforms.exchange.bounds import check_length
from collective.annotationforms.exchange.bounds import check_literal
from collective.annotationforms.exchange.bounds import check_number
from collective.annotationforms.exchange.portable import checked
from collective.annotationforms.exchange.portable import converted
from collective.annotationforms.exchange.portable import NOT_EXPORTED
from collective.annotationforms.exchange.portable import PortableField
from collective.annotationforms.interfaces import IAnnotationStorage
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from decimal import Decimal
from numbers import Number
from typing import Any
from zope.component import adapter
from zope.interface import Invalid
from zope.schema.interfaces import IBool
from zope.schema.interfaces import IBytes
from zope.schema.interfaces import IBytesLine
from zope.schema.interfaces import IDate
from zope.schema.interfaces import IDatetime
from zope.schema.interfaces import IFromUnicode
from zope.schema.interfaces import INumber
from zope.schema.interfaces import IText
from zope.schema.interfaces import ITime
from zope.schema.interfaces import ITimedelta


# That of Kiribati.
MAX_OFFSET = timedelta(hours=14)


@adapter(INumber)
class PortableNumber(PortableField):
    """Numbers that JSON lacks are text."""

    def from_json(self, data: Any, storage: IAnnotationStorage, stored: Any) -> Any:
        """See IPortableField"""
        # In Python, true is a number.
        number = checked(data, (int, float, str))
        if isinstance(number, bool):
            raise Invalid(NOT_EXPORTED)
        if isinstance(number, str) and IFromUnicode.providedBy(self.field):
            check_literal(number)
            number = converted(self.field.fromUnicode, number)
        if isinstance(number, Number):
            check_number(number)
        return number


@adapter(IText)
class PortableText(PortableField):
    """Text is text."""

    def from_json(self, data: Any, storage: IAnnotationStorage, stored: Any) -> str:
        """See IPortableField"""
        text = checked(data, str)
        check_length(text)
        if IFromUnicode.providedBy(self.field):
            # It may want less than its type takes: nothing but ASCII, for example.
            converted(self.field.fromUnicode, text)
        return text


@adapter(IBool)
class PortableBool(PortableField):
    """true and false."""

    def from_json(self, data: Any, storage: IAnnotationStorage, stored: Any) -> bool:
        """See IPortableField"""
        return checked(data, bool)


@adapter(IBytes)
class PortableBytes(PortableField):
    """Bytes are in base64."""

    def from_json(self, data: Any, storage: IAnnotationStorage, stored: Any) -> bytes:
        """See IPortableField"""
        content = decoded(data)
        if IBytesLine.providedBy(self.field):
            # A form shows it as text.
            converted(lambda _data: check_length(content.decode()), data)
        return content


@adapter(IDatetime)
class PortableDatetime(PortableField):
    """In ISO format."""

    def from_json(
        self, data: Any, storage: IAnnotationStorage, stored: Any
    ) -> datetime:
        """See IPortableField"""
        return converted(_datetime, data)


@adapter(IDate)
class PortableDate(PortableField):
    """In ISO format."""

    def from_json(self, data: Any, storage: IAnnotationStorage, stored: Any) -> date:
        """See IPortableField"""
        return converted(date.fromisoformat, data)


@adapter(ITime)
class PortableTime(PortableField):
    """In ISO format."""

    def from_json(self, data: Any, storage: IAnnotationStorage, stored: Any) -> time:
        """See IPortableField"""
        return _with_real_zone(converted(time.fromisoformat, data))


@adapter(ITimedelta)
class PortableTimedelta(PortableField):
    """In seconds, as text."""

    def from_json(
        self, data: Any, storage: IAnnotationStorage, stored: Any
    ) -> timedelta:
        """See IPortableField"""
        return converted(_duration, data)


def decoded(data: Any) -> bytes:
    """Return the bytes that were exported in base64; raises Invalid."""
    return converted(lambda text: b64decode(text, validate=True), data)


def _datetime(text: str) -> datetime:
    value = _with_real_zone(datetime.fromisoformat(text))
    # What shows it rounds, and shifts it to the zone of the site.
    for shift in (-MAX_OFFSET, MAX_OFFSET):
        value + shift
    return value


def _with_real_zone(value: Any) -> Any:
    """Return the time; raises Invalid for an offset that no place on earth has."""
    offset = value.utcoffset() or timedelta(0)
    if abs(offset) > MAX_OFFSET or offset % timedelta(minutes=1):
        raise Invalid(NOT_EXPORTED)
    return value


def _duration(seconds: str) -> timedelta:
    check_literal(seconds)
    return timedelta(microseconds=int(Decimal(seconds) * 1_000_000))
