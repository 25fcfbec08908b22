"""What the database can't give back: the code of an object is gone, or its record."""

from pickle import UnpicklingError
from typing import Any
from ZODB.broken import Broken

import persistent


# What loading an object raises if its record is gone, or if what it was made of is not
# what it was.  Not ConflictError, nor that of a database which does not answer.
NOT_LOADED = (
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    TypeError,
    UnpicklingError,
    ValueError,
)


def why_unreadable(obj: Any) -> str | None:
    """Return why an object can't be read, None if it can; a persistent one is loaded.

    What is in it is not looked at.
    """
    if isinstance(obj, Broken):
        cls = type(obj)
        return f"the class {cls.__module__}.{cls.__name__} is gone"
    if not isinstance(obj, persistent.Persistent):
        return None
    try:
        obj._p_activate()
    except NOT_LOADED as error:
        return f"it can't be loaded: {type(error).__name__}: {error}"
    return None
