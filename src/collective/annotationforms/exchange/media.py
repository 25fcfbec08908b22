"""Files, images and rich text in JSON: a file never chooses a type that is trusted."""

from collective.annotationforms.exchange.bounds import check_length
from collective.annotationforms.exchange.portable import checked
from collective.annotationforms.exchange.portable import PortableField
from collective.annotationforms.exchange.scalars import decoded
from collective.annotationforms.fields.richtext import check_text_type
from collective.annotationforms.interfaces import IAnnotationStorage
from PIL.Image import DecompressionBombError
from plone.app.textfield.interfaces import IRichText
from plone.app.textfield.value import RichTextValue
from plone.namedfile.browser import ALLOWED_INLINE_MIMETYPES
from plone.namedfile.field import InvalidImageFile
from plone.namedfile.interfaces import INamedField
from plone.namedfile.utils import safe_basename
from typing import Any
from zope.component import adapter

import struct


# What Pillow raises for an image that it can't read.
NO_IMAGE = (DecompressionBombError, OSError, SyntaxError, ValueError, struct.error)


@adapter(INamedField)
class PortableFile(PortableField):
    """A file or an image, with its content in base64."""

    def from_json(self, data: Any, storage: IAnnotationStorage, stored: Any) -> Any:
        """See IPortableField"""
        of_file = checked(data, dict)
        content = decoded(of_file.get("data"))
        filename = checked(of_file.get("filename"), (str, type(None)))
        if filename is not None:
            filename = safe_basename(filename)
        checked(of_file.get("content-type"), str)
        try:
            # Its name and its content tell its type, as in a form.
            file = self.field._type(data=content, filename=filename)
        except NO_IMAGE as error:
            # It turns an image that was taken upright, and can't read all of it.
            raise InvalidImageFile(self.field.__name__) from error
        if not filename and file.contentType not in ALLOWED_INLINE_MIMETYPES:
            # Browsers show what is served without a name instead of storing it.
            file.contentType = ""
        return file


@adapter(IRichText)
class PortableRichText(PortableField):
    """The source, and its type; the type of the output is the field's."""

    def from_json(
        self, data: Any, storage: IAnnotationStorage, stored: Any
    ) -> RichTextValue:
        """See IPortableField"""
        of_text = checked(data, dict)
        names = ("data", "content-type", "output-type")
        raw, content_type, _output_type = (
            checked(of_text.get(name), str) for name in names
        )
        check_length(raw)
        check_text_type(self.field, content_type)
        return RichTextValue(raw, content_type, self.field.output_mime_type)
