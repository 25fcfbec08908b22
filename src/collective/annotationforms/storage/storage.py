"""The storage: the values of one form on one page.

Knows nothing of forms and requests.
"""

from Acquisition import aq_base
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import MutableMapping
from collections.abc import Set
from collective.annotationforms.interfaces import AnnotationsHiddenError
from collective.annotationforms.interfaces import describe_page
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import InvalidValueError
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.interfaces import IValueWrittenEvent
from collective.annotationforms.interfaces import NotAMappingError
from collective.annotationforms.interfaces import NotAnnotatableError
from collective.annotationforms.interfaces import StorageError
from collective.annotationforms.interfaces import UnreadableError
from collective.annotationforms.storage.loading import NOT_LOADED
from collective.annotationforms.storage.loading import why_unreadable
from collective.annotationforms.storage.relation import own_relation
from collective.annotationforms.storage.relation import without_content
from collective.annotationforms.storage.value import detached
from collective.annotationforms.storage.written import as_written
from dataclasses import dataclass
from functools import cache
from functools import partial
from persistent.mapping import PersistentMapping
from types import MappingProxyType
from typing import Any
from zope.annotation.attribute import AttributeAnnotations
from zope.annotation.interfaces import IAnnotations
from zope.component import adapter
from zope.event import notify
from zope.interface import classImplements
from zope.interface import implementer
from zope.interface import Interface
from zope.interface.interface import InterfaceClass


NOTHING_STORED = MappingProxyType({})


@implementer(IAnnotationStorage)
class AnnotationStorage(PersistentMapping):
    """See IAnnotationStorage.

    It is a ``PersistentMapping`` so that code written for the stored mapping
    accepts it, but no state of its own is ever stored.
    """

    # Widgets and fields refer to their storage, so a URL leads to it.  Nothing of it is
    # published: without this, Zope publishes each method that has a docstring.
    __roles__ = ()

    __name__ = None
    in_save = False
    _is_clean = False
    _annotations_of_page = None

    def __init__(self, page: Any, key: str):
        self.__parent__ = page
        self.key = key
        #: What gives the default of a field of a form, the same each time.
        self.defaults: dict[tuple, Callable[[], Any]] = {}
        #: What others have made for this storage, to make it once in a request.
        self._v_kept: dict[str, Any] = {}

    def __repr__(self) -> str:
        # No values: they may be personal, and a repr ends up in logs.
        return f"<AnnotationStorage {self.key!r} of {describe_page(self.__parent__)}>"

    @property
    def data(self) -> Mapping:
        """What is stored, to be read only: the base class reads from here."""
        stored = self._stored()
        return NOTHING_STORED if stored is None else stored

    @property
    def raw(self) -> Any:
        """What is stored, whatever it is, to be read only; None if nothing is."""
        return self._annotations().get(self.key)

    # The base class asks for what is stored up to three times to read one value.

    def __contains__(self, name: object) -> bool:
        return name in self._values()

    def __len__(self) -> int:
        return len(self._values())

    def __getitem__(self, name: str) -> Any:
        """Return the value of the field `name`, not to be changed in place."""
        return detached(self._values()[name])

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of the field `name`, or `default`; never writes."""
        value = self._values().get(name, NOTHING_STORED)
        return default if value is NOTHING_STORED else detached(value)

    def _values(self) -> Mapping:
        """Return what is stored, to be read only, as a dict where that is possible."""
        if self._annotations_of_page is not None:
            # As almost always: what follows comes to the same, with more questions.
            try:
                page = aq_base(self.__parent__)
                if page._p_changed is None:
                    page._p_activate()
                # A page that was never annotated has no such attribute.
                stored = vars(page).get("__annotations__", NOTHING_STORED).get(self.key)
                if type(stored) is PersistentMapping:
                    # Each of its methods asks this dict, in Python.
                    return stored.data
                if stored is None:
                    return NOTHING_STORED
            except NOT_LOADED:
                # Those who ask get told below, if it is no page without annotations.
                pass
        return self.data

    def __setitem__(self, name: str, value: Any) -> None:
        """Store the value of the field `name`, and the mapping if there is none."""
        self._write(name, self.storable(name, value))

    def put_back(self, name: str, value: Any) -> None:
        """See IAnnotationStorage"""
        try:
            value = detached(value)
        except ValueError as error:
            raise self._refusal(name, error) from error
        self._write(name, value)

    def _write(self, name: str, value: Any) -> None:
        try:
            stored = self._stored_to_write()
        except StorageError as error:
            error.field = name
            raise
        old = stored.get(name)
        stored[name] = value
        notify(ValueWrittenEvent(self, name, old, value))

    def __delitem__(self, name: str) -> None:
        """Remove the value of the field `name`; KeyError if there is none."""
        if name not in self:
            raise KeyError(name)
        old = self._stored_to_write().pop(name)
        notify(ValueWrittenEvent(self, name, old, None))

    def storable(self, name: str, value: Any) -> Any:
        """See IAnnotationStorage"""
        try:
            return as_written(value, keep=partial(own_relation, self, name))
        except ValueError as error:
            raise self._refusal(name, error) from error

    def _refusal(self, name: str, error: ValueError) -> InvalidValueError:
        return InvalidValueError(self.__parent__, self.key, error.args[0], field=name)

    # The base class would write past these methods.
    clear = MutableMapping.clear
    pop = MutableMapping.pop
    popitem = MutableMapping.popitem
    update = MutableMapping.update

    def setdefault(self, name: str, default: Any = None) -> Any:
        """Return the value of the field `name`, which is `default` from now on."""
        # Never the object that was handed in: a change of it would be lost.
        if name not in self:
            self[name] = default
        return self[name]

    def remove(self) -> None:
        """See IAnnotationStorage"""
        # Not clear(), which reads the values: those of a class that is gone can't be.
        for name in self._names_to_remove():
            del self[name]
        stored = self._annotations()
        if self.key in stored:
            del stored[self.key]

    # Widgets ask their context where they are, and what content it is.

    def __getattr__(self, name: str) -> Any:
        """Return the stored value of that name, or else what the page has, or acquires.

        It is what attributes of content would be to a widget, or to a function in a
        schema that gets its context.
        """
        if name.startswith("_"):
            # Each look-up of an adapter asks for __provides__: say it in short.
            raise AttributeError(name)
        # What the class has is here as well if it has raised an AttributeError itself.
        if hasattr(type(self), name):
            raise AttributeError(f"{self!r} has no attribute {name!r}.")
        return self[name] if name in self.data else getattr(self.__parent__, name)

    def absolute_url(self, relative: int = 0) -> str:
        """Return the address of the page."""
        return self.__parent__.absolute_url(relative)

    def getPhysicalPath(self) -> tuple[str, ...]:
        """Return the path of the page."""
        return self.__parent__.getPhysicalPath()

    def copy(self) -> dict:
        """Return the stored values in a new dict."""
        return dict(self)

    __copy__ = copy

    def __or__(self, other: Mapping) -> dict:
        return self.copy() | dict(other)

    def __ror__(self, other: Mapping) -> dict:
        return dict(other) | self.copy()

    def __ior__(self, other: Mapping) -> "AnnotationStorage":
        self.update(other)
        return self

    def __getstate__(self):
        raise TypeError(f"{self!r} is made for one request: store a copy() of it.")

    def _names_to_remove(self) -> list[str]:
        try:
            return list(self)
        except (NotAMappingError, UnreadableError):
            # Nobody can be told of values that nobody can read.
            return []

    def _annotations(self) -> IAnnotations:
        """Return the annotations of the page.

        They are looked up for each read, unless they are of a kind that has nothing of
        its own: whatever is written, committed or aborted meanwhile, it is the page
        that is read.
        """
        if self._annotations_of_page is not None:
            return self._annotations_of_page
        found = annotations(self.__parent__, self.key)
        if type(found) is AttributeAnnotations and not _has_hints(self.__parent__):
            self._annotations_of_page = found
        return found

    def _stored(self) -> Mapping | None:
        found = self._annotations()
        try:
            stored = found.get(self.key)
        except NOT_LOADED as error:
            reason = f"the annotations can't be loaded: {error}"
            raise UnreadableError(self.__parent__, self.key, reason) from error
        reason = why_unreadable(stored)
        if reason is not None:
            raise UnreadableError(self.__parent__, self.key, reason)
        if stored is None or isinstance(stored, (PersistentMapping, dict)):
            return stored
        raise NotAMappingError(
            self.__parent__,
            self.key,
            f"a PersistentMapping is expected, but a {type(stored).__name__} is stored",
        )

    def _stored_to_write(self) -> PersistentMapping:
        stored = self._stored()
        if not isinstance(stored, PersistentMapping):
            # Changes of a plain dict are not noticed by the ZODB.
            stored = PersistentMapping(stored or {})
            self._annotations()[self.key] = stored
        elif not self._is_clean:
            self._is_clean = True
            self._clean(stored)
        return stored

    def _clean(self, stored: PersistentMapping) -> None:
        """Let the mapping be plain, with relations in place of content.

        The published recipe marks the mapping itself, and stores what a field gives.
        """
        if "__provides__" in vars(stored):
            del stored.__provides__
        for name, value in list(stored.items()):
            clean = without_content(value)
            if clean is not value:
                self[name] = clean


@implementer(IValueWrittenEvent)
@dataclass(frozen=True)
class ValueWrittenEvent:
    """See IValueWrittenEvent"""

    storage: AnnotationStorage
    name: str
    old: Any
    new: Any


def annotation_storage(
    page: Any, key: str, interfaces: tuple[InterfaceClass, ...] = ()
) -> AnnotationStorage:
    """Return the storage under the annotation `key` of `page`, without a form.

    The storage provides all of `interfaces`.  Nothing is written by this call.
    Raises TypeError if `key` is no string with a character in it, or if
    `interfaces` is no tuple of interfaces.
    """
    if not isinstance(key, str) or not key:
        raise TypeError(f"An annotation key is a string, not {key!r}.")
    # An interface can be iterated: it must not pass for a tuple of its names.
    if not isinstance(interfaces, (tuple, list)) or not all(
        isinstance(interface, InterfaceClass) for interface in interfaces
    ):
        raise TypeError(f"A tuple of interfaces is needed, not {interfaces!r}.")
    return implementing(AnnotationStorage, tuple(interfaces))(page, key)


@implementer(IAnnotationStorage)
@adapter(Interface, IRegisteredForm)
def storage_of_form(page: Any, form: IRegisteredForm) -> AnnotationStorage:
    """Return the storage of a form on a page."""
    return annotation_storage(page, form.key, form.markers)


# One class for each combination of interfaces: adapter lookups are as fast as for
# any class, where marking each object makes them slower and classes made anew on
# each call leak.
@cache
def implementing(base: type, interfaces: tuple[InterfaceClass, ...]) -> type:
    """Return a subclass of `base` whose instances provide all of `interfaces`.

    The interfaces come before those of `base`: an adapter for one of them wins.
    """
    if not interfaces:
        return base
    members = {"__doc__": base.__doc__, "__module__": base.__module__}
    cls = type(base.__name__, (base,), members)
    classImplements(cls, *interfaces)
    return cls


def annotations(page: Any, key: str) -> IAnnotations:
    """Return the annotations of `page`; `key` is for the error message only.

    Raises NotAnnotatableError and AnnotationsHiddenError.
    """
    adapted = IAnnotations(page, None)
    if adapted is None:
        raise NotAnnotatableError(
            page, key, "the object is not annotatable (no adapter to IAnnotations)"
        )
    if isinstance(adapted, AttributeAnnotations) and _hints_hide_annotations(page):
        raise AnnotationsHiddenError(
            page,
            key,
            f"the class {type(aq_base(page)).__name__} or a base of it has type hints"
            " in its body; Python keeps them in __annotations__, where the"
            " annotations of the object belong; remove the hints",
        )
    return adapted


def stored_mappings(page: Any, keys: Set[str] = frozenset()) -> dict[str, Mapping]:
    """Return what is stored on `page` as storages are, by annotation key.

    Nothing in an annotation says whose it is: another add-on may keep such a mapping,
    too.  Under `keys`, which are those of forms, a plain dict counts as well.  None of
    them is loaded, and it may be that one can't be.  Empty for an object that has no
    annotations, or whose annotations can't be loaded.
    """
    found = IAnnotations(page, {})
    try:
        return {
            key: stored
            for key, stored in found.items()
            if isinstance(stored, PersistentMapping)
            or (key in keys and isinstance(stored, dict))
        }
    except NOT_LOADED:
        return {}


def keys_of_others(page: Any, keys: Set[str]) -> set[str]:
    """Return those of `keys`, which are of forms, where something else is stored.

    That is no mapping, or an object whose class is gone.
    """
    found = IAnnotations(page, {})
    try:
        stored = {key: found.get(key) for key in keys}
    except NOT_LOADED:
        return set()
    mappings = (PersistentMapping, dict)
    return {
        key
        for key, value in stored.items()
        if value is not None and not isinstance(value, mappings)
    }


def _hints_hide_annotations(page: Any) -> bool:
    base = aq_base(page)
    # The first look wakes the object up, so that the second finds its own state.
    found = getattr(base, "__annotations__", None)
    return found is not None and "__annotations__" not in vars(base)


def _has_hints(page: Any) -> bool:
    """Tell whether the class has hints, which the page may hide by its annotations."""
    # Not by getattr(): a class makes an empty dict of hints for who asks for them.
    return any("__annotations__" in vars(cls) for cls in type(aq_base(page)).__mro__)
