"""What docs/security.rst says of each route, form and user."""

from collections.abc import Iterator
from collective.annotationforms.tests.access.kinds import KINDS
from collective.annotationforms.tests.docs.test_docs import document
from docutils import nodes
from functools import cache


NOTHING = "—"


@cache
def tables() -> tuple[dict, dict]:
    """Return what is read and what is written: (route, form, user) -> letters."""
    sections = {
        section.next_node(nodes.title).astext(): section
        for section in document("docs/security.rst").findall(nodes.section)
    }
    read: dict = {}
    written: dict = {}
    for kind in KINDS:
        section = sections[f"A form with {kind.title}"]
        found_tables = section.findall(nodes.table)
        for found, table in zip((read, written), found_tables, strict=True):
            found.update(_cells(table, kind.name))
    return read, written


def _cells(table: nodes.table, form: str) -> Iterator[tuple[tuple, str]]:
    (_route, *users), *rows = [
        [entry.astext() for entry in row.findall(nodes.entry)]
        for row in table.findall(nodes.row)
    ]
    for route, *cells in rows:
        for user, cell in zip(users, cells, strict=True):
            yield (route, form, user), cell.replace(NOTHING, "")
