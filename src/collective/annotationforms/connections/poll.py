"""Ask the operating system about a socket, without waiting and without sending."""

import select


def is_readable(fileno: int) -> bool:
    """Tell whether there is something to read, which may be the end of the stream."""
    if fileno < 0:
        # Closed on our side.
        return True
    if not hasattr(select, "poll"):
        # Windows: its select() takes socket handles of any size.
        return bool(select.select([fileno], [], [], 0)[0])
    poll = select.poll()
    poll.register(fileno, select.POLLIN)
    return bool(poll.poll(0))
