"""For servers that can't roll back: collect, and send when everybody else has voted."""

from collective.annotationforms.connections.connection import ForeignConnection
from collective.annotationforms.connections.datamanager import ForeignDataManager
from collective.annotationforms.connections.values import copied
from typing import Any


class BufferedDataManager(ForeignDataManager):
    """Collects what is to be sent, and sends it in the vote.

    An abort sends nothing, and a savepoint is the length of the buffer.  If the answer
    is lost, nobody knows whether the server has done it: ZODB rolls back.
    """

    # The server knows nothing of the transaction before the vote: the raw connection
    # may be replaced.
    raw = ForeignConnection.raw
    # It votes after those that can roll back: what was sent can't be taken back.
    _sort_prefix = "~foreign;"

    def __init__(self, settings: Any, transaction_manager: Any):
        super().__init__(settings, transaction_manager)
        self._buffer: list = []

    def send(self, raw: Any, items: list) -> None:
        """Hook: send all items, in one go if possible, or raise."""
        raise NotImplementedError(f"{type(self).__name__} has no send()")

    def add(self, item: Any) -> None:
        """Send `item` when the transaction commits, with what is in it now.

        Raises NoTransaction if an explicit transaction manager has none.
        """
        self._join()
        self._buffer.append(copied(item))

    def savepoint(self) -> "BufferSavepoint":
        """See ISavepointDataManager"""
        return BufferSavepoint(self._buffer)

    def _commit(self) -> None:
        if self._buffer:
            # The transaction may have taken long: ask again whether it is alive.
            self._checked_in = None
            self.send(self.raw, list(self._buffer))

    def rollback_raw(self, raw: Any) -> None:
        """Nothing was sent."""

    def _leave(self) -> None:
        self._buffer.clear()
        super()._leave()


class BufferSavepoint:
    """The length of the buffer."""

    def __init__(self, buffer: list):
        self._buffer = buffer
        self._length = len(buffer)

    def rollback(self) -> None:
        """See IDataManagerSavepoint"""
        del self._buffer[self._length :]
