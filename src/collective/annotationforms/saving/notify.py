"""What is told once per save: to subscribers for storages, and to the page."""

from AccessControl import getSecurityManager
from AccessControl.SecurityManagement import setSecurityManager
from Acquisition import aq_base
from collections.abc import Mapping
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import IStorageSavedEvent
from collective.annotationforms.saving.changenote import noted_in_history
from dataclasses import dataclass
from Products.CMFEditions.Permissions import SaveNewVersion
from typing import Any
from zope.event import notify
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


class PageNotification:
    """In place of the security manager of Zope while a page is told of a save.

    The user, who may use the form, may not be allowed to edit the page; the page has
    changed all the same, and gets its version.  Subscribers act for the user as ever:
    that one permission, on this page, is all that the form grants.
    """

    __roles__ = ()

    def __init__(self, page: Any, manager: Any):
        self._page = aq_base(page)
        self._manager = manager

    def __getattr__(self, name: str) -> Any:
        return getattr(self._manager, name)

    def checkPermission(self, permission: str, obj: Any) -> Any:
        """Tell whether the user has the permission, or it is granted."""
        granted = permission == SaveNewVersion and aq_base(obj) is self._page
        return granted or self._manager.checkPermission(permission, obj)


def notify_page(event: StorageSavedEvent, fields: Mapping[str, IField]) -> None:
    """Tell the page that it was modified: date, catalog and versions follow."""
    manager = getSecurityManager()
    setSecurityManager(PageNotification(event.page, manager))
    try:
        with noted_in_history(event.storage):
            notify(page_modified_event(event, fields))
    finally:
        setSecurityManager(manager)
