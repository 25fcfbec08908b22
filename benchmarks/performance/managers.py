"""Data managers and storage alone, without widgets: what z3c.form asks of them."""

from collections.abc import Callable
from performance.peers import Peer
from performance.schemas import values_of
from performance.site import Site
from plone.supermodel.model import SchemaClass
from typing import Any
from z3c.form.interfaces import IDataManager
from zope.component import getMultiAdapter
from zope.schema import getFields


class Managers:
    """The data managers of the fields of a schema, for the content of a peer's form."""

    def __init__(self, site: Site, peer: Peer, schema: SchemaClass):
        self.site = site
        self.peer = peer
        self.schema = schema
        self.fields = list(getFields(schema).values())

    def get(self) -> Callable[[], None]:
        """Return what reads each field as opening a form does."""
        form = self._form()

        def run() -> None:
            content = form.getContent()
            for field in self.fields:
                getMultiAdapter((content, field), IDataManager).canWrite()
            for field in self.fields:
                getMultiAdapter((content, field), IDataManager).query()

        return run

    def post(self) -> Callable[[], None]:
        """Return what reads each field and writes one, as saving a form does."""
        return self._written(1)

    def fill(self) -> Callable[[], None]:
        """Return what reads and writes each field, as the first save does."""
        return self._written(len(self.fields))

    def _written(self, number: int) -> Callable[[], None]:
        form = self._form()
        values = list(values_of(self.schema, []).values())[:number]

        def run() -> None:
            content = form.getContent()
            for field in self.fields:
                getMultiAdapter((content, field), IDataManager).query()
            for field, value in zip(self.fields, values, strict=False):
                getMultiAdapter((content, field), IDataManager).set(value)

        return run

    def _form(self) -> Any:
        page, request = self.site.page(self.peer.page_id(self.schema))
        return self.peer.form(self.schema)(page, request)
