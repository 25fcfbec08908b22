"""The registry of forms: whose the data under an annotation key are.

ZCML makes a form known as a named utility.  What ZCML does not know is a form, too:
one whose classes are there, which count as long as no utility has their key, or one
that has left nothing but its data.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import INDEPENDENT
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.interfaces import MANAGE_FORM_DATA
from collective.annotationforms.interfaces import VERSIONED
from dataclasses import dataclass
from itertools import chain
from plone.autoform.base import AutoFields
from plone.autoform.interfaces import MODES_KEY
from plone.autoform.interfaces import OMITTED_KEY
from plone.autoform.utils import mergedTaggedValuesForIRO
from typing import Any
from typing import NamedTuple
from weakref import WeakSet
from z3c.form.interfaces import HIDDEN_MODE
from z3c.form.interfaces import IFields
from zope.component import getMultiAdapter
from zope.component import getUtilitiesFor
from zope.interface import implementedBy
from zope.interface import implementer
from zope.interface import Interface
from zope.interface import providedBy
from zope.interface.interface import InterfaceClass
from zope.schema import getFieldsInOrder
from zope.schema.interfaces import IField


class FieldUse(NamedTuple):
    """A field as a form class uses it.

    The schema is the one that the form names, which may say more of the field than the
    schema that it was defined in: None if the form names nothing but the field.
    """

    field: IField
    schema: InterfaceClass | None
    #: Whether the form omits the field, or hides it.
    is_left_out: bool


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
        return {name: uses[-1].field for name, uses in self.uses.items()}

    @property
    def uses(self) -> dict[str, list[FieldUse]]:
        """See IRegisteredForm"""
        return uses_of(self.classes)

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


def known_keys() -> set[str]:
    """Return the annotation keys of all forms, those that ZCML does not know, too."""
    keys = [form.ANNOTATION_STORAGE_KEY for form in list(_classes)]
    return registered_keys().union(key for key in keys if isinstance(key, str))


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


def uses_of(forms: Iterable[type]) -> dict[str, list[FieldUse]]:
    """Return each field's uses by the classes, by its name."""
    found: dict[str, list[FieldUse]] = {}
    for use in chain.from_iterable(map(_uses_of, forms)):
        found.setdefault(use.field.__name__, []).append(use)
    return found


def _uses_of(form: type) -> Iterator[FieldUse]:
    """Yield what the class names: fields of its schemata, of z3c.form, of groups."""
    # What a form computes, in a property or for each request, is not known here.
    items = getattr(form, "fields", None)
    items = list(items.values()) if IFields.providedBy(items) else []
    # z3c.form shows the fields that it was told; plone.autoform adds the schemata.
    # A group may be what makes one, in place of a class.
    is_auto = isinstance(form, type) and issubclass(form, AutoFields)
    only_items = bool(items) and not is_auto
    schemata = (getattr(form, "schema", None), *_tuple(form, "additionalSchemata"))
    for schema in schemata:
        if isinstance(schema, InterfaceClass):
            left_out = _left_out(form, schema)
            for name, field in getFieldsInOrder(schema):
                yield FieldUse(field, schema, only_items or name in left_out)
    for item in items:
        yield FieldUse(item.field, item.interface, item.mode == HIDDEN_MODE)
    for group in _tuple(form, "groups"):
        yield from _uses_of(group)


def _left_out(form: type, schema: InterfaceClass) -> set[str]:
    """Return the names that the directives of plone.autoform leave out."""
    provided = list(implementedBy(form).flattened())
    omitted = mergedTaggedValuesForIRO(schema, OMITTED_KEY, provided)
    modes = mergedTaggedValuesForIRO(schema, MODES_KEY, provided)
    names = {name for name, value in omitted.items() if value and value != "false"}
    return names | {name for name, mode in modes.items() if mode == HIDDEN_MODE}


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
