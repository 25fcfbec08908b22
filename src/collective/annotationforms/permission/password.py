"""Passwords: nobody sees them where they only read."""

from collections.abc import Iterator
from collective.annotationforms.storage.partialschema import all_schemata_in
from zope.schema import getFields
from zope.schema.interfaces import IField
from zope.schema.interfaces import IPassword


def has_passwords(field: IField | None) -> bool:
    """Tell whether a value of the field may have a password in it."""
    columns = (
        column
        for schema in all_schemata_in(field)
        for column in getFields(schema).values()
    )
    return any(map(_is_of_passwords, (field, *columns)))


def _is_of_passwords(field: IField | None) -> bool:
    return IPassword.providedBy(field) or any(map(_is_of_passwords, _inner(field)))


def _inner(field: IField | None) -> Iterator[IField]:
    for name in ("key_type", "value_type"):
        part = getattr(field, name, None)
        if part is not None:
            yield part
