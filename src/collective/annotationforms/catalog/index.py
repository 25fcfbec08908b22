"""The catalog index of form data: under which annotation keys a page has some."""

from Acquisition import aq_base
from collections.abc import Callable
from collective.annotationforms.catalog.inventory import storage_keys
from collective.annotationforms.interfaces import IValueWrittenEvent
from plone.indexer import indexer
from Products.CMFCore.interfaces import ICatalogTool
from Products.CMFCore.interfaces import IContentish
from typing import Any
from zope.component import adapter
from zope.component import queryUtility

import transaction


INDEX = "annotation_forms"
PAGES_IN_MEMORY = 500


@indexer(IContentish)
def annotation_forms(page: Any) -> tuple[str, ...]:
    """Return what the index knows of the page."""
    return tuple(storage_keys(page))


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
    known = catalog.Indexes[INDEX].getEntryForObject(record, ())
    return sorted(known) != storage_keys(page)


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
    records = catalog._catalog.data.keys(start)
    for done, record in enumerate(records, start=1):
        if limit is not None and done > limit:
            return record
        _index(catalog, catalog.getpath(record))
        if done % PAGES_IN_MEMORY == 0:
            transaction.savepoint(optimistic=True)
            catalog._p_jar.cacheGC()
        progress(done)
    return None


def page_at(catalog: Any, path: str) -> Any:
    """Return the page at a path of the catalog, None if it is gone."""
    page = catalog.unrestrictedTraverse(path, None)
    # Acquisition finds something else in place of a page that is gone.
    if page is None or "/".join(page.getPhysicalPath()) != path:
        return None
    return page


def _index(catalog: Any, path: str) -> None:
    page = page_at(catalog, path)
    if page is not None:
        catalog.catalog_object(page, path, idxs=[INDEX], update_metadata=False)
