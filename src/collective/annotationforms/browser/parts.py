"""Work on many pages, a part of them in each request.

Each request is a transaction of its own: memory and conflicts stay small, and what
is done stays done.  The page with the progress has a form that asks for the next
part; with JavaScript it is sent by itself.
"""

from collective.annotationforms.browser.number import number_of
from collective.annotationforms.browser.unreachable import Unreachable
from plone.protect.authenticator import check
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from typing import Any
from urllib.parse import urlencode


# The first number that a record of the catalog may have: the work has to begin anew.
BEGINNING = -1_999_999_999


class WorkInParts:
    """Mix it in before a view, and call `go_on` for each POST.

    The state is in the request: ``start`` is where the part begins, ``total`` is the
    number of pages, and the `counters` are what has been counted.  The report at the
    end has an address, so that it can be loaded again: call `show_report` for a GET if
    `is_report`.  It does nothing, and shows the numbers in the address.
    """

    progress = ViewPageTemplateFile("templates/progress.pt")
    counters = ("done",)
    is_finished = False
    is_stopped = False
    #: Whether nothing of the part was done, since a server does not answer.
    is_interrupted = False
    #: Whether the report may be loaded again by its address.
    has_report = True

    def work(self, start: int | None) -> int | None:
        """Do the part, and count; return where the next begins, None at the end."""
        raise NotImplementedError

    def carried(self) -> dict[str, Any]:
        """Return what the next request needs beside the counters."""
        return {}

    def remaining(self, start: int | None) -> int:
        """Return how many pages are left, for who stops where a part begins."""
        return self._not_counted()

    def go_on(self, total: int) -> str:
        """Do a part, unless it was stopped, and show the progress.

        `total` is for the first part; raises Forbidden without a token.
        """
        check(self.request)
        self._read_numbers(total)
        self.is_stopped = "stop" in self.request.form
        if self.is_stopped:
            self.left = self.remaining(self.start)
        else:
            self._do_part()
            self.left = 0 if self.is_finished else self._not_counted()
        if self.has_report and (self.is_finished or self.is_stopped):
            self.request.response.redirect(self._report_url())
            return ""
        return self.progress()

    @property
    def is_report(self) -> bool:
        """Tell whether the request asks for the report of work that has ended."""
        return self.request.form.get("report") in ("finished", "stopped")

    def show_report(self) -> str:
        """Show the numbers that are in the address."""
        self._read_numbers(0)
        self.left = self._number("left")
        self.is_stopped = self.request.form["report"] == "stopped"
        self.is_finished = not self.is_stopped
        return self.progress()

    def state(self) -> dict[str, Any]:
        """Return the hidden fields of the form."""
        return self.carried() | self.counts | {"start": self.start, "total": self.total}

    @property
    def percentage(self) -> int:
        """How much is done, from 0 to 100."""
        if self.is_finished:
            return 100
        return min(100, 100 * self.counts["done"] // max(1, self.total))

    @property
    def gone(self) -> int:
        """How many pages had lost their data when their turn came.

        In a part whose answer was lost, for example.
        """
        return max(0, self._not_counted() - self.left)

    def typed_start(self) -> int | None:
        """Return where the part begins, None for the first one."""
        return number_of(self.request.form.get("start"))

    def _not_counted(self) -> int:
        return max(0, self.total - self.counts["done"])

    def _read_numbers(self, total: int) -> None:
        self.total = self._number("total") or total
        self.counts = {name: self._number(name) for name in self.counters}
        self.start: int | None = self.typed_start()
        self.left = 0

    def _do_part(self) -> None:
        before, start = dict(self.counts), self.start
        with Unreachable() as attempt:
            self.start = self.work(start)
            self.is_finished = self.start is None
        self.is_interrupted = attempt.has_failed
        if self.is_interrupted:
            self.counts = before
            self.start = BEGINNING if start is None else start

    def _report_url(self) -> str:
        report = "stopped" if self.is_stopped else "finished"
        numbers = self.counts | {"total": self.total, "left": self.left}
        query = urlencode(self.carried() | numbers | {"report": report})
        return f"{self.context.absolute_url()}/@@{self.view_name}?{query}"

    def _number(self, name: str) -> int:
        return max(0, number_of(self.request.form.get(name)) or 0)
