"""Defaults in forms: for fields that were never stored, computed for the page.

Each is computed once for a form and a request: what a factory gives may be another
value each time, and what is shown, sent and stored has to be one.
"""

from collective.annotationforms.interfaces import IAnnotationStorage
from copy import copy
from functools import cache
from typing import Any
from z3c.form.interfaces import IContextAware
from z3c.form.interfaces import IValue
from z3c.form.interfaces import IWidget
from z3c.form.value import StaticValue
from zope.component import adapter
from zope.component import queryMultiAdapter
from zope.interface import implementer
from zope.interface import Interface
from zope.schema.interfaces import IContextAwareDefaultFactory
from zope.schema.interfaces import IField


@implementer(IValue)
@adapter(IAnnotationStorage, Interface, Interface, IField, Interface)
def default_for_page(storage, request, form, field, widget) -> IValue | None:
    """Return the default that is registered for the page, or the field's own.

    A field without a default shows that it is empty, as an attribute does that was
    never set.  None for a widget that does not read from the storage.
    """
    discriminators = (storage.__parent__, request, form, field, widget)
    registered = queryMultiAdapter(discriminators, IValue, name="default")
    if registered is not None:
        key = ("registered", *_key(field))
        return StaticValue(storage.defaults.setdefault(key, cache(registered.get))())
    default = field.bind(storage.__parent__).default
    if default is None and not _reads_storage(widget):
        return None
    return StaticValue(default)


@implementer(IContextAwareDefaultFactory)
class AskedOnce:
    """In place of the default factory of a field of a form; see `ask_once`."""

    # A widget leads to it.
    __roles__ = ()

    def __init__(self, storage: IAnnotationStorage, field: IField):
        self.storage = storage
        self.key = _key(field)
        factory = field.defaultFactory
        self.factory = factory.factory if isinstance(factory, AskedOnce) else factory
        storage.defaults.setdefault(self.key, cache(self._ask))

    def __call__(self, context: Any) -> Any:
        """Return what the factory has given."""
        return _fresh(self.storage.defaults[self.key]())

    def _ask(self) -> Any:
        if IContextAwareDefaultFactory.providedBy(self.factory):
            return self.factory(self.storage.__parent__)
        return self.factory()


def ask_once(field: IField, storage: IAnnotationStorage) -> None:
    """Let the default factory of a field of a form be called once, with the page.

    z3c.form asks for the default up to three times to show a widget.
    """
    if field.defaultFactory is not None:
        field.defaultFactory = AskedOnce(storage, field)


def default_of(storage: IAnnotationStorage, field: IField) -> Any:
    """Return the default of the field for the page, the one that a form shows."""
    ask = storage.defaults.get(_key(field))
    return field.bind(storage.__parent__).default if ask is None else _fresh(ask())


def _key(field: IField) -> tuple:
    return field.interface, field.__name__


def _fresh(default: Any) -> Any:
    # Who changes it in place has a value of their own, as from a factory.
    return copy(default) if isinstance(default, (dict, list, set)) else default


def _reads_storage(widget: IWidget) -> bool:
    return IContextAware.providedBy(widget) and not widget.ignoreContext


def default_value(widget: IWidget) -> Any:
    """Return what `widget` shows as long as its field was never stored."""
    if not widget.showDefault:
        return widget.field.missing_value
    discriminators = (
        widget.context,
        widget.request,
        widget.form,
        widget.field,
        widget,
    )
    found = queryMultiAdapter(discriminators, IValue, name="default")
    return widget.field.missing_value if found is None else found.get()
