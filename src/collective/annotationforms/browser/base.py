"""What the pages of the control panel share: which data are meant, which pages."""

from collective.annotationforms.catalog.search import Search
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.overview.query import Query
from collective.annotationforms.overview.query import requested_form
from collective.annotationforms.overview.query import subject_of
from collective.annotationforms.permission import Closed
from functools import cached_property
from plone.base.batch import Batch
from plone.batching.browser import PloneBatchView
from Products.Five import BrowserView
from typing import Any
from urllib.parse import urlencode
from zope.publisher.interfaces import NotFound


class SiteFormDataView(Closed, BrowserView):
    """A page about the data of one form.

    The request has the name of the form, or its key if it has no name, and what the
    pages are filtered and sorted by.
    """

    @cached_property
    def form(self) -> IRegisteredForm:
        """The form; raises NotFound for one that the site does not know."""
        try:
            return requested_form(self.request.form, self.request)
        except LookupError as error:
            raise NotFound(self.context, error.args[0], self.request) from error

    @property
    def title(self) -> str:
        """What people call the data."""
        return self.form.title

    @property
    def name(self) -> str:
        """The word that identifies the data: the name of the form, or its key."""
        return self.form.name or self.form.key

    @property
    def subject(self) -> dict[str, str]:
        """What identifies the data in addresses and forms."""
        return subject_of(self.form)

    @cached_property
    def query(self) -> Query:
        """What was typed."""
        return Query(self.request.form, self.form)

    @property
    def errors(self) -> dict[str, str]:
        """Messages about what was typed, by the names of the fields."""
        return self.query.errors

    @property
    def search(self) -> Search:
        """The pages that are meant."""
        return self.query.search

    @property
    def filters(self) -> dict[str, str]:
        """What the pages are filtered by, as it was typed."""
        return self.query.filters

    def batch_of(self, pages: Any, size: int) -> Batch:
        """Return the part of the pages that the request asks for."""
        start = str(self.request.form.get("b_start", ""))
        return Batch(pages, size, int(start) if start.isdecimal() else 0)

    def batch_links(self) -> str:
        """Return the links to the other parts of `batch`, which the view has."""
        return PloneBatchView(self.context, self.request)(self.batch)

    def url(self, view: str, **more: Any) -> str:
        """Return the address of a page about the same data and pages."""
        kept = {name: typed for name, typed in self.filters.items() if typed}
        query = urlencode(self.subject | kept | more, doseq=True)
        return f"{self.context.absolute_url()}/@@{view}?{query}"

    @property
    def overview_url(self) -> str:
        """The address of the control panel."""
        return f"{self.context.absolute_url()}/@@form-data-controlpanel"
