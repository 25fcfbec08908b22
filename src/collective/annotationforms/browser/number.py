"""Numbers in requests: of records, pages and rows."""

from typing import Any

import re


# Not longer than the numbers of a catalog, in which it is looked for.
NUMBER = re.compile("-?[0-9]{1,9}|-?1[0-9]{9}")


def number_of(typed: Any) -> int | None:
    """Return the number that was typed, None if there is none that can be meant."""
    # The links of plone.batching let Zope make an integer of it.
    if isinstance(typed, (str, int)) and NUMBER.fullmatch(str(typed)):
        return int(typed)
    return None
