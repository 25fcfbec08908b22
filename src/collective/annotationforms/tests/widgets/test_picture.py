"""Files in the place of pictures, and pictures that are broken."""

from collective.annotationforms import annotation_storage
from collective.annotationforms.storage.value import revision_of
from collective.annotationforms.tests.widgets.test_file import FilesTestCase
from collective.annotationforms.tests.widgets.test_file import Links
from collective.annotationforms.tests.widgets.test_file import png
from io import BytesIO
from PIL import Image
from plone.namedfile.file import NamedBlobImage as ImageValue

import transaction


def jpeg():
    data = BytesIO()
    Image.new("RGB", (400, 300), "red").save(data, "JPEG")
    return data.getvalue()


SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10">'
    b'<rect width="20" height="10"/></svg>'
)
BROKEN = {
    "text": b"This is no picture.",
    "nothing": b"",
    "beginning of a PNG": png()[:30],
    "beginning of a JPEG": jpeg()[:400],
    "PNG with a fault": png().replace(b"IDAT", b"IDAX"),
    "PDF": b"%PDF-1.4\n%%EOF\n",
    "page": b"<html><body>Hello</body></html>",
    "no drawing": b"<html><!-- http://www.w3.org/2000/svg --></html>",
    "GIF of no size": b"GIF89a" + b"\x00" * 20,
}
#: Plone shows what there is of the last one.
PICTURES = {
    "a.png": png(),
    "a.jpg": jpeg(),
    "a.svg": SVG,
    "cut.png": png()[:-200],
}


class TestBrokenPictures(FilesTestCase):
    """The form and its view open whatever is stored, and write nothing."""

    def upload(self, data, name="photo.png", browser=None):
        browser = browser or self.open("files")
        control = browser.getControl(name="form.widgets.image")
        control.add_file(BytesIO(data), "image/png", name)
        browser.getControl("Save").click()
        return browser

    def open(self, view, user="admin"):
        browser = self.browser(user)
        browser.open(f"{self.url}/@@{view}")
        return browser

    def test_what_is_stored_is_shown_and_nothing_is_written(self):
        for title, data in BROKEN.items():
            for content_type in ("image/png", ""):
                with self.subTest(title, type=content_type):
                    image = ImageValue(data, content_type, "photo.png")
                    self.store(image=image)
                    self.check_views(data)

    def check_views(self, data):
        transaction.begin()
        stored = annotation_storage(self.page, self.key)
        before = revision_of(stored.get("image"))
        for view in ("files", "files-view"):
            browser = self.open(view)
            self.assertEqual("200 OK", browser.headers["status"])
            self.assertNotIn("Confirming User Action", browser.contents)
            self.assertIn("photo.png", browser.contents)
        width, _height = stored.get("image").getImageSize()
        transaction.abort()
        found = Links(browser.contents).found
        self.assertEqual((width > 0, width < 1), (bool(found["img"]), bool(found["a"])))
        browser.open((found["img"] + found["a"])[0])
        self.assertEqual("200 OK", browser.headers["status"])
        self.assertEqual(len(data), int(browser.headers["content-length"]))
        browser = self.open("files")
        browser.getControl("Save").click()
        self.assertIn("Nothing was changed.", browser.contents)
        transaction.begin()
        self.assertEqual(before, revision_of(stored.get("image")))

    def test_one_is_refused_at_upload(self):
        for title, data in BROKEN.items():
            if not data:
                continue
            with self.subTest(title):
                self.forget()
                browser = self.upload(data)
                self.assertIn("“photo.png” is no picture", browser.contents)
                self.assertIsNone(self.stored())

    def test_pictures_are_taken(self):
        for name, data in PICTURES.items():
            with self.subTest(name):
                self.forget()
                browser = self.upload(data, name)
                self.assertIn("Changes saved.", browser.contents)
                self.assertEqual(data, self.stored()["image"].data)
                self.assertIn("<img", self.open("files-view").contents)

    def test_one_that_is_stored_does_not_hinder_other_changes(self):
        self.store(image=ImageValue(b"no picture", "image/png", "photo.png"))
        browser = self.open("files")
        control = browser.getControl(name="form.widgets.file")
        control.add_file(BytesIO(b"text"), "text/plain", "a.txt")
        browser.getControl("Save").click()
        self.assertIn("Changes saved.", browser.contents)

    def test_my_file_is_mine_and_theirs_is_theirs(self):
        """A conflict about a picture, and an error elsewhere."""
        self.store(image=ImageValue(png(), "image/png", "first.png"))
        mine = self.open("files")
        self.store(image=ImageValue(png(20, 10), "image/png", "theirs.png"))
        mine.getControl(name="form.widgets.image.action").value = ["replace"]
        self.upload(jpeg(), "mine.jpg", mine)
        field, _start, conflict = self.of_image(mine).partition("radiogroup")
        self.assertIn("Image already uploaded:", field)
        self.assertIn("mine.jpg", field)
        self.assertNotIn("0 KB", field)
        self.assertEqual({"a": [], "img": []}, Links(field).found)
        (theirs,) = Links(conflict).found["img"]
        other = self.open("files")
        other.open(theirs)
        self.assertEqual(len(png(20, 10)), int(other.headers["content-length"]))
        mine.getControl(name="form.widgets.image-conflict").value = ["mine"]
        mine.getControl("Save").click()
        self.assertIn("Changes saved.", mine.contents)
        self.assertEqual(jpeg(), self.stored()["image"].data)

    def of_image(self, browser):
        html = browser.contents.partition('id="formfield-form-widgets-image"')[2]
        return html.partition('id="formfield-')[0]
