"""Values of fields as text: one walk through the parts, and styles for what differs."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Set
from collective.annotationforms.fields.password import hidden
from collective.annotationforms.fields.secretdigest import secret_digest
from collective.annotationforms.fields.target import has_hidden
from collective.annotationforms.fields.target import is_hidden
from collective.annotationforms.fields.target import nameless
from collective.annotationforms.fields.target import target_in
from collective.annotationforms.i18n import _
from collective.annotationforms.storage.loading import why_unreadable
from collective.annotationforms.storage.parts import Part
from collective.annotationforms.storage.parts import parts
from collective.annotationforms.storage.parts import SEQUENCES
from collective.annotationforms.storage.value import identity
from dataclasses import dataclass
from hashlib import sha256
from plone.app.textfield.interfaces import IRichTextValue
from plone.namedfile.interfaces import INamed
from Products.CMFCore.interfaces import IContentish
from typing import Any
from zope.globalrequest import getRequest
from zope.i18n import translate
from zope.schema.interfaces import IBaseVocabulary
from zope.schema.interfaces import IChoice
from zope.schema.interfaces import IField
from zope.schema.interfaces import IPassword
from zope.schema.vocabulary import SimpleVocabulary


# Raised where a value or a vocabulary is gone; by a source, which need not have terms;
# and for what is no value of a choice at all.
NO_TERM = (AttributeError, LookupError, TypeError, ValueError)
# Bytes: two pages of a comparison do not have the same by chance.
HIDDEN_PAGE_SIZE = 6


@dataclass(frozen=True, kw_only=True)
class TextStyle:
    """How values are written as text.

    `whole` returns the text of a value that is not written part by part; its field
    is None where it isn't known.  `by_parts` are the types of those that are, as far
    as they have parts.  Passwords are bullets, unless `passwords` says otherwise: where
    nobody reads them by chance, such as in an export that was asked for with them.
    A page that the user may not view is written by `hidden_page`; what `whole` gets may
    have such pages in it.
    """

    whole: Callable[[IField | None, Any], str]
    between_items: str
    between_names: str = ", "
    by_parts: tuple[type, ...] = (object,)
    max_length: int | None = None
    passwords: bool = False
    hidden_page: Callable[[Any], str] = nameless


def _digest(page: Any) -> str:
    """Return what differs from that of any other page, and confirms no guess."""
    # Not of the path, which a page that one may view may have had, or will have.
    message = repr(("hidden page", identity(page)))
    return f"#{secret_digest(message.encode(), HIDDEN_PAGE_SIZE)}"


def _compared(field: IField | None, value: Any) -> str:
    """Return a text that differs where the values do; a file is known by its digest."""
    if value is None:
        return ""
    if IRichTextValue.providedBy(value):
        return value.raw or ""
    if INamed.providedBy(value):
        digest = sha256(value.data).hexdigest()
        return f"{value.filename} ({value.getSize()} bytes, SHA-256 {digest[:8]})"
    if IContentish.providedBy(value):
        return "/".join(value.getPhysicalPath())
    if has_hidden(field, value):
        # Python may write an object with all that is in it.
        return nameless(value)
    return str(_title(field, value) or value)


#: To compare values: a line for each part.
LINES = TextStyle(
    whole=_compared, between_items="\n", between_names="\n", hidden_page=_digest
)


def text_of(field: IField | None, value: Any, style: TextStyle = LINES) -> str:
    """Return the value as text, "" for None.

    `field` is bound to the page, or None if it isn't known.
    """
    text = _text(field, value, style)
    if style.max_length is None or len(text) <= style.max_length:
        return text
    return f"{text[: style.max_length]} …"


def _text(field: IField | None, value: Any, style: TextStyle) -> str:
    if IPassword.providedBy(field) and not style.passwords:
        return hidden(value)
    if why_unreadable(value) is not None:
        mapping = {"kind": type(value).__name__}
        message = _("(${kind}: it can't be read)", mapping=mapping)
        return translate(message, context=getRequest())
    target = target_in(value)
    if is_hidden(target):
        return style.hidden_page(target)
    # Content has its place elsewhere, also where a schema would name its parts.
    is_whole = not isinstance(value, style.by_parts) or IContentish.providedBy(value)
    found = None if is_whole else parts(field, value)
    if found is None:
        return style.whole(field, value)
    texts = [_text(part.field, part.value, style) for part in found]
    if isinstance(value, Set):
        return style.between_items.join(sorted(texts))
    if isinstance(value, SEQUENCES):
        return style.between_items.join(texts)
    labels = [_label(field, value, part, style) for part in found]
    named = zip(labels, texts, strict=True)
    return style.between_names.join(f"{label}: {text}" for label, text in named)


def _label(field: IField | None, value: Any, part: Part, style: TextStyle) -> str:
    if not isinstance(value, Mapping):
        return part.field.title
    key_type = getattr(field, "key_type", None)
    if IPassword.providedBy(key_type) and not style.passwords:
        return hidden(part.name)
    names_hidden = has_hidden(key_type, part.name)
    return _text(key_type, part.name, style) if names_hidden else str(part.name)


def term_title(field: IField | None, value: Any, page: Any) -> str | None:
    """Return what people call a choice, in the language of the request.

    None for other values, and for those that are no choice any more.
    """
    if not IChoice.providedBy(field):
        return None
    try:
        vocabulary = field.bind(page).vocabulary
        if not IBaseVocabulary.providedBy(vocabulary):
            return None
        term = vocabulary.getTerm(value)
    except NO_TERM:
        return None
    return translate(term.title or term.token, context=getRequest())


def choice_titles(field: IField, page: Any) -> list[str]:
    """Return what people call all that can be chosen, if there is a list of it.

    Of a field that is a choice, or a collection of choices.
    """
    choice = getattr(field, "value_type", None) or field
    if not IChoice.providedBy(choice):
        return []
    try:
        vocabulary = choice.bind(page).vocabulary
        if not isinstance(vocabulary, SimpleVocabulary):
            # It may have thousands, or ask a server for them.
            return []
        terms = list(vocabulary)
    except NO_TERM:
        return []
    return [translate(term.title or term.token, context=getRequest()) for term in terms]


def _title(field: IField | None, value: Any) -> str | None:
    """Return the title of a choice; None for other values, and for old ones."""
    if not IChoice.providedBy(field):
        return None
    try:
        return field.vocabulary.getTerm(value).title
    except NO_TERM:
        return None


def bound_to(field: IField, page: Any) -> IField:
    """Return the field as it is on the page, unbound if its vocabulary is gone."""
    try:
        return field.bind(page)
    except NO_TERM:
        return field
