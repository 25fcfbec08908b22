"""What a request asks for: the data of which form, on which pages."""

from collections.abc import Mapping
from collective.annotationforms.catalog.search import Search
from collective.annotationforms.catalog.search import SORT_INDEXES
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.overview.totals import left_over_forms
from collective.annotationforms.registry import registered_forms
from datetime import date
from functools import cached_property
from typing import Any


SORTS = (*SORT_INDEXES, "path")
FILTERS = ("text", "path", "state", "since")


def requested_form(typed: Mapping[str, Any], request: Any) -> IRegisteredForm:
    """Return the form whose name, or whose key if it has no name, was typed.

    Raises LookupError, with what was typed, for one that the site does not know.
    """
    name = typed.get("form")
    if name:
        found = [form for form in registered_forms(request) if form.name == name]
    else:
        name = typed.get("key")
        found = [form for form in left_over_forms(request) if form.key == name]
    if not found:
        raise LookupError(str(name))
    return found[0]


def subject_of(form: IRegisteredForm) -> dict[str, str]:
    """Return what has to be typed for the form, see `requested_form`."""
    return {"form": form.name} if form.name else {"key": form.key}


class Query:
    """What was typed about pages, and messages about what can't be understood."""

    def __init__(self, typed: Mapping[str, Any], form: IRegisteredForm):
        self.typed = typed
        self.form = form
        self.errors: dict[str, str] = {}

    @cached_property
    def filters(self) -> dict[str, str]:
        """What the pages are filtered by, as it was typed."""
        return {name: self.typed.get(name, "") for name in FILTERS}

    @cached_property
    def search(self) -> Search:
        """The pages that are meant."""
        sort = self.typed.get("sort")
        return Search(
            form=self.form,
            text=self.filters["text"],
            path=self.filters["path"],
            state=self.filters["state"],
            since=self.date("since"),
            sort=sort if sort in SORTS else "title",
            descending=bool(self.typed.get("descending")),
        )

    def date(self, name: str) -> date | None:
        """Return the date that was typed for a name; None, or with an error."""
        typed = self.typed.get(name)
        if not typed:
            return None
        try:
            return date.fromisoformat(typed)
        except ValueError:
            self.errors[name] = _("Please enter a date like 2027-01-31.")
            return None
