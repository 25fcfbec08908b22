"""What an editor does with a form: opens it, changes a field or none, saves it."""

from collections.abc import Callable
from itertools import count
from lxml import html
from performance.peers import Peer
from performance.schemas import CHANGED
from performance.site import Site
from plone.supermodel.model import SchemaClass
from typing import Any


PREFIX = "form.widgets."
#: How the names of tokens end.
TOKEN = "-shown"  # noqa: S105
_numbers = count()


class Visit:
    """The form of a peer for a schema, on the page with its values."""

    def __init__(self, site: Site, peer: Peer, schema: SchemaClass):
        self.site = site
        self.peer = peer
        self.schema = schema
        self.form = peer.form(schema)

    def get(self) -> Callable[[], str]:
        """Return what updates and renders the form."""
        return self._opened(self.peer.page_id(self.schema))

    def post_change(self) -> Callable[[], Any]:
        """Return what saves the form with one change."""
        inputs = self.inputs() | {f"{PREFIX}{CHANGED}": f"Change {next(_numbers)}"}
        return self._saved(inputs, [CHANGED])

    def post_nothing(self) -> Callable[[], Any]:
        """Return what saves the form without a change."""
        return self._saved(self.inputs(), [])

    def first_save(self) -> Callable[[], Any]:
        """Return what saves all values on a page that has none."""
        page_id = self.peer.page_id(self.schema, is_empty=True)
        page, _request = self.site.page(page_id)
        self.peer.forget(page)
        inputs = {
            name: value
            for name, value in self.inputs().items()
            if not name.endswith(TOKEN)
        }
        tokens = {
            name: value
            for name, value in inputs_of(self._opened(page_id)()).items()
            if name.endswith(TOKEN)
        }
        self.peer.forget(page)
        return self._saved(inputs | tokens, None, is_empty=True)

    def inputs(self) -> dict[str, Any]:
        """Return what a browser sends if nothing is typed."""
        return inputs_of(self.get()())

    def _opened(self, page_id: str) -> Callable[[], str]:
        page, request = self.site.page(page_id)

        def run() -> str:
            form = self.form(page, request)
            form.update()
            return form.render()

        return run

    def _saved(
        self, inputs: dict, changed: list[str] | None, *, is_empty: bool = False
    ) -> Callable[[], Any]:
        """Return what saves the form; it fails if other fields are changed by that."""
        page_id = self.peer.page_id(self.schema, is_empty=is_empty)
        page, request = self.site.page(page_id, pairs(inputs))

        def run() -> Any:
            form = self.form(page, request)
            form.update()
            data, errors = form.extractData()
            if errors:
                raise ValueError([error.message for error in errors])
            found = [
                name for names in form.applyChanges(data).values() for name in names
            ]
            if changed is not None and found != changed:
                raise ValueError(f"{self.peer.name}: {found} have changed")

        return run


def inputs_of(text: str) -> dict[str, Any]:
    """Return what a browser sends of a form, without its buttons, by name."""
    found: dict[str, Any] = {}
    [form] = [
        form
        for form in html.fromstring(text).iter("form")
        if any(name.startswith(PREFIX) for name in form.fields)
    ]
    for name, value in form.form_values():
        found.setdefault(name, []).append(value)
    return found


def pairs(inputs: dict[str, Any]) -> list[tuple[str, str]]:
    """Return inputs as they are sent."""
    return [
        (name, value)
        for name, values in inputs.items()
        for value in (values if isinstance(values, list) else [values])
    ]
