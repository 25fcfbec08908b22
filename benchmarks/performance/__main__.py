"""Measure, and write docs/performance.rst.

What is not measured this time is kept from the last one, in var/performance.json.
"""

from argparse import ArgumentParser
from argparse import Namespace
from pathlib import Path
from performance.machine import described
from performance.process import in_new_process
from performance.process import in_site
from performance.process import on_server
from performance.process import say
from performance.report import text_of
from typing import Any

import json
import time


ROOT = Path(__file__).resolve().parent.parent.parent
TARGET = ROOT / "docs" / "performance.rst"
KEPT = ROOT / "var" / "performance.json"
WRITERS = "writers"
SECTIONS = (
    *("forms", "managers", "requests", "large", "growth", "pages", "renders"),
    WRITERS,
)


def arguments() -> Namespace:
    parser = ArgumentParser(prog="make benchmark", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="measure less often")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=SECTIONS)
    parser.add_argument("--repetitions", type=int, help="how often a step is measured")
    parser.add_argument(
        "--pages", type=int, nargs="+", help="pages with data, e.g. 1 1000 100000"
    )
    parser.add_argument("--renders", type=int, help="renders of a form, e.g. 100000")
    return parser.parse_args()


def extent(options: Namespace) -> dict[str, Any]:
    """Return how much is measured, see sections.Extent."""
    quick = options.quick
    return {
        "repetitions": options.repetitions or (5 if quick else 30),
        "pages": options.pages or ([1, 10] if quick else [1, 100, 1000, 10_000]),
        "renders": options.renders or (50 if quick else 10_000),
    }


def measured(options: Namespace) -> dict[str, Any]:
    """Return what was measured, by section."""
    results: dict[str, Any] = {"machine": described()}
    names = [name for name in options.only if name != WRITERS]
    if names:
        results |= in_new_process(in_site, names, extent(options))
    if WRITERS in options.only:
        results[WRITERS] = []
        for database in ("zeo", "relstorage"):
            say(f"Measuring writers on {database} ...")
            seconds = 1 if options.quick else 6
            results[WRITERS] += in_new_process(on_server, database, seconds)
    return results


def main() -> None:
    options = arguments()
    started = time.monotonic()
    results = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    results |= measured(options)
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(results, indent=1))
    TARGET.write_text(text_of(results), encoding="utf-8")
    say(f"{TARGET.relative_to(ROOT)} is written, {time.monotonic() - started:.0f} s.")


if __name__ == "__main__":
    main()
