"""Types of rich text: a browser names one, the field says which it may be."""

from collections.abc import Set
from collective.annotationforms.i18n import _
from collective.annotationforms.storage.parts import parts
from plone.app.textfield.interfaces import IRichText
from plone.app.textfield.interfaces import IRichTextValue
from plone.app.textfield.utils import getAllowedContentTypes
from typing import Any
from zope.interface import Invalid
from zope.schema.interfaces import IField


def check_text_types(field: IField | None, value: Any) -> None:
    """Raise Invalid if a rich text in the value has a type that its field refuses."""
    if IRichText.providedBy(field) and IRichTextValue.providedBy(value):
        check_text_type(field, value.mimeType)
        if not isinstance(value.raw, (str, type(None))):
            raise Invalid(_("The text is no text."))
    for part in parts(field, value) or ():
        check_text_types(part.field, part.value)


def check_text_type(field: IRichText, content_type: str) -> None:
    """Raise Invalid for a type that the widget of the field does not offer."""
    if content_type not in _allowed_types(field):
        mapping = {"type": content_type}
        raise Invalid(
            _("The field does not allow the type “${type}”.", mapping=mapping)
        )


def _allowed_types(field: IRichText) -> Set[str]:
    allowed = field.allowed_mime_types
    if allowed is not None:
        return set(allowed)
    # A form with nothing to choose from takes the default.
    return {*(getAllowedContentTypes() or ()), field.default_mime_type}
