"""What the pages of the control panel share: which data are meant, which pages."""

from collective.annotationforms.browser.encoding import check_encoding
from collective.annotationforms.browser.number import number_of
from collective.annotationforms.catalog.search import catalog
from collective.annotationforms.catalog.search import Search
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.overview.query import Query
from collective.annotationforms.overview.query import requested_form
from collective.annotationforms.overview.query import subject_of
from collective.annotationforms.permission.closed import Closed
from functools import cached_property
from plone.base.batch import Batch
from plone.batching.browser import PloneBatchView
from Products.Five import BrowserView
from typing import Any
from urllib.parse import urlencode
from zExceptions import Redirect
from zope.publisher.interfaces import BadRequest
from zope.publisher.interfaces import NotFound


class SiteFormDataView(Closed, BrowserView):
    """A page about the data of one form.

    The request has the name of the form, or its key if it has no name, and what the
    pages are filtered and sorted by.
    """

    #: The names under which several texts may be typed.
    several: tuple[str, ...] = ("selected",)

    @cached_property
    def typed(self) -> dict[str, str]:
        """What was typed, but for `several` and where a batch begins.

        Raises BadRequest for what is no text, or was typed twice.
        """
        check_encoding(self.request.form)
        found = {}
        for name, typed in self.request.form.items():
            if name in self.several or (name == "b_start" and isinstance(typed, int)):
                continue
            if not isinstance(typed, str):
                raise BadRequest(f"There is no single text for {name!r}.")
            found[name] = typed
        return found

    def typed_texts(self, name: str) -> list[str]:
        """Return what was typed for one of `several`; raises BadRequest for no text."""
        typed = self.request.form.get(name, [])
        texts = [typed] if isinstance(typed, str) else typed
        if isinstance(texts, list) and all(isinstance(text, str) for text in texts):
            return texts
        raise BadRequest(f"There are no texts for {name!r}.")

    @cached_property
    def form(self) -> IRegisteredForm:
        """The form; raises NotFound for one that the site does not know.

        Raises Redirect, to where people choose one, if nothing at all was asked for.
        """
        if not self.request.form:
            raise Redirect(self.overview_url)
        try:
            return requested_form(self.typed, self.request)
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
        return Query(self.typed, self.form, self.selected)

    @cached_property
    def selected(self) -> tuple[str, ...] | None:
        """The UIDs of the pages that were selected, None if all are meant.

        Who has selected no page in a list means none.
        """
        if "selection" not in self.typed:
            return None
        return tuple(" ".join(self.typed_texts("selected")).split())

    @property
    def selection(self) -> dict[str, str]:
        """What has to be typed to select the same pages again."""
        if self.selected is None:
            return {}
        return {"selection": "1", "selected": " ".join(self.selected)}

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

    @property
    def order(self) -> dict[str, str]:
        """What has to be typed to sort the pages in the same way."""
        descending = {"descending": "1"} if self.search.descending else {}
        return {"sort": self.query.sort} | descending

    def state_title(self, state: str) -> str:
        """Return what people call the workflow state."""
        return dict(self.states).get(state, state)

    @cached_property
    def states(self) -> list[tuple[str, str]]:
        """The workflow states that pages of the site have, and their titles."""
        workflow = self.context.portal_workflow
        return [
            (state, workflow.getTitleForStateOnType(state, "Document") or state)
            for state in sorted(catalog().uniqueValuesFor("review_state"))
        ]

    def batch_of(self, pages: Any, size: int) -> Batch:
        """Return the part of the pages that the request asks for."""
        return Batch(pages, size, number_of(self.request.form.get("b_start")) or 0)

    def batch_links(self) -> str:
        """Return the links to the other parts of `batch`, which the view has."""
        return PloneBatchView(self.context, self.request)(self.batch)

    def url(self, view: str, **more: Any) -> str:
        """Return the address of a page about the same data and pages."""
        kept = {name: typed for name, typed in self.filters.items() if typed}
        query = urlencode(self.subject | kept | self.selection | more, doseq=True)
        return f"{self.context.absolute_url()}/@@{view}?{query}"

    @property
    def overview_url(self) -> str:
        """The address of the control panel."""
        return f"{self.context.absolute_url()}/@@form-data-controlpanel"
