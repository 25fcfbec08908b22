"""What the pages of the control panel share: which data are meant, which pages."""

from collective.annotationforms.catalog.search import keys_in_use
from collective.annotationforms.catalog.search import Search
from collective.annotationforms.catalog.search import SORT_INDEXES
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.registry import registered_forms
from datetime import date
from functools import cached_property
from plone.base.batch import Batch
from plone.batching.browser import PloneBatchView
from Products.Five import BrowserView
from typing import Any
from urllib.parse import urlencode
from zope.publisher.interfaces import NotFound


SORTS = (*SORT_INDEXES, "path")


class SiteFormDataView(BrowserView):
    """A page about the data of one form, or of a key that no form has.

    The request has the name of the form or the key, and what the pages are
    filtered and sorted by.
    """

    @cached_property
    def form(self) -> IRegisteredForm | None:
        """The form; raises NotFound for an unknown name."""
        name = self.request.form.get("form")
        if not name:
            return None
        for form in registered_forms(self.request):
            if form.name == name:
                return form
        raise NotFound(self.context, name, self.request)

    @cached_property
    def key(self) -> str:
        """The annotation key; raises NotFound for one that is not in use."""
        if self.form:
            return self.form.key
        key = self.request.form.get("key")
        if key in left_over_keys(self.request):
            return key
        raise NotFound(self.context, str(key), self.request)

    @property
    def title(self) -> str:
        """What people call the data."""
        return self.form.title if self.form else self.key

    @property
    def name(self) -> str:
        """The word that identifies the data: of the form, or the key."""
        return self.form.name if self.form else self.key

    @cached_property
    def subject(self) -> dict[str, str]:
        """What identifies the data in addresses and forms."""
        return {"form": self.form.name} if self.form else {"key": self.key}

    @cached_property
    def errors(self) -> dict[str, str]:
        """Messages about what was typed, by the names of the fields."""
        return {}

    @cached_property
    def search(self) -> Search:
        """The pages that are meant."""
        typed = self.request.form
        sort = typed.get("sort")
        return Search(
            key=self.key,
            form=self.form,
            text=typed.get("text", ""),
            path=typed.get("path", ""),
            state=typed.get("state", ""),
            since=self.typed_date("since"),
            sort=sort if sort in SORTS else "title",
            descending=bool(typed.get("descending")),
        )

    def typed_date(self, name: str) -> date | None:
        """Return the date that was typed into a field; None, or with an error."""
        typed = self.request.form.get(name)
        if not typed:
            return None
        try:
            return date.fromisoformat(typed)
        except ValueError:
            self.errors[name] = _("Please enter a date like 2027-01-31.")
            return None

    @cached_property
    def filters(self) -> dict[str, str]:
        """What the pages are filtered by, as it was typed."""
        names = ("text", "path", "state", "since")
        return {name: self.request.form.get(name, "") for name in names}

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


def left_over_keys(request: Any) -> list[str]:
    """Return the keys under which pages have data that no form knows."""
    known = {form.key for form in registered_forms(request)}
    return [key for key in keys_in_use() if key not in known]
