"""Marks of widgets: the same for all that are alike, so they are made once."""

from functools import lru_cache
from typing import Any
from zope.interface import Provides
from zope.interface.interface import InterfaceClass


def mark(obj: Any, *interfaces: InterfaceClass) -> None:
    """Let an object provide interfaces, as alsoProvides() does.

    That puts all interfaces of the object in their order each time, which takes longer
    than anything else that we do with a widget.
    """
    declared = vars(obj).get("__provides__")
    obj.__provides__ = _with(obj.__class__, declared, interfaces)


# The limit is for forms that make a class for each request.
@lru_cache(maxsize=1000)
def _with(cls: type, declared: Any, interfaces: tuple[InterfaceClass, ...]) -> Any:
    """Return what is declared for an object of the class, and the interfaces."""
    # The last one is what the class implements.
    before = () if declared is None else declared.__bases__[:-1]
    return Provides(cls, *before, *interfaces)
