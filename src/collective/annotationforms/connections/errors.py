"""What goes wrong with a connection to another server."""

from transaction.interfaces import TransientError


class ForeignUnavailable(OSError):
    """The last connect failed a moment ago, within `retry_after`; nothing was tried."""


class ForeignSettingsError(ValueError):
    """A setting can't be read; the text names it and its object, never its value.

    Nor does any other attribute have the value: the error of a library, which may
    show it, is not the context of this one.
    """


class ForeignLost(ConnectionError):
    """The connection was closed within the transaction that it takes part in.

    What was sent to the server in this transaction is gone, so that it can't commit.
    """


class ForeignTransientError(TransientError):
    """The server could not serialize the transaction: ZPublisher runs it again."""


def note_unreachable(error: Exception) -> None:
    """Note that an error of whatever library says that nobody could connect."""
    error.is_foreign_and_unreachable = True


def is_unreachable(error: Exception) -> bool:
    """Tell whether an error says that another server can't be reached.

    It is one of ours, or one that was raised when a connection was to be opened.
    """
    is_ours = isinstance(error, (ForeignLost, ForeignUnavailable))
    return is_ours or getattr(error, "is_foreign_and_unreachable", False)
