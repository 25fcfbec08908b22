"""Values as JSON and as text, CSV and JSON of many pages."""

from collective.annotationforms.browser.download import csv_download
from collective.annotationforms.catalog.search import Search
from collective.annotationforms.exchange.csvfile import CSVFormat
from collective.annotationforms.exchange.export import CELL
from collective.annotationforms.exchange.export import records
from collective.annotationforms.exchange.export import write_json
from collective.annotationforms.exchange.formula import without_formulas
from collective.annotationforms.exchange.portable import portable
from collective.annotationforms.fields.text import text_of
from collective.annotationforms.registry import LeftOver
from collective.annotationforms.storage.storage import annotation_storage
from collective.annotationforms.tests.layers import IntegrationTestCase
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from decimal import Decimal
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from plone.app.textfield.value import RichTextValue
from plone.namedfile.file import NamedBlobFile
from unicodedata import normalize
from unittest import TestCase
from z3c.relationfield import RelationValue
from zope.annotation.interfaces import IAnnotations
from zope.component import getUtility
from zope.intid.interfaces import IIntIds

import csv
import io
import json
import sys


safe_cell = CSVFormat(names=()).cell


class Address:
    def __init__(self, street):
        self.street = street
        self._v_cache = None


class Marker:
    """Without attributes, as an object whose class is gone."""


class TestCells(TestCase):
    """Text that a spreadsheet would compute is neutralised."""

    def test_what_begins_like_a_formula_or_with_a_control_character(self):
        for text in (
            "=1+1",
            "+1",
            "-1+cmd|' /C calc'!A0",
            "@SUM(1)",
            "\tone",
            "\0one",
            "\x85one",
            "=x; y",
        ):
            with self.subTest(text=text):
                self.assertEqual(f"'{text}", safe_cell(text))

    def test_in_collections_too(self):
        self.assertEqual("'=1; 2", safe_cell(["=1", 2]))
        self.assertEqual("1; -2; -3.5", safe_cell([1, -2, -3.5]))
        self.assertEqual("a; '''=1", safe_cell(["a", "=1"]))

    def test_in_the_middle_of_a_text_where_a_cell_may_begin(self):
        for text, cell in {
            "x;=1+1": "x;'''=1+1",
            "x,@SUM(1)": "x,'''@SUM(1)",
            "x|-1+1": "x|'''-1+1",
            "x\t+1": "x\t'''+1",
            "x\r\n=1": "x\r\n'''=1",
            "x; \u00a0=1": "x; \u00a0'''=1",
            'x;"=1': "x;\"'''=1",
            "x;\u201c=1": "x;\u201c'''=1",
            "x;\ufeff\u200b=1": "x;\ufeff\u200b'''=1",
            "x;\uff1d1": "x;'''\uff1d1",
            " =1": " '''=1",
            "\t=1": "'\t'''=1",
            "\uff0b1": "'\uff0b1",
            "\u22121": "'\u22121",
        }.items():
            with self.subTest(text=text):
                self.assertEqual(cell, safe_cell(text))

    def test_text_as_people_write_it_stays(self):
        for text in (
            "5 - 3 = 2",
            "a@example.org",
            "Monday \u2013 Friday",
            "a=1; b=2",
            "a: -1",
        ):
            self.assertEqual(text, safe_cell(text))

    def test_all_signs_that_unicode_takes_for_these(self):
        signs = [*"=+-@\u2212"]
        for number in range(sys.maxunicode + 1):
            if normalize("NFKC", chr(number))[:1] in "=+-@":
                signs.append(chr(number))
        for sign in signs:
            self.assertEqual(f"'{sign}1", without_formulas(f"{sign}1"), hex(ord(sign)))

    def test_other_text_and_numbers_stay(self):
        for value, cell in {
            "a=1": "a=1",
            "": "",
            None: "",
            -1: "-1",
            -1.5: "-1.5",
            Decimal("-2.50"): "-2.50",
            Decimal("-1E+9"): "-1E+9",
            -1e-30: "-1e-30",
        }.items():
            self.assertEqual(cell, safe_cell(value))


class TestPortable(IntegrationTestCase):
    """Each type of value in JSON and in text."""

    def test_values(self):
        target = RelationValue(getUtility(IIntIds).getId(self.page))
        uid = self.page.UID()
        text = RichTextValue("<p>Zoë</p>", "text/html", "text/x-html-safe")
        file = NamedBlobFile(b"Hello", "text/plain", "hello.txt")
        for value, in_json, in_text in (
            (None, None, ""),
            (True, True, "true"),
            (7, 7, "7"),
            ("Zoë", "Zoë", "Zoë"),
            (Decimal("1.10"), "1.10", "1.10"),
            (date(2027, 1, 31), "2027-01-31", "2027-01-31"),
            (datetime(2027, 1, 31, 8), "2027-01-31T08:00:00", "2027-01-31T08:00:00"),
            (time(8, 30), "08:30:00", "08:30:00"),
            (timedelta(minutes=1), "60", "60"),
            (float("inf"), "inf", "inf"),
            (b"Hello", "SGVsbG8=", "SGVsbG8="),
            (["b", "a"], ["b", "a"], "b; a"),
            (PersistentList(["b", "a"]), ["b", "a"], "b; a"),
            ({"b", "a"}, ["a", "b"], "a; b"),
            ({1: "a", None: "b"}, {"1": "a", "null": "b"}, "1: a, None: b"),
            ({"a": date(2027, 1, 31)}, {"a": "2027-01-31"}, "a: 2027-01-31"),
            (Address("Main St"), {"street": "Main St"}, '{"street": "Main St"}'),
            (Marker(), "Marker", "Marker"),
            (target, uid, "/plone/page"),
            (self.page, uid, uid),
            (
                text,
                {
                    "data": "<p>Zoë</p>",
                    "content-type": "text/html",
                    "output-type": "text/x-html-safe",
                },
                "<p>Zoë</p>",
            ),
            (
                file,
                {
                    "filename": "hello.txt",
                    "content-type": "text/plain",
                    "encoding": "base64",
                    "data": "SGVsbG8=",
                },
                "hello.txt",
            ),
        ):
            with self.subTest(value=value):
                self.assertEqual(in_json, portable(value))
                json.dumps(portable(value))
                self.assertEqual(in_text, text_of(None, value, CELL))


class TestManyPages(IntegrationTestCase):
    """Exports in which memory does not grow with the pages."""

    size = 30

    def setUp(self):
        super().setUp()
        for number in range(self.size):
            self.portal.invokeFactory("Document", f"p{number:03}", title="=Page")
            page = self.portal[f"p{number:03}"]
            annotation_storage(page, "example.data")["name"] = f"Zoë {number}"
        self.search = Search(form=LeftOver("example.data"), sort="path")

    def test_csv_goes_to_the_disk(self):
        style, form = CSVFormat(names=("name",)), self.search.form
        found = records(self.search)
        output = csv_download(self.request, "f.csv", style, form, found)
        self.assertIsInstance(output, io.BufferedRandom)
        output.seek(0)
        with io.TextIOWrapper(output, encoding="utf-8", newline="") as text:
            lines = list(csv.reader(text))
        self.assertEqual(["path", "uid", "title", "name"], lines[0])
        self.assertEqual(
            [f"/p{number:03}" for number in range(self.size)],
            [line[0] for line in lines[1:]],
        )
        self.assertEqual(["'=Page", "Zoë 0"], lines[1][2:])

    def test_json(self):
        output = io.BytesIO()
        found = records(self.search)
        write_json(output, self.search.form, found, hidden=2)
        exported = json.loads(output.getvalue())
        self.assertEqual(self.size, len(exported["pages"]))
        self.assertEqual({"pages": 2, "values": 0}, exported["left_out"])
        self.assertEqual({"name": "Zoë 0"}, exported["pages"][0]["values"])

    def test_no_page(self):
        output = io.BytesIO()
        write_json(output, self.search.form, [])
        self.assertEqual([], json.loads(output.getvalue())["pages"])

    def test_records_are_made_one_by_one(self):
        found = records(self.search)
        self.assertEqual("/p000", next(found).path)
        del self.portal["p001"].__annotations__["example.data"]
        changed = PersistentMapping(name="changed")
        IAnnotations(self.portal["p001"])["example.data"] = changed
        self.assertEqual({"name": "changed"}, next(found).values)
