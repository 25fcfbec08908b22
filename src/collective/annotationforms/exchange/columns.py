"""Columns of rows in a file: those that the user may not change stay as they are."""

from collective.annotationforms.exchange.portable import same_json
from collective.annotationforms.i18n import _
from collective.annotationforms.storage.partialschema import has_columns
from collective.annotationforms.storage.partialschema import has_rows
from collective.annotationforms.storage.partialschema import Keeps
from collective.annotationforms.storage.parts import parts
from collective.annotationforms.storage.rows import columns_of
from collective.annotationforms.storage.rows import with_kept_columns
from typing import Any
from zope.interface import Invalid
from zope.schema.interfaces import IField


def check_columns(field: IField, data: Any, exported: Any, offered: Keeps) -> None:
    """Raise Invalid if the data of a file change a column that is not `offered`.

    `exported` is what an export writes now.  A file need not have such columns; those
    that it has must be what the same row has.
    """
    _check(field, data, with_kept_columns(field, data, exported, offered), offered)


def _check(field: IField | None, data: Any, kept: Any, offered: Keeps) -> None:
    if has_columns(field) and isinstance(data, dict):
        _check_row(field, data, kept, offered)
    elif has_rows(field):
        both = [parts(field, one) or () for one in (data, kept)]
        pairs = zip(*both, strict=True)
        for part, kept_part in pairs:
            _check(part.field, part.value, kept_part.value, offered)


def _check_row(field: IField, row: dict, kept: dict, offered: Keeps) -> None:
    for part in columns_of(field, row):
        was = kept.get(part.name)
        if offered(field.schema, part.name):
            _check(part.field, part.value, was, offered)
        elif not same_json(part.value, was):
            raise Invalid(_reason(field, part.name))


def _reason(field: IField, name: str) -> str:
    if name in field.schema:
        return _("You may not change this field.")
    return _("There is no field “${name}”.", mapping={"name": name})
