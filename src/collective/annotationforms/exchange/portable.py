"""Values as JSON, to be taken out of the site."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import date
from datetime import time
from datetime import timedelta
from decimal import Decimal
from math import isfinite
from numbers import Number
from persistent import Persistent
from plone.app.textfield.interfaces import IRichTextValue
from plone.namedfile.interfaces import INamed
from Products.CMFCore.interfaces import IContentish
from typing import Any
from z3c.relationfield.interfaces import IRelationValue

import json


def portable(value: Any) -> Any:
    """Return the value in the types of JSON; see `restored` for the way back.

    Dates are in ISO format, durations in seconds, as text like decimals, sets are
    sorted lists, relations are the UID of their target, files and images are
    encoded in base64.  Objects are their attributes, or their class if they have
    none: that of an add-on which is gone.
    """
    if isinstance(value, float) and not isfinite(value):
        # JSON has no such numbers.
        return str(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        # A float would lose the microseconds of a long time.
        return str(Decimal(value // timedelta(microseconds=1)) / 1_000_000)
    if isinstance(value, Number):
        # Decimals, fractions, and so on.
        return str(value)
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    if isinstance(value, Mapping):
        return {portable_key(name): portable(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [portable(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted((portable(item) for item in value), key=json.dumps)
    return _portable_object(value)


def portable_key(key: Any) -> str:
    """Return the key of a mapping as JSON has it: text, in JSON if it is no text."""
    return as_text(portable(key))


def as_text(data: Any) -> str:
    """Return JSON data in one text, which text itself is already."""
    return data if isinstance(data, str) else json.dumps(data)


def _portable_object(value: Any) -> Any:
    if IRichTextValue.providedBy(value):
        return {
            "data": value.raw,
            "content-type": value.mimeType,
            "output-type": value.outputMimeType,
        }
    if INamed.providedBy(value):
        return {
            "filename": value.filename,
            "content-type": value.contentType,
            "encoding": "base64",
            "data": portable(value.data),
        }
    if IRelationValue.providedBy(value):
        return portable(value.to_object)
    if IContentish.providedBy(value):
        return value.UID()
    if isinstance(value, Persistent):
        # Its attributes may not be loaded yet.
        value._p_activate()
    attributes = {
        name: portable(item)
        for name, item in getattr(value, "__dict__", {}).items()
        if not name.startswith("_")
    }
    return attributes or type(value).__name__
