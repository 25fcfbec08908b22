"""Import form data from a JSON file: dry run, then import."""

from collective.annotationforms.exchange.importing import Document
from collective.annotationforms.exchange.importing import read_document
from collective.annotationforms.exchange.pageimport import PageImport
from collective.annotationforms.exchange.pageimport import reason_of
from collective.annotationforms.i18n import _
from collective.annotationforms.registry import registered_forms
from functools import cached_property
from hashlib import sha256
from plone.protect.authenticator import check
from Products.Five import BrowserView
from zope.interface import Invalid


class ImportFormData(BrowserView):
    """A POST tells what a file would change; one with the same file imports it.

    The digest of the file that was looked at is in the request: nothing is kept
    between the two, and nothing is imported that nobody has looked at.
    """

    document: Document | None = None
    error: str | None = None
    is_done = False

    def __call__(self) -> str:
        """Show the form, and what the file changes; raises Forbidden."""
        if self.request.method == "POST":
            check(self.request)
            self._read()
        return self.index()

    @cached_property
    def content(self) -> bytes:
        """The file that was sent, empty if there is none."""
        upload = self.request.form.get("file")
        return upload.read() if hasattr(upload, "read") else b""

    @cached_property
    def digest(self) -> str:
        """The digest of the file."""
        return sha256(self.content).hexdigest()

    @cached_property
    def pages(self) -> list[PageImport]:
        """What is to be done on each page, as it was before the import."""
        return self.document.pages() if self.document else []

    @property
    def changed(self) -> list[PageImport]:
        """The pages that are changed."""
        return [page for page in self.pages if page.is_change]

    @property
    def refused(self) -> list[PageImport]:
        """The pages that can't be imported."""
        return [page for page in self.pages if page.refused]

    @property
    def unchanged(self) -> int:
        """How many pages have these data already."""
        return len(self.pages) - len(self.changed) - len(self.refused)

    @property
    def overview_url(self) -> str:
        """The address of the control panel."""
        return f"{self.context.absolute_url()}/@@form-data-controlpanel"

    def _read(self) -> None:
        typed = self.request.form
        if not self.content:
            self.error = _("Please choose a file.")
            return
        try:
            forms = registered_forms(self.request)
            self.document = read_document(self.content, forms)
        except Invalid as error:
            self.error = reason_of(error)
            return
        if "import" in typed and typed.get("checked") != self.digest:
            self.error = _("This is another file. Please look at what it would change.")
        elif "import" in typed:
            self._import()

    def _import(self) -> None:
        for page in self.changed:
            page.write()
        self.is_done = True
