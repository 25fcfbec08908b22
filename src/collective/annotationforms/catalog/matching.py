"""Pages chosen by what they have: no index knows it, so each of them is opened."""

from collections.abc import Callable
from collective.annotationforms.catalog.search import catalog
from collective.annotationforms.catalog.search import Search
from collective.annotationforms.catalog.walk import Walk
from dataclasses import dataclass
from dataclasses import fields
from functools import cached_property
from typing import Any
from ZTUtils.Lazy import LazyMap


@dataclass(frozen=True, kw_only=True)
class Matching(Search):
    """A search for pages that `matches` says yes to, in the order of their `key`.

    A page whose key is None is among the last ones, however it is sorted.  At most
    `most` of the pages that the rest of the search finds are opened, one after the
    other: what is kept of each is its key.
    """

    matches: Callable[[Any], bool] | None = None
    key: Callable[[Any], Any] | None = None
    most: int | None = None

    @property
    def is_cut(self) -> bool:
        """Tell whether there are pages that were not opened."""
        return self.most is not None and len(self._rest.pages()) > self.most

    def pages(self) -> Any:
        """See Search"""
        # What the catalog itself makes of the number of a record.
        return LazyMap(catalog()._catalog.__getitem__, self._found_records)

    def records(self, *, limit: int | None = None) -> list[int]:
        """See Search"""
        return self._found_records[:limit]

    @property
    def _rest(self) -> Search:
        """What the catalog knows to search for."""
        options = {one.name: getattr(self, one.name) for one in fields(Search)}
        return Search(**options)

    @cached_property
    def _found_records(self) -> list[int]:
        records = self._rest.records(limit=self.most)
        with_keys, without = [], []
        for record, page in Walk(catalog(), records, form=self.form):
            if self.matches is not None and not self.matches(page):
                continue
            key = None if self.key is None else self.key(page)
            if key is None:
                without.append(record)
            else:
                with_keys.append((key, record))
        # Equal keys: in the order of the rest of the search.
        with_keys.sort(key=lambda pair: pair[0], reverse=self.descending)
        return [record for _key, record in with_keys] + without
