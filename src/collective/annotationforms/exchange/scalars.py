"""Numbers, texts, dates and times in JSON."""

from base64 import b64decode
from collective.annotationforms.exchange.portable import checked
from collective.annotationforms.exchange.portable import converted
from collective.annotationforms.exchange.portable import PortableField
from collective.annotationforms.interfaces import IAnnotationStorage
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zope.component import adapter
from zope.schema.interfaces import IBool
from zope.schema.interfaces import IBytes
from zope.schema.interfaces import IDate
from zope.schema.interfaces import IDatetime
from zope.schema.interfaces import IFromUnicode
from zope.schema.interfaces import INumber
from zope.schema.interfaces import IText
from zope.schema.interfaces import ITime
from zope.schema.interfaces import ITimedelta


@adapter(INumber)
class PortableNumber(PortableField):
    """Numbers that JSON lacks are text."""

    def from_json(self, data: Any, storage: IAnnotationStorage, stored: Any) -> Any:
        """See IPortableField"""
        if isinstance(data, str) and IFromUnicode.providedBy(self.field):
            return converted(self.field.fromUnicode, data)
        return data


@adapter(IText)
class PortableText(PortableField):
    """Text is text."""

    def from_json(self, data: Any, storage: IAnnotationStorage, stored: Any) -> str:
        """See IPortableField"""
        return checked(data, str)


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
        return decoded(data)


@adapter(IDatetime)
class PortableDatetime(PortableField):
    """In ISO format."""

    def from_json(
        self, data: Any, storage: IAnnotationStorage, stored: Any
    ) -> datetime:
        """See IPortableField"""
        return converted(datetime.fromisoformat, data)


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
        return converted(time.fromisoformat, data)


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


def _duration(seconds: str) -> timedelta:
    return timedelta(microseconds=int(Decimal(seconds) * 1_000_000))
