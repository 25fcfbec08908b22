"""What the database can't give back: a class, an interface or a record is gone."""

from functools import lru_cache
from pickle import UnpicklingError
from typing import Any

import logging


logger = logging.getLogger(__name__)

#: What loading an object may raise.  A conflict, or a database that is away, is no
#: answer about the object, and not among them.
UNLOADABLE = (
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    NotImplementedError,
    TypeError,
    UnpicklingError,
    ValueError,
)


def loading_problem(stored: Any) -> str | None:
    """Return why the database can't load the object, None if it can."""
    activate = getattr(type(stored), "_p_activate", None)
    if activate is None:
        return None
    try:
        activate(stored)
    except UNLOADABLE as error:
        return f"{type(error).__name__}: {error}"
    return None


@lru_cache(maxsize=1000)
def log_once(place: str, problem: str) -> None:
    """Log, once in a process, what was passed over."""
    logger.warning("%s can't be loaded, and is passed over: %s", place, problem)
