"""Characters that can't be shown or sent: refused, and on the way out replaced."""

from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import schema_view
from collective.annotationforms.interfaces import InvalidValueError
from collective.annotationforms.storage.text import readable
from collective.annotationforms.tests.admin import AdminTestCase
from collective.annotationforms.tests.admin import OPTIONS
from collective.annotationforms.tests.fields.test_roundtrip import SETTINGS
from collective.annotationforms.tests.layers import IntegrationTestCase
from hypothesis import example
from hypothesis import given
from hypothesis import strategies as st
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from plone.app.textfield import RichText
from plone.app.textfield.value import RichTextValue
from plone.namedfile.field import NamedFile
from plone.namedfile.file import NamedBlobFile
from plone.namedfile.file import NamedFile as File
from plone.supermodel import model
from unittest import TestCase
from urllib.parse import quote_from_bytes
from zope import schema
from zope.annotation.interfaces import IAnnotations

import csv
import io
import json
import re
import transaction


KEY = "example.characters"
HALF = ("\ud800", "a\udfffb", "\ud83d\ude00")
CONTROLS = ("\0", "a\x0bb", "a\x1fb", "\ufffe")


class ITexts(model.Schema):
    """Whatever can have text in it."""

    line = schema.TextLine(title="Line", required=False)
    text = schema.Text(title="Text", required=False)
    lines = schema.List(
        title="Lines", value_type=schema.TextLine(), required=False, default=[]
    )
    names = schema.Dict(
        title="Names",
        key_type=schema.TextLine(),
        value_type=schema.TextLine(),
        required=False,
    )
    chosen = schema.Choice(title="Chosen", values=["a", "\ud800"], required=False)
    rich = RichText(title="Rich", required=False)
    file = NamedFile(title="File", required=False)


class TextsForm(AnnotationEditForm):
    schema = ITexts
    label = "Texts"
    ANNOTATION_STORAGE_KEY = KEY


class Note:
    def __init__(self, text):
        self.text = text


def with_text(bad):
    """Return values by the names of fields, each with the text somewhere."""
    return {
        "line": bad,
        "text": f"one\ntwo{bad}",
        "lines": ["a", bad],
        "names": {"a": bad},
        "rich": RichTextValue(f"<p>{bad}</p>", "text/html", "text/html"),
        "file": File(b"data", "text/plain", re.sub("[\r\n]", "", f"{bad}.txt")),
    }


class TestReadable(TestCase):
    """What is replaced is one sign for each half, and nothing else changes."""

    @SETTINGS
    @given(st.text(st.characters()))
    @example("\ud83d\ude00")
    @example("\ude00\ud83d")
    def test_any_text(self, text):
        shown = readable(text)
        self.assertEqual(shown, shown.encode().decode())
        if not re.search("[\ud800-\udfff]", text):
            self.assertEqual(text, shown)
        if not re.search("[\ud800-\udbff][\udc00-\udfff]", text):
            self.assertEqual(len(text), len(shown))


class TestRefused(IntegrationTestCase):
    """Code gets a clear error, and nothing is written."""

    def setUp(self):
        super().setUp()
        self.storage = annotation_storage(self.page, KEY)

    def test_code_that_stores(self):
        for bad in HALF:
            for value in (
                *with_text(bad).values(),
                {bad: "a"},
                {"a": [{"b": (bad,)}]},
                {bad},
                Note(bad),
                [Note({"a": bad})],
                PersistentList([bad]),
                PersistentMapping({"a": PersistentMapping({bad: 1})}),
                NamedBlobFile(b"data", filename=bad),
            ):
                with self.subTest(bad=bad, value=value):
                    character = f"U+{ord(re.sub('[ab]', '', bad)[0]):04X}"
                    message = (
                        r"^Annotation 'example.characters' of /plone/page, field 'x':"
                        rf" it has the character {re.escape(character)}, which can't be"
                        " shown$"
                    )
                    with self.assertRaisesRegex(InvalidValueError, message):
                        self.storage["x"] = value
        self.assertIsNone(self.stored(KEY))

    def test_attributes_of_a_schema(self):
        view = schema_view(self.storage, ITexts, writable=True)
        for bad in HALF:
            for name, value in with_text(bad).items():
                refused = self.assertRaisesRegex(InvalidValueError, "U[+]")
                with self.subTest(name, bad=bad), refused:
                    setattr(view, name, value)
        with self.assertRaisesRegex(InvalidValueError, "U[+]D800"):
            view.chosen = "\ud800"
        self.assertIsNone(self.stored(KEY))

    def test_what_is_text_is_stored(self):
        for good in (
            *CONTROLS,
            "",
            "Zoë",
            "a\tb\r\nc",
            "\x85\xa0\u2028",
            "\U0001f600",
            "\ue000",
        ):
            for name, value in with_text(good).items():
                self.storage[name] = value
                self.assertIn(name, self.storage)
            self.assertEqual(good, self.storage["line"])

    def test_bytes_are_no_text(self):
        self.storage["x"] = [b"\0\xed\xa0\x80", bytearray(b"\0")]
        self.assertEqual([b"\0\xed\xa0\x80", bytearray(b"\0")], self.storage["x"])

    def test_what_is_stored_already_can_be_put_back(self):
        stored = PersistentMapping(line="\ud800")
        IAnnotations(self.page)[KEY] = stored
        self.storage.put_back("text", self.storage["line"])
        self.assertEqual({"line": "\ud800", "text": "\ud800"}, self.storage.copy())


class TestForm(AdminTestCase):
    """The form says which field it is, and keeps the rest of what was typed."""

    key = KEY

    def setUp(self):
        super().setUp()
        self.form = self.register("texts", TextsForm, **OPTIONS)

    def post(self, **typed):
        """Send what no test browser can type."""
        browser = self.open("texts", "editor", self.page)
        pairs = {
            **dict(
                re.findall(r'name="(_authenticator)" value="([^"]*)"', browser.contents)
            ),
            **dict(
                re.findall(r'name="([^"]*-shown)" value="([^"]*)"', browser.contents)
            ),
            "form.widgets.lines": "",
            "form.widgets.names.count": "0",
            "form.widgets.line": "",
            "form.widgets.text": "",
            "form.buttons.save": "Save",
        }
        for name, text in typed.items():
            pairs[f"form.widgets.{name}"] = text
        body = "&".join(
            f"{name}={quote_from_bytes(text.encode(errors='surrogatepass'))}"
            for name, text in pairs.items()
        )
        browser.post(f"{self.url}/@@texts", body)
        return browser

    def test_typed(self):
        for bad in ("\ud800", *CONTROLS):
            for name, label in (("text", "Text"), ("lines", "Lines")):
                with self.subTest(name, bad=bad):
                    browser = self.post(**{name: bad, "line": "kept"})
                    self.assertEqual("200 OK", browser.headers["status"])
                    content = self.content(browser)
                    self.assertIn(f"“{label}” can't be saved: it has", content)
                    self.assertIn('value="kept"', content)
                    self.assertIsNone(self.stored())

    def test_what_is_stored_already_stays_until_it_is_changed(self):
        IAnnotations(self.page)[KEY] = PersistentMapping(text="a\x0bb", line="old")
        transaction.commit()
        self.post(text="a\x0bb", line="new")
        self.assertEqual({"text": "a\x0bb", "line": "new"}, self.stored())
        self.post(text="a b", line="new")
        self.assertEqual({"text": "a b", "line": "new"}, self.stored())


class TestExport(AdminTestCase):
    """One bad value keeps nobody from the others, and it is named."""

    key = KEY

    def setUp(self):
        super().setUp()
        self.form = self.register("texts", TextsForm, **OPTIONS)
        self.add_page("good", line="Zoë")
        page = self.add_page("bad", title="Bad")
        IAnnotations(page)[KEY] = PersistentMapping(
            with_text("a\ud800"),
            anything={"a": Note("\udfff"), "\udfff": [1]},
            chosen="\ud800",
        )
        page.reindexObject()
        transaction.commit()
        self.names = ["line", "text", "lines", "names", "rich", "file", "anything"]
        self.names.append("chosen")

    def download(self, how):
        browser = self.open(f"form-data-download?form=texts&format={how}")
        self.assertEqual("200 OK", browser.headers["status"])
        body = browser.contents
        # What is told on the next page.
        browser.open(self.url)
        return body, browser.contents

    def test_json(self):
        with self.assertLogs("collective.annotationforms", "WARNING") as logs:
            body, told = self.download("json")
        exported = json.loads(body)
        body.decode()
        pages = {page["path"]: page["values"] for page in exported["pages"]}
        self.assertEqual({"line": "Zoë"}, pages["/good"])
        self.assertEqual("a\ufffd", pages["/bad"]["line"])
        self.assertEqual({"a": "a\ufffd"}, pages["/bad"]["names"])
        self.assertEqual("<p>a\ufffd</p>", pages["/bad"]["rich"]["data"])
        self.assertEqual("a\ufffd.txt", pages["/bad"]["file"]["filename"])
        replaced = exported["replaced"]
        self.assertEqual(["/bad"], [one["path"] for one in replaced])
        self.assertCountEqual(self.names, replaced[0]["fields"])
        self.assertIn("/bad: ", logs.output[0])
        self.assertIn("/bad (", told)

    def test_csv(self):
        with self.assertLogs("collective.annotationforms", "WARNING") as logs:
            body, told = self.download("csv")
        rows = {row["path"]: row for row in csv.DictReader(io.StringIO(body))}
        self.assertEqual("Zoë", rows["/good"]["line"])
        self.assertEqual("a\ufffd", rows["/bad"]["line"])
        self.assertEqual("a\ufffd.txt", rows["/bad"]["file"])
        self.assertIn("/bad: ", logs.output[0])
        self.assertIn("line", logs.output[0])
        self.assertIn("/bad (", told)

    def test_what_was_exported_changes_nothing_when_it_is_imported(self):
        del self.portal["bad"].__annotations__[KEY]["anything"]
        transaction.commit()
        with self.assertLogs("collective.annotationforms", "WARNING"):
            body, _told = self.download("json")
        browser = self.open("form-data-import")
        browser.getControl(name="file").add_file(body, "text/plain", "d.json")
        browser.getControl("Show what would change").click()
        self.assertRegex(
            self.content(browser),
            "Pages that are changed</dt> <dd [^>]*>0</dd>.*"
            "have these data already</dt> <dd [^>]*>2</dd>",
        )

    def test_no_page_fails(self):
        bad = self.portal["bad"]
        for view, page in (
            ("form-data-preview?form=texts", None),
            ("form-data-pages?form=texts", None),
            ("form-data-controlpanel", None),
            ("form-data", bad),
            (f"form-data-delete?key={KEY}", bad),
            ("texts", bad),
        ):
            with self.subTest(view):
                browser = self.open(view, page=page)
                self.assertEqual("200 OK", browser.headers["status"])
