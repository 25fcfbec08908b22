"""Imports that go on from request to request: what is left to do of a file.

A file that is imported in parts has to be at hand in each request.  A temporary file
would be on one of several servers only; a browser sends a file again only if a script
or a person gives it one each time, and no form may have so much text in hidden inputs.
So the parts are in the database, from the dry run until the last one is done, and
nobody but who has begun can go on with them.  With them are the states of the data that
the dry run has shown: what was changed since is not overwritten.
"""

from BTrees.OOBTree import OOBTree
from collective.annotationforms.exchange.importing import Document
from collective.annotationforms.exchange.limits import import_limit
from collective.annotationforms.interfaces import IRegisteredForm
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from typing import Any
from uuid import uuid4
from ZODB.blob import Blob
from zope.annotation.interfaces import IAnnotations

import json


# No storage of values: those are of another class.
KEY = "collective.annotationforms.imports"
# Of an import that nobody has ended.
MAX_AGE = timedelta(days=1)


class PendingImport:
    """An import whose parts are in the database.

    `name` is that of the form, `total` the number of records; `refused` has what was
    told of pages that were left as they are, and may get more.
    """

    def __init__(self, site: Any, name: str):
        self._imports = _imports(site)
        self._stored = self._imports[name]
        self.identifier = name

    @property
    def name(self) -> str | None:
        """The name of the form."""
        return self._stored["form"]

    @property
    def total(self) -> int:
        """The number of records in the file."""
        return self._stored["total"]

    @property
    def number_of_parts(self) -> int:
        """How many parts there are."""
        return len(self._stored["parts"])

    @property
    def refused(self) -> PersistentList:
        """What was told of the pages that were left as they are."""
        return self._stored["refused"]

    @property
    def is_started(self) -> bool:
        """Tell whether somebody has said yes after the dry run."""
        return self._stored["started"]

    def start(self) -> None:
        """Note that somebody has said yes."""
        self._stored["started"] = True

    def document(self, form: IRegisteredForm, number: int) -> Document:
        """Return a part of the file; nothing else of it is loaded."""
        with self._stored["parts"][number].open() as part:
            return Document(form, **json.load(part))

    def end(self) -> None:
        """Forget the file."""
        del self._imports[self.identifier]


def begin_import(site: Any, user_id: str, document: Document) -> PendingImport:
    """Keep the document in parts, until somebody says yes.

    What others have not ended for a day is deleted, and so is a file that the same user
    has only looked at: there is one of them for each user.
    """
    imports = IAnnotations(site).setdefault(KEY, OOBTree())
    now = datetime.now(timezone.utc)
    for name, old in list(imports.items()):
        is_replaced = old["user"] == user_id and not old.get("started", True)
        if is_replaced or now - old["begun"] > MAX_AGE:
            del imports[name]
    name = uuid4().hex
    imports[name] = PersistentMapping(
        user=user_id,
        begun=now,
        started=False,
        form=document.form.name,
        total=len(document.records),
        parts=PersistentList(_parts(document)),
        refused=PersistentList(),
    )
    return PendingImport(site, name)


def pending_import(site: Any, user_id: str, name: Any) -> PendingImport:
    """Return the import of that identifier, which the user has begun.

    Raises LookupError if there is none.
    """
    imports = _imports(site)
    if not isinstance(name, str) or name not in imports:
        raise LookupError(name)
    if imports[name]["user"] != user_id:
        raise LookupError(name)
    return PendingImport(site, name)


def forget_imports(site: Any) -> None:
    """Delete what is left of all imports."""
    IAnnotations(site).pop(KEY, None)


def _imports(site: Any) -> OOBTree | dict:
    return IAnnotations(site).get(KEY, {})


def _parts(document: Document) -> list[Blob]:
    size = max(1, import_limit("records_in_part"))
    starts = range(0, len(document.records), size)
    # Pages may have large files: blobs are on disk, not in memory.
    return [_blob(document, slice(start, start + size)) for start in starts]


def _blob(document: Document, part: slice) -> Blob:
    states = document.states and document.states[part]
    data = {"records": document.records[part], "states": states}
    blob = Blob()
    with blob.open("w") as file:
        file.write(json.dumps(data).encode("ascii"))
    return blob
