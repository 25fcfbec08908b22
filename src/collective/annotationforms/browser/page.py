"""The tab "Form data" of a page: list, export and delete."""

from AccessControl import Unauthorized
from collections.abc import Set
from collective.annotationforms.browser.byline import IAboutFormData
from collective.annotationforms.browser.download import json_download
from collective.annotationforms.browser.encoding import check_encoding
from collective.annotationforms.browser.unreachable import Unreachable
from collective.annotationforms.exchange.export import record_of
from collective.annotationforms.fields.text import text_of
from collective.annotationforms.i18n import _
from collective.annotationforms.lifecycle.purge import purge_versions
from collective.annotationforms.lifecycle.undo import is_identifier
from collective.annotationforms.lifecycle.undo import mark_deletion
from collective.annotationforms.lifecycle.undo import new_identifier
from collective.annotationforms.lifecycle.undo import supports_undo
from collective.annotationforms.overview.entry import entries_of
from collective.annotationforms.overview.entry import Entry
from collective.annotationforms.overview.text import table_style
from collective.annotationforms.permission.closed import Closed
from collective.annotationforms.permission.user import has_permission
from collective.annotationforms.saving.deletion import delete_data
from collective.annotationforms.saving.deletion import delete_unreadable
from collective.annotationforms.saving.lock import check_lock
from dataclasses import replace
from functools import cached_property
from plone.protect.authenticator import check
from Products.CMFEditions.Permissions import AccessPreviousVersions
from Products.Five import BrowserView
from Products.statusmessages.interfaces import IStatusMessage
from urllib.parse import urlencode
from zExceptions import Redirect
from zope.i18n import translate
from zope.interface import implementer
from zope.interface import Invalid
from zope.publisher.interfaces import NotFound


# What is no form data may be long.
RAW_LENGTH = 2000


@implementer(IAboutFormData)
class EntriesView(Closed, BrowserView):
    """What the pages about the entries of a page share."""

    def shown_values(
        self, entry: Entry, names: Set[str] | None = None
    ) -> list[tuple[str, str]]:
        """Return titles and texts of what is stored, in the order of the form.

        With `names`, only of those; what the user may not read is left out.
        """
        fields, values = entry.form.fields, entry.values
        style = table_style(self.context, self.request)
        return [
            (title, text_of(fields.get(name), values[name], style))
            for name, title in entry.titles().items()
            if names is None or name in names
        ]

    def raw_text(self, entry: Entry) -> str:
        """Return the text of what is stored in place of values."""
        style = table_style(self.context, self.request)
        return text_of(None, entry.raw, replace(style, max_length=RAW_LENGTH))

    def unfit_titles(self, entry: Entry) -> str:
        """Return the titles of the fields whose values do not fit them."""
        titles = [translate(title, context=self.request) for title in entry.unfit]
        return ", ".join(titles)

    def url(self, entry: Entry, view: str) -> str:
        """Return the address of a view of the page for an entry."""
        query = urlencode({"key": entry.form.key})
        return f"{self.context.absolute_url()}/@@{view}?{query}"


class FormDataView(EntriesView):
    """The list: a row for each form, and for managers what forms have left."""

    @property
    def history_url(self) -> str | None:
        """The address of the history of the page, None if it is not for the user."""
        if not has_permission(AccessPreviousVersions, self.context):
            return None
        return f"{self.context.absolute_url()}/@@historyview"

    @property
    def undo_url(self) -> str | None:
        """The address that takes back a deletion that was made just now, or None."""
        deletion = self.request.form.get("deleted")
        if not is_identifier(deletion):
            return None
        return f"{self.context.absolute_url()}/@@form-data-undo?deletion={deletion}"

    @cached_property
    def entries(self) -> list[Entry]:
        """What the user may know of."""
        return entries_of(self.context, self.request)

    def may_delete(self, entry: Entry) -> bool:
        """Tell whether there is something to delete, if only in versions."""
        # Versions are looked at only where there is nothing else.
        return entry.may_delete or (not entry.has_data and entry.may_purge)

    def is_available(self) -> bool:
        """Tell whether there is anything here for the user; for the tab."""
        return bool(self.entries)

    def __call__(self) -> str:
        """Show the list; raises Unauthorized if there is nothing for the user."""
        if not self.entries:
            raise Unauthorized("There is no form here that you may use.")
        return self.index()


class EntryView(EntriesView):
    """Something about one entry, whose key is in the request."""

    @cached_property
    def entry(self) -> Entry:
        """The entry; raises NotFound if there is none for the user, and BadRequest.

        Raises Redirect, to the list, if nothing at all was asked for.
        """
        check_encoding(self.request.form)
        key = self.request.form.get("key")
        if not self.request.form:
            raise Redirect(self.page_url)
        for entry in entries_of(self.context, self.request):
            if entry.form.key == key:
                return entry
        raise NotFound(self.context, str(key), self.request)

    @property
    def page_url(self) -> str:
        """The address of the list."""
        return f"{self.context.absolute_url()}/@@form-data"


class ExportEntry(EntryView):
    """The data of one form, as a JSON file."""

    def __call__(self) -> object:
        """Return the file; raises Unauthorized if the user may not read the data."""
        entry = self.entry
        if not entry.may_export:
            raise Unauthorized("You may not export these data.")
        record = record_of(self.context, entry.form)
        if entry.has_raw:
            record = replace(record, values={"": entry.raw})
        filename = f"{self.context.getId()}-{entry.form.name or 'form-data'}.json"
        return json_download(self.request, filename, entry.form, [record])


class DeleteEntry(EntryView):
    """Asks, and deletes the data of one form when the answer is posted.

    What the user may not change stays.
    """

    @property
    def going(self) -> list[tuple[str, str]]:
        """Titles and texts of what goes, as far as the user may read it."""
        return self.shown_values(self.entry, self.entry.deletable)

    @property
    def staying(self) -> list[str]:
        """The titles of what stays, as far as the user may read it."""
        return [
            title
            for name, title in self.entry.titles().items()
            if name in self.entry.kept
        ]

    @property
    def goes_unseen(self) -> bool:
        """Tell whether values go that the user may not read."""
        return not self.entry.deletable <= self.entry.values.keys()

    @property
    def stays_unseen(self) -> bool:
        """Tell whether values stay that the user may not read."""
        return not self.entry.kept <= self.entry.values.keys()

    def __call__(self) -> str | None:
        """Ask, or delete and go back; raises Unauthorized and Forbidden."""
        if not (self.entry.may_delete or self.entry.may_purge):
            raise Unauthorized("You may not delete these data.")
        if self.request.method != "POST":
            return self.index()
        check(self.request)
        url = self.page_url
        with Unreachable() as attempt:
            if self._delete():
                self._purge()
                url += self._mark()
        if attempt.has_failed:
            IStatusMessage(self.request).show()
            message = _(
                "Nothing was deleted: a database that these data are connected with"
                " does not answer. Please try again later."
            )
            self._tell(message, "error")
            url = self.page_url
        self.request.response.redirect(url)
        return None

    @property
    def can_undo(self) -> bool:
        """Tell whether a deletion can be taken back."""
        return supports_undo(self.context)

    def _mark(self) -> str:
        """Return what the address needs for the undo, "" if there is none."""
        if not self.can_undo:
            return ""
        deletion = new_identifier()
        mark_deletion(self.context, self.entry.form, deletion)
        return f"?deleted={deletion}"

    def _delete(self) -> bool:
        """Delete what the page has, and tell; return whether that was possible."""
        deletes = self.entry.may_delete
        try:
            kept = self._delete_data()
        except Invalid:
            message = _("Nothing was deleted: somebody else has locked the page.")
            self._tell(message, "error")
            return False
        if deletes:
            title = translate(self.entry.form.title, context=self.request)
            self._tell(_("Deleted: ${title}", mapping={"title": title}))
        if kept:
            message = _(
                "Values that were kept, since you may not change them: ${number}",
                mapping={"number": kept},
            )
            self._tell(message, "warning")
        return True

    def _delete_data(self) -> int:
        """Delete what the user may delete; return how many values were kept.

        Who is here to purge versions may delete less of the page than of these.
        """
        entry = self.entry
        if entry.error is None:
            return delete_data(self.context, entry.form)
        if entry.may_delete:
            delete_unreadable(self.context, entry.form)
        elif entry.form.respect_lock:
            check_lock(self.context)
        return 0

    def _purge(self) -> None:
        """Delete what the versions have, if it is asked for, and tell."""
        entry = self.entry
        left = entry.versions
        if "versions" in self.request.form and entry.may_purge:
            changed, left = purge_versions(self.context, entry.form)
            message = _(
                "Versions of the page that the data were removed from: ${number}",
                mapping={"number": changed},
            )
            self._tell(message)
        if left:
            message = _(
                "Versions of the page that still have these data: ${number}",
                mapping={"number": left},
            )
            self._tell(message, "warning")

    def _tell(self, message: str, kind: str = "info") -> None:
        IStatusMessage(self.request).addStatusMessage(message, kind)
