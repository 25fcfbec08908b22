"""A file that is imported never chooses a type that browsers or Plone trust."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationView
from collective.annotationforms.exchange.portable import restored
from collective.annotationforms.storage.storage import annotation_storage
from collective.annotationforms.tests.admin import OPTIONS
from collective.annotationforms.tests.exchange.test_importing import ImportTestCase
from collective.annotationforms.tests.layers import IntegrationTestCase
from collective.annotationforms.tests.matrix.layer import FUNCTIONAL
from collective.annotationforms.tests.matrix.media import GIF
from collective.z3cform.datagridfield.datagridfield import DataGridFieldWidgetFactory
from collective.z3cform.datagridfield.row import DictRow
from PIL import ExifTags
from PIL import Image
from plone.app.textfield import RichText
from plone.app.textfield.interfaces import IRichTextValue
from plone.app.textfield.value import RichTextValue
from plone.autoform import directives
from plone.namedfile import field as namedfile
from plone.namedfile.file import NamedFile
from plone.namedfile.interfaces import INamedFile
from plone.supermodel import model
from zope import schema
from zope.interface import Interface
from zope.interface import Invalid
from zope.schema.interfaces import ValidationError

import base64
import io


SCRIPT = "<p>Hello</p><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
TRUSTED = ("text/html", "text/x-html-safe", "text/plain", "text/x-rst", "")
FILE_FIELDS = ("NamedFile", "NamedImage", "NamedBlobFile", "NamedBlobImage")
EXTENSIONS = ("html", "svg", "xml", "js", "pdf", "gif", "txt", "nothing", "")


def rich_text(data=SCRIPT, content_type="text/html", output_type="text/html"):
    return {"data": data, "content-type": content_type, "output-type": output_type}


def file_data(data, filename, content_type):
    encoded = base64.b64encode(data).decode("ascii")
    return {"filename": filename, "content-type": content_type, "data": encoded}


class INoteRow(Interface):
    text = RichText(title="Text", required=False)


class INote(model.Schema):
    """Rich text, alone and in everything that has parts."""

    text = RichText(title="Text", required=False)
    texts = schema.List(title="Texts", value_type=RichText(), required=False)
    rows = schema.List(
        title="Rows", value_type=DictRow(schema=INoteRow), required=False
    )
    directives.widget("rows", DataGridFieldWidgetFactory)
    named = schema.Dict(
        title="Named",
        key_type=schema.TextLine(),
        value_type=RichText(),
        required=False,
    )
    strict = RichText(
        title="Strict", allowed_mime_types=("text/x-web-textile",), required=False
    )


class NoteForm(AnnotationEditForm):
    schema = INote
    ANNOTATION_STORAGE_KEY = "example.note"


class NoteView(AnnotationView):
    schema = INote
    ANNOTATION_STORAGE_KEY = "example.note"
    permission = "zope2.View"


class MediaTestCase(IntegrationTestCase):
    """Makes values of what a file says."""

    def setUp(self):
        super().setUp()
        self.storage = annotation_storage(self.page, "media")

    def restored(self, field, data, stored=None):
        field.__name__ = "value"
        return restored(field, data, self.storage, stored)


class TestTypesOfRichText(MediaTestCase):
    """The output type is the field's, the input type one that the field allows."""

    def types(self, field, data, stored=None):
        value = self.restored(field, data, stored)
        return value.mimeType, value.outputMimeType

    def test_the_output_type_is_that_of_the_field(self):
        safe, own = RichText(), RichText(output_mime_type="text/x-own")
        for output in TRUSTED:
            data = rich_text(output_type=output)
            self.assertEqual(("text/html", "text/x-html-safe"), self.types(safe, data))
            self.assertEqual(("text/html", "text/x-own"), self.types(own, data))

    def test_the_input_type_is_one_that_the_field_allows(self):
        field = RichText(allowed_mime_types=("text/x-web-textile",))
        for content_type in TRUSTED:
            with self.assertRaises(Invalid) as raised:
                self.types(field, rich_text(content_type=content_type))
            message = raised.exception.args[0]
            self.assertEqual("The field does not allow the type “${type}”.", message)
            self.assertEqual({"type": content_type}, message.mapping)
        data = rich_text(content_type="text/x-web-textile")
        self.assertEqual("text/x-web-textile", self.types(field, data)[0])

    def test_without_a_list_in_the_field_that_of_the_site_counts(self):
        for content_type in ("text/html", "text/x-web-textile"):
            data = rich_text(content_type=content_type)
            self.assertEqual(content_type, self.types(RichText(), data)[0])
        for content_type in ("text/x-html-safe", "text/x-python", "application/x"):
            with self.assertRaises(Invalid):
                self.types(RichText(), rich_text(content_type=content_type))

    def test_the_default_type_of_the_field_is_allowed(self):
        field = RichText(default_mime_type="text/plain")
        data = rich_text(content_type="text/plain")
        self.assertEqual("text/plain", self.types(field, data)[0])

    def test_an_object_that_is_a_text_or_a_file_is_not_put_together(self):
        text = RichTextValue("<p>", "text/html", "text/x-html-safe")
        for field, data, stored in (
            (
                schema.Object(schema=IRichTextValue),
                {"raw": SCRIPT, "mimeType": "text/html", "outputMimeType": "text/html"},
                text,
            ),
            (
                schema.Object(schema=INamedFile),
                {"data": "", "contentType": "text/html", "filename": None},
                NamedFile(b"", filename="a.txt"),
            ),
        ):
            for old in (stored, None):
                with self.subTest(field=field), self.assertRaises(Invalid):
                    self.restored(field, data, old)


class TestImportOfRichText(ImportTestCase):
    """No visitor runs a script, wherever the text is in a value."""

    # With data grids.
    layer = FUNCTIONAL
    key = NoteForm.ANNOTATION_STORAGE_KEY

    def setUp(self):
        super().setUp()
        self.register("note", NoteForm, **OPTIONS)
        self.register_view("show-note", NoteView)

    def test_no_script_runs(self):
        text = rich_text()
        values = {
            "text": text,
            "texts": [text],
            "rows": [{"text": text}],
            "named": {"a": text},
        }
        browser = self.do_import(self.document(("page", values), form="note"))
        self.assertEqual([["/page", "Text Texts Rows Named"]], self.changed(browser))
        visitor = self.browser(None)
        visitor.open(f"{self.url}/@@show-note")
        shown = self.content(visitor)
        self.assertIn("<p>Hello</p>", shown)
        self.assertNotIn("<script", shown)

    def test_a_type_that_is_not_allowed_is_told(self):
        values = {"strict": rich_text(content_type="text/html")}
        browser = self.send(self.document(("page", values), form="note"))
        reason = "Strict : The field does not allow the type “text/html”."
        self.assertEqual([["/page", reason]], self.left(browser))


class TestTypesOfFiles(MediaTestCase):
    """A file has the type that it would have after an upload in the form."""

    def uploaded(self, field, data, filename):
        return field._type(data=data, filename=filename).contentType

    def test_the_type_is_that_of_an_upload(self):
        for kind in FILE_FIELDS:
            for extension in EXTENSIONS:
                for content in (SVG, GIF, b"<html>", b""):
                    field = getattr(namedfile, kind)()
                    name = f"file.{extension}"
                    data = file_data(content, name, "text/html")
                    with self.subTest(field=kind, name=name, content=content[:4]):
                        expected = self.uploaded(field, content, name)
                        found = self.restored(field, data)
                        self.assertEqual(expected, found.contentType)
                        self.assertEqual(content, found.data)

    def test_a_file_without_a_name_is_shown_in_the_browser_only_if_it_is_harmless(self):
        # Nothing makes a browser store such a file instead of showing it.
        for kind in FILE_FIELDS:
            for name in (None, ""):
                field = getattr(namedfile, kind)()
                for content in (SVG, b"<html>"):
                    data = file_data(content, name, "text/html")
                    self.assertEqual("", self.restored(field, data).contentType)
                expected = self.uploaded(field, GIF, None)
                data = file_data(GIF, name, "text/html")
                self.assertEqual(expected, self.restored(field, data).contentType)

    def test_what_the_field_accepts_counts_for_the_type(self):
        field = namedfile.NamedFile(accept=("text/plain",))
        for name, content_type in (("a.html", "text/plain"), ("a.zip", "text/plain")):
            value = self.restored(field, file_data(b"<html>", name, content_type))
            with self.assertRaises(ValidationError):
                field.validate(value)
        value = self.restored(field, file_data(b"Hello", "a.txt", "text/html"))
        field.validate(value)

    def test_an_image_that_can_not_be_turned_is_refused(self):
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = 6
        output = io.BytesIO()
        Image.effect_noise((8, 8), 50).save(output, "JPEG", exif=exif)
        whole = output.getvalue()
        refused = set()
        for kind in FILE_FIELDS:
            field = getattr(namedfile, kind)()
            for length in (4, *range(100, len(whole), 20), len(whole)):
                data = file_data(whole[:length], "a.jpg", "image/jpeg")
                try:
                    self.restored(field, data)
                except Invalid as error:
                    refused.add((kind, type(error)))
        # On Plone 6.1, none of them is.
        expected = {("NamedImage", namedfile.InvalidImageFile)}
        self.assertLessEqual(refused, expected)

    def test_a_name_is_no_path(self):
        field = namedfile.NamedBlobFile()
        for name in ("../../etc/a.txt", "C:\\temp\\a.txt"):
            value = self.restored(field, file_data(b"Hello", name, "text/plain"))
            self.assertEqual("a.txt", value.filename)

    def test_a_name_of_two_lines_is_refused(self):
        field = namedfile.NamedBlobFile()
        with self.assertRaises(Invalid):
            self.restored(field, file_data(b"Hello", "a\r\nb.txt", "text/plain"))
