"""Pages with form data, found in the catalog: no page is loaded."""

from collections.abc import Iterator
from collective.annotationforms.catalog.index import INDEX
from collective.annotationforms.catalog.index import page_at
from collective.annotationforms.interfaces import IRegisteredForm
from dataclasses import dataclass
from DateTime import DateTime
from datetime import date
from Products.CMFCore.interfaces import ICatalogTool
from Products.CMFCore.interfaces import ISiteRoot
from typing import Any
from zope.component import getUtility
from zope.interface import Interface

import re


SORT_INDEXES = {
    "title": "sortable_title",
    "state": "review_state",
    "modified": "modified",
}
OPERATORS = ("and", "or", "not")
BRAINS_IN_MEMORY = 500


@dataclass(frozen=True, kw_only=True)
class Search:
    """Which pages with data of the form are meant, and in which order.

    Data are those of the form on the pages that have it.  `path` begins at the site.
    """

    form: IRegisteredForm
    text: str = ""
    path: str = ""
    state: str = ""
    since: date | None = None
    sort: str = "title"
    descending: bool = False

    def count(self) -> int:
        """Return how many pages there are, also those hidden from the user."""
        return len(catalog().unrestrictedSearchResults(**self._query()))

    def pages(self) -> Any:
        """Return the brains of the pages that the user may view, a lazy sequence."""
        found = catalog().searchResults(
            show_inactive=True, **self._query(), **self._order()
        )
        if self.sort == "path":
            return sorted(found, key=path_of, reverse=self.descending)
        return found

    def every_page(self) -> Iterator[Any]:
        """Yield the brains of `pages`, a few of them in memory at a time."""
        found = self.pages()
        for start in range(0, len(found), BRAINS_IN_MEMORY):
            # A result keeps each brain that it has given out.
            yield from (self.pages() if start else found)[
                start : start + BRAINS_IN_MEMORY
            ]

    def _query(self) -> dict[str, Any]:
        query = {INDEX: self.form.key}
        if self.form.page_interface is not Interface:
            query["object_provides"] = self.form.page_interface.__identifier__
        if words := searched_words(self.text):
            query["SearchableText"] = f"{' AND '.join(words)}*"
        if self.path.strip("/"):
            query["path"] = f"{site_path()}/{self.path.strip('/')}"
        if self.state:
            query["review_state"] = self.state
        if self.since:
            query["modified"] = {
                "query": DateTime(self.since.isoformat() + " 00:00:00"),
                "range": "min",
            }
        return query

    def _order(self) -> dict[str, str]:
        if self.sort not in SORT_INDEXES:
            return {}
        order = "descending" if self.descending else "ascending"
        return {"sort_on": SORT_INDEXES[self.sort], "sort_order": order}


def searched_words(text: str) -> list[str]:
    """Return the words of a text, none that means something to the index."""
    words = re.findall(r"\w+", text)
    return [word for word in words if word.lower() not in OPERATORS]


def keys_in_use() -> list[str]:
    """Return the annotation keys under which any page of the site has form data."""
    return sorted(catalog().uniqueValuesFor(INDEX))


def catalog() -> Any:
    """Return the catalog of the site."""
    return getUtility(ICatalogTool)


def site_path() -> str:
    """Return the path of the site, which search paths do not contain."""
    return "/".join(getUtility(ISiteRoot).getPhysicalPath())


def page_of(brain: Any) -> Any:
    """Return the page, None if it is gone and the catalog does not know yet."""
    return page_at(catalog(), brain.getPath())


def path_of(brain: Any) -> str:
    """Return the path of a page below the site."""
    return below_site(brain.getPath())


def below_site(path: str) -> str:
    """Return a path as it goes on below the site, "/" for the site itself."""
    return path[len(site_path()) :] or "/"
