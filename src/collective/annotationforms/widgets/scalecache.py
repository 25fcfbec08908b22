"""Scaled images of this process: made once, by one thread, and kept for a while.

Plone keeps its own in the database, where a visitor would write; zope.ramcache counts
entries, once in five minutes, and no bytes.
"""

from collections import OrderedDict
from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from threading import Lock
from typing import Any


@dataclass(frozen=True, slots=True)
class Scale:
    """A scaled image, with the names that plone.namedfile knows."""

    data: bytes = field(repr=False)
    contentType: str
    filename: str | None

    def getSize(self) -> int:
        """Return the number of bytes."""
        return len(self.data)


class ScaleCache:
    """Keeps the scales that were asked for last, up to a number and to their bytes.

    Of one picture, one scale at a time is made: who asks meanwhile, waits for it.  That
    a picture can't be scaled is kept as well.
    """

    def __init__(self, *, max_scales: int, max_bytes: int):
        self.max_scales = max_scales
        self.max_bytes = max_bytes
        self.size = 0
        self._scales: OrderedDict[Hashable, Scale | None] = OrderedDict()
        # The locks of pictures that somebody waits for, and how many do.
        self._waiting: dict[Hashable, list] = {}
        # Held for a moment only.
        self._lock = Lock()

    def get(
        self, picture: Hashable, how: Hashable, make: Callable[[], Scale | None]
    ) -> Scale | None:
        """Return the scale of a picture, made by `make` unless it is kept.

        `picture` must be another one whenever the picture changes.
        """
        key = (picture, how)
        with self._lock:
            if key in self._scales:
                self._scales.move_to_end(key)
                return self._scales[key]
        with self._alone(picture):
            with self._lock:
                if key in self._scales:
                    return self._scales[key]
            scale = make()
            with self._lock:
                self._keep(key, scale)
        return scale

    def clear(self) -> None:
        """Forget all scales."""
        with self._lock:
            self._scales.clear()
            self.size = 0

    def __len__(self) -> int:
        return len(self._scales)

    @contextmanager
    def _alone(self, picture: Hashable) -> Iterator[None]:
        with self._lock:
            entry: list[Any] = self._waiting.setdefault(picture, [Lock(), 0])
            entry[1] += 1
        try:
            with entry[0]:
                yield
        finally:
            with self._lock:
                entry[1] -= 1
                if not entry[1]:
                    del self._waiting[picture]

    def _keep(self, key: Hashable, scale: Scale | None) -> None:
        self._scales[key] = scale
        self.size += _size(scale)
        while len(self._scales) > self.max_scales or self.size > self.max_bytes:
            _key, oldest = self._scales.popitem(last=False)
            self.size -= _size(oldest)


def _size(scale: Scale | None) -> int:
    return 0 if scale is None else scale.getSize()
