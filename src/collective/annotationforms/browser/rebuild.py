"""Build the index of form data anew."""

from collective.annotationforms.browser.encoding import check_encoding
from collective.annotationforms.browser.parts import WorkInParts
from collective.annotationforms.catalog.index import index_pages
from collective.annotationforms.catalog.search import catalog
from collective.annotationforms.i18n import _
from collective.annotationforms.permission.closed import Closed
from Products.Five import BrowserView


PAGES_IN_PART = 500


class RebuildIndex(WorkInParts, Closed, BrowserView):
    """A POST looks at a part of the site."""

    view_name = "form-data-rebuild"
    heading = _("Rebuild the index of form data")

    def __call__(self) -> str:
        """Index a part, or go to the control panel; raises Forbidden, BadRequest."""
        check_encoding(self.request.form)
        if self.request.method != "POST":
            if self.is_report:
                return self.show_report()
            self.request.response.redirect(self.overview_url)
            return ""
        return self.go_on(len(catalog()))

    @property
    def overview_url(self) -> str:
        """The address of the control panel."""
        return f"{self.context.absolute_url()}/@@form-data-controlpanel"

    def work(self, start: int | None) -> int | None:
        """See WorkInParts"""

        def count(done: int) -> None:
            self.counts["done"] = before + done

        before = self.counts["done"]
        return index_pages(catalog(), start=start, limit=PAGES_IN_PART, progress=count)
