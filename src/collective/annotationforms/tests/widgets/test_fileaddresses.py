"""What may be in the address of a file of a row: names, numbers, and nonsense."""

from collective.annotationforms.tests.widgets.filesinrows import PartsTestCase
from collective.annotationforms.tests.widgets.test_file import Links
from collective.annotationforms.tests.widgets.test_file import png
from plone.namedfile.file import NamedBlobFile as FileValue
from plone.namedfile.file import NamedBlobImage as ImageValue
from urllib.parse import quote


class TestAddresses(PartsTestCase):
    """What is no address of a file is not found, and never an error."""

    def test_rows_that_are_not_there(self):
        self.fill()
        links = self.links("files-form")["a"]
        revision = links["k"].partition("?")[2]
        for name in (
            "files.2",
            "files.99999999999",
            "files.-9",
            f"files.{'9' * 5000}",
            "files.x",
            "files.",
            "files..0",
            "files.0.0",
            "files.0.widgets.file",
            "files.1_0",
            "files.%C2%B2",
            "rows.AA.widgets.file",
            "rows.TT.widgets.file",
            "rows.9.widgets.file",
            "rows.-1.widgets.file",
            "rows.-9.widgets.file",
            "rows.x.widgets.file",
            "rows.0.file",
            "rows.0.widgets.nothing",
            "rows.0.widgets",
            "things.0",
            "named.key.0",
            "named.9",
            "thing.widgets.files.9",
            "thing.widgets.files",
            "thing.0",
            "lists.0",
            "lists.0.9",
            "lists.9.0",
        ):
            for tail in (
                f"@@download/k.txt?{revision}",
                f"@@images/preview?{revision}",
            ):
                with self.subTest(name=name, tail=tail):
                    start = f"{self.url}/@@files-form/++widget++form.widgets."
                    self.assertEqual("404", self.status(f"{start}{name}/{tail}"))

    def test_other_revisions(self):
        self.fill()
        address, _mark, query = self.links("files-form")["a"]["k"].partition("?")
        for other in (
            "",
            "revision=",
            "revision=x",
            f"{query}x",
            f"{query}&{query}",
            query.replace("=", ":list="),
            query.replace("revision=", "revision.x:record="),
            "revision=h%C3%A4%00",
            "revision=" + "x" * 5000,
            "form.widgets.rows.count=0",
            "form.widgets.rows.count=x",
        ):
            with self.subTest(query=other):
                self.assertIn(self.status(f"{address}?{other}"), ("400", "404"))

    def test_what_is_sent_changes_nothing(self):
        self.fill()
        link = self.links("files-form")["a"]["k"]
        sent = "form.widgets.rows.count=1&form.widgets.rows.0-empty-marker=1"
        self.assert_file("k", f"{link}&{sent}&form.widgets.rows.0.widgets.title=x")

    def test_nothing_is_below(self):
        self.fill()
        address, _mark, query = self.links("files-form")["a"]["k"].partition("?")
        for path in ("/x", "/context", "/files", "/@@download/k.txt", "/@@images/mini"):
            self.assertEqual("404", self.status(f"{address}{path}?{query}"))
        start = address.partition("/@@download")[0]
        for path in ("files", "context", "without_link", "files/storage", "value"):
            self.assertEqual("404", self.status(f"{start}/{path}?{query}"))
        # No view of these names reads what the address of another one tells.
        for path in ("@@display-file/k.txt", "@@images", "@@images/x"):
            self.assertEqual("404", self.status(f"{start}/{path}?{query}"))

    def test_no_image_of_another_kind(self):
        self.fill()
        start, _mark, query = self.links("files-form")["a"]["k"].partition("?")
        address = start.replace("@@download/k.txt", "@@images/preview")
        self.assertEqual("404", self.status(f"{address}?{query}"))


class TestNames(PartsTestCase):
    """A file has its own name, whatever may be in an address."""

    NAMES = (
        "häß ü.txt",
        "a \"b\" 'c'.txt",
        "a/b.txt",
        "a\\b.txt",
        "../../x.txt",
        "..",
        ".",
        "@@view",
        "++widget++files",
        "_x.txt",
        "aq_parent",
        "a?b#c%20d+e;f&g=h.txt",
        "<script>.txt",
        "日本語.txt",
        "",
        None,
    )

    def test_names(self):
        for name in self.NAMES:
            self.store(
                files=[FileValue(b"data", "text/plain", name)],
                images=(ImageValue(png(), "image/png", name),),
            )
            for view in ("files-form", "files-view"):
                with self.subTest(name=name, view=view):
                    browser = self.get(f"{self.url}/@@{view}")
                    self.assertNotIn("<script>.txt", browser.contents)
                    found = Links(browser.contents).found
                    link = next(one for one in found["a"] if "files.0" in one)
                    browser = self.get(link)
                    self.assertEqual("data", browser.contents)
                    self.assertEqual(
                        f"attachment; filename*=UTF-8''{quote(name or 'files')}",
                        browser.headers["content-disposition"],
                    )
                    for one in found["img"]:
                        self.assertEqual("200", self.status(one))

    def test_what_browsers_would_run_is_downloaded(self):
        page = b"<script>alert(1)</script>"
        drawing = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'
        self.store(
            files=[
                FileValue(page, "text/html", "x.html"),
                FileValue(page, "text/html"),
            ],
            images=(ImageValue(drawing, "image/svg+xml", "x.svg"),),
        )
        found = Links(self.get(f"{self.url}/@@files-form").contents).found
        links = {*found["a"], *found["img"]}
        self.assertEqual(4, len(links))
        for link in links:
            disposition = self.get(link).headers["content-disposition"]
            self.assertTrue(disposition.startswith("attachment; "), link)
