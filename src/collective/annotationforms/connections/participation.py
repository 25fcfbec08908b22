"""What a data manager knows of the transaction that it takes part in."""

from dataclasses import dataclass
from dataclasses import field
from time import monotonic
from typing import Any


@dataclass(eq=False, slots=True)
class Participation:
    """From joining a transaction until it is over; there is none before and after."""

    # Compared by identity: it may be an object of any class.
    transaction: Any
    # By the monotonic clock.
    since: float = field(default_factory=monotonic)
    # Whether the server has committed; it does so in the vote.
    committed: bool = False
    # Whether the connection is closed at the end, as another one has taken its place.
    retired: bool = False
