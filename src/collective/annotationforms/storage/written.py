"""Values as the database would write them: tried before anything is written."""

from Acquisition import aq_base
from collections.abc import Callable
from collective.annotationforms.storage.parts import ATOMS
from collective.annotationforms.storage.refused import by_storage
from io import BytesIO
from persistent import Persistent
from persistent.wref import WeakRef
from typing import Any
from zodbpickle.pickle import PickleError
from zodbpickle.pickle import Pickler
from zodbpickle.pickle import Unpickler


# That of ZODB: it knows no class in a class, for example.
PROTOCOL = 3
# What objects raise that can't be written, or not be made again of what was written.
NOT_WRITTEN = (
    AttributeError,
    ImportError,
    LookupError,
    NotImplementedError,
    PickleError,
    RecursionError,
    TypeError,
    ValueError,
)


def as_written(
    value: Any,
    refused: Callable[[Any], str | None] = by_storage,
    *,
    keep: Callable[[Any], Any] = lambda part: part,
) -> Any:
    """Return a copy of `value`, with the persistent objects in it as they are.

    It is what the database gives back once it is written.  Raises ValueError, with the
    reason for people, if it can't be written, or `refused` has a reason against a part
    of it.  New persistent objects in it are tried, too; `keep` may return another one
    in their place.
    """
    try:
        return _checked(value, refused, keep)
    except _RefusedError as error:
        raise ValueError(*error.args) from error
    except NOT_WRITTEN as error:
        raise ValueError(f"it can't be stored: {error}") from error


def _checked(value: Any, refused: Callable, keep: Callable) -> Any:
    if type(value) in ATOMS:
        _check_part(value, refused)
        return value
    writer = _Writer(refused)
    copied = writer.copied(value, keep)
    _try_states(writer.kept, refused)
    return copied


class _RefusedError(Exception):
    """A part of a value is refused."""


class _Writer(Pickler):
    """Writes a value, and keeps the persistent objects in it apart."""

    def __init__(self, refused: Callable):
        self.written = BytesIO()
        super().__init__(self.written, PROTOCOL)
        self.refused = refused
        self.kept: list = []

    def copied(self, value: Any, keep: Callable = lambda part: part) -> Any:
        """Write the value, and return what is read of it."""
        self.dump(value)
        self.written.seek(0)
        return _Reader(self.written, list(map(keep, self.kept))).load()

    def persistent_id(self, obj: Any) -> int | None:
        # It is asked about everything in a value, keys and attributes, too.
        if isinstance(obj, type) or not isinstance(obj, (Persistent, WeakRef)):
            _check_part(obj, self.refused)
            return None
        if aq_base(obj) is not obj:
            raise TypeError("it has an acquisition wrapper")
        self.kept.append(obj)
        return len(self.kept) - 1


class _StateWriter(_Writer):
    """Writes what persistent objects have in them, which may refer to pages."""

    def persistent_id(self, obj: Any) -> int | None:
        is_wrapped = isinstance(obj, Persistent) and aq_base(obj) is not obj
        return super().persistent_id(aq_base(obj) if is_wrapped else obj)


class _Reader(Unpickler):
    """Makes the copy, with the persistent objects that were kept apart."""

    def __init__(self, file: BytesIO, kept: list):
        super().__init__(file)
        self.kept = kept

    def persistent_load(self, pid: int) -> Any:
        return self.kept[pid]


def _try_states(found: list, refused: Callable) -> None:
    """Write the states of the objects that the database does not have like this yet."""
    waiting, seen = list(found), set()
    while waiting:
        obj = waiting.pop()
        if id(obj) in seen or _is_stored(obj):
            continue
        seen.add(id(obj))
        writer = _StateWriter(refused)
        newargs = getattr(obj, "__getnewargs__", tuple)()
        writer.copied((type(obj), newargs, obj.__getstate__()))
        waiting.extend(writer.kept)


def _is_stored(obj: Any) -> bool:
    return isinstance(obj, WeakRef) or (obj._p_jar is not None and not obj._p_changed)


def _check_part(part: Any, refused: Callable) -> None:
    reason = refused(part)
    if reason:
        raise _RefusedError(reason)
