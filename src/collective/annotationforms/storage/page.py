"""What others ask by an adapter of a storage that they take for its page."""

from collective.annotationforms.interfaces import IAnnotationStorage
from plone.uuid.interfaces import IUUID
from Products.CMFCore.interfaces import IWorkflowDefinition
from Products.CMFCore.interfaces import IWorkflowStatus
from typing import Any
from zope.component import adapter
from zope.component import queryMultiAdapter
from zope.interface import implementer


@implementer(IUUID)
@adapter(IAnnotationStorage)
def uuid_of_page(storage: IAnnotationStorage) -> str | None:
    """Return the UUID of the page, None if it has none."""
    return IUUID(storage.__parent__, None)


@implementer(IWorkflowStatus)
@adapter(IAnnotationStorage, IWorkflowDefinition)
def status_of_page(storage: IAnnotationStorage, workflow: Any) -> Any:
    """Return the state of the page in a workflow, None if it has none."""
    return queryMultiAdapter((storage.__parent__, workflow), IWorkflowStatus)
