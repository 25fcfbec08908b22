"""What becomes of the data when its page is copied, versioned or checked out.

The settings are those of the forms that keep their data under the annotation key.  If
these disagree, the strictest setting holds.
"""

from collections.abc import Iterator
from collective.annotationforms.form import AnnotationStorageMixin
from collective.annotationforms.interfaces import INDEPENDENT
from collective.annotationforms.interfaces import VERSIONED
from collective.annotationforms.storage import stored_mappings
from typing import Any
from zope.annotation.interfaces import IAnnotatable
from zope.annotation.interfaces import IAnnotations
from zope.component import adapter
from zope.lifecycleevent.interfaces import IObjectCopiedEvent


def forms_of(key: str) -> list[type]:
    """Return the form classes with that annotation key; none for data of others."""
    return [
        form
        for form in _subclasses(AnnotationStorageMixin)
        if key == form.ANNOTATION_STORAGE_KEY
    ]


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
