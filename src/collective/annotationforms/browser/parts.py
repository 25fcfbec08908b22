"""Work on many pages, a part of them in each request.

Each request is a transaction of its own: memory and conflicts stay small, and what
is done stays done.  The page with the progress has a form that asks for the next
part; with JavaScript it is sent by itself.
"""

from collective.annotationforms.browser.number import number_of
from plone.protect.authenticator import check
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from typing import Any


class WorkInParts:
    """Mix it in before a view, and call `go_on` for each POST.

    The state is in the request: ``start`` is where the part begins, ``total`` is the
    number of pages, and the `counters` are what has been counted.
    """

    progress = ViewPageTemplateFile("templates/progress.pt")
    counters = ("done",)
    is_finished = False
    is_stopped = False

    def work(self, start: int | None) -> int | None:
        """Do the part, and count; return where the next begins, None at the end."""
        raise NotImplementedError

    def carried(self) -> dict[str, Any]:
        """Return what the next request needs beside the counters."""
        return {}

    def go_on(self, total: int) -> str:
        """Do a part, unless it was stopped, and show the progress.

        `total` is for the first part; raises Forbidden without a token.
        """
        check(self.request)
        self.total = self._number("total") or total
        self.counts = {name: self._number(name) for name in self.counters}
        self.start: int | None = self.typed_start()
        self.is_stopped = "stop" in self.request.form
        if not self.is_stopped:
            self.start = self.work(self.start)
        self.is_finished = self.start is None and not self.is_stopped
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
    def left(self) -> int:
        """How many pages have not been looked at."""
        return max(0, self.total - self.counts["done"])

    def typed_start(self) -> int | None:
        """Return where the part begins, None for the first one."""
        return number_of(self.request.form.get("start"))

    def _number(self, name: str) -> int:
        return max(0, number_of(self.request.form.get(name)) or 0)
