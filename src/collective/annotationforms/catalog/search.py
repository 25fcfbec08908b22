"""Pages with form data, found in the catalog: no page is loaded."""

from collective.annotationforms.catalog.formindex import keys_in_index
from collective.annotationforms.catalog.inventory import FormKey
from collective.annotationforms.catalog.inventory import INDEX
from collective.annotationforms.catalog.inventory import UNREADABLE
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.storage.loading import why_unreadable
from dataclasses import dataclass
from DateTime import DateTime
from datetime import date
from Products.CMFCore.interfaces import ICatalogTool
from Products.CMFCore.interfaces import ISiteRoot
from typing import Any
from zope.component import getUtility
from zope.globalrequest import getRequest
from zope.interface import Interface
from ZTUtils.Lazy import LazyCat

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
    With `uids`, only pages with these are meant.
    """

    form: IRegisteredForm
    text: str = ""
    path: str = ""
    state: str = ""
    since: date | None = None
    uids: tuple[str, ...] | None = None
    sort: str = "title"
    descending: bool = False

    def count(self) -> int:
        """Return how many pages there are, also those hidden from the user."""
        return len(catalog().unrestrictedSearchResults(**self._query()))

    def unreadable(self) -> int:
        """Return on how many pages the data can't be read, also those hidden."""
        query = self._query() | {INDEX: [FormKey(f"{UNREADABLE}{self.form.key}")]}
        return len(catalog().unrestrictedSearchResults(**query))

    def hidden(self) -> int:
        """Return how many pages with the data there are that the user may not view.

        All of them, whatever the search asks for: else one could find out which words
        are in pages that one may not view, by searching for them.
        """
        every = Search(form=self.form)
        return every.count() - len(every.pages())

    def pages(self) -> Any:
        """Return the brains of the pages that the user may view, a lazy sequence."""
        found = self._brains()
        if self.sort == "path":
            return sorted(found, key=path_of, reverse=self.descending)
        return found

    def records(self, *, limit: int | None = None) -> list[int]:
        """Return the numbers of the catalog's records of `pages`, in the same order."""
        if self.sort != "path":
            return self._records(limit)
        path_of_record = catalog().getpath
        found = sorted(self._records(None), key=path_of_record, reverse=self.descending)
        return found[:limit]

    def _records(self, limit: int | None) -> list[int]:
        found = self._brains()
        size = len(found) if limit is None else min(limit, len(found))
        records = []
        for start in range(0, size, BRAINS_IN_MEMORY):
            # A result keeps each brain that it has given out: a new one is asked for.
            brains = self._brains() if start else found
            end = min(start + BRAINS_IN_MEMORY, size)
            records += [brain.getRID() for brain in brains[start:end]]
        return records

    def _brains(self) -> Any:
        found = self._found(**self._order())
        every = self._found()
        if len(found) == len(every):
            return found
        # An index sorts only what it knows: files, for example, have no workflow state.
        known = {brain.getRID() for brain in found}
        return LazyCat(
            [found, [brain for brain in every if brain.getRID() not in known]]
        )

    def _found(self, **order: str) -> Any:
        return catalog().searchResults(show_inactive=True, **self._query(), **order)

    def _query(self) -> dict[str, Any]:
        query: dict[str, Any] = {INDEX: [FormKey(self.form.key)]}
        if self.form.page_interface is not Interface:
            query["object_provides"] = self.form.page_interface.__identifier__
        if words := searched_words(self.text):
            query["SearchableText"] = f"{' AND '.join(words)}*"
        if self.path.strip("/"):
            query["path"] = f"{site_path()}/{self.path.strip('/')}"
        if self.uids is not None:
            # The catalog takes no UID at all for any.
            query["UID"] = list(self.uids) or [""]
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
    return keys_in_index(catalog())


def catalog() -> Any:
    """Return the catalog of the site."""
    return getUtility(ICatalogTool)


def site_path() -> str:
    """Return the path of the site, which search paths do not contain."""
    return "/".join(getUtility(ISiteRoot).getPhysicalPath())


def path_as_typed(typed: str) -> str:
    """Return a path below the site as people type it, or copy it from somewhere.

    It may be an address, or begin with the site: where nothing has that path below the
    site, it means the same.
    """
    site, typed = site_path(), typed.strip()
    address = getRequest().physicalPathToURL(site)
    if f"{typed}/".startswith(f"{address}/"):
        return typed[len(address) :]
    path = f"/{typed.strip('/')}"
    if f"{path}/".startswith(f"{site}/") and not _is_in_catalog(f"{site}{path}"):
        return path[len(site) :]
    return path


def _is_in_catalog(path: str) -> bool:
    query = {"path": {"query": path, "depth": 0}}
    return bool(catalog().unrestrictedSearchResults(**query))


def page_at(catalog: Any, path: str) -> Any:
    """Return the page at a path of the catalog, None if it is gone or unreadable."""
    page = catalog.unrestrictedTraverse(path, None)
    # Acquisition finds something else in place of a page that is gone.
    if (
        page is None
        or why_unreadable(page) is not None
        or "/".join(page.getPhysicalPath()) != path
    ):
        return None
    return page


def page_of(brain: Any) -> Any:
    """Return the page, None if it is gone and the catalog does not know yet."""
    return page_at(catalog(), brain.getPath())


def path_of(brain: Any) -> str:
    """Return the path of a page below the site."""
    return below_site(brain.getPath())


def below_site(path: str) -> str:
    """Return a path as it goes on below the site, "/" for the site itself."""
    return path[len(site_path()) :] or "/"
