from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationView
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.widgets.scaling import scaled_image
from io import BytesIO
from PIL import Image
from PIL import ImageColor
from plone.namedfile.field import NamedBlobImage
from plone.namedfile.field import NamedImage
from plone.namedfile.file import NamedBlobImage as BlobImage
from plone.namedfile.file import NamedImage as PlainImage
from plone.supermodel import model
from struct import pack
from unittest import mock
from zlib import crc32
from zope.component import getMultiAdapter

import plone.namedfile.scaling
import transaction


KEY = "example.pictures"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" %s></svg>'


class IPictures(model.Schema):
    image = NamedBlobImage(title="Image", required=False)
    plain = NamedImage(title="Plain", required=False)


class PicturesView(AnnotationView):
    schema = IPictures
    ANNOTATION_STORAGE_KEY = KEY


def picture(color="blue", size=(600, 300), kind="PNG", **options):
    data = BytesIO()
    Image.new("RGB", size, color).save(data, kind, **options)
    return data.getvalue()


def animation(frames, size=(60, 30)):
    images = [Image.new("L", size, number % 256) for number in range(frames)]
    data = BytesIO()
    images[0].save(data, "GIF", save_all=True, append_images=images[1:])
    return data.getvalue()


def bomb(width, height):
    """Return a PNG that says that it is as large as that; it is not."""
    header = b"IHDR" + pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0)
    data = picture(size=(9, 9))
    return data[:12] + header + pack(">L", crc32(header)) + data[33:]


class ScalingTestCase(FunctionalTestCase):
    """A public view with images, and how often one is scaled."""

    key = KEY

    def setUp(self):
        super().setUp()
        self.register_view("pictures", PicturesView)
        self.scaling = self.counted("scaleImage")

    def counted(self, name):
        patch = mock.patch.object(
            plone.namedfile.scaling,
            name,
            side_effect=getattr(plone.namedfile.scaling, name),
        )
        self.addCleanup(patch.stop)
        return patch.start()

    def get(self, scale="mini", field="image", user=None, **headers):
        browser = self.browser(user)
        for name, value in headers.items():
            browser.addHeader(name.replace("_", "-"), value)
        browser.open(f"{self.url}/@@pictures/++widget++{field}/@@images/{scale}")
        return browser

    def status(self, *args, **options):
        return int(self.get(*args, **options).headers["status"].split()[0])

    def color(self, *args, **options):
        body = self.get(*args, **options)._response.body
        return Image.open(BytesIO(body)).convert("RGB").getpixel((0, 0))


class TestOnce(ScalingTestCase):
    """Visitors get what was scaled before, and never what is not there any more."""

    def test_scaled_once_for_all_visitors(self):
        self.store(
            image=BlobImage(picture(), "image/png", "a.png"),
            plain=PlainImage(picture("red"), "image/png", "b.png"),
        )
        before = self.layer["app"]._p_jar.db().lastTransaction()
        for user in (None, "reader", "admin", None):
            self.assertEqual((0, 0, 255), self.color(user=user))
            self.assertEqual((255, 0, 0), self.color(field="plain", user=user))
        self.assertEqual(2, self.scaling.call_count)
        self.assertEqual(200, self.status("thumb"))
        self.assertEqual(3, self.scaling.call_count)
        self.assertEqual(before, self.layer["app"]._p_jar.db().lastTransaction())

    def test_a_changed_image_is_never_stale(self):
        for kind, field in ((BlobImage, "image"), (PlainImage, "plain")):
            with self.subTest(field=field):
                self.store(**{field: kind(picture(), "image/png", "a.png")})
                self.assertEqual((0, 0, 255), self.color(field=field))
                # Another object, and the same one with other data.
                self.store(**{field: kind(picture("red"), "image/png", "a.png")})
                self.assertEqual((255, 0, 0), self.color(field=field))
                transaction.begin()
                image = annotation_storage(self.page, KEY)[field]
                image.data = picture("lime")
                transaction.commit()
                self.assertEqual((0, 255, 0), self.color(field=field))
                self.forget(field)
                self.assertEqual(404, self.status(field=field))

    def test_what_is_not_committed_is_not_kept(self):
        self.store(image=BlobImage(picture(), "image/png", "a.png"))
        transaction.begin()
        storage = annotation_storage(self.page, KEY)
        for color in ("red", "lime"):
            storage["image"].data = picture(color)
            data = scaled_image(storage, "image", "mini").scale().data
            pixel = Image.open(BytesIO(data)).convert("RGB").getpixel((0, 0))
            self.assertEqual(ImageColor.getrgb(color), pixel)
        transaction.abort()
        self.assertEqual((0, 0, 255), self.color())

    def test_another_size_or_quality_is_another_scale(self):
        self.store(image=BlobImage(picture(), "image/png", "a.png"))
        self.get()
        registry = self.portal.portal_registry
        registry["plone.quality"] = 33
        transaction.commit()
        self.get()
        self.assertEqual(2, self.scaling.call_count)
        sizes = registry["plone.allowed_sizes"]
        changed = [size.replace("mini 200:", "mini 20:") for size in sizes]
        registry["plone.allowed_sizes"] = changed
        transaction.commit()
        body = self.get()._response.body
        self.assertEqual((20, 10), Image.open(BytesIO(body)).size)


class TestBrowsers(ScalingTestCase):
    """Browsers keep a scale for a minute, and ask then."""

    def test_not_sent_again(self):
        self.store(image=BlobImage(picture(), "image/png", "a.png"))
        first = self.get()
        self.assertEqual(
            "private, max-age=60, must-revalidate", first.headers["cache-control"]
        )
        tag = first.headers["etag"]
        for known in (tag, f'"other", W/{tag}'):
            again = self.get(If_None_Match=known)
            self.assertEqual("304 Not Modified", again.headers["status"])
            self.assertEqual(b"", again._response.body)
            self.assertEqual(tag, again.headers["etag"])
        self.assertNotEqual(tag, self.get("thumb").headers["etag"])
        self.store(image=BlobImage(picture("red"), "image/png", "a.png"))
        changed = self.get(If_None_Match=tag)
        self.assertEqual("200 OK", changed.headers["status"])
        self.assertNotEqual(tag, changed.headers["etag"])

    def test_a_refusal_is_not_kept(self):
        self.assertNotIn("cache-control", self.get("nothing").headers)

    def test_head(self):
        self.store(image=BlobImage(picture(), "image/png", "a.png"))
        browser = self.browser(None)
        address = f"{self.url}/@@pictures/++widget++image/@@images/mini"
        response = browser.testapp.head(address, expect_errors=True)
        self.assertLess(response.status_int, 500)


class TestLimits(ScalingTestCase):
    """What would cost too much is not found, before it is decoded."""

    def assert_refused(self, data, kind="image/png", decoded=False):
        self.store(image=BlobImage(data, kind, "x.png"))
        with mock.patch.object(Image.Image, "resize", side_effect=AssertionError):
            for _number in range(2):
                self.assertEqual(404, self.status())
        self.assertEqual(0, self.scaling.call_count)

    def test_too_many_pixels(self):
        for size in ((8193, 8192), (60_000, 60_000), (1, 2**30), (2**31, 2**31)):
            with self.subTest(size=size):
                self.assert_refused(bomb(*size))

    def test_too_many_frames(self):
        self.store(image=BlobImage(animation(3), "image/gif", "x.gif"))
        self.assertEqual(200, self.status())
        self.scaling.reset_mock()
        self.assert_refused(animation(7000, (1, 1)), "image/gif")

    def test_too_many_bytes(self):
        with mock.patch("collective.annotationforms.widgets.scaling.MAX_BYTES", 1000):
            self.assert_refused(picture() + b"x" * 1000)

    def test_too_many_bytes_of_a_scale(self):
        limit = "collective.annotationforms.widgets.scaling.MAX_SCALE_BYTES"
        self.store(image=BlobImage(picture(), "image/png", "a.png"))
        with mock.patch(limit, 100):
            for _number in range(2):
                self.assertEqual(404, self.status())
        self.assertEqual(1, self.scaling.call_count)

    def test_formats_that_are_decoded_when_they_are_opened(self):
        icon = BytesIO()
        Image.new("RGB", (32, 32)).save(icon, "ICO")
        self.assert_refused(icon.getvalue(), "image/x-icon")
        self.assert_refused(
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n",
            "image/x-eps",
        )

    def test_all_other_formats(self):
        for kind in ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP"):
            with self.subTest(kind=kind):
                data = picture(kind=kind)
                self.store(image=BlobImage(data, f"image/{kind.lower()}", "x"))
                body = self.get()._response.body
                self.assertEqual((200, 100), Image.open(BytesIO(body)).size)


class TestBroken(ScalingTestCase):
    """What can't be scaled is not found, and is not tried again and again."""

    def test_no_image(self):
        for data in (b"", b"no image", picture()[:20], b"GIF89a", b"\xff\xd8\xff"):
            with self.subTest(data=data):
                self.store(image=BlobImage(data, "image/png", "x.png"))
                for _number in range(2):
                    self.assertEqual(404, self.status())
                self.assertLess(self.scaling.call_count, 2)
                self.scaling.reset_mock()

    def test_drawings(self):
        self.scaling = self.counted("scale_svg_image")
        for size in (
            b'width="9" height="9"',
            b"",
            b'width="a"',
        ):
            with self.subTest(size=size):
                self.scaling.reset_mock()
                self.store(image=BlobImage(SVG % size, "image/svg+xml", "x.svg"))
                for _number in range(2):
                    browser = self.get()
                    self.assertEqual("200 OK", browser.headers["status"])
                    self.assertIn("attachment", browser.headers["content-disposition"])
                self.assertEqual(1, self.scaling.call_count)

    def test_broken_drawings(self):
        many = b"9" * 400
        for data in (
            b"",
            b"<svg",
            SVG % b'width="0" height="0"',
            b"no drawing",
            b"\xff\xfe",
            SVG % b'width="%s" height="%s"' % (many, many),
            SVG % b'width="%s" height="1"' % many,
            SVG % b'width="1" height="%s"' % many,
            b'<!DOCTYPE svg [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><svg>&d;</svg>',
        ):
            with self.subTest(data=data[:60]):
                image = BlobImage(SVG % b"", "image/svg+xml", "x.svg")
                # Plone's own way refuses some by an error.
                with image.open("w") as blob:
                    blob.write(data)
                self.store(image=image)
                self.assertIn(self.status(), (200, 404))

    def test_large_drawings(self):
        data = SVG % b'width="9" height="9"' + b" " * (4 * 2**20)
        self.store(image=BlobImage(data, "image/svg+xml", "x.svg"))
        self.assertEqual(404, self.status())

    def test_a_template_writes_nothing(self):
        self.store(image=BlobImage(b"no image", "image/png", "x.png"), plain="text")
        transaction.begin()
        storage = annotation_storage(self.page, KEY)
        storage.__name__ = "pictures"
        images = getMultiAdapter((storage, self.layer["request"]), name="images")
        for field in ("image", "plain", "nothing"):
            self.assertIsNone(images.tag(field, "mini"))
        self.assertFalse(self.layer["app"]._p_jar.isReadOnly())
        self.assertFalse(storage["image"]._p_changed)
