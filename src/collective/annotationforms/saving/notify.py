"""What is told once per save: to subscribers for storages, and to the page."""

from collections.abc import Mapping
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import IStorageSavedEvent
from dataclasses import dataclass
from typing import Any
from zope.event import notify
from zope.interface import implementer
from zope.interface.interfaces import IInterface
from zope.lifecycleevent import Attributes
from zope.lifecycleevent import ObjectModifiedEvent


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


def notify_saved(
    storage: IAnnotationStorage,
    names: Mapping[IInterface, list[str]],
    before: Mapping[str, Any],
) -> None:
    """Tell that fields were saved: their `names` by schema, and all values `before`."""
    changes = {
        name: (before.get(name), storage.get(name))
        for of_schema in names.values()
        for name in of_schema
    }
    notify(StorageSavedEvent(storage, changes))


def notify_page(page: Any, names: Mapping[IInterface, list[str]]) -> None:
    """Tell that a page was modified: modified date, catalog and caches follow."""
    attributes = [Attributes(schema, *of_schema) for schema, of_schema in names.items()]
    notify(ObjectModifiedEvent(page, *attributes))
