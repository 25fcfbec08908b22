"""Values of fields in a few words, for tables."""

from collective.annotationforms.exchange.portable import plain_text
from collective.annotationforms.i18n import _
from DateTime import DateTime
from datetime import date
from datetime import datetime
from plone.app.textfield.interfaces import IRichTextValue
from plone.base.i18nl10n import ulocalized_time
from typing import Any
from z3c.relationfield.interfaces import IRelationValue
from zope.i18n import translate
from zope.schema.interfaces import IBaseVocabulary
from zope.schema.interfaces import IChoice
from zope.schema.interfaces import ICollection
from zope.schema.interfaces import IField

import html
import re


MAX_LENGTH = 120
TAG = re.compile("<[^>]*>")


def in_short(field: IField | None, value: Any, page: Any, request: Any) -> str:
    """Return what people read in a table: titles for choices, local dates.

    The field is None for data without a form.
    """
    text = _text(field, value, page, request)
    return text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]} …"


def _text(field: IField | None, value: Any, page: Any, request: Any) -> str:
    if isinstance(value, bool):
        return translate(_("Yes") if value else _("No"), context=request)
    if isinstance(value, date):
        return _local_time(value, page, request)
    if IRelationValue.providedBy(value):
        target = value.to_object
        return "" if target is None else target.title
    if IRichTextValue.providedBy(value):
        return html.unescape(TAG.sub(" ", value.raw or "")).strip()
    if isinstance(value, (list, tuple, set, frozenset)):
        part = field.value_type if ICollection.providedBy(field) else None
        texts = [_text(part, item, page, request) for item in value]
        return ", ".join(
            sorted(texts) if isinstance(value, (set, frozenset)) else texts
        )
    if IChoice.providedBy(field):
        return _title_of_term(field, value, page, request)
    return plain_text(value)


def _local_time(value: date, page: Any, request: Any) -> str:
    with_time = isinstance(value, datetime)
    return ulocalized_time(
        DateTime(value.isoformat()),
        long_format=with_time,
        context=page,
        request=request,
    )


def _title_of_term(field: IChoice, value: Any, page: Any, request: Any) -> str:
    try:
        vocabulary = field.bind(page).vocabulary
        if not IBaseVocabulary.providedBy(vocabulary):
            return plain_text(value)
        term = vocabulary.getTerm(value)
    except LookupError:
        # The value, or the vocabulary, is gone.
        return plain_text(value)
    return translate(term.title or term.token, context=request)
