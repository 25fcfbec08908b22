"""Run the tests of the field types and write the table of docs/fields.rst.

Without an option the table is written for the Plone version of this Python.
"""

from argparse import ArgumentParser
from collective.annotationforms.tests.fields.test_fields import TestAllKinds
from collective.annotationforms.tests.matrix.cases import CASES
from collective.annotationforms.tests.matrix.walk import RESULTS
from collective.annotationforms.tests.matrix.walk import STEPS
from importlib.metadata import version
from pathlib import Path
from zope.testrunner.runner import Runner

import sys
import unittest


PAGE = Path(__file__).parent.parent / "docs" / "fields.rst"
START = ".. table starts, written by scripts/fields_table.py\n"
MARKS = {"yes": "yes", "n/a": "—", "no": "**no**"}


def run(test_case: type[unittest.TestCase]) -> bool:
    """Run the tests: they fill in RESULTS.  Tell whether they fail."""
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(test_case)
    runner = Runner([], ["fields_table", "--all"], found_suites=[suite])
    runner.run()
    return runner.failed


def table() -> str:
    """Return the table of the results and the notes, as reStructuredText."""
    rows = [case.title for case in CASES]
    lines = [
        ".. list-table::",
        "   :header-rows: 1",
        "   :stub-columns: 1",
        "",
        *row_of_table(["Field", *STEPS]),
    ]
    notes = []
    for row in rows:
        cells = [row]
        for column in STEPS:
            mark, _, reason = RESULTS[row, column].partition(": ")
            cells.append(MARKS.get(mark, ""))
            if reason:
                cells[-1] += f" [#n{note_number(notes, reason)}]_"
        lines += row_of_table(cells)
    lines.append("")
    lines += [f".. [#n{number}] {note}" for number, note in enumerate(notes, 1)]
    return "\n".join(lines) + "\n"


def row_of_table(cells: list[str]) -> list[str]:
    """Return the lines of one row."""
    return [f"   {'* ' if not i else '  '}- {cell}" for i, cell in enumerate(cells)]


def note_number(notes: list[str], reason: str) -> int:
    """Return the number of the note; adds it if it is new."""
    note = reason[0].upper() + reason[1:].rstrip(".") + "."
    if note not in notes:
        notes.append(note)
    return notes.index(note) + 1


def main() -> int:
    """Run the tests, then write or print the table; fail if a test fails."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument(
        "--attributes",
        action="store_true",
        help="print the table of the same forms on attributes of the page",
    )
    options = parser.parse_args()
    if options.attributes:
        # Makes the forms of all cases once more.
        from collective.annotationforms.tests.matrix import attributes

        failed = run(attributes.AttributesTestCase)
        sys.stdout.write(table())
        return failed
    failed = run(TestAllKinds)
    if not failed:
        made = f"Made by a run on Plone {version('Products.CMFPlone')}.\n\n"
        intro = PAGE.read_text(encoding="utf-8").split(START)[0]
        PAGE.write_text(intro + START + "\n" + made + table(), encoding="utf-8")
    return failed


if __name__ == "__main__":
    sys.exit(main())
