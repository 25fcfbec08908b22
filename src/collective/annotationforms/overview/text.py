"""Values of fields in a few words, for tables."""

from collections.abc import Set
from collective.annotationforms.exchange.export import CELL
from collective.annotationforms.fields.text import term_title
from collective.annotationforms.fields.text import text_of
from collective.annotationforms.fields.text import TextStyle
from collective.annotationforms.i18n import _
from collective.annotationforms.overview.moment import local_text
from collective.annotationforms.storage.parts import SEQUENCES
from collective.annotationforms.storage.relation import target_of
from dataclasses import replace
from datetime import date
from functools import partial
from plone.app.textfield.interfaces import IRichTextValue
from typing import Any
from z3c.relationfield.interfaces import IRelationValue
from zope.i18n import translate
from zope.schema.interfaces import IField

import html
import re


# No tag has another one in it: so the time does not grow with the square.
TAG = re.compile("<[^<>]*>")


def table_style(page: Any, request: Any) -> TextStyle:
    """Return how people read the values of the page in a table.

    It has the titles of choices, and dates as typed, in the language of the request.
    What has names, as the row of a grid, is written as in CSV.  Passwords are bullets.
    """
    return TextStyle(
        whole=partial(_in_table, page, request),
        between_items=", ",
        by_parts=(*SEQUENCES, Set),
        max_length=120,
    )


def _in_table(page: Any, request: Any, field: IField | None, value: Any) -> str:
    if isinstance(value, bool):
        return translate(_("Yes") if value else _("No"), context=request)
    if isinstance(value, date):
        return local_text(value, page, request)
    if IRelationValue.providedBy(value):
        target = target_of(value)
        return "" if target is None else target.title
    if IRichTextValue.providedBy(value):
        return html.unescape(TAG.sub(" ", value.raw or "")).strip()
    title = term_title(field, value, page)
    if title is not None:
        return title
    # By all parts: a password may be in any.
    in_row = replace(CELL, by_parts=(object,))
    return text_of(field, value, in_row)
