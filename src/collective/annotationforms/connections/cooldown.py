"""Don't wait for a server that did not answer a moment ago."""

from collections.abc import Iterator
from collective.annotationforms.connections.errors import ForeignUnavailable
from contextlib import contextmanager
from time import monotonic


class Cooldown:
    """Refuses tries to connect for some seconds after one that failed."""

    def __init__(self, name: str, retry_after: float):
        self.name = name
        self.retry_after = retry_after
        self.errors = 0
        self.failing = False
        self._until = 0.0

    @contextmanager
    def trying(self, errors: type | tuple = Exception) -> Iterator[None]:
        """Try to connect within; `errors` are those that mean there is no server.

        Raises ForeignUnavailable without a try if the last one failed a moment ago.
        """
        if monotonic() < self._until:
            raise ForeignUnavailable(
                f"{self.name}: the last connect failed less than"
                f" {self.retry_after:g} seconds ago"
            )
        try:
            yield
        except errors:
            self.errors += 1
            self.failing = True
            self._until = monotonic() + self.retry_after
            raise
        self.failing = False
