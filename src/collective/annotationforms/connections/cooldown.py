"""Don't wait for a server that did not answer a moment ago."""

from collections.abc import Iterator
from collective.annotationforms.connections.errors import ForeignUnavailable
from collective.annotationforms.connections.errors import note_unreachable
from contextlib import contextmanager
from time import monotonic


class Cooldown:
    """Refuses tries to connect for some seconds after one that failed."""

    def __init__(self, name: str, retry_after: float):
        self.name = name
        self.retry_after = retry_after
        self.errors = 0
        # When the last try failed, by the monotonic clock; None if it did not.
        self.failed_at: float | None = None

    @contextmanager
    def trying(self, errors: type | tuple = Exception) -> Iterator[None]:
        """Try to connect within; `errors` are those that mean there is no server.

        Raises ForeignUnavailable without a try if the last one failed a moment ago.
        """
        if self.failed_at and monotonic() < self.failed_at + self.retry_after:
            raise ForeignUnavailable(
                f"{self.name}: the last connect failed less than"
                f" {self.retry_after:g} seconds ago"
            )
        try:
            yield
        except errors as error:
            self.errors += 1
            self.failed_at = monotonic()
            note_unreachable(error)
            raise
        self.failed_at = None
