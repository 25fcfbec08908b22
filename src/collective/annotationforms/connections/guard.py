"""What becomes of an error when nobody can say which errors there are."""

from collections.abc import Callable
from types import TracebackType


class Guard:
    """Hands an error that is raised within to `handle`; use it around hooks only.

    A hook calls a library, and its subclass is written by somebody else: it may raise
    anything.  Still, one dead connection must not stop those of others from being
    closed, `abort` must not fail, and a connection that can't even be asked whether it
    is alive has to be replaced.  This is the one place that meets errors of any class.

    `handle` returns whether that was all; otherwise the error goes on.
    """

    def __init__(self, handle: Callable[[Exception], bool]):
        self._handle = handle

    def __enter__(self) -> None:
        """Begin what is guarded."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        """Leave KeyboardInterrupt and the like alone."""
        return isinstance(error, Exception) and self._handle(error)
