"""What grows with the number of forms, pages and renders, and what must not."""

from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from performance import manypages
from performance.peers import Peer
from performance.requests import written_since
from performance.schemas import IFields5
from performance.schemas import IFields20
from performance.schemas import values_of
from performance.site import Site
from performance.timing import measured
from performance.visit import Visit
from statistics import median
from time import process_time
from typing import Any
from zope.interface.adapter import AdapterLookupBase
from zope.interface.interface import Specification

import admin_table
import gc
import psutil
import transaction


#: What looks past the cache, by the kind of the look-up.
UNCACHED = ("_uncached_lookup", "_uncached_lookupAll", "_uncached_subscriptions")


def forms_on_page(site: Site, peer: Peer, numbers: list[int]) -> list[dict]:
    """Return what opening and saving one of so many forms of a page costs."""
    from collective.annotationforms import annotation_storage

    found, done = [], 1
    for number in sorted(numbers):
        page, _request = site.page(peer.page_id(IFields20))
        for other in range(done, number):
            storage = annotation_storage(page, f"benchmark.other{other}")
            storage.update(values_of(IFields20, []))
        transaction.commit()
        done = number
        visit = Visit(site, peer, IFields20)
        seconds = measured({"get": visit.get, "post": visit.post_change}, 10)
        save, before = visit.post_change(), site.database.lastTransaction()
        save()
        transaction.commit()
        found.append(
            {
                "forms": number,
                "get": median(seconds["get"]) * 1000,
                "post": median(seconds["post"]) * 1000,
                **written_since(before, site.database),
            }
        )
    return found


def pages(site: Site, numbers: list[int]) -> list[dict]:
    """Return what each page of the control panel costs with so many pages of data."""
    found, done = [], 0
    for number in sorted(numbers):
        manypages.add_pages(done, number)
        done = number
        with _memory() as memory:
            milliseconds = _cpu(manypages.index_pages, times=1)
        found.append({"pages": number, "view": "index", "ms": milliseconds, **memory})
        for name, path in (admin_table.VIEWS | admin_table.EXPORTS).items():
            path = path.format(last=max(number - number % 25 - 25, 0))
            if number < 25 and name == "table, last part":
                continue
            with _memory() as memory:
                milliseconds = _cpu(lambda path=path: _get(site, path))
            found.append({"pages": number, "view": name, "ms": milliseconds, **memory})
    return found


def _get(site: Site, path: str) -> None:
    # Read whole, as a stream is sent.
    site.browser.get(f"/{admin_table.serve.SITE_ID}/{path}")


def _cpu(run: Callable[[], Any], times: int = 2) -> float:
    """Return the milliseconds that it takes the last time."""
    for _time in range(times):
        started = process_time()
        run()
    return (process_time() - started) * 1000


@contextmanager
def _memory() -> Iterator[dict[str, float]]:
    process, found = psutil.Process(), {}
    gc.collect()
    before = process.memory_info().rss
    yield found
    gc.collect()
    found["mb"] = (process.memory_info().rss - before) / 1e6


def renders(site: Site, peer: Peer, number: int) -> list[dict]:
    """Return what is there after 10, 100, ... and all renders of a form."""
    visit, found = Visit(site, peer, IFields5), []
    wanted = {10**power for power in range(1, 9)} | {number}
    for turn in range(1, number + 1):
        visit.get()()
        transaction.abort()
        if turn in wanted:
            found.append({"renders": turn, **_population()})
    return found


def _population() -> dict[str, Any]:
    gc.collect()
    objects = gc.get_objects()
    return {
        "classes": sum(isinstance(one, type) for one in objects),
        "specifications": sum(isinstance(one, Specification) for one in objects),
        # What each cache of look-ups has been asked for.
        "cached": sum(
            len(one._required) for one in objects if isinstance(one, AdapterLookupBase)
        ),
        "objects": len(objects),
        "mb": psutil.Process().memory_info().rss / 1e6,
    }


def missed_lookups(site: Site, peer: Peer) -> dict[str, int]:
    """Return how many look-ups of adapters miss the cache in the second request."""
    visit, found = Visit(site, peer, IFields20), {}
    for name in ("get", "post_change"):
        for _turn in ("first", "second"):
            run = getattr(visit, name)()
            with _counted_misses() as misses:
                run()
            transaction.abort()
        found[name] = len(misses)
    return found


@contextmanager
def _counted_misses() -> Iterator[list]:
    misses: list = []
    originals = {name: getattr(AdapterLookupBase, name) for name in UNCACHED}

    def counting(original: Callable) -> Callable:
        def lookup(*arguments: Any) -> Any:
            misses.append(arguments)
            return original(*arguments)

        return lookup

    for name, original in originals.items():
        setattr(AdapterLookupBase, name, counting(original))
    try:
        yield misses
    finally:
        for name, original in originals.items():
            setattr(AdapterLookupBase, name, original)
