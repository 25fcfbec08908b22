"""Delete the data of a form on many pages: dry run, question, progress, report."""

from collections.abc import Sequence
from collective.annotationforms.browser.base import SiteFormDataView
from collective.annotationforms.browser.parts import BEGINNING
from collective.annotationforms.browser.parts import WorkInParts
from collective.annotationforms.catalog.cleanup import CleanUp
from collective.annotationforms.catalog.search import below_site
from collective.annotationforms.catalog.search import catalog
from collective.annotationforms.catalog.search import page_at
from collective.annotationforms.catalog.search import path_as_typed
from collective.annotationforms.catalog.search import Search
from collective.annotationforms.i18n import _
from collective.annotationforms.lifecycle.purge import may_purge
from collective.annotationforms.lifecycle.purge import purge_versions
from collective.annotationforms.lifecycle.purge import Purged
from collective.annotationforms.lifecycle.purge import versions_with_data
from collective.annotationforms.lifecycle.undo import is_identifier
from collective.annotationforms.lifecycle.undo import mark_deletion
from collective.annotationforms.lifecycle.undo import new_identifier
from collective.annotationforms.lifecycle.undo import supports_undo
from functools import cached_property
from plone.base.batch import Batch
from typing import Any
from urllib.parse import urlencode


PAGES_IN_PART = 100
PAGES_IN_TABLE = 50
# Who deletes the data of more pages has to type the name of the data.
PAGES_TO_CONFIRM = 100


class CleanUpFormData(WorkInParts, SiteFormDataView):
    """A GET tells what would go, a POST deletes it."""

    counters = (
        "done",
        "deleted",
        "kept",
        "partly",
        "values_kept",
        "versions_changed",
        "versions_left",
    )
    view_name = "form-data-cleanup"
    heading = _("Clean up form data")

    def __call__(self) -> str:
        """Show what would go, or delete a part; raises Forbidden without a token."""
        if not self.is_understood:
            return self.index()
        if self.request.method != "POST":
            return self.show_report() if self.is_report else self.index()
        is_first = self.typed_start() is None
        if is_first and self.needs_name and self.typed_name != self.name:
            self.errors["confirm"] = _("This is not the name of the data.")
            return self.index()
        return self.go_on(self.total_found if is_first else 0)

    @property
    def is_understood(self) -> bool:
        """Tell whether what was typed can be understood; else there are `errors`."""
        return self.clean_up is not None and not self.errors

    @cached_property
    def clean_up(self) -> CleanUp:
        """What is meant by what was typed."""
        # Nothing but what the form asks for: more would be lost on the way.
        path = path_as_typed(self.typed.get("path", ""))
        search = Search(form=self.form, path=path, uids=self.selected)
        return CleanUp(search, self.query.midnight)

    @cached_property
    def found(self) -> Sequence[int]:
        """The records of the pages whose data would go.

        There are none if what was typed is wrong.
        """
        return self.clean_up.found() if self.is_understood else []

    @property
    def total_found(self) -> int:
        """How many pages there are whose data would go."""
        return len(self.found)

    @property
    def needs_name(self) -> bool:
        """Tell whether the name of the data has to be typed."""
        return self.total_found > PAGES_TO_CONFIRM

    @property
    def typed_name(self) -> str:
        """What was typed for the name of the data."""
        return self.typed.get("confirm", "").strip()

    @cached_property
    def batch(self) -> Batch:
        """The records of this part of the list."""
        return self.batch_of(self.found, PAGES_IN_TABLE)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Title, path and address of the pages of this part of the list.

        With the number of their versions that have the data.
        """
        return [self._row(record) for record in self.batch]

    def work(self, start: int | None) -> int | None:
        """See WorkInParts"""
        part = self.clean_up.delete(
            start=start, limit=PAGES_IN_PART, then=self._after_deletion
        )
        if part.deleted:
            mark_deletion(self.context, self.form, self.deletion)
        for name in ("deleted", "kept", "partly", "values_kept"):
            self.counts[name] += getattr(part, name)
        self.counts["done"] += part.deleted + part.kept
        return part.next_start

    def remaining(self, start: int | None) -> int:
        """See WorkInParts; what a part has done whose answer was lost is done."""
        first = BEGINNING if start is None else start
        return sum(record >= first for record in self.found)

    @property
    def asked(self) -> dict[str, str]:
        """What was typed for the dry run."""
        typed = self.typed
        asked = {name: typed.get(name, "") for name in ("path", "before")}
        return self.subject | asked | self.selection

    def carried(self) -> dict[str, str]:
        """See WorkInParts"""
        versions = self.typed.get("versions", "")
        return self.asked | {"versions": versions, "deletion": self.deletion}

    @cached_property
    def deletion(self) -> str:
        """What the deletion is known by, in all its parts."""
        typed = self.typed.get("deletion")
        return typed if is_identifier(typed) else new_identifier()

    @property
    def can_undo(self) -> bool:
        """Tell whether a deletion can be taken back."""
        return supports_undo(self.context)

    @property
    def undo_url(self) -> str:
        """The address that takes the deletion back."""
        return (
            f"{self.context.absolute_url()}/@@form-data-undo?deletion={self.deletion}"
        )

    @property
    def export_url(self) -> str:
        """The address of the export of what would go."""
        asked = {name: typed for name, typed in self.asked.items() if typed}
        return f"{self.context.absolute_url()}/@@form-data-preview?{urlencode(asked)}"

    def _after_deletion(self, page: Any) -> None:
        """Delete what the versions have, if it is asked for, and count."""
        if self.typed.get("versions") and may_purge(page):
            purged = purge_versions(page, self.form)
        else:
            purged = Purged(changed=0, left=versions_with_data(page, self.form))
        self.counts["versions_changed"] += purged.changed
        self.counts["versions_left"] += purged.left

    def _row(self, record: int) -> dict[str, Any]:
        path = catalog().getpath(record)
        page = page_at(catalog(), path)
        return {
            "versions": 0 if page is None else versions_with_data(page, self.form),
            "title": catalog().getMetadataForRID(record)["Title"],
            "path": below_site(path),
            "url": self.request.physicalPathToURL(path),
        }
