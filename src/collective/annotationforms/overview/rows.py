"""The rows of a table: pages that have data of a form."""

from collections.abc import Iterable
from collective.annotationforms.catalog.search import page_of
from collective.annotationforms.catalog.search import path_of
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.overview.entry import Entry
from typing import Any


class Row(Entry):
    """The data of a form on a page, and what the catalog knows of the page."""

    def __init__(self, brain: Any, page: Any, form: IRegisteredForm):
        super().__init__(page, form)
        self.path = path_of(brain)
        self.uid = brain.UID
        # The catalog has a value that is false where an object has none of its own:
        # files have no workflow.
        self.title = brain.Title or self.path
        self.state = brain.review_state or ""
        self.modified = brain.modified or None
        self.page_url = brain.getURL()


def rows_of(brains: Iterable[Any], form: IRegisteredForm) -> list[Row]:
    """Return the rows of the pages that are there."""
    found = ((brain, page_of(brain)) for brain in brains)
    return [Row(brain, page, form) for brain, page in found if page is not None]
