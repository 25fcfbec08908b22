"""Deleting the data of a form on many pages, a part at a time."""

from collections.abc import Callable
from collections.abc import Sequence
from collective.annotationforms.catalog.search import Search
from collective.annotationforms.catalog.walk import walk_part_of_search
from collective.annotationforms.catalog.walk import walk_search
from collective.annotationforms.interfaces import StorageError
from collective.annotationforms.saving.deletion import delete_data
from collective.annotationforms.storage.history import last_change
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zope.interface import Invalid
from ZTUtils.Lazy import LazyMap


@dataclass(frozen=True)
class Part:
    """What became of a part of the pages, and where the next part begins, or None.

    Of the pages whose data were `deleted`, `partly` is the number of those that keep
    values which the user may not change, `values_kept` that of the values.
    """

    deleted: int
    kept: int
    partly: int
    values_kept: int
    next_start: int | None


@dataclass(frozen=True)
class CleanUp:
    """Which data are meant: of the pages found, or those not changed since."""

    search: Search
    before: datetime | None = None

    def found(self) -> Sequence[int]:
        """Return the records of the pages whose data would be deleted.

        Whether the user may edit each of them is found out when it is done.
        """
        if self.before is None:
            return LazyMap(lambda brain: brain.getRID(), self.search.pages())
        return [
            record for record, page in walk_search(self.search) if self.is_old(page)
        ]

    def delete(
        self,
        *,
        start: int | None,
        limit: int,
        then: Callable[[Any], None] = lambda page: None,
    ) -> Part:
        """Delete the data of at most `limit` pages, beginning with `start`.

        That is the number of a record in the catalog, None for the first.  `then` is
        called with each page whose data were deleted.
        """
        walk = walk_part_of_search(self.search, start=start, limit=limit)
        left = [self._delete(page, then) for _record, page in walk]
        left = [number for number in left if number is not None]
        return Part(
            deleted=len(left),
            kept=walk.done - len(left),
            partly=sum(map(bool, left)),
            values_kept=sum(left),
            next_start=walk.next_start,
        )

    def _delete(self, page: Any, then: Callable[[Any], None]) -> int | None:
        """Return how many values are left on the page, None if nothing was deleted."""
        form = self.search.form
        if not self.is_old(page):
            return None
        try:
            size = len(form.storage(page))
            left = delete_data(page, form)
        except (Invalid, StorageError):
            # Somebody else has locked the page, or what it has can't be read: that is
            # deleted on its page only, by who has seen why.
            return None
        if left == size:
            return None
        then(page)
        return left

    def is_old(self, page: Any) -> bool:
        """Tell whether the data of the page are as old as is meant."""
        if self.before is None:
            return True
        try:
            change = last_change(self.search.form.storage(page))
        except StorageError:
            # Nobody knows.
            return False
        return change is not None and change.when < self.before
