"""What becomes of the data when its page is copied, versioned or checked out.

The settings are those of the forms that keep their data under the annotation key.  If
these disagree, the strictest setting holds.
"""

from collections.abc import Iterator
from collective.annotationforms.forms.form import AnnotationStorageMixin
from collective.annotationforms.interfaces import INDEPENDENT
from collective.annotationforms.interfaces import VERSIONED
from collective.annotationforms.storage.storage import stored_mappings
from typing import Any
from z3c.form.interfaces import IFields
from zope.annotation.interfaces import IAnnotatable
from zope.annotation.interfaces import IAnnotations
from zope.component import adapter
from zope.interface.interface import InterfaceClass
from zope.lifecycleevent.interfaces import IObjectCopiedEvent
from zope.schema import getFields
from zope.schema.interfaces import IField


def forms_of(key: str) -> list[type]:
    """Return the form classes with that annotation key; none for data of others."""
    return [
        form
        for form in _subclasses(AnnotationStorageMixin)
        if key == form.ANNOTATION_STORAGE_KEY
    ]


def fields_of(form: type) -> Iterator[IField]:
    """Yield the fields that the class names: its schemata, z3c.form fields, groups."""
    # What a form computes, in a property or for each request, is not known here.
    if isinstance(getattr(form, "schema", None), InterfaceClass):
        yield from getFields(form.schema).values()
    for schema in _tuple(form, "additionalSchemata"):
        yield from getFields(schema).values()
    if IFields.providedBy(getattr(form, "fields", None)):
        yield from (item.field for item in form.fields.values())
    for group in _tuple(form, "groups"):
        yield from fields_of(group)


def is_copied(key: str) -> bool:
    """Tell whether a copy of the page has the data under the annotation key."""
    return all(form.COPY_DATA for form in forms_of(key))


def version_policy(key: str) -> str | None:
    """Return the policy for the data under the annotation key, None without a form."""
    policies = {form.VERSION_POLICY for form in forms_of(key)}
    return INDEPENDENT if INDEPENDENT in policies else VERSIONED if policies else None


@adapter(IAnnotatable, IObjectCopiedEvent)
def drop_data_of_copy(page: Any, event: IObjectCopiedEvent) -> None:
    """Remove from a copy what is not copied; nothing of it is cataloged yet."""
    for key in stored_mappings(page):
        if not is_copied(key):
            del IAnnotations(page)[key]


# Python keeps track of them, and forgets those that are gone.
def _subclasses(base: type) -> Iterator[type]:
    for subclass in base.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def _tuple(form: type, name: str) -> tuple:
    value = getattr(form, name, ())
    return tuple(value) if isinstance(value, (tuple, list)) else ()
