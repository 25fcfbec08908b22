"""The control panel "Form data": what there is in the site."""

from collective.annotationforms.browser.base import left_over_keys
from collective.annotationforms.catalog.search import catalog
from collective.annotationforms.catalog.search import page_of
from collective.annotationforms.catalog.search import Search
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.registry import registered_forms
from collective.annotationforms.storage.history import Change
from collective.annotationforms.storage.history import last_change
from collective.annotationforms.storage.storage import annotation_storage
from datetime import datetime
from datetime import timezone
from functools import cached_property
from Products.Five import BrowserView
from urllib.parse import urlencode


# Pages that are opened to find out when data were changed last.
PAGES_TO_OPEN = 20


class DataSet:
    """The data of one form on all pages; without a form: those under a key."""

    def __init__(self, site_url: str, key: str, form: IRegisteredForm | None = None):
        self.site_url = site_url
        self.key = key
        self.form = form
        self.search = Search(key=key, form=form, sort="modified", descending=True)

    @property
    def title(self) -> str:
        """What people call the data."""
        return self.form.title if self.form else self.key

    @cached_property
    def count(self) -> int:
        """How many pages have data."""
        return self.search.count()

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
        for brain in self.search.pages()[:PAGES_TO_OPEN]:
            if newest and modified(brain) < newest.when:
                break
            page = page_of(brain)
            change = page and last_change(annotation_storage(page, self.key))
            if change and (newest is None or change.when > newest.when):
                newest = change
        return newest

    def url(self, view: str) -> str:
        """Return the address of a page about these data."""
        query = {"form": self.form.name} if self.form else {"key": self.key}
        return f"{self.site_url}/@@{view}?{urlencode(query)}"


class FormDataControlPanel(BrowserView):
    """The list of forms, and of data that no form knows."""

    @cached_property
    def data_sets(self) -> list[DataSet]:
        """What the forms of the site have stored."""
        url = self.context.absolute_url()
        return [DataSet(url, form.key, form) for form in registered_forms(self.request)]

    @cached_property
    def left_over(self) -> list[DataSet]:
        """What forms that are gone have left."""
        url = self.context.absolute_url()
        return [DataSet(url, key) for key in left_over_keys(self.request)]


def modified(brain: object) -> datetime:
    """Return when the page was modified, as the catalog knows."""
    return brain.modified.asdatetime().astimezone(timezone.utc)
