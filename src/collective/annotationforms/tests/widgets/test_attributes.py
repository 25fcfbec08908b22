"""Plone's views that read an attribute by its name have nothing to read here."""

from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.widgets.test_file import FilesForm
from collective.annotationforms.tests.widgets.test_file import png
from collective.annotationforms.tests.widgets.test_file import PublicFilesView
from plone.namedfile.file import NamedBlobFile
from plone.namedfile.file import NamedBlobImage


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"></svg>'
WIDGETS = ("++widget++file", "++widget++image")
NAMES = (
    *("value", "value/x.txt", "context", "request", "form", "field", "name", "label"),
    *("filename", "widgets", "w", "mode", "x", "x/y", "x/y/z", "__class__"),
)


class TestAttributes(FunctionalTestCase):
    """They are not found: neither below a widget nor below a form or a view of ours."""

    def setUp(self):
        super().setUp()
        self.register_view("files", FilesForm)
        self.register_view("public-files", PublicFilesView)

    def check(self, user, path):
        browser = self.browser(user)
        browser.open(f"{self.url}/{path}")
        self.assertEqual(
            "404 Not Found", browser.headers["status"], (browser.url, user, path)
        )

    def test_below_a_widget(self):
        for file, image in (
            (NamedBlobFile(b"<p>", "text/html", "x.html"), NamedBlobImage(SVG)),
            (NamedBlobFile(b"x", "text/plain"), NamedBlobImage(png(), "image/png")),
            (NamedBlobFile(b"%PDF", "application/pdf", "x.pdf"), None),
            (None, None),
        ):
            self.store(file=file, image=image)
            for name in NAMES if image else ("value", "x"):
                for user, view in ((None, "public-files"), ("admin", "files")):
                    for widget in WIDGETS:
                        for reader in ("display-file", "text-transform"):
                            path = f"@@{view}/{widget}/@@{reader}/{name}"
                            self.check(user, path)
                            self.check(user, path.replace("@@d", "d"))
            self.check(None, "@@public-files/++widget++file/@@display-file")

    def test_below_a_form(self):
        self.store(file=NamedBlobFile(b"x", "text/plain"))
        for view in ("@@files", "@@public-files", "@@form-data", "@@history"):
            for name in NAMES:
                for reader in ("display-file", "download", "text-transform"):
                    for user in (None, "admin"):
                        if user or view == "@@public-files":
                            self.check(user, f"{view}/@@{reader}/{name}")

    def test_below_a_view_of_a_widget(self):
        self.store(file=NamedBlobFile(b"x", "text/plain"))
        for inner in ("@@ploneform-render-widget", "@@getSource", "@@images"):
            path = f"@@public-files/++widget++file/{inner}/@@display-file/context"
            self.check(None, path)
