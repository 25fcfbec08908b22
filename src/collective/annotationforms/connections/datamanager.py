"""A connection that takes part in the transaction of its ZODB Connection."""

from collections.abc import Callable
from collective.annotationforms.connections.connection import ForeignConnection
from collective.annotationforms.connections.errors import ForeignLost
from collective.annotationforms.connections.errors import ForeignTransientError
from collective.annotationforms.connections.guard import Guard
from collective.annotationforms.connections.link import Link
from collective.annotationforms.connections.participation import Participation
from transaction.interfaces import ISavepointDataManager
from typing import Any
from zope.interface import implementer

import logging


logger = logging.getLogger(__name__)


@implementer(ISavepointDataManager)
class ForeignDataManager(ForeignConnection):
    """Takes part in the transaction of the jar's transaction manager.

    It votes last and commits in `tpc_vote`, so that a refusing server makes ZODB roll
    back.  Only one such writer per transaction is fully safe: a second one is logged.

    Once it has joined, the raw connection is never replaced: its first half would be
    lost without a word.  ForeignLost is raised instead.
    """

    # Hook: `savepoint_raw(raw)` returns an object with rollback(), which may be called
    # more than once.  None: savepoints are unsupported, but optimistic ones work.
    savepoint_raw: Callable[[Any], Any] | None = None

    # Before its name in the key by which votes are sorted.
    _sort_prefix = "~foreign:"
    # None as long as it takes part in no transaction.
    _participation: Participation | None = None

    def commit_raw(self, raw: Any) -> None:
        """Hook: make the changes durable or raise."""
        raw.commit()

    def rollback_raw(self, raw: Any) -> None:
        """Hook: forget the changes."""
        raw.rollback()

    def transient(self, error: Exception) -> bool:
        """Hook: should the request be retried after this commit error?"""
        return False

    @property
    def raw(self) -> Any:
        """The live raw connection.  Never replaced inside a transaction it has joined.

        Raises what ForeignConnection.raw does, and ForeignLost.
        """
        return super().raw if self._participation is None else self._joined_raw()

    @property
    def in_use_since(self) -> float | None:
        """See ForeignConnection: since it has joined."""
        participation = self._participation
        return None if participation is None else participation.since

    def join(self) -> Any:
        """Join once per transaction and return `raw`.  Reading needs it, too.

        Raises what `raw` does, and NoTransaction if an explicit transaction manager
        has none: nobody would commit.
        """
        raw = self.raw
        self._join()
        return raw

    def retire(self) -> None:
        """Close; after the transaction if it takes part in one."""
        if self._participation is None:
            self.close()
        else:
            self._participation.retired = True

    def release(self) -> None:
        """Say that the request is over; what was sent outside of a transaction is void.

        Does nothing within a transaction.
        """
        if self._participation is None:
            self._rollback()

    # ISavepointDataManager.  Every call may come more than once, and abort() also
    # after tpc_finish(): `transaction` does so if there are after-commit hooks.

    def sortKey(self) -> str:
        """Vote after the storages of ZODB, whose keys are paths and addresses."""
        return f"{self._sort_prefix}{type(self).__name__}:{id(self)}"

    def tpc_begin(self, transaction: Any) -> None:
        """See IDataManager"""

    def commit(self, transaction: Any) -> None:
        """See IDataManager"""

    def tpc_vote(self, transaction: Any) -> None:
        """Commit; raises what `commit_raw` does, or ForeignTransientError."""
        with Guard(self._refused):
            self._commit()
        self._participation.committed = True

    def tpc_finish(self, transaction: Any) -> None:
        """See IDataManager"""
        self._leave()

    def tpc_abort(self, transaction: Any) -> None:
        """See IDataManager"""
        if self._takes_part_in(transaction) and self._participation.committed:
            logger.critical(
                "%s has committed, but the transaction was rolled back after its vote:"
                " ZODB and the server disagree",
                type(self).__name__,
            )
        self.abort(transaction)

    def abort(self, transaction: Any) -> None:
        """See IDataManager"""
        if self._participation is None or self._takes_part_in(transaction):
            self._rollback()

    def should_retry(self, error: Exception) -> bool:
        """See transaction.interfaces.IRetryDataManager"""
        return self.transient(error)

    @property
    def savepoint(self) -> Callable[[], Any]:
        """See ISavepointDataManager; AttributeError says that there are none."""
        if self.savepoint_raw is None:
            raise AttributeError(f"{type(self).__name__} has no savepoints")
        return self._savepoint

    def _savepoint(self) -> Any:
        return self.savepoint_raw(self._joined_raw())

    def _takes_part_in(self, transaction: Any) -> bool:
        participation = self._participation
        return participation is not None and participation.transaction is transaction

    def _join(self) -> None:
        transaction = self._manager().get()
        participation = self._participation
        if participation is not None:
            if participation.transaction is transaction:
                return
            raise ForeignLost(
                f"{type(self).__name__} takes part in another transaction, which was"
                " neither committed nor aborted"
            )
        transaction.join(self)
        self._participation = Participation(transaction)
        _note_writer(transaction, self)

    def _checked_link(self) -> Link:
        if self._participation is None:
            # An earlier transaction may have used `raw` without joining: what it sent
            # must not be committed with this one.
            self._rollback()
        return super()._checked_link()

    def _joined_raw(self) -> Any:
        link = self.link
        if link is None:
            raise ForeignLost(
                f"{type(self).__name__} was closed within the transaction that it takes"
                " part in"
            )
        return link.raw

    def _commit(self) -> None:
        self.commit_raw(self._joined_raw())

    def _refused(self, error: Exception) -> bool:
        self.cooldown.errors += 1
        if self.transient(error):
            raise ForeignTransientError(
                f"{type(self).__name__}: {type(error).__name__}"
            ) from error
        return False

    def _rollback(self) -> None:
        """Roll back what was sent, if anything was, and leave the transaction."""
        participation, link = self._participation, self.link
        committed = participation is not None and participation.committed
        if link is not None and link.held and not committed:
            with Guard(self._not_rolled_back):
                self.rollback_raw(link.raw)
        self._leave()

    def _not_rolled_back(self, error: Exception) -> bool:
        # The server rolls back by itself when it loses the connection.
        logger.warning(
            "%s was closed, since its rollback failed: %s",
            type(self).__name__,
            type(error).__name__,
        )
        self.close()
        return True

    def _leave(self) -> None:
        participation, self._participation = self._participation, None
        super().release()
        if participation is not None and participation.retired:
            self.close()


def _note_writer(transaction: Any, writer: ForeignDataManager) -> None:
    """Log that a second one has joined: it may refuse after the first one committed."""
    try:
        writers = transaction.data(ForeignDataManager)
    except KeyError:
        writers = []
        transaction.set_data(ForeignDataManager, writers)
    # Again the same one: its first join was taken back by a savepoint.
    if writer in writers:
        return
    writers.append(writer)
    if len(writers) == 2:
        logger.warning(
            "%s is the second foreign connection in one transaction: if it refuses to"
            " commit, the first one has committed already",
            type(writer).__name__,
        )
