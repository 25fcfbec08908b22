"""What becomes of the data when its page is copied."""

from collective.annotationforms.registry import form_of
from collective.annotationforms.storage.storage import stored_mappings
from Products.CMFCore.interfaces import IContentish
from typing import Any
from zope.annotation.interfaces import IAnnotations
from zope.component import adapter
from zope.lifecycleevent.interfaces import IObjectCopiedEvent


@adapter(IContentish, IObjectCopiedEvent)
def drop_data_of_copy(page: Any, event: IObjectCopiedEvent) -> None:
    """Remove from a copy what is not copied; nothing of it is cataloged yet.

    The copy has never had the data: nobody is told.
    """
    for key in stored_mappings(page):
        if not form_of(page, key).copy_data:
            del IAnnotations(page)[key]
