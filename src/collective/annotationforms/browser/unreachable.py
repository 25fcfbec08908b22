"""When a server that the data are copied to does not answer: nothing is done, in words.

Forms say so themselves, by what whoever has written them knows.  Pages that delete and
import do what subscribers want, and know nothing of them.
"""

from collective.annotationforms.connections.errors import is_unreachable
from collective.annotationforms.connections.guard import Guard

import transaction


class Unreachable(Guard):
    """Gives the transaction up if a server can't be reached within; see `has_failed`.

    Any other error goes on.
    """

    has_failed = False

    def __init__(self) -> None:
        super().__init__(self._give_up)

    def __enter__(self) -> "Unreachable":
        """Begin what may fail."""
        return self

    def _give_up(self, error: Exception) -> bool:
        if not is_unreachable(error):
            return False
        transaction.abort()
        self.has_failed = True
        return True
