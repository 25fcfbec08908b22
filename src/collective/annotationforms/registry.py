"""The registry of forms: whose the data under an annotation key are.

ZCML makes a form known as a named utility.  What ZCML does not know is a form, too:
one whose classes are there, which count as long as no utility has their key, or one
that has left nothing but its data.
"""

from collections.abc import Iterator
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import INDEPENDENT
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.interfaces import MANAGE_FORM_DATA
from collective.annotationforms.interfaces import VERSIONED
from dataclasses import dataclass
from itertools import chain
from typing import Any
from weakref import WeakSet
from z3c.form.interfaces import IFields
from zope.component import getMultiAdapter
from zope.component import getUtilitiesFor
from zope.interface import implementer
from zope.interface import Interface
from zope.interface import providedBy
from zope.interface.interface import InterfaceClass
from zope.schema import getFieldsInOrder
from zope.schema.interfaces import IField


class FormOfClasses:
    """What the classes of a form say, as IRegisteredForm has it.

    If they disagree, the one that differs from the default wins: an edit form may say
    what the view of the same data is silent about.
    """

    key: str
    classes: tuple[type, ...]
    is_known = True

    @property
    def fields(self) -> dict[str, IField]:
        """See IRegisteredForm"""
        found = chain.from_iterable(map(fields_of, self.classes))
        return {field.__name__: field for field in found}

    @property
    def markers(self) -> tuple[InterfaceClass, ...]:
        """See IRegisteredForm"""
        found = chain.from_iterable(form.ASSIGN_INTERFACES for form in self.classes)
        return tuple(dict.fromkeys(found))

    @property
    def copy_data(self) -> bool:
        """See IRegisteredForm"""
        return all(form.COPY_DATA for form in self.classes)

    @property
    def version_policy(self) -> str:
        """See IRegisteredForm"""
        policies = {form.VERSION_POLICY for form in self.classes}
        return INDEPENDENT if INDEPENDENT in policies else VERSIONED

    @property
    def notify_content(self) -> bool:
        """See IRegisteredForm"""
        return all(form.NOTIFY_CONTENT for form in self.classes)

    @property
    def respect_lock(self) -> bool:
        """See IRegisteredForm"""
        return all(form.RESPECT_LOCK for form in self.classes)

    def storage(self, page: Any) -> IAnnotationStorage:
        """See IRegisteredForm"""
        # Looked up, since the registry and the storage know nothing of each other.
        return getMultiAdapter((page, self), IAnnotationStorage)


@implementer(IRegisteredForm)
@dataclass(frozen=True)
class RegisteredForm(FormOfClasses):
    """A form that ZCML has made known; see IRegisteredForm."""

    name: str
    title: str
    description: str
    form_class: type
    page_interface: InterfaceClass
    layer: InterfaceClass
    permission: str
    view_permission: str

    @property
    def classes(self) -> tuple[type, ...]:
        """The class of the form."""
        return (self.form_class,)

    @property
    def key(self) -> str:
        """See IRegisteredForm"""
        return self.form_class.ANNOTATION_STORAGE_KEY

    @property
    def schema(self) -> InterfaceClass:
        """See IRegisteredForm"""
        return self.form_class.schema

    @property
    def view_name(self) -> str:
        """See IRegisteredForm"""
        return f"{self.name}-view"


@implementer(IRegisteredForm)
@dataclass(frozen=True)
class LeftOver(FormOfClasses):
    """Data that no form knows: a form without fields, whose data are for managers."""

    key: str

    classes = ()
    is_known = False
    name = None
    view_name = None
    description = _("No form for these data is installed.")
    form_class = None
    schema = None
    page_interface = Interface
    layer = Interface
    permission = MANAGE_FORM_DATA
    view_permission = MANAGE_FORM_DATA

    @property
    def title(self) -> str:
        """See IRegisteredForm"""
        return self.key


@dataclass(frozen=True)
class UnregisteredForm(LeftOver):
    """A form that ZCML does not know, but whose classes are there."""

    classes: tuple[type, ...]

    is_known = True
    description = _("The form of these data is not registered.")


def registered_forms(request: Any) -> list[IRegisteredForm]:
    """Return the forms of the layers of the request, in the order of their names.

    Any object that provides the layers will do for the request.
    """
    return [form for form in _utilities() if form.layer.providedBy(request)]


def forms_of_page(page: Any, request: Any) -> list[IRegisteredForm]:
    """Return the forms that were registered for objects like the page."""
    return [
        form
        for form in registered_forms(request)
        if form.page_interface.providedBy(page)
    ]


def registered_keys() -> set[str]:
    """Return the annotation keys of all registered forms."""
    return {form.key for form in _utilities()}


def form_of(page: Any, key: str) -> IRegisteredForm:
    """Return the form whose data the page has under the key.

    Of several registered forms it is the one for the most specific interface of the
    page, as it is for views.
    """
    registered = [form for form in _utilities() if form.key == key]
    if registered:
        order = providedBy(page).__sro__
        return min(registered, key=lambda form: _position(form.page_interface, order))
    return unregistered_form(key)


def unregistered_form(key: str) -> IRegisteredForm:
    """Return a form for the data under a key as if no utility had it."""
    classes = [form for form in list(_classes) if key == form.ANNOTATION_STORAGE_KEY]
    if classes:
        return UnregisteredForm(key, tuple(sorted(classes, key=_name_of_class)))
    return LeftOver(key)


def remember_class(form: type) -> None:
    """Let the class count for its data as long as it is there."""
    _classes.add(form)


def fields_of(form: type) -> Iterator[IField]:
    """Yield the fields that the class names: its schemata, z3c.form fields, groups."""
    # What a form computes, in a property or for each request, is not known here.
    schemata = (getattr(form, "schema", None), *_tuple(form, "additionalSchemata"))
    for schema in schemata:
        if isinstance(schema, InterfaceClass):
            yield from (field for _name, field in getFieldsInOrder(schema))
    if IFields.providedBy(getattr(form, "fields", None)):
        yield from (item.field for item in form.fields.values())
    for group in _tuple(form, "groups"):
        yield from fields_of(group)


_classes: WeakSet[type] = WeakSet()


def _utilities() -> list[IRegisteredForm]:
    return [form for _name, form in sorted(getUtilitiesFor(IRegisteredForm))]


def _position(interface: InterfaceClass, order: tuple) -> int:
    return order.index(interface) if interface in order else len(order)


def _name_of_class(form: type) -> tuple[str, str]:
    return form.__module__, form.__qualname__


def _tuple(form: type, name: str) -> tuple:
    value = getattr(form, name, ())
    return tuple(value) if isinstance(value, (tuple, list)) else ()
