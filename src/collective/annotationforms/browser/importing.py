"""Import form data from a JSON file: dry run, then import, in parts if there are many.

What the user may change is asked for in `exchange.pageimport`.
"""

from AccessControl import getSecurityManager
from collections.abc import Iterable
from collective.annotationforms.browser.download import keep_out_of_caches
from collective.annotationforms.browser.encoding import check_encoding
from collective.annotationforms.browser.parts import WorkInParts
from collective.annotationforms.browser.unreachable import Unreachable
from collective.annotationforms.exchange.importing import Document
from collective.annotationforms.exchange.importing import read_document
from collective.annotationforms.exchange.limits import check_number_of_records
from collective.annotationforms.exchange.limits import check_size
from collective.annotationforms.exchange.pageimport import PageImport
from collective.annotationforms.exchange.pageimport import reason_of
from collective.annotationforms.exchange.pending import begin_import
from collective.annotationforms.exchange.pending import pending_import
from collective.annotationforms.exchange.pending import PendingImport
from collective.annotationforms.i18n import _
from collective.annotationforms.overview.comparison import changes_of
from collective.annotationforms.permission.closed import Closed
from collective.annotationforms.registry import registered_forms
from dataclasses import dataclass
from dataclasses import field as attribute
from dataclasses import replace
from functools import cached_property
from os import SEEK_END
from plone.protect.authenticator import check
from Products.Five import BrowserView
from typing import Any
from zope.interface import Invalid


# More of them are counted only.
PAGES_IN_TABLE = 500
# Who has mended these sees the others.
REASONS_IN_TABLE = 50

NOTHING_IMPORTED = _(
    "Nothing was imported: a database that these data are connected with does not"
    " answer. Please try again later."
)


@dataclass
class Outcome:
    """What is shown of an import: rows of tables, and how many there would be."""

    changed: list[dict[str, Any]] = attribute(default_factory=list)
    refused: list[dict[str, Any]] = attribute(default_factory=list)
    kept: list[dict[str, Any]] = attribute(default_factory=list)
    number_changed: int = 0
    number_refused: int = 0
    unchanged: int = 0

    def add(self, page: PageImport, request: Any) -> None:
        """Count a page; the page itself is not kept in memory."""
        if page.is_change:
            self.number_changed += 1
            if len(self.changed) < PAGES_IN_TABLE:
                self.changed.append(_changed_row(page, request))
        elif page.refused:
            self.number_refused += 1
            reasons = page.refused[:REASONS_IN_TABLE]
            _add_row(self.refused, {"path": page.path, "reasons": reasons})
        else:
            self.unchanged += 1
        if page.kept and not page.refused:
            _add_row(self.kept, {"path": page.path, "names": page.kept})


class ImportFormData(WorkInParts, Closed, BrowserView):
    """A POST tells what a file would change, and keeps it; another one imports it.

    So the file is chosen once, and nothing is imported that nobody has looked at.
    """

    counters = ("done", "imported", "refused")
    view_name = "form-data-import"
    heading = _("Import form data")

    document: Document | None = None
    pending: PendingImport | None = None
    error: str | None = None
    #: Why nothing was imported, if it is not about the file.
    trouble: str | None = None
    is_done = False
    # What was refused is kept as long as the import goes on.
    has_report = False

    def __init__(self, context: Any, request: Any):
        super().__init__(context, request)
        self.outcome = Outcome()

    def __call__(self) -> str:
        """Show the form, what the file changes, or the progress; raises Forbidden.

        Raises BadRequest for a text that is not UTF-8.
        """
        keep_out_of_caches(self.request)
        check_encoding(self.request.form)
        if self.request.method == "POST":
            check(self.request)
            if "continue" not in self.request.form:
                self._read()
            elif self._found():
                return self._continue(self.pending)
        return self.index()

    @cached_property
    def content(self) -> bytes:
        """The file that was sent, empty if there is none; raises Invalid."""
        upload = self.request.form.get("file")
        if not hasattr(upload, "read"):
            return b""
        check_size(upload.seek(0, SEEK_END))
        upload.seek(0)
        return upload.read()

    @property
    def can_import(self) -> bool:
        """Tell whether there is something to import that was looked at."""
        return self.pending is not None and not self.is_done

    @property
    def url(self) -> str:
        """The address of this page."""
        return f"{self.context.absolute_url()}/@@{self.view_name}"

    @property
    def overview_url(self) -> str:
        """The address of the control panel."""
        return f"{self.context.absolute_url()}/@@form-data-controlpanel"

    def work(self, start: int | None) -> int | None:
        """See WorkInParts; parts are numbered."""
        number = max(0, start or 0)
        if number >= self.pending.number_of_parts:
            return None
        part = self.pending.document(self.document.form, number)
        self._import(part.pages(writes=True))
        outcome = self.outcome
        self.counts["done"] += len(part.records)
        self.counts["imported"] += outcome.number_changed
        self.counts["refused"] += outcome.number_refused
        if outcome.refused:
            room = PAGES_IN_TABLE - len(self.pending.refused)
            self.pending.refused.extend(outcome.refused[: max(0, room)])
        return number + 1 if number + 1 < self.pending.number_of_parts else None

    def carried(self) -> dict[str, str]:
        """See WorkInParts"""
        return {"continue": self.pending.identifier}

    def _read(self) -> None:
        try:
            if not self.content:
                raise Invalid(self._why_empty())
            forms = registered_forms(self.request)
            document = read_document(self.content, forms)
            check_number_of_records(len(document.records))
        except Invalid as error:
            self.error = reason_of(error)
            return
        self.document = document
        self._look(document)

    def _why_empty(self) -> str:
        # A browser sends a file without a name where none was chosen.
        if getattr(self.request.form.get("file"), "filename", ""):
            return _("The file is empty. Please choose a file.")
        return _("Please choose a file.")

    def _look(self, document: Document) -> None:
        """Tell what the file changes, and keep it if it changes anything."""
        states: list[str | None] = []
        paths = set()
        for page in document.pages():
            self.outcome.add(page, self.request)
            # A file may have a page twice: the first time changes what is stored.
            states.append(None if page.path in paths else page.state)
            paths.add(page.path)
        if self.outcome.changed:
            seen = replace(document, states=states)
            self.pending = begin_import(self.context, _user_id(), seen)

    def _import(self, pages: Iterable[PageImport]) -> None:
        for page in pages:
            self.outcome.add(page, self.request)
            if page.is_change:
                page.write()

    def _found(self) -> bool:
        """Find the import that was begun, and its form; tell whether there is one."""
        typed = self.request.form
        forms = {form.name: form for form in registered_forms(self.request)}
        try:
            pending = pending_import(self.context, _user_id(), typed["continue"])
            form = forms[pending.name]
            check_number_of_records(pending.total)
        except LookupError:
            self.error = _("This import has ended. Please choose the file again.")
            return False
        except Invalid as error:
            # The limit was lowered in between.
            self.error = reason_of(error)
            return False
        self.pending, self.document = pending, Document(form, [])
        return True

    def _continue(self, pending: PendingImport) -> str:
        """Import all of it, or a part, or nothing, as the user says."""
        typed = self.request.form
        if "cancel" in typed:
            pending.end()
            self.request.response.redirect(self.overview_url)
            return ""
        if not pending.is_started and "import" not in typed:
            # Nobody has said yes.
            self.request.response.redirect(self.url)
            return ""
        pending.start()
        if pending.number_of_parts > 1:
            return self._go_on(pending)
        self._import_at_once(pending)
        return self.index()

    def _import_at_once(self, pending: PendingImport) -> None:
        with Unreachable() as attempt:
            self._import(pending.document(self.document.form, 0).pages(writes=True))
            pending.end()
            self.is_done = True
        if attempt.has_failed:
            self._look_again(pending)

    def _look_again(self, pending: PendingImport) -> None:
        """Tell that nothing was imported, and ask once more."""
        self.trouble = NOTHING_IMPORTED
        self.outcome = Outcome()
        for number in range(pending.number_of_parts):
            for page in pending.document(self.document.form, number).pages():
                self.outcome.add(page, self.request)

    def _go_on(self, pending: PendingImport) -> str:
        """Do a part, unless it was stopped, and show the progress."""
        is_first = self.typed_start() is None
        page = self.go_on(pending.total)
        if self.is_interrupted and is_first:
            # It went with the transaction that somebody has said yes.
            self._look_again(pending)
            return self.index()
        if self.is_finished or self.is_stopped:
            pending.end()
        return page


def _changed_row(page: PageImport, request: Any) -> dict[str, Any]:
    """Return what the table has of a page that is changed."""
    # The page may be found without its request.
    url = request.physicalPathToURL(page.page.getPhysicalPath())
    return {"path": page.path, "url": url, "changes": changes_of(page, request)}


def _add_row(rows: list[dict[str, Any]], row: dict[str, Any]) -> None:
    if len(rows) < PAGES_IN_TABLE:
        rows.append(row)


def _user_id() -> str:
    return getSecurityManager().getUser().getId()
