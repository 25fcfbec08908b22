"""What the forms of a site have stored, in numbers."""

from collective.annotationforms.catalog.search import catalog
from collective.annotationforms.catalog.search import keys_in_use
from collective.annotationforms.catalog.search import Search
from collective.annotationforms.catalog.walk import walk_search
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.interfaces import StorageError
from collective.annotationforms.registry import registered_forms
from collective.annotationforms.registry import unregistered_form
from collective.annotationforms.saving.username import name_of_user
from collective.annotationforms.storage.history import Change
from collective.annotationforms.storage.history import last_change
from datetime import datetime
from datetime import timezone
from functools import cached_property
from Products.CMFCore.interfaces import ISiteRoot
from typing import Any
from zope.component import getUtility


# Pages that are opened to find out when data were changed last.
PAGES_TO_OPEN = 20


class Total:
    """The data of one form on all pages."""

    def __init__(self, form: IRegisteredForm):
        self.form = form
        self.search = Search(form=form, sort="modified", descending=True)

    @cached_property
    def count(self) -> int:
        """How many pages have data."""
        return self.search.count()

    @cached_property
    def unreadable(self) -> int:
        """On how many of these pages the data can't be read."""
        return self.search.unreadable()

    @property
    def has_data(self) -> bool:
        """Tell whether any page has data."""
        return self.count > 0

    @cached_property
    def possible(self) -> int:
        """How many pages could have data, as they have the form."""
        interface = self.form.page_interface.__identifier__
        return len(catalog().unrestrictedSearchResults(object_provides=interface))

    @cached_property
    def change(self) -> Change | None:
        """The last change of the data on the pages that were modified last.

        A page is modified when its data are: so the rest is older, as a rule.
        """
        newest = None
        for record, page in walk_search(self.search, limit=PAGES_TO_OPEN):
            if newest and _modified(record) < newest.when:
                break
            change = self._change(page)
            if change and (newest is None or change.when > newest.when):
                newest = change
        return newest

    @property
    def changed_by(self) -> str:
        """The full name of who has made the last change, "" if nobody knows."""
        change, site = self.change, getUtility(ISiteRoot)
        return name_of_user(site, change.user) if change and change.user else ""

    def _change(self, page: Any) -> Change | None:
        try:
            return last_change(self.form.storage(page))
        except StorageError:
            # What can't be read has not been changed either.
            return None


def totals(request: Any) -> list[Total]:
    """Return what the forms have stored that the request has the layers of."""
    return [Total(form) for form in registered_forms(request)]


def left_over_forms(request: Any) -> list[IRegisteredForm]:
    """Return the forms that pages have data of and ZCML does not know."""
    known = {form.key for form in registered_forms(request)}
    return [unregistered_form(key) for key in keys_in_use() if key not in known]


def _modified(record: int) -> datetime:
    modified = catalog().getMetadataForRID(record)["modified"]
    return modified.asdatetime().astimezone(timezone.utc)
