"""Form data of many pages from JSON, as the export has written them."""

from collections.abc import Iterable
from collections.abc import Iterator
from collective.annotationforms.catalog.search import catalog
from collective.annotationforms.catalog.walk import PAGES_IN_MEMORY
from collective.annotationforms.exchange.pageimport import page_import
from collective.annotationforms.exchange.pageimport import PageImport
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.storage.text import is_text
from dataclasses import dataclass
from typing import Any
from zope.interface import Invalid

import json
import transaction


@dataclass(frozen=True)
class Document:
    """The data of a form on many pages, with what the file says of each page."""

    form: IRegisteredForm
    records: list[dict[str, Any]]
    #: The states of the data on these pages that somebody has looked at; None where it
    #: does not matter.
    states: list[str | None] | None = None

    def pages(self, *, writes: bool = False) -> Iterator[PageImport]:
        """Yield what is to be done on each page, so that it can be done at once.

        Memory does not grow with the pages, unless whoever gets them keeps them; say
        whether they are written, since what was changed can't leave it so easily.
        """
        states = self.states or [None] * len(self.records)
        pairs = zip(self.records, states, strict=True)
        for number, (record, state) in enumerate(pairs, start=1):
            yield page_import(record, self.form, state)
            if number % PAGES_IN_MEMORY == 0:
                _free_memory(writes)


def read_document(content: bytes, forms: Iterable[IRegisteredForm]) -> Document:
    """Return the document, whose data are those of one of the forms.

    Raises Invalid, with a message for people, if it can't be imported at all.
    """
    try:
        document = json.loads(content, parse_constant=_refuse_constant)
    except (RecursionError, ValueError) as error:
        raise Invalid(_("The file is no JSON document.")) from error
    if not _is_export(document):
        raise Invalid(_("The file is no export of form data."))
    name = document["form"]
    for form in forms:
        if form.name == name:
            return Document(form, document["pages"])
    message = _("This site has no form “${name}”.", mapping={"name": name or ""})
    raise Invalid(message)


def _free_memory(writes: bool) -> None:
    if writes:
        # Changed objects can't leave the memory before.
        transaction.savepoint(optimistic=True)
    for connection in catalog()._p_jar.connections.values():
        connection.cacheGC()


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _is_export(document: Any) -> bool:
    return (
        isinstance(document, dict)
        and (document.get("form", "") is None or is_text(document.get("form")))
        and isinstance(document.get("pages"), list)
        and all(map(_is_record, document["pages"]))
    )


def _is_record(record: Any) -> bool:
    return (
        isinstance(record, dict)
        and isinstance(record.get("values"), dict)
        # They are shown, if something is wrong with them.
        and all(
            map(is_text, (record.get("path"), record.get("uid"), *record["values"]))
        )
    )
