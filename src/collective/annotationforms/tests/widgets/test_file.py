from AccessControl import getSecurityManager
from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationView
from collective.annotationforms.tests.layers import FunctionalTestCase
from html.parser import HTMLParser
from io import BytesIO
from PIL import Image
from plone.app.testing import login
from plone.app.testing import logout
from plone.autoform import directives
from plone.namedfile.field import NamedBlobFile
from plone.namedfile.field import NamedBlobImage
from plone.namedfile.file import NamedBlobFile as FileValue
from plone.namedfile.file import NamedBlobImage as ImageValue
from plone.supermodel import model
from zope.component import getMultiAdapter

import transaction


KEY = "example.files"


class IFiles(model.Schema):
    file = NamedBlobFile(title="File", required=False)
    image = NamedBlobImage(title="Image", required=False)
    model.fieldset("more", label="More", fields=["other", "guarded"])
    other = NamedBlobFile(title="Other", required=False)
    guarded = NamedBlobFile(title="Guarded", required=False)
    directives.read_permission(guarded="cmf.ManagePortal")
    directives.write_permission(guarded="cmf.ManagePortal")


class FilesForm(AnnotationEditForm):
    schema = IFiles
    ANNOTATION_STORAGE_KEY = KEY


class FilesView(AnnotationView):
    schema = IFiles
    ANNOTATION_STORAGE_KEY = KEY
    permission = "cmf.ModifyPortalContent"


class PublicFilesView(AnnotationView):
    schema = IFiles
    ANNOTATION_STORAGE_KEY = KEY


class Links(HTMLParser):
    """The addresses in a page."""

    def __init__(self, html):
        super().__init__()
        self.found = {"a": [], "img": []}
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        address = dict(attrs).get({"a": "href", "img": "src"}.get(tag))
        if address and "++widget++" in address:
            self.found[tag].append(address)


def png(width=600, height=300):
    data = BytesIO()
    Image.new("RGB", (width, height), "blue").save(data, "PNG")
    return data.getvalue()


class FilesTestCase(FunctionalTestCase):
    key = KEY

    def setUp(self):
        super().setUp()
        for name, base in (
            ("files", FilesForm),
            ("files-view", FilesView),
            ("public-files", PublicFilesView),
        ):
            self.register_view(name, base)

    def fill(self):
        self.store(
            file=FileValue(b"first", "text/plain", "häß.txt"),
            image=ImageValue(png(), "image/png", "blue.png"),
            other=FileValue(b"other", "text/plain", "other.txt"),
            guarded=FileValue(b"guarded", "text/plain", "guarded.txt"),
        )

    def links(self, view, user="editor"):
        browser = self.browser(user)
        browser.open(f"{self.url}/@@{view}")
        return Links(browser.contents).found

    def get(self, address, user="editor"):
        browser = self.browser(user)
        browser.open(address)
        return browser


class TestDownload(FilesTestCase):
    """Files are downloaded by links that work, with the permission of the form."""

    def test_links_of_the_form_and_of_the_view(self):
        self.fill()
        for view in ("files", "files-view", "public-files"):
            with self.subTest(view=view):
                links = self.links(view)["a"]
                contents = {self.get(link).contents for link in links}
                self.assertIn("first", contents)
                self.assertIn("other", contents)
                self.assertNotIn("guarded", contents)

    def test_headers_are_safe(self):
        self.store(file=FileValue(b"<script>", "text/html", "häß.html"))
        browser = self.get(f"{self.url}/@@files/++widget++file/@@download")
        self.assertEqual(
            "attachment; filename*=UTF-8''h%C3%A4%C3%9F.html",
            browser.headers["content-disposition"],
        )
        self.assertEqual("text/html", browser.headers["content-type"].split(";")[0])

    def test_without_a_file(self):
        for name in ("@@download", "@@download/x.txt", "@@images/thumb"):
            browser = self.get(f"{self.url}/@@files/++widget++image/{name}")
            self.assertEqual("404 Not Found", browser.headers["status"])

    def test_is_refused_to_who_may_not_use_the_form(self):
        self.fill()
        for view in ("files", "files-view"):
            for name, what in (
                ("file", "@@download"),
                ("other", "@@download/other.txt"),
                ("image", "@@download/blue.png"),
                ("image", "@@images/thumb"),
            ):
                for user in (None, "reader"):
                    with self.subTest(view=view, name=name, what=what, user=user):
                        address = f"{self.url}/@@{view}/++widget++{name}/{what}"
                        browser = self.get(address, user)
                        self.assertRegex(
                            browser.url, r"/login\?|insufficient-privileges"
                        )
        anonymous = self.get(
            f"{self.url}/@@public-files/++widget++other/@@download", None
        )
        self.assertEqual("other", anonymous.contents)

    def test_is_refused_to_who_may_not_see_the_field(self):
        self.fill()
        for view in ("files", "public-files"):
            address = f"{self.url}/@@{view}/++widget++guarded/@@download"
            with self.subTest(view=view):
                self.assertEqual("guarded", self.get(address, "admin").contents)
                for user in (None, "reader", "editor"):
                    self.assertNotEqual("guarded", self.get(address, user).contents)


class TestElsewhere(FilesTestCase):
    """Links work in viewlets and tiles: they lead to the view that the form names."""

    def rendered(self, user):
        """Return the links of a view that is used by a viewlet or a tile."""
        request = self.layer["request"].clone()
        # A tile has an address of its own.
        request["URL"] = request["ACTUAL_URL"] = f"{self.url}/@@my.tile/id-of-tile"
        login(self.portal, user)
        request["AUTHENTICATED_USER"] = getSecurityManager().getUser()
        view = PublicFilesView(self.page, request)
        view.__name__ = "public-files"
        view.update()
        links = Links("".join(widget.render() for widget in view.w.values()))
        logout()
        return links.found

    def test_links(self):
        self.fill()
        transaction.begin()
        found = self.rendered("editor")
        self.assertEqual(
            f"{self.url}/public-files/++widget++form.widgets.file/@@download"
            "/h%C3%A4%C3%9F.txt",
            found["a"][0],
        )
        self.assertEqual(
            ["first", "other"],
            [self.get(link, None).contents for link in found["a"]],
        )
        (image,) = found["img"]
        browser = self.get(image, None)
        self.assertEqual(png(), browser._response.body)


class TestUpload(FilesTestCase):
    """Upload, keep, replace, remove."""

    def open(self):
        return self.get(f"{self.url}/@@files")

    def upload(self, browser, data, name="note.txt"):
        browser.getControl(name="form.widgets.file").add_file(
            BytesIO(data), "text/plain", name
        )

    def data(self):
        stored = (self.stored() or {}).get("file")
        return stored and (stored.filename, stored.data)

    def test_upload_keep_replace_remove(self):
        browser = self.open()
        self.upload(browser, b"one")
        browser.getControl("Save").click()
        self.assertEqual(("note.txt", b"one"), self.data())
        browser = self.open()
        browser.getControl("Save").click()
        self.assertIn("Nothing was changed.", browser.contents)
        self.assertEqual(("note.txt", b"one"), self.data())
        browser = self.open()
        browser.getControl(name="form.widgets.file.action").value = ["replace"]
        self.upload(browser, b"two", "two.txt")
        browser.getControl("Save").click()
        self.assertEqual(("two.txt", b"two"), self.data())
        browser = self.open()
        browser.getControl(name="form.widgets.file.action").value = ["remove"]
        browser.getControl("Save").click()
        self.assertEqual({"file": None}, self.stored())


class TestImage(FilesTestCase):
    """Images have a preview and scales."""

    def test_the_form_shows_a_preview(self):
        self.fill()
        (address,) = self.links("files")["img"]
        self.assertEqual(
            f"{self.url}/@@files/++widget++image/@@images/preview", address
        )
        before = self.layer["app"]._p_jar.db().lastTransaction()
        browser = self.browser("editor")
        browser.open(address)
        self.assertEqual("image/png", browser.headers["content-type"])
        image = Image.open(BytesIO(browser._response.body))
        self.assertEqual((400, 200), image.size)
        self.assertEqual(before, self.layer["app"]._p_jar.db().lastTransaction())

    def test_the_view_shows_the_image(self):
        self.fill()
        (address,) = self.links("files-view")["img"]
        browser = self.browser("editor")
        browser.open(address)
        self.assertEqual(png(), browser._response.body)

    def test_scales_in_a_template(self):
        self.fill()
        transaction.begin()
        storage = annotation_storage(self.page, KEY)
        storage.__name__ = "files-view"
        images = getMultiAdapter((storage, self.layer["request"]), name="images")
        self.assertEqual(
            f'<img src="{self.url}/@@files-view/++widget++image/@@images/mini"'
            ' alt="blue.png" title="blue.png" height="100" width="200" />',
            images.tag("image", "mini"),
        )
        self.assertIsNone(images.tag("image", "no-such-scale"))
        self.assertIsNone(images.tag("nothing", "mini"))

    def test_unknown_scales_and_longer_paths_are_not_found(self):
        self.fill()
        for path in ("nothing", "mini/mini"):
            browser = self.get(f"{self.url}/@@files/++widget++image/@@images/{path}")
            self.assertEqual("404 Not Found", browser.headers["status"])

    def test_a_drawing_that_may_contain_a_script_is_downloaded(self):
        svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'
        self.store(image=ImageValue(svg, "image/svg+xml", "x.svg"))
        browser = self.get(f"{self.url}/@@files/++widget++image/@@images/mini")
        self.assertIn("attachment", browser.headers["content-disposition"])

    def test_a_file_without_a_name_is_downloaded(self):
        page = b"<script>alert(1)</script>"
        self.store(file=FileValue(page, "text/html"), image=ImageValue(page))
        for name in ("file", "image"):
            browser = self.get(f"{self.url}/@@files/++widget++{name}/@@download")
            self.assertIn("alert(1)", str(browser.contents))
            disposition = browser.headers["content-disposition"]
            self.assertEqual(f"attachment; filename*=UTF-8''{name}", disposition)
