"""Pictures: whether a file that was chosen for one can be shown at all."""

from collective.annotationforms.i18n import _
from collective.annotationforms.storage.parts import parts
from io import BytesIO
from plone.namedfile.interfaces import INamedImage
from plone.namedfile.interfaces import INamedImageField
from plone.scale.scale import MAX_PIXELS
from typing import Any
from xml.parsers import expat
from zope.interface import Invalid
from zope.schema.interfaces import IField

import PIL.Image
import struct


#: Pillow reads more, but some formats are decoded, or given to another program, before
#: anybody knows how large the picture is.
FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "MPO", "PNG", "TIFF", "WEBP")
#: What browsers show as well.
SHOWN_FORMATS = (*FORMATS, "ICO")
#: What Pillow raises for a file that is no picture, or a broken one.
BROKEN = (
    ArithmeticError,
    EOFError,
    LookupError,
    OSError,
    PIL.Image.DecompressionBombError,
    struct.error,
    SyntaxError,
    TypeError,
    ValueError,
)


def check_pictures(field: IField | None, value: Any) -> None:
    """Raise Invalid if a new file in the value is to be a picture, and is none.

    What is stored stays as it is.
    """
    if INamedImageField.providedBy(field) and INamedImage.providedBy(value):
        if getattr(value, "_p_jar", None) is None and not is_picture(value.data):
            mapping = {"file": value.filename or field.title}
            raise Invalid(
                _(
                    "“${file}” is no picture that can be shown. Choose another file: a"
                    " JPEG, PNG, GIF, WebP or SVG, for example.",
                    mapping=mapping,
                )
            )
        return
    for part in parts(field, value) or ():
        check_pictures(part.field, part.value)


def is_picture(data: bytes) -> bool:
    """Tell whether the data are a picture, as a whole unless it is a huge one."""
    return _is_drawing(data) or _is_pixels(data)


def _is_pixels(data: bytes) -> bool:
    PIL.Image.init()
    formats = [name for name in SHOWN_FORMATS if name in PIL.Image.OPEN]
    try:
        with PIL.Image.open(BytesIO(data), formats=formats) as picture:
            width, height = picture.size
            if width * height <= MAX_PIXELS:
                picture.load()
    except BROKEN:
        return False
    return min(width, height) > 0


class _FirstElement(Exception):
    """Raised at the first element of a file: nobody has to read on."""


def _is_drawing(data: bytes) -> bool:
    """Tell whether the data are a drawing, by the first element."""

    def stop(name: str, attributes: dict) -> None:
        raise _FirstElement(name)

    parser = expat.ParserCreate()
    parser.StartElementHandler = stop
    try:
        parser.Parse(data, True)
    except _FirstElement as found:
        return found.args[0].rpartition(":")[2] == "svg"
    except expat.ExpatError:
        pass
    return False
