"""Processes to measure in: Zope starts once in a process."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import logging
import sys


def in_new_process(function: Callable, *given: Any) -> Any:
    """Call it in a process of its own, where nothing is imported yet."""
    context = get_context("spawn")
    with ProcessPoolExecutor(1, context, initializer=_quiet) as pool:
        return pool.submit(function, *given).result()


def in_site(names: list[str], extent: dict[str, Any]) -> dict[str, Any]:
    """Measure the sections that need a site."""
    # Zope gets its configuration before much of Plone can be imported.
    from performance import sections
    from performance.site import new_site

    found = {}
    with new_site() as site:
        site.fill()
        for name in names:
            say(f"Measuring {name} ...")
            found[name] = sections.IN_SITE[name](site, sections.Extent(**extent))
    return found


def on_server(database: str, seconds: float) -> list[dict]:
    """Measure writers on a database server, in processes forked from this one."""
    from performance.writers import race

    return race(database, seconds)


def say(text: str) -> None:
    """Tell what is done now."""
    print(text, file=sys.stderr, flush=True)


def _quiet() -> None:
    logging.basicConfig(level=logging.ERROR)
