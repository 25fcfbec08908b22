"""Whole requests through the WSGI application, and what they write to the database."""

from collections.abc import Callable
from itertools import count
from performance.peers import Peer
from performance.schemas import CHANGED
from performance.site import Site
from performance.visit import inputs_of
from performance.visit import pairs
from performance.visit import PREFIX
from plone.supermodel.model import SchemaClass
from typing import Any

import serve


_numbers = count()


class Requests:
    """The form of a peer for a schema as a browser opens and saves it."""

    def __init__(self, site: Site, peer: Peer, schema: SchemaClass):
        self.site = site
        # Without the rest of the page, which none of these forms makes.
        self.url = (
            f"/{serve.SITE_ID}/{peer.page_id(schema)}"
            f"/@@{peer.view_name(schema)}?ajax_load=1"
        )

    def get(self) -> Callable[[], Any]:
        """Return what opens the form."""
        return lambda: self.site.browser.get(self.url, status=200)

    def post(self) -> Callable[[], Any]:
        """Return what saves the form with one change, and commits that."""
        changed = {f"{PREFIX}{CHANGED}": f"Change {next(_numbers)}"}
        save = {"form.buttons.save": "Save"}
        inputs = inputs_of(self.site.browser.get(self.url).text) | changed | save

        def run() -> Any:
            return self.site.browser.post(self.url, pairs(inputs), status=302)

        return run

    def written(self) -> dict[str, int]:
        """Save once; returns the number of objects that were written, and of bytes."""
        # The catalog has words to learn and to forget the first time.
        self.post()()
        save, before = self.post(), self.site.database.lastTransaction()
        save()
        return written_since(before, self.site.database)


def written_since(before: bytes, database: Any) -> dict[str, int]:
    """Return how many objects and bytes were written after this transaction."""
    sizes = [
        len(record.data)
        for transaction in database.iterator(before)
        if transaction.tid > before
        for record in transaction
    ]
    return {"objects": len(sizes), "bytes": sum(sizes)}
