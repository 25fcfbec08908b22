"""Compare settings and factories by value, and copy what is collected for later."""

from collections import UserDict
from collections import UserList
from collections.abc import Mapping
from collections.abc import MutableMapping
from collections.abc import MutableSequence
from collections.abc import MutableSet
from copy import copy
from functools import partial
from types import FunctionType
from typing import Any


def are_same(one: Any, other: Any) -> bool:
    """Tell whether two values say the same, even if their class knows no equality.

    Options of libraries and functions are often made anew for each call.  Raises what
    a comparison of theirs raises.
    """
    if one is other or one == other:
        return True
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(
            are_same(value, other[name]) for name, value in one.items()
        )
    # Two classes that look alike are still two.
    if type(one) is not type(other) or isinstance(one, type):
        return False
    if isinstance(one, (list, tuple, UserList)):
        return len(one) == len(other) and all(map(are_same, one, other))
    if isinstance(one, (FunctionType, partial)):
        return are_same(_parts(one), _parts(other))
    # Without attributes, such as an SSL context, nobody can say what is in it.
    return (
        type(one).__eq__ is object.__eq__
        and bool(attributes := getattr(one, "__dict__", None))
        and are_same(attributes, other.__dict__)
    )


def _parts(function: FunctionType | partial) -> tuple:
    """Return what a function or a partial is made of."""
    if isinstance(function, partial):
        return function.func, function.args, function.keywords
    closed_over = tuple(cell.cell_contents for cell in function.__closure__ or ())
    return (
        function.__code__,
        function.__defaults__,
        function.__kwdefaults__,
        closed_over,
    )


def copied(value: Any) -> Any:
    """Return a copy of containers and their content; all else stays as it is.

    So what is collected is sent as it was given, even if the caller goes on with it.
    """
    if isinstance(value, (UserDict, UserList)):
        # Not the class: a persistent one would keep its ZODB Connection alive.
        value = value.data
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    if type(value) is tuple:
        return tuple(map(copied, value))
    if isinstance(value, dict):
        found = copy(value)
        found.update((name, copied(item)) for name, item in value.items())
        return found
    if isinstance(value, list):
        found = copy(value)
        found[:] = map(copied, value)
        return found
    if isinstance(value, (MutableMapping, MutableSequence, MutableSet)):
        # Those of libraries may share their content with what copy() makes of them.
        return value.copy() if hasattr(value, "copy") else copy(value)
    return value
