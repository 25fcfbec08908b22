"""Going over many pages, one after the other.

Whoever goes may change them, and the catalog with them: which pages are meant is
settled before the first one is loaded.
"""

from bisect import bisect_left
from collections.abc import Callable
from collections.abc import Iterator
from collective.annotationforms.catalog.inventory import storage_keys
from collective.annotationforms.catalog.search import catalog
from collective.annotationforms.catalog.search import page_at
from collective.annotationforms.catalog.search import Search
from collective.annotationforms.interfaces import IRegisteredForm
from dataclasses import replace
from itertools import islice
from typing import Any

import transaction


PAGES_IN_MEMORY = 100


class Walk:
    """Pages, each with the number of its record in the catalog.

    A page is looked at when its turn comes: it is left out if it is gone by then, or
    has lost the data of the form that is meant.  Memory stays the same, however many
    pages there are.
    """

    #: How many pages were looked at so far, also those that were left out.
    done = 0

    def __init__(
        self,
        catalog: Any,
        records: list[int],
        *,
        next_start: int | None = None,
        form: IRegisteredForm | None = None,
        writes: bool = False,
        progress: Callable[[int], None] = lambda done: None,
    ):
        self.catalog = catalog
        self.records = records
        #: The record where the next part begins, None if there is none.
        self.next_start = next_start
        self.form = form
        self.writes = writes
        self.progress = progress

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        """Yield record and page; `progress` is called with `done` after each."""
        for done, record in enumerate(self.records, start=1):
            self.done = done
            page = self._page(record)
            if page is not None:
                yield record, page
            if done % PAGES_IN_MEMORY == 0:
                free_memory(self.catalog, writes=self.writes)
            self.progress(done)

    def _page(self, record: int) -> Any:
        try:
            path = self.catalog.getpath(record)
        except KeyError:
            return None
        page = page_at(self.catalog, path)
        if page is None or self.form is None:
            return page
        return page if self.form.key in storage_keys(page) else None


def free_memory(context: Any, *, writes: bool) -> None:
    """Let objects leave the memory, of all databases that `context` is connected to."""
    if writes:
        # Changed objects can't leave the memory before.  Whoever reads makes no
        # savepoint: after it, plone.protect no longer sees that a GET has written.
        transaction.savepoint(optimistic=True)
    for connection in context._p_jar.connections.values():
        connection.cacheGC()


def walk_search(search: Search, *, limit: int | None = None) -> Walk:
    """Go over the pages of a search, in its order, to read what they have."""
    return Walk(catalog(), search.records(limit=limit), form=search.form)


def walk_part_of_search(search: Search, *, start: int | None, limit: int) -> Walk:
    """Go over at most `limit` pages of a search, and change them.

    They are in the order of their records: those before `start` have had their turn.
    """
    records = sorted(replace(search, sort="").records())
    rest = records if start is None else records[bisect_left(records, start) :]
    part, next_start = _part(rest, limit)
    return Walk(catalog(), part, next_start=next_start, form=search.form, writes=True)


def walk_catalog(
    catalog: Any,
    *,
    start: int | None = None,
    limit: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Walk:
    """Go over all pages, at most `limit` of them, in the order of their records."""
    # Nothing public begins at a record: getAllBrains and searchAll make a brain of each
    # one before it.
    records = catalog._catalog.data.keys(start)
    enough = None if limit is None else limit + 1
    part, next_start = _part(list(islice(records, enough)), limit)
    return Walk(catalog, part, next_start=next_start, writes=True, progress=progress)


def _part(records: list[int], limit: int | None) -> tuple[list[int], int | None]:
    """Return the part of the records, and the record where the next part begins."""
    if limit is None or len(records) <= limit:
        return records, None
    return records[:limit], records[limit]
