"""Deleting the data of a form on many pages, a part at a time."""

from collective.annotationforms.catalog.search import page_of
from collective.annotationforms.catalog.search import Search
from collective.annotationforms.permission import may_change_data
from collective.annotationforms.saving.deletion import delete_data
from collective.annotationforms.storage.history import last_change
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zope.interface import Invalid


@dataclass(frozen=True)
class Part:
    """What became of a part of the pages, and where the next part begins, or None."""

    deleted: int
    kept: int
    next_start: int | None


@dataclass(frozen=True)
class CleanUp:
    """Which data are meant: of the pages found, or those not changed since."""

    search: Search
    before: datetime | None = None

    def found(self) -> list[Any]:
        """Return the brains of the pages whose data would be deleted.

        Whether the user may edit each of them is found out when it is done.
        """
        pages = self.search.pages()
        if self.before is None:
            return pages
        return [brain for brain in self.search.every_page() if self._is_old(brain)]

    def delete(self, *, start: int | None, limit: int) -> Part:
        """Delete the data of at most `limit` pages, beginning with `start`.

        That is the number of a record in the catalog, None for the first.
        """
        brains = sorted(self.search.pages(), key=lambda brain: brain.getRID())
        rest = [brain for brain in brains if start is None or brain.getRID() >= start]
        part = rest[:limit]
        deleted = sum(self._delete(brain) for brain in part)
        next_start = rest[limit].getRID() if len(rest) > limit else None
        return Part(deleted, len(part) - deleted, next_start)

    def _delete(self, brain: Any) -> bool:
        page, form = page_of(brain), self.search.form
        if page is None or not self._is_old(brain) or not may_change_data(page, form):
            return False
        try:
            delete_data(page, form)
        except Invalid:
            # Somebody else has locked the page.
            return False
        return True

    def _is_old(self, brain: Any) -> bool:
        if self.before is None:
            return True
        page = page_of(brain)
        if page is None:
            return False
        change = last_change(self.search.form.storage(page))
        return change is not None and change.when < self.before
