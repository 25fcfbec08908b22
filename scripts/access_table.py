"""Run the tests of who may read and write, and write the tables of the docs."""

from collections.abc import Mapping
from collective.annotationforms.tests.access.documented import NOTHING
from collective.annotationforms.tests.access.kinds import KINDS
from collective.annotationforms.tests.access.kinds import USERS
from collective.annotationforms.tests.access.test_matrix import MatrixTestCase
from collective.annotationforms.tests.access.test_matrix import READ
from collective.annotationforms.tests.access.test_matrix import TestReading
from collective.annotationforms.tests.access.test_matrix import TestWriting
from collective.annotationforms.tests.access.test_matrix import WRITTEN
from pathlib import Path
from zope.testrunner.runner import Runner

import sys
import unittest


PAGE = Path(__file__).parent.parent / "docs" / "security.rst"
START = ".. tables start, written by scripts/access_table.py\n"
END = ".. tables end\n"


def run() -> bool:
    """Run the tests: they fill in READ and WRITTEN.  Tell whether they fail."""
    load = unittest.defaultTestLoader.loadTestsFromTestCase
    suites = [load(TestReading), load(TestWriting)]
    runner = Runner([], ["access_table", "--all"], found_suites=suites)
    runner.run()
    return runner.failed


def tables() -> str:
    """Return a table for each form: what is read, and what is written."""
    lines = []
    for kind in KINDS:
        title = f"A form with {kind.title}"
        lines += [title, "-" * len(title), ""]
        for intro, results in (("What is read:", READ), ("What is written:", WRITTEN)):
            lines += [intro, "", *table(results, kind.name), ""]
    return "\n".join(lines)


def table(results: Mapping[tuple[str, str, str], str], form: str) -> list[str]:
    """Return the lines of a table with a row for each route."""
    routes = dict.fromkeys(sorted(route for route, _form, _user in results))
    rows = [["Route", *USERS]]
    for route in routes:
        cells = [results[route, form, user] or NOTHING for user in USERS]
        rows.append([route, *cells])
    head = [".. list-table::", "   :header-rows: 1", "   :stub-columns: 1", ""]
    return head + [
        f"   {'  ' if number else '* '}- {cell}"
        for row in rows
        for number, cell in enumerate(row)
    ]


def main() -> int:
    """Run the tests, then write the tables, unless a test fails."""
    MatrixTestCase.compares = False
    if run():
        return 1
    before, rest = PAGE.read_text(encoding="utf-8").split(START)
    _old, after = rest.split(END)
    made = f"{before}{START}\n{tables()}\n{END}{after}"
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
