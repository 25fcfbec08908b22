"""What is told once per save: to subscribers for storages, and to the page."""

from collections.abc import Mapping
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import IStorageSavedEvent
from dataclasses import dataclass
from typing import Any
from zope.interface import implementer
from zope.lifecycleevent import Attributes
from zope.lifecycleevent import ObjectModifiedEvent
from zope.schema.interfaces import IField


@implementer(IStorageSavedEvent)
@dataclass(frozen=True)
class StorageSavedEvent:
    """See IStorageSavedEvent"""

    storage: IAnnotationStorage
    changes: Mapping[str, tuple[Any, Any]]

    @property
    def page(self) -> Any:
        """See IStorageSavedEvent"""
        return self.storage.__parent__

    @property
    def key(self) -> str:
        """See IStorageSavedEvent"""
        return self.storage.key


def page_modified_event(event: IStorageSavedEvent, fields: Mapping[str, IField]) -> Any:
    """Return the event for the page: it names the changed fields by their schemas."""
    names: dict = {}
    for name in event.changes:
        if name in fields:
            names.setdefault(fields[name].interface, []).append(name)
    described = [Attributes(schema, *of_schema) for schema, of_schema in names.items()]
    return ObjectModifiedEvent(event.page, *described)
