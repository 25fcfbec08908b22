"""Rows of rich texts, files and images."""

from collective.annotationforms.tests.matrix.case import Case
from collective.annotationforms.tests.matrix.case import line
from collective.annotationforms.tests.matrix.case import NO_DEFAULT
from collective.annotationforms.tests.matrix.case import StoredFile
from collective.annotationforms.tests.matrix.case import UID_A
from collective.annotationforms.tests.matrix.case import UID_B
from collective.annotationforms.tests.matrix.page import Upload
from functools import partial
from plone.app.textfield import RichText
from plone.app.textfield.value import RichTextValue
from plone.namedfile import field as namedfile


GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00"
    b"\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)


def html(raw, mime_type="text/html"):
    return RichTextValue(raw, mime_type, "text/x-html-safe")


LINKED = (
    f'<p><a href="resolveuid/{UID_A}">A</a>'
    f'<img src="resolveuid/{UID_B}" alt="B"></p><script>alert(1)</script><p>C</p>'
)

RICH_TEXTS = (
    line(
        "RichText, TinyMCE",
        partial(RichText, max_length=40),
        "<p>Zoë <b>and</b> Co</p>",
        html("<p>Zoë <b>and</b> Co</p>"),
        bad="<p>" + "far too long " * 5 + "</p>",
        message="Text is too long. (Maximum 40 characters.)",
        default=html("<p>Ada</p>"),
        shown="<p>Ada</p>",
    ),
    line(
        "RichText, image and internal link",
        partial(RichText, max_length=400),
        LINKED,
        html(LINKED),
        displayed='<p><a href="http://nohost/plone/target-a">A</a>',
        bad="far too long " * 50,
        message="Text is too long. (Maximum 400 characters.)",
        default=html("<p>Ada</p>"),
        shown="<p>Ada</p>",
    ),
    line(
        "RichText, plain text",
        partial(
            RichText,
            max_length=40,
            default_mime_type="text/plain",
            allowed_mime_types=("text/plain",),
        ),
        "Zoë <b>and</b> Co",
        html("Zoë <b>and</b> Co", "text/plain"),
        displayed="&lt;b&gt;and",
        bad="far too long " * 5,
        message="Text is too long. (Maximum 40 characters.)",
        default=html("Ada", "text/plain"),
        shown="Ada",
    ),
)


def upload(title, *, image=False) -> Case:
    """Return the case of a field for files or images."""
    name, data, content_type = (
        ("zoë.gif", GIF, "image/gif") if image else ("zoë.txt", b"Text", "text/plain")
    )
    bad = {".action": ["replace"], "": Upload("bad.zip", b"PK", "application/zip")}
    other_name = f"other-{name}"
    other = {".action": ["replace"], "": Upload(other_name, data, content_type)}
    accept = ("image/*",) if image else ("text/plain",)
    return Case(
        title,
        partial(getattr(namedfile, title), required=False, accept=accept),
        {"": Upload(name, data, content_type)},
        StoredFile(title, data, content_type, name),
        "gif" if image else "txt",
        bad=bad,
        message="Invalid image file" if image else "Invalid file",
        shown={".action": ["nochange"]},
        kept={},
        keeps_uploads=True,
        more_steps=("replaced", "downloaded"),
        other=other,
        other_stored=StoredFile(title, data, content_type, other_name),
        default_shown={".action": []},
        cleared={".action": ["remove"]},
        empty_shown={".action": []},
        without={**NO_DEFAULT, "inline": "scripts don't send files"},
    )


FILES = (
    upload("NamedFile"),
    upload("NamedImage", image=True),
    upload("NamedBlobFile"),
    upload("NamedBlobImage", image=True),
)
