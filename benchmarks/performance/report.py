"""docs/performance.rst, made of what was measured."""

from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any


HEAD = """\
===========
Performance
===========

What a form costs, side by side with other places to keep the same values: made by
``make benchmark`` in twenty minutes, or in three with ``ARGS=--quick``; ``ARGS=--help``
tells the rest.

All forms are made of the same classes of ``z3c.form``, ``plone.autoform`` and
``plone.z3cform``, with fields of seven types (line, text, number, yes or no, date,
choice, set of choices).  They run in one process, in turn, in an order that is another
one each time.  Times are those of the processor, in milliseconds: look at the ratios,
since times differ from machine to machine.  A ratio is the median of those within each
turn, with its quartiles.

* *plain dict*: a ``dict`` that nobody stores, the lower limit;
* *recipe*: the ``PersistentMapping`` of an annotation as content of the form; with
  markers, it is written on each GET, which plone.protect stops in a browser;
* *attributes*: the schema is that of the content type;
* *plone.behavior*: its ``AnnotationStorage`` is the factory of a behavior;
* *RegistryEditForm*: that of ``plone.app.registry``, which has no page to tell.
"""
COLUMNS = ("where the values are", "ms", "ratio", "quartiles")


def text_of(results: dict[str, Any]) -> str:
    """Return the whole document for the sections that were measured."""
    parts = [HEAD]
    for name, section in SECTIONS.items():
        if name in results:
            parts.extend(section(results[name]))
    return "\n".join(parts)


def _machine(found: dict[str, str]) -> Iterator[str]:
    yield title("Versions and machine")
    yield table(("", ""), found.items())


def _forms(found: dict[str, Any]) -> Iterator[str]:
    yield title("Forms")
    yield (
        "GET is update and render, POST is update, extract and apply, without HTTP and"
        " commit.\nThe first save is that of a page without values.\n"
    )
    for size, steps in found.items():
        yield title(f"{size} fields", "~")
        yield from _steps(steps)


def _managers(found: dict[str, Any]) -> Iterator[str]:
    yield title("Data managers and storage alone")
    yield "20 fields without widgets; the ratio is one to the recipe.\n"
    yield from _steps(found)


def _requests(found: dict[str, Any]) -> Iterator[str]:
    yield title("Whole requests")
    yield (
        "20 fields, through the WSGI application, the commit included; the form without"
        " the\nrest of the page.\n"
    )
    written = found["written"]
    steps = {step: figures for step, figures in found.items() if figures is not written}
    yield from _steps(steps)
    yield "What a POST with one change writes to the database:\n"
    yield table(
        ("where the values are", "objects", "bytes"),
        [(name, row["objects"], row["bytes"]) for name, row in written.items()],
    )


def _large(found: dict[str, Any]) -> Iterator[str]:
    yield title("Files, relations and a data grid")
    yield "Two files, 20 relations and a data grid of 100 rows.\n"
    yield from _steps(found)


def _growth(found: dict[str, Any]) -> Iterator[str]:
    yield title("Growth")
    yield "Forms of 20 fields that have data on one page; POST with one change:\n"
    yield table(
        ("forms", "GET, ms", "POST, ms", "objects", "bytes"),
        [
            _row(row, "forms", "get", "post", "objects", "bytes")
            for row in found["forms"]
        ],
    )
    yield "Look-ups of adapters that miss the cache in the second request:\n"
    yield table(
        ("where the values are", "GET", "POST"),
        [
            (peer, row["get"], row["post_change"])
            for peer, row in found["missed"].items()
        ],
    )


def _pages(found: list[dict]) -> Iterator[str]:
    yield title("Many pages")
    yield (
        "Indexing all pages of the site, and views of the control panel, with so many"
        " pages\nthat have data; memory that is kept afterwards.  The pages are made"
        " without events: an\nannotation with five values, and a record in the catalog"
        " with the indexes that are\nsearched, without versions and relations.\n"
    )
    yield table(
        ("pages", "view", "ms", "MB more"),
        [_row(row, "pages", "view", "ms", "mb") for row in found],
    )


def _renders(found: list[dict]) -> Iterator[str]:
    yield title("Many renders")
    yield (
        "What is in the memory of one process after so many renders of a form of five"
        " fields.\n*Cached* are the specifications that caches of look-ups were asked"
        " for.\n"
    )
    yield table(
        ("renders", "classes", "specifications", "cached", "objects", "MB"),
        [
            _row(row, "renders", "classes", "specifications", "cached", "objects", "mb")
            for row in found
        ],
    )


def _writers(found: list[dict]) -> Iterator[str]:
    yield title("Editors at the same time")
    yield (
        "4 Zope processes open and save a form of five fields as often as they can."
        "  *Retries*\nare those of Zope after a conflict error; *asked* is how often"
        " the form came back, since\ntwo editors have changed one field or the retries"
        " did not do; *lost* are the saves\nthat another one has undone.\n"
    )
    names = ("database", "scenario", "peer")
    counts = ("per_second", "saved", "retries", "asked", "failed", "lost")
    yield table(
        (
            *("database", "what they change", "where the values are"),
            *("saves a second", "saves", "retries", "asked", "errors", "lost"),
        ),
        [_row(row, *names, *counts) for row in found],
    )


SECTIONS = {
    "machine": _machine,
    "forms": _forms,
    "managers": _managers,
    "requests": _requests,
    "large": _large,
    "growth": _growth,
    "pages": _pages,
    "renders": _renders,
    "writers": _writers,
}


def title(text: str, line: str = "-") -> str:
    """Return a heading."""
    return f"\n{text}\n{line * len(text)}\n"


def table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Return a table in reStructuredText."""
    lines = [[_cell(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[number]) for row in lines) for number in range(len(lines[0]))]
    rule = "  ".join("=" * max(width, 1) for width in widths)
    texts = [
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in lines
    ]
    if not any(lines[0]):
        return "\n".join([rule, *texts[1:], rule, ""])
    return "\n".join([rule, texts[0], rule, *texts[1:], rule, ""])


def _steps(steps: dict[str, dict]) -> Iterator[str]:
    for step, figures in steps.items():
        yield f"{step}:\n"
        yield table(
            COLUMNS,
            [
                (
                    name,
                    row["ms"],
                    row["ratio"],
                    f"{row['low']:.2f} to {row['high']:.2f}",
                )
                for name, row in figures.items()
            ],
        )


def _row(row: dict[str, Any], *names: str) -> tuple:
    return tuple(row[name] for name in names)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.2f}" if value < 100 else f"{value:.0f}"
    return str(value)
