"""Which old row each new row was: nothing but what is in them tells them apart."""

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any


#: Tells whether a row is another one, as it was or will be.
Matches = Callable[[Any, Any], bool]


def paired(
    new: Sequence[Any],
    old: Sequence[Any],
    places: Sequence[int | None],
    levels: Sequence[Matches],
) -> list[int | None]:
    """Return the number of the old row that each new row was, None if it was none.

    A new row was at its place, if that is known; it is looked for there first, and
    then elsewhere.  Levels are tried in turn for all rows, the most certain one first.
    No old row is found twice.
    """
    found: list[int | None] = [None] * len(new)
    free = dict.fromkeys(range(len(old)))
    for matches in levels:
        for at_place in (True, False):
            for number, row in enumerate(new):
                if found[number] is not None:
                    continue
                numbers = [places[number]] if at_place else list(free)
                found[number] = next(
                    (n for n in numbers if n in free and matches(row, old[n])), None
                )
                free.pop(found[number], None)
    return found
