"""Whoever opens a CSV file, and however it is read: no cell is a formula."""

from collective.annotationforms.exchange.csvfile import CSVFormat
from collective.annotationforms.exchange.csvfile import write_csv
from collective.annotationforms.exchange.export import Record
from collective.annotationforms.exchange.formula import without_formulas
from collective.annotationforms.tests.fields.test_roundtrip import MANY
from collective.annotationforms.tests.fields.test_roundtrip import SETTINGS
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from unicodedata import category
from unicodedata import normalize
from unittest import TestCase

import csv
import io
import re


SEPARATORS = (",", ";", "\t", "|")
SIGNS = "=+-@\u2212"
# Of these, a reader may take away what is before a formula; not our apostrophes.
SKIPPED = ("Cc", "Cf", "Zs", "Zl", "Zp", "Pi", "Pf")
PIECES = [
    *("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\u2212", "\ufe63"),
    *(*SEPARATORS, "\n", "\r", "\r\n", "\u2028", " ", "\u00a0", "\u3000", "\0", "\x1f"),
    *('"', "'", "\u201c", "\u2019", "\u00ab", "\ufeff", "\u200b", "\u2060", "\u00ad"),
    *("1", "-2", "a", "cmd|' /C calc'!A0", "x;", '""', "''", "\ud800"),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text()
CELLS = TEXTS | st.integers() | st.lists(TEXTS | st.integers(), max_size=3)
NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def is_formula(cell):
    """Tell whether a spreadsheet may compute the cell."""
    while cell and (category(cell[0]) in SKIPPED or cell[0] in '"\u00b4`'):
        cell = cell[1:]
    if NUMBER.fullmatch(cell.rstrip(' \t"\r\n')):
        return False
    return normalize("NFKC", cell)[:1] in tuple(SIGNS) if cell else False


def readings(text):
    """Yield the lines of cells as each reader finds them."""
    for separator in SEPARATORS:
        for quote in ('"', "'", None):
            quoting = csv.QUOTE_NONE if quote is None else csv.QUOTE_MINIMAL
            for skip in (False, True):
                # A reader without quotes knows lines by their ends only.
                lines = io.StringIO(text.replace("\0", " "), newline="")
                yield csv.reader(
                    lines.read().splitlines(keepends=True),
                    delimiter=separator,
                    quotechar=quote,
                    quoting=quoting,
                    skipinitialspace=skip,
                )


class TestReaders(TestCase):
    """Paths, titles, names of fields and values."""

    examples = settings(SETTINGS, max_examples=100)

    def written(self, *, path, title, name, value):
        output = io.BytesIO()
        record = Record(path, "uid", title, {}, {name: value}, 0)
        write_csv(output, CSVFormat(names=(name,)), {}, [record])
        return output.getvalue().decode()

    def test_no_cell_is_a_formula(self):
        @self.examples
        @given(TEXTS, TEXTS, TEXTS, CELLS)
        def check(path, title, name, value):
            text = self.written(path=path, title=title, name=name, value=value)
            for reader in readings(text):
                for line in reader:
                    for cell in line:
                        self.assertFalse(is_formula(cell), (cell, text))

        check()

    def test_each_value_is_one_cell_where_commas_separate(self):
        @self.examples
        @given(TEXTS.filter(lambda text: "\0" not in text))
        def check(value):
            text = self.written(path="/", title="", name="a", value=value)
            lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
            self.assertEqual([4, 4], [len(line) for line in lines])

        check()

    def test_every_cell_is_quoted(self):
        text = self.written(path="/", title="Zoë", name="a", value=-1)
        self.assertEqual('"path","uid","title","a"\r\n"/","uid","Zoë","-1"\r\n', text)


class TestReadersOften(TestReaders):
    """The same with more values."""

    level = 2
    examples = settings(MANY, max_examples=1000)


class TestLongTexts(TestCase):
    """Who writes a long text does not stop the export of all pages for hours."""

    def test_runs_of_what_may_be_between_cells(self):
        for piece in ("\r\n", "\n", "\v", "\t ", ";", " ,", "'", "\u200b;"):
            for end in ("", "x", "=1"):
                text = f"a{piece * 200_000}{end}"
                found = without_formulas(text)
                self.assertEqual(end == "=1", found.endswith("'''=1"), piece)

    def test_many_numbers_in_a_list(self):
        text = "; ".join(["-1"] * 200_000)
        self.assertEqual(text, without_formulas(f"0; {text}")[3:])
