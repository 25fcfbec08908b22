"""Files, images and rich text in JSON."""

from collective.annotationforms.exchange.portable import checked
from collective.annotationforms.exchange.portable import PortableField
from collective.annotationforms.exchange.scalars import decoded
from collective.annotationforms.interfaces import IAnnotationStorage
from plone.app.textfield.interfaces import IRichText
from plone.app.textfield.value import RichTextValue
from plone.namedfile.interfaces import INamedField
from typing import Any
from zope.component import adapter


@adapter(INamedField)
class PortableFile(PortableField):
    """A file or an image, with its content in base64."""

    def from_json(self, data: Any, storage: IAnnotationStorage, stored: Any) -> Any:
        """See IPortableField"""
        of_file = checked(data, dict)
        content = decoded(of_file.get("data"))
        filename = checked(of_file.get("filename"), (str, type(None)))
        file = self.field._type(data=content, filename=filename)
        # Not as an argument: the class would prefer its own guess.
        file.contentType = checked(of_file.get("content-type"), str)
        return file


@adapter(IRichText)
class PortableRichText(PortableField):
    """The source, and its type."""

    def from_json(
        self, data: Any, storage: IAnnotationStorage, stored: Any
    ) -> RichTextValue:
        """See IPortableField"""
        of_text = checked(data, dict)
        names = ("data", "content-type", "output-type")
        return RichTextValue(*(checked(of_text.get(name), str) for name in names))
