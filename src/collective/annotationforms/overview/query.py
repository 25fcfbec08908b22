"""What a request asks for: the data of which form, on which pages."""

from collections.abc import Callable
from collections.abc import Mapping
from collective.annotationforms.catalog.cleanup import CleanUp
from collective.annotationforms.catalog.matching import Matching
from collective.annotationforms.catalog.search import path_as_typed
from collective.annotationforms.catalog.search import Search
from collective.annotationforms.catalog.search import SORT_INDEXES
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.overview.condition import Condition
from collective.annotationforms.overview.condition import nothing
from collective.annotationforms.overview.condition import OPERATORS
from collective.annotationforms.overview.condition import readable_fields
from collective.annotationforms.overview.condition import Values
from collective.annotationforms.overview.totals import left_over_forms
from collective.annotationforms.registry import registered_forms
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timezone
from functools import cached_property
from typing import Any


SORTS = (*SORT_INDEXES, "path")
FILTERS = ("text", "path", "state", "since", "field", "operator", "value", "before")
# Before the name of a field that the pages are sorted by.
FIELD_SORT = "field:"


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

    def __init__(
        self,
        typed: Mapping[str, Any],
        form: IRegisteredForm,
        uids: tuple[str, ...] | None = None,
    ):
        self.typed = typed
        self.form = form
        self.uids = uids
        self.errors: dict[str, str] = {}

    @cached_property
    def filters(self) -> dict[str, str]:
        """What the pages are filtered by, as it was typed."""
        return {name: self.typed.get(name, "") for name in FILTERS}

    @cached_property
    def search(self) -> Search:
        """The pages that are meant."""
        options = {
            "form": self.form,
            "text": self.filters["text"],
            "path": path_as_typed(self.filters["path"]),
            "state": self.filters["state"],
            "since": self.date("since"),
            "uids": self.uids,
            "sort": self.sort if self.sort in SORTS else "title",
            "descending": bool(self.typed.get("descending")),
        }
        conditions = [one for one in (self._condition, self._is_old) if one is not None]
        if not conditions and self._sorted is None:
            return Search(**options)

        def matches(page: Any) -> bool:
            return all(condition(page) for condition in conditions)

        key = self._sorted and self._sorted.sort_key
        return Matching(**options, matches=matches, key=key)

    @property
    def midnight(self) -> datetime | None:
        """The moment before which the data were changed; None if it does not matter."""
        day = self.date("before")
        return day and datetime.combine(day, time(), timezone.utc)

    @property
    def _is_old(self) -> Callable[[Any], bool] | None:
        """Whether data are older than was typed."""
        if self.midnight is None:
            return None
        return CleanUp(Search(form=self.form), self.midnight).is_old

    @property
    def sort(self) -> str:
        """What the pages are sorted by: one of `SORTS`, or `FIELD_SORT` and a name."""
        sort = self.typed.get("sort")
        return sort if sort in SORTS or self._sorted else "title"

    @cached_property
    def readable_fields(self) -> dict[str, str]:
        """The titles of the fields that the user may filter and sort by."""
        return readable_fields(self.form)

    @cached_property
    def _sorted(self) -> Values | None:
        name = self.typed.get("sort", "")
        name = name.removeprefix(FIELD_SORT) if name.startswith(FIELD_SORT) else None
        return Values(self.form, name) if name in self.readable_fields else None

    @cached_property
    def _condition(self) -> Callable[[Any], bool] | None:
        """Whether a value is as it was typed; None, or with an error."""
        name, operator = self.filters["field"], self.filters["operator"] or "is"
        if not name:
            return None
        if name not in self.readable_fields:
            # As for a field that there isn't: nothing is told of it.
            self.errors["field"] = _("There is no such field that you may read.")
        elif operator not in OPERATORS:
            self.errors["field"] = _("Please choose how to compare the value.")
        if "field" in self.errors:
            return nothing
        return Condition(Values(self.form, name), operator, self.filters["value"])

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
