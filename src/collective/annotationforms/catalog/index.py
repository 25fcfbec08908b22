"""The catalog index of form data: under which annotation keys a page has some."""

from Acquisition import aq_base
from collections.abc import Callable
from collective.annotationforms.catalog.formindex import keys_of_record
from collective.annotationforms.catalog.inventory import INDEX
from collective.annotationforms.catalog.inventory import marks_of
from collective.annotationforms.catalog.walk import walk_catalog
from collective.annotationforms.interfaces import IValueWrittenEvent
from plone.indexer import indexer
from Products.CMFCore.interfaces import ICatalogTool
from Products.CMFCore.interfaces import IContentish
from typing import Any
from zope.component import adapter
from zope.component import queryUtility


@indexer(IContentish)
def annotation_forms(page: Any) -> tuple[str, ...]:
    """Return what the index knows of the page."""
    return tuple(marks_of(page))


@adapter(IValueWrittenEvent)
def index_written_page(event: IValueWrittenEvent) -> None:
    """Index the page if it has its first or its last value of a storage."""
    if len(event.storage) > 1:
        # There is another value, before and after.
        return
    page = event.storage.__parent__
    if _knows_other_keys(page):
        page.reindexObject(idxs=[INDEX])


def _knows_other_keys(page: Any) -> bool:
    catalog = queryUtility(ICatalogTool)
    if catalog is None or INDEX not in catalog.indexes():
        # The add-on is not installed in this site.
        return False
    if not hasattr(aq_base(page), "reindexObject"):
        return False
    record = catalog.getrid("/".join(page.getPhysicalPath()))
    if record is None:
        # Not in the catalog yet: it is indexed as a whole when it is added.
        return False
    return sorted(keys_of_record(catalog, record)) != marks_of(page)


def index_pages(
    catalog: Any,
    *,
    start: int | None = None,
    limit: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> int | None:
    """Index what form data the pages in the catalog have, at most `limit` of them.

    `progress` is called with the number of those done so far, after each.  Memory
    stays the same, however many they are.  Returns where to go on, the `start` of
    the next call, or None if all are done.
    """
    walk = walk_catalog(catalog, start=start, limit=limit, progress=progress)
    for _record, page in walk:
        catalog.catalog_object(page, idxs=[INDEX], update_metadata=False)
    return walk.next_start
