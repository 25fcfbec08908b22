"""What is measured, section by section; each gives what JSON can keep."""

from collections.abc import Callable
from dataclasses import dataclass
from performance import growth
from performance.managers import Managers
from performance.peers import PEERS
from performance.peers import PEERS_IN_BROWSER
from performance.peers import PEERS_OF_LARGE
from performance.peers import REFERENCE
from performance.requests import Requests
from performance.schemas import IFields20
from performance.schemas import ILarge
from performance.schemas import SCHEMATA
from performance.site import Site
from performance.timing import figures
from performance.timing import measured
from performance.visit import Visit
from typing import Any


#: What an editor does, as methods of Visit.
STEPS = {
    "get": "GET",
    "post_change": "POST, one change",
    "post_nothing": "POST, no change",
    "first_save": "First save",
}
OURS = next(peer for peer in PEERS if peer.name == "ours")


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How much is measured."""

    repetitions: int
    pages: list[int]
    renders: int


def forms(site: Site, extent: Extent) -> dict[str, Any]:
    """Return the figures of all peers, by number of fields and by step."""
    found = {}
    for size, schema in SCHEMATA.items():
        visits = {peer.title: Visit(site, peer, schema) for peer in PEERS}
        # They take longer, and differ less.
        repetitions = max(extent.repetitions * 20 // max(size, 20), 5)
        found[str(size)] = _steps(visits, repetitions)
    return found


def large(site: Site, extent: Extent) -> dict[str, Any]:
    """Return the figures of the form with files, relations and a data grid."""
    visits = {peer.title: Visit(site, peer, ILarge) for peer in PEERS_OF_LARGE}
    return _steps(visits, max(extent.repetitions // 8, 3))


def managers(site: Site, extent: Extent) -> dict[str, Any]:
    """Return the figures of data managers and storage alone; ratios to the recipe."""
    found = {peer.title: Managers(site, peer, IFields20) for peer in PEERS}
    reference = next(peer.title for peer in PEERS if peer.name == "recipe")
    steps = {
        "get": "Read all",
        "post": "Read all, write one",
        "fill": "Read and write all",
    }
    return {
        step: _figures(found, method, extent.repetitions * 2, reference)
        for method, step in steps.items()
    }


def requests(site: Site, extent: Extent) -> dict[str, Any]:
    """Return the figures of whole requests, and what the last one has written."""
    found = {peer.title: Requests(site, peer, IFields20) for peer in PEERS_IN_BROWSER}
    repetitions = max(extent.repetitions // 2, 5)
    return {
        "GET": _figures(found, "get", repetitions),
        "POST, one change": _figures(found, "post", repetitions),
        "written": {title: one.written() for title, one in found.items()},
    }


def growing(site: Site, extent: Extent) -> dict[str, Any]:
    """Return what many forms of a page cost, and what adapters are looked up again."""
    return {
        "missed": {
            peer.title: growth.missed_lookups(site, peer)
            for peer in PEERS
            if peer.name in (REFERENCE, "behavior", "ours", "ours-marked")
        },
        "forms": growth.forms_on_page(site, OURS, [1, 10, 100, 1000]),
    }


def pages(site: Site, extent: Extent) -> list[dict]:
    """Return what the control panel and the index cost with many pages."""
    return growth.pages(site, extent.pages)


def renders(site: Site, extent: Extent) -> list[dict]:
    """Return what many renders of a form leave behind."""
    return growth.renders(site, OURS, extent.renders)


#: The sections that need a site in this process.
IN_SITE: dict[str, Callable[[Site, Extent], dict]] = {
    "forms": forms,
    "managers": managers,
    "requests": requests,
    "large": large,
    # Before the forms of a page: the control panel lists each of those.
    "pages": pages,
    "renders": renders,
    "growth": growing,
}


def _steps(visits: dict[str, Visit], repetitions: int) -> dict[str, Any]:
    return {
        step: _figures(visits, method, repetitions) for method, step in STEPS.items()
    }


def _figures(
    found: dict[str, Any],
    method: str,
    repetitions: int,
    reference: str = next(peer.title for peer in PEERS if peer.name == REFERENCE),
) -> dict[str, Any]:
    cases = {title: getattr(one, method) for title, one in found.items()}
    return figures(measured(cases, repetitions), reference)
