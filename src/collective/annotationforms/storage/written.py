"""Values as the database would write them: tried before anything is written."""

from Acquisition import aq_base
from collections.abc import Callable
from collective.annotationforms.i18n import _
from collective.annotationforms.storage.parts import ATOMS
from collective.annotationforms.storage.text import half_character
from collective.annotationforms.storage.text import wrong_character
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


def as_written(value: Any, *, typed: bool = False) -> Any:
    """Return a copy of `value`, with the persistent objects in it as they are.

    It is what the database gives back once it is written.  Raises ValueError, with the
    reason for people, if it can't be written, or a text in it has half of a character,
    which no file and no page can have.  New persistent objects in it are tried, too.

    What was `typed`, or comes from a file, must have no control characters either:
    browsers change them.
    """
    find = wrong_character if typed else half_character
    try:
        return _checked(value, find)
    except _WrongTextError as error:
        raise ValueError(*error.args) from error
    except NOT_WRITTEN as error:
        raise ValueError(f"it can't be stored: {error}") from error


def _checked(value: Any, find: Callable) -> Any:
    if isinstance(value, str):
        _check_text(value, find)
    if type(value) in ATOMS:
        return value
    written = BytesIO()
    writer = _Writer(written, find)
    writer.dump(value)
    written.seek(0)
    copied = _Reader(written, writer.kept).load()
    _try_states(writer.kept, find)
    return copied


class _WrongTextError(Exception):
    """A text has a character that it must not have."""


class _Writer(Pickler):
    """Writes a value, and keeps the persistent objects in it apart.

    `find` returns what a text must not have, or None.
    """

    def __init__(self, file: BytesIO, find: Callable):
        super().__init__(file, PROTOCOL)
        self.find = find
        self.kept: list = []

    def persistent_id(self, obj: Any) -> int | None:
        if isinstance(obj, str):
            _check_text(obj, self.find)
            return None
        if isinstance(obj, type) or not isinstance(obj, (Persistent, WeakRef)):
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


def _try_states(found: list, find: Callable) -> None:
    """Write the states of the objects that the database does not have like this yet."""
    waiting, seen = list(found), set()
    while waiting:
        obj = waiting.pop()
        if id(obj) in seen or _is_stored(obj):
            continue
        seen.add(id(obj))
        writer = _StateWriter(BytesIO(), find)
        newargs = getattr(obj, "__getnewargs__", tuple)()
        writer.dump((type(obj), newargs, obj.__getstate__()))
        waiting.extend(writer.kept)


def _is_stored(obj: Any) -> bool:
    return isinstance(obj, WeakRef) or (obj._p_jar is not None and not obj._p_changed)


def _check_text(text: str, find: Callable) -> None:
    character = find(text)
    if character:
        mapping = {"character": character}
        message = _(
            "it has the character ${character}, which can't be shown", mapping=mapping
        )
        raise _WrongTextError(message)
