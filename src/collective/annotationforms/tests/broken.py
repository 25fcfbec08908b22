"""Stored objects that can't be loaded: their code, or their record, is gone."""

from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from persistent import Persistent
from persistent.mapping import PersistentMapping
from plone.namedfile.file import NamedBlobFile
from types import ModuleType
from zope.interface import alsoProvides
from zope.interface import Interface
from zope.interface.interface import InterfaceClass

import sys
import transaction


_numbers = count()


@contextmanager
def gone_module() -> Iterator[ModuleType]:
    """Make a module with classes and a marker, which is gone after the with statement.

    What was made within it is committed at its end.
    """
    module = ModuleType(f"annotationforms_gone_{next(_numbers)}")
    members = {"__module__": module.__name__}
    module.IMarker = InterfaceClass("IMarker", (Interface,), **members)
    module.Stored = type("Stored", (Persistent,), dict(members))
    module.Mapping = type("Mapping", (PersistentMapping,), dict(members))
    module.Plain = type("Plain", (), dict(members))
    module.Dict = type("Dict", (dict,), dict(members))
    sys.modules[module.__name__] = module
    try:
        yield module
        transaction.commit()
    finally:
        del sys.modules[module.__name__]


def marked(module: ModuleType, _connection: object) -> PersistentMapping:
    """Return a mapping with a marker interface."""
    made = PersistentMapping(name="Ada")
    alsoProvides(made, module.IMarker)
    return made


def of_gone_class(module: ModuleType, _connection: object) -> Persistent:
    """Return a mapping of a class."""
    return module.Mapping(name="Ada")


def with_gone_dict(module: ModuleType, _connection: object) -> PersistentMapping:
    """Return a mapping with a value that can't be made without its class."""
    return PersistentMapping(name=module.Dict(a=1))


def with_marked_part(module: ModuleType, _connection: object) -> PersistentMapping:
    """Return a mapping with a persistent object that has a marker interface."""
    file = NamedBlobFile(b"text", filename="a.txt")
    alsoProvides(file, module.IMarker)
    return PersistentMapping(name="Ada", file=file)


def with_gone_part(module: ModuleType, _connection: object) -> PersistentMapping:
    """Return a mapping with a persistent object of a class, and one in a list."""
    return PersistentMapping(name="Ada", file=module.Stored(), more=[module.Stored()])


def with_gone_plain_part(module: ModuleType, _connection: object) -> PersistentMapping:
    """Return a mapping with an object that is not persistent."""
    return PersistentMapping(name="Ada", one=module.Plain(), more=[module.Plain()])


def without_record(_module: ModuleType, connection: object) -> PersistentMapping:
    """Return a mapping whose record is not in the database."""
    return _ghost(PersistentMapping, connection)


def with_part_without_record(
    _module: ModuleType, connection: object
) -> PersistentMapping:
    """Return a mapping with a file whose record is not in the database."""
    return PersistentMapping(name="Ada", file=_ghost(NamedBlobFile, connection))


#: What can't be loaded as a whole.
UNREADABLE: tuple[Callable, ...] = (
    marked,
    with_gone_dict,
    without_record,
)
#: What can be loaded, but for some part, and what is of a class that is gone.
PARTLY_READABLE: tuple[Callable, ...] = (
    with_marked_part,
    with_gone_part,
    with_gone_plain_part,
    with_part_without_record,
)
BROKEN = (*UNREADABLE, of_gone_class, *PARTLY_READABLE)


def _ghost(cls: type, connection: object) -> Persistent:
    made = cls.__new__(cls)
    connection._cache.new_ghost(connection.new_oid(), made)
    return made
