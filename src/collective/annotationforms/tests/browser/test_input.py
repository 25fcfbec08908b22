"""Export and import get along with any request: 4xx, or a page with a sentence."""

from collective.annotationforms.browser.download import attachment
from collective.annotationforms.tests.admin import LEFT_OVER
from collective.annotationforms.tests.exchange.hostile import spoilt
from collective.annotationforms.tests.exchange.test_importing import ImportTestCase
from collective.annotationforms.tests.exchange.test_importing import VIEW
from collective.annotationforms.tests.fields.test_roundtrip import MANY
from collective.annotationforms.tests.fields.test_roundtrip import SETTINGS
from collective.annotationforms.tests.matrix.page import multipart
from collective.annotationforms.tests.matrix.page import Upload
from hypothesis import given
from hypothesis import strategies as st
from plone.app.testing import login
from plone.protect.authenticator import createToken
from unittest import TestCase
from urllib.parse import quote
from urllib.parse import unquote

import codecs
import json
import re


VIEWS = ("form-data-preview", "form-data-download")
FILTERS = ("text", "path", "state", "since", "sort", "descending", "b_start", "bom")
TYPED = st.sampled_from(
    [
        *("", "notes", "csv", "json", "%", "*", '"', "(", "and", "a and (", "/..", "²"),
        *("2027-01-01", "0000-00-00", "é", "\0", "\r\nX: y", "a" * 5000, "9" * 5000),
    ]
) | st.text(max_size=10)
NAMES = ("form", "key", "format", *FILTERS)
# Zope itself refuses a record beside a text of the same name, with an error.
SUFFIXES = st.sampled_from(["", "", "", ":list", ":bytes", ":tuple"])
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), SUFFIXES, TYPED), max_size=4)


class TestExport(ImportTestCase):
    """Names twice, missing, and of another type."""

    examples = SETTINGS

    def setUp(self):
        super().setUp()
        self.add_page("a", text="secret", file=None)
        self.leave_data(self.portal["a"], word="secret")
        self.user = self.browser("siteadmin")

    def status(self, view, query):
        self.user.open(f"{self.portal.absolute_url()}/@@{view}?{query}")
        return self.user.headers["status"]

    def test_no_request_ends_with_an_error(self):
        @self.examples
        @given(st.sampled_from(VIEWS), PAIRS)
        def check(view, pairs):
            pairs = [("form", "", "notes"), ("format", "", "csv"), *pairs]
            query = "&".join(
                f"{name}{suffix}={quote(typed, errors='surrogatepass')}"
                for name, suffix, typed in pairs
            )
            self.assertRegex(self.status(view, query), "^(200|400|404) ")

        check()

    def test_what_was_typed_twice_is_a_bad_request(self):
        for view in VIEWS:
            for name in ("format", *set(FILTERS) - {"b_start"}):
                for query in (
                    f"{name}=1&{name}=2",
                    f"{name}:list=1",
                    f"{name}:bytes=1",
                    f"{name}:int=1",
                    f"{name}.x:record=1",
                ):
                    status = self.status(view, f"form=notes&{query}")
                    self.assertEqual("400 Bad Request", status, (view, query))

    def test_data_that_are_not_known_are_not_found(self):
        for view in VIEWS:
            for query in ("", "form=", "form=gone", "key=", "key=gone", "form=%00"):
                status = self.status(view, f"{query}&format=csv")
                self.assertEqual("404 Not Found", status, (view, query))

    def test_a_filter_that_is_not_understood_is_not_ignored(self):
        status = self.status("form-data-download", "form=notes&format=csv&since=soon")
        self.assertEqual("400 Bad Request", status)
        self.assertNotIn("secret", self.user.contents)

    def test_no_cache_keeps_the_data(self):
        for subject in ("form=notes", f"key={LEFT_OVER}"):
            for view in VIEWS:
                status = self.status(view, f"{subject}&format=json")
                self.assertEqual("200 OK", status)
                cached = self.user.headers["cache-control"]
                self.assertEqual("private, no-store", cached)

    def test_nothing_is_written(self):
        for view in VIEWS:
            self.status(view, "form=notes&format=csv")
            before = self.last_transaction()
            self.status(view, "form=notes&format=json")
            self.assertEqual(before, self.last_transaction())

    def last_transaction(self):
        return self.layer["app"]._p_jar.db().lastTransaction()


class TestExportOften(TestExport):
    """The same with more requests."""

    level = 2
    examples = MANY


class TestImport(ImportTestCase):
    """Files that are none, twice, empty, in another encoding."""

    examples = SETTINGS

    def setUp(self):
        super().setUp()
        self.add_page("a", text="old")
        login(self.portal, "siteadmin")
        self.token = createToken()
        self.text = self.document(("a", {"text": "né"}))

    def post(self, *fields, token=True):
        """Return the browser after fields were sent as a form sends them."""
        more = [("_authenticator", self.token)] if token else []
        browser = self.browser("siteadmin")
        url = f"{self.portal.absolute_url()}/@@{VIEW}"
        browser.post(url, *multipart([*fields, *more]))
        return browser

    def file(self, content, name="data.json", content_type="application/json"):
        return ("file", Upload(name, content, content_type))

    def test_no_file_ends_with_an_error(self):
        document = json.loads(self.text)
        file = {"filename": "a.txt", "content-type": "text/plain", "data": "SGk="}
        values = {"level": "low", "until": "2027-01-31", "file": file, "other": ""}
        document["pages"][0]["values"].update(values)
        documents = spoilt(document).map(lambda bad: json.dumps(bad).encode())
        text = json.dumps(document).encode()
        cut = st.integers(0, len(text)).map(lambda end: text[:end])

        @self.examples
        @given(documents | cut | st.binary(max_size=20))
        def check(content):
            browser = self.post(self.file(content))
            self.assertEqual("200 OK", browser.headers["status"])
            self.say_yes(browser)
            self.assertEqual("200 OK", browser.headers["status"])

        check()

    def test_no_file(self):
        file = self.file(self.text.encode())
        for fields in (
            [],
            [("file", "")],
            [("file", self.text)],
            [self.file(b"")],
            [self.file(b"", "")],
            [file, file],
            [("file.x:record", "1")],
        ):
            with self.subTest(fields=fields):
                browser = self.post(*fields)
                self.assertEqual("200 OK", browser.headers["status"])
                self.assertIn("Please choose a file.", browser.contents)
                self.assertEqual([], self.changed(browser))

    def test_json_in_any_encoding_that_json_may_have(self):
        plain = self.text.replace("\\u00e9", "é")
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le"):
            browser = self.post(self.file(plain.encode(encoding)))
            self.assertEqual([["/a", "Text"]], self.changed(browser), encoding)

    def test_other_encodings(self):
        plain = self.text.replace("\\u00e9", "é")
        for content in (
            plain.encode("latin-1"),
            codecs.BOM_UTF8 + plain.encode("latin-1"),
            codecs.BOM_UTF16 + plain.encode(),
            b"\0" * 100,
            b"\xff\xfe\0",
        ):
            browser = self.post(self.file(content))
            self.assertIn("The file is no JSON document.", browser.contents)

    def test_names_and_types_of_the_file_do_not_matter(self):
        content = self.text.encode()
        for name, content_type in (
            ("é", "text/html"),
            ("a" * 500, ""),
            ("a\0b", "image/gif"),
            ("../../etc/passwd", "x"),
        ):
            browser = self.post(self.file(content, name, content_type))
            self.assertEqual([["/a", "Text"]], self.changed(browser), name)

    def test_a_file_is_looked_at_before_it_is_imported(self):
        browser = self.post(self.file(self.text.encode()), ("import", "1"))
        self.assertIn("What would change", browser.contents)
        self.assertEqual({"text": "old"}, self.stored(self.portal["a"]))

    def test_an_import_that_is_none(self):
        for fields in (
            [("continue", "")],
            [("continue", "1"), ("continue", "2")],
            [("continue.x:record", "1")],
            [("continue", Upload("x", b"1", "text/plain"))],
        ):
            browser = self.post(*fields)
            self.assertEqual("200 OK", browser.headers["status"])
            self.assertIn("This import has ended.", browser.contents)

    def test_a_token_that_is_none(self):
        file = self.file(self.text.encode())
        for fields in ([], [("_authenticator", "é")]):
            browser = self.post(file, *fields, token=False)
            self.assertEqual("403 Forbidden", browser.headers["status"])
        browser = self.post(file, ("_authenticator", self.token))
        self.assertIn(browser.headers["status"], ("200 OK", "403 Forbidden"))

    def test_places_that_are_none(self):
        for path in (
            "",
            "/",
            "//",
            "/..",
            "/a/..",
            "a",
            "*",
            "/é",
            "/@@view",
            "/a/text",
        ):
            for uid in ("", "*", "é", "x" * 10_000):
                record = {"path": path, "uid": uid, "values": {"text": 1}}
                browser = self.send(json.dumps({"form": "notes", "pages": [record]}))
                self.assertEqual("200 OK", browser.headers["status"], (path, uid))
                self.assertEqual(1, len(self.left(browser)), (path, uid))

    def test_no_cache_keeps_what_is_shown(self):
        for browser in (self.open(VIEW), self.post(self.file(self.text.encode()))):
            cached = browser.headers["cache-control"]
            self.assertEqual("private, no-store", cached)


class TestImportOften(TestImport):
    """The same with more files."""

    level = 2
    examples = MANY


class TestNames(TestCase):
    """The name of a file is what it is, and never more of the header."""

    def test_a_plain_name_stays(self):
        self.assertEqual('attachment; filename="notes.csv"', attachment("notes.csv"))

    def test_another_name(self):
        self.assertEqual(
            "attachment; filename=\"-.csv\"; filename*=UTF-8''%C3%A9.csv",
            attachment("é.csv"),
        )

    def test_any_name(self):
        @SETTINGS
        @given(st.text())
        def check(name):
            header = attachment(name)
            match = re.fullmatch(
                r'attachment; filename="([\w.-]*)"'
                r"(?:; filename\*=UTF-8''([\w.~%-]*))?",
                header,
                re.ASCII,
            )
            self.assertIsNotNone(match, header)
            plain, encoded = match.groups()
            found = plain if encoded is None else unquote(encoded)
            whole = name.encode(errors="replace").decode()
            self.assertEqual(whole, found)

        check()
