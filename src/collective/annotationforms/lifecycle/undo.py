"""A deletion is taken back: for an hour, by the undo of the database.

The transactions of a deletion have a mark in their metadata, where nobody but code can
write.  So nothing is stored for it, and a deletion can be taken back as long as the
database has its transactions, and nothing else has changed what they have changed.
"""

from AccessControl import getSecurityManager
from collections.abc import Iterator
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.interfaces import MANAGE_FORM_DATA
from collective.annotationforms.permission.user import has_permission
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from Products.CMFCore.interfaces import ISiteRoot
from typing import Any
from uuid import uuid4
from ZODB.POSException import POSError
from zope.component import getUtility

import re
import transaction


#: How long a deletion can be taken back.
GRACE = timedelta(hours=1)
MARK = "collective.annotationforms.deletion"
UNDONE = "collective.annotationforms.undone"
IDENTIFIER = re.compile("[0-9a-f]{32}")
# How many transactions of the database are looked at, and how many at a time.
MOST = 5000
AT_A_TIME = 200


class UndoImpossibleError(Exception):
    """Something that a deletion has changed was changed again, or the log is gone."""


@dataclass(frozen=True)
class Deletion:
    """What was deleted by whom: `path` is that of a page, or of the site.

    `key` is that of the form; `ids` are the transactions, the last one first.
    """

    identifier: str
    user: str
    key: str
    path: str
    when: datetime
    ids: list[Any] = attribute(default_factory=list)

    @property
    def may_undo(self) -> bool:
        """Tell whether the user may take it back: who deleted, or manages form data."""
        is_own = self.user == _user_id()
        return is_own or has_permission(MANAGE_FORM_DATA, getUtility(ISiteRoot))


def supports_undo(context: Any) -> bool:
    """Tell whether the database can take back anything."""
    connection = getattr(context, "_p_jar", None)
    return connection is not None and connection.db().supportsUndo()


def new_identifier() -> str:
    """Return what a new deletion is known by."""
    return uuid4().hex


def is_identifier(text: Any) -> bool:
    """Tell whether a deletion may be known by it."""
    return isinstance(text, str) and IDENTIFIER.fullmatch(text) is not None


def mark_deletion(context: Any, form: IRegisteredForm, identifier: str) -> None:
    """Mark the transaction as one of a deletion below `context` by the user."""
    mark = {
        "id": identifier,
        "user": _user_id(),
        "key": form.key,
        "path": "/".join(context.getPhysicalPath()),
    }
    transaction.get().setExtendedInfo(MARK, mark)


def deletions(context: Any) -> list[Deletion]:
    """Return what the user may take back now, the last one first.

    The log of the database is read; that of a busy site only in part, see `MOST`.
    """
    found: dict[tuple[str, str], Deletion] = {}
    undone = set()
    for entry in _log(context):
        undone.add(entry.get(UNDONE))
        mark = entry.get(MARK)
        if mark is None or mark["id"] in undone:
            continue
        when = datetime.fromtimestamp(entry["time"], timezone.utc)
        # Who guesses the identifier of another deletion adds nothing to it.
        deletion = found.setdefault(
            (mark["id"], mark["user"]),
            Deletion(mark["id"], mark["user"], mark["key"], mark["path"], when),
        )
        deletion.ids.append(entry["id"])
    return [deletion for deletion in found.values() if deletion.may_undo]


def undo(context: Any, deletion: Deletion) -> None:
    """Take the deletion back at once, in a transaction of its own.

    Raises UndoImpossibleError, and changes nothing, if that can't be done any more.
    """
    database = context._p_jar.db()
    manager = transaction.TransactionManager()
    own = manager.begin()
    own.note(f"{deletion.path}: the deletion of {deletion.key} was undone")
    own.setUser(_user_id())
    own.setExtendedInfo(UNDONE, deletion.identifier)
    database.undoMultiple(deletion.ids, own)
    try:
        manager.commit()
    except (POSError, KeyError) as error:
        manager.abort()
        raise UndoImpossibleError(str(error)) from error


def _log(context: Any) -> Iterator[dict[str, Any]]:
    """Yield the transactions of the last hour, the last one first."""
    if not supports_undo(context):
        return
    database = context._p_jar.db()
    oldest = (datetime.now(timezone.utc) - GRACE).timestamp()
    for first in range(0, MOST, AT_A_TIME):
        try:
            entries = database.undoInfo(first, -AT_A_TIME)
        except POSError:
            # The database is being packed.
            return
        for entry in entries:
            if entry["time"] < oldest:
                return
            yield entry
        if len(entries) < AT_A_TIME:
            return


def _user_id() -> str:
    return getSecurityManager().getUser().getId() or ""
