"""Whatever is imported, the site can show: what it can't show is refused."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.exchange.bounds import check_bounds
from collective.annotationforms.exchange.bounds import MAX_DEPTH
from collective.annotationforms.exchange.bounds import MAX_LENGTH
from collective.annotationforms.exchange.bounds import MAX_PARTS
from collective.annotationforms.exchange.importing import read_document
from collective.annotationforms.exchange.pending import begin_import
from collective.annotationforms.exchange.portable import portable
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.testing import registered_form
from collective.annotationforms.tests.admin import OPTIONS
from collective.annotationforms.tests.exchange.hostile import in_json
from collective.annotationforms.tests.exchange.hostile import nested
from collective.annotationforms.tests.exchange.hostile import spoilt
from collective.annotationforms.tests.exchange.test_importing import ImportTestCase
from collective.annotationforms.tests.exchange.test_importing import VIEW
from collective.annotationforms.tests.fields.test_roundtrip import MANY
from collective.annotationforms.tests.fields.test_roundtrip import SETTINGS
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.matrix import formkinds
from collective.annotationforms.tests.matrix.cases import CASES
from collective.annotationforms.tests.matrix.layer import FUNCTIONAL
from collective.annotationforms.tests.matrix.objects import IPerson
from collective.annotationforms.tests.matrix.page import multipart
from collective.z3cform.datagridfield.row import DictRow
from datetime import date
from datetime import datetime
from decimal import Decimal
from hypothesis import given
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from plone.app.textfield import RichText
from plone.namedfile.field import NamedFile
from plone.protect.authenticator import createToken
from plone.supermodel import model
from unittest import TestCase
from zope import schema
from zope.component import getUtility
from zope.interface import Interface
from zope.interface import Invalid

import json
import transaction


RANGE = "The number is out of the range that a form can show."
OTHER = "This is not what the export writes for such a field."
REQUIRED = "Required input is missing."
CHARACTER = "The text has a character that no form sends."
READONLY = "You may not change this field."


class ICounted(Interface):
    """A row with a part that no form changes."""

    name = schema.TextLine(title="Name", required=False)
    count = schema.Int(title="Count", readonly=True, required=False)


class IMany(model.Schema):
    """Fields of many types."""

    line = schema.TextLine(title="Line", required=False)
    text = schema.Text(title="Text", required=False)
    count = schema.Int(title="Count", min=-5, required=False)
    size = schema.Float(title="Size", required=False)
    price = schema.Decimal(title="Price", required=False)
    part = schema.Rational(title="Part", required=False)
    complex = schema.Complex(title="Complex", required=False)
    day = schema.Date(title="Day", min=date(2000, 1, 1), required=False)
    moment = schema.Datetime(title="Moment", min=datetime(2000, 1, 1), required=False)
    time = schema.Time(title="Time", required=False)
    duration = schema.Timedelta(title="Duration", required=False)
    address = schema.URI(title="Address", required=False)
    code = schema.BytesLine(title="Code", required=False)
    level = schema.Choice(title="Level", values=[1, 2], required=False)
    lines = schema.List(
        title="Lines", value_type=schema.TextLine(), required=False, max_length=3
    )
    numbers = schema.Dict(
        title="Numbers",
        key_type=schema.Int(),
        value_type=schema.Decimal(),
        required=False,
    )
    names = schema.Dict(
        title="Names",
        key_type=schema.TextLine(),
        value_type=schema.TextLine(),
        required=False,
    )
    anything = schema.Dict(title="Anything", required=False)
    rows = schema.List(
        title="Rows", value_type=DictRow(schema=ICounted), required=False
    )
    person = schema.Object(title="Person", schema=IPerson, required=False)
    fixed = schema.TextLine(title="Fixed", readonly=True, required=False)
    needed = schema.TextLine(title="Needed")
    needed_lines = schema.List(title="Needed lines", value_type=schema.TextLine())
    needed_rich = RichText(title="Needed rich text")
    needed_file = NamedFile(title="Needed file")


class ManyForm(AnnotationEditForm):
    schema = IMany
    ANNOTATION_STORAGE_KEY = "example.many"


EMPTY_TEXT = {"data": "", "content-type": "text/html", "output-type": ""}
EMPTY_FILE = {"data": "", "content-type": "text/html", "filename": ""}
REFUSED = (
    *[(name, bad, RANGE) for name in ("size", "price", "part") for bad in (
        "NaN", "inf", "-Infinity", "1e5000", "1e-5000", "1e99999999", "9" * 400,
    )],
    ("price", "sNaN", RANGE),
    ("price", "1.9999", RANGE),
    ("size", 1e400, None),
    ("count", 10**400, RANGE),
    ("count", 10**4000, RANGE),
    ("count", True, OTHER),
    ("count", [], OTHER),
    ("count", 1.0, None),
    ("count", -6, "Value is too small"),
    ("complex", "1e999j", RANGE),
    ("level", True, "Constraint not satisfied"),
    ("level", 1.0, "Constraint not satisfied"),
    ("level", 3, "Constraint not satisfied"),
    ("line", "a\nb", "Constraint not satisfied"),
    *[(name, bad, CHARACTER) for name in ("line", "text", "address", "duration")
        for bad in ("\0", "a\x0bb", "\ud800", "\udfff", "\ufffe", "\x1f")],
    ("names", {"\ud800": "a"}, CHARACTER),
    ("names", {"a": "\0"}, CHARACTER),
    ("anything", {"a": [{"b": "\0"}]}, CHARACTER),
    ("text", "a" * (MAX_LENGTH + 1), "The text has more than 1000000 characters."),
    ("day", "0000-01-01", OTHER),
    ("day", "10000-01-01", OTHER),
    ("day", "1999-12-31", "Value is too small"),
    ("moment", "2027-01-01T00:00:00+01:00", OTHER),
    ("moment", "9999-12-31T23:59:59.999999", OTHER),
    ("time", "08:00:00+23:59", OTHER),
    ("time", "08:00:00+00:00:01", OTHER),
    ("duration", "1e99999999", RANGE),
    ("duration", "1e20", OTHER),
    ("address", "http://a/é", None),
    ("code", "/w==", OTHER),
    ("lines", ["a"] * 4, "Value is too long"),
    *[("numbers", {key: "1"}, None) for key in (
        "[1]", "{}", "[[", "[" * 5000, "NaN", "1e999", "true", "null", "", "9" * 5000,
    )],
    *[("names", {"a": bad}, None) for bad in ({}, [], 1)],
    ("names", {"": "a"}, None),
    ("anything", {"a": nested(MAX_DEPTH)}, "The value is nested too deeply."),
    ("anything", {"a": [1] * MAX_PARTS}, "The value has too many parts."),
    ("anything", {"a": 10**400}, RANGE),
    ("rows", [{"name": "Zoë", "count": 1}], READONLY),
    ("rows", [{"name": "Zoë", "colour": 1}], "There is no field “colour”."),
    ("person", {"name": "far too long"}, None),
    ("fixed", "new", READONLY),
    *[("needed", bad, REQUIRED) for bad in (None, "", " ")],
    *[("needed_lines", bad, REQUIRED) for bad in (None, [], [""])],
    ("needed_rich", EMPTY_TEXT, REQUIRED),
    ("needed_file", EMPTY_FILE, REQUIRED),
)  # fmt: skip


class TestRefused(ImportTestCase):
    """What the form refuses is refused with a sentence, and nothing is stored."""

    key = ManyForm.ANNOTATION_STORAGE_KEY

    def setUp(self):
        super().setUp()
        self.form = self.register("many", ManyForm, **OPTIONS)

    def test_values(self):
        for name, bad, reason in REFUSED:
            text = self.document(("page", {name: bad}), form="many")
            with self.subTest(name=name, bad=str(bad)[:50]):
                try:
                    (page,) = read_document(text.encode(), [self.form]).pages()
                except Invalid as error:
                    # It is no JSON at all.
                    self.assertIsNone(reason, error)
                    continue
                self.assertEqual(1, len(page.refused))
                found = page.refused[0][1]
                mapping = getattr(found, "mapping", None) or {}
                for variable, value in mapping.items():
                    found = found.replace(f"${{{variable}}}", str(value))
                if reason:
                    self.assertEqual(reason, found)

    def test_a_part_that_is_read_only_may_be_as_it_is(self):
        self.store(rows=[{"name": "Zoë", "count": 1}, {"name": "Ada", "count": 2}])
        rows = [{"name": "Zoë", "count": 1}, {"name": "Eve", "count": 2}]
        self.do_import(self.document(("page", {"rows": rows}), form="many"))
        self.assertEqual({"rows": rows}, self.stored())

    def test_what_nobody_could_read_is_not_stored(self):
        names = (
            "",
            "__class__",
            "_p_jar",
            "needed ",
            "NEEDED",
            "rows.0",
            "*",
            "a" * 5000,
        )
        for name in names:
            with self.subTest(name=name[:20]):
                values = {"line": "new", name: "hidden"}
                browser = self.do_import_of(values)
                ((path, reason),) = self.left(browser)
                self.assertEqual("/page", path)
                self.assertIn(f"There is no field “{' '.join(name.split())}", reason)
                self.assertIsNone(self.stored())

    def do_import_of(self, values):
        """Return the browser after a dry run, and an import that nobody offers."""
        text = self.document(("page", values), form="many")
        browser = self.send(text)
        self.assertEqual([], self.changed(browser))
        login(self.portal, "siteadmin")
        forms = [getUtility(IRegisteredForm, name="many")]
        document = read_document(text.encode(), forms)
        pending = begin_import(self.portal, "siteadmin", document)
        transaction.commit()
        fields = [
            ("_authenticator", createToken()),
            ("import", "1"),
            ("continue", pending.identifier),
        ]
        browser.post(f"{self.portal.absolute_url()}/@@{VIEW}", *multipart(fields))
        self.assertIn("What was done", browser.contents)
        return browser

    def test_what_is_shown_is_taken(self):
        values = {
            "line": "Zoë 🎈",
            "text": "a\tb\r\nc",
            "count": 10**30,
            "size": -1e30,
            "price": Decimal("-1.25"),
            "numbers": {1: Decimal("0.1")},
            "names": {"[[": "a", "{}": "b"},
            "anything": {"a": nested(MAX_DEPTH - 2)},
            "level": 2,
        }
        data = {name: portable(value) for name, value in values.items()}
        self.do_import(self.document(("page", data), form="many"))
        self.assertEqual(values, self.stored())

    def test_names_and_paths_with_such_characters_are_no_export(self):
        record = {"path": "/page", "uid": "", "values": {"line": "new"}}
        document = {"form": "many", "pages": [record]}
        for bad in ("\0", "\ud800"):
            for spoilt_document in (
                {**document, "form": bad},
                {**document, "pages": [{**record, "path": bad}]},
                {**document, "pages": [{**record, "uid": bad}]},
                {**document, "pages": [{**record, "values": {bad: 1}}]},
            ):
                with self.subTest(document=spoilt_document):
                    browser = self.send(json.dumps(spoilt_document))
                    self.assertEqual("200 OK", browser.headers["status"])
                    message = "The file is no export of form data."
                    self.assertIn(message, browser.contents)


class TestBounds(TestCase):
    """Work and memory stay small, whatever is checked."""

    def test_what_is_nested_a_million_times(self):
        with self.assertRaises(Invalid):
            check_bounds(nested(1_000_000))

    def test_what_is_in_itself_many_times(self):
        data: list = []
        for _level in range(40):
            data = [data] * 10
        with self.assertRaises(Invalid):
            check_bounds(data)


class TestEachFieldType(FunctionalTestCase):
    """Tests for each field type are made below."""

    layer = FUNCTIONAL
    examples = SETTINGS

    def setUp(self):
        super().setUp()
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        self.user = self.browser()

    def check(self, case):
        """Check that any data are refused, or can be shown, edited and exported."""
        self.key = case.key
        form_class = getattr(formkinds, f"{case.class_name}Edit")
        with registered_form(case.name, form_class, **OPTIONS) as form:

            @self.examples
            @given(spoilt(portable(in_json(case.stored))))
            def check(data):
                if self.is_imported(form, data):
                    self.open_all(case)
                    self.forget()

            check()

    def is_imported(self, form, data):
        """Import a value as a file does; tell whether it was changed."""
        record = {"path": "/page", "uid": "", "values": {"value": data}}
        document = {"form": form.name, "pages": [record]}
        try:
            (page,) = read_document(json.dumps(document).encode(), [form]).pages()
        except Invalid:
            return False
        if page.is_change:
            page.write()
            transaction.commit()
        return page.is_change

    def open_all(self, case):
        for address in (
            f"page/@@{case.name}-view?ajax_load=1",
            f"page/@@{case.name}-edit?ajax_load=1",
            "page/@@form-data?ajax_load=1",
            f"page/@@form-data-delete?key={case.key}&ajax_load=1",
            f"page/@@form-data-export?key={case.key}",
            f"@@form-data-pages?form={case.name}&ajax_load=1",
            f"@@form-data-download?form={case.name}&format=json",
            f"@@form-data-download?form={case.name}&format=csv",
        ):
            self.user.open(f"{self.portal.absolute_url()}/{address}")
            self.assertEqual("200 OK", self.user.headers["status"], address)


class TestEachFieldTypeOften(TestEachFieldType):
    """The same with more values."""

    level = 2
    examples = MANY


def made_test(case):
    return lambda self: self.check(case)


for case in CASES:
    name = f"test_{case.name.replace('-', '_')}"
    setattr(TestEachFieldType, name, made_test(case))
