"""What a field needs to be read or written: the schema of its form says so."""

from AccessControl.security import SecurityPolicy
from collective.annotationforms.permission.user import guards_of
from collective.annotationforms.registry import FieldUse
from plone.supermodel.utils import mergedTaggedValueDict
from typing import Any


def may_use_field(
    use: FieldUse, key: str, page: Any, known: dict[tuple, dict] | None = None
) -> bool:
    """Tell whether the user has the permission that a form needs for a field.

    `key` is that of the permissions to read, or to write, in the tagged values of
    plone.autoform: those of the schema that the form uses, merged with those of its
    bases, as plone.autoform merges them.  Nobody has a permission that is not known.
    `known` keeps what was merged for who asks for many fields.
    """
    needed = permission_of(use, key, known)
    if needed is None:
        # Most fields: the page, and what it may be a copy of, need not be asked.
        return True
    # zope.security's own checkPermission needs an interaction, which scripts lack.
    return all(SecurityPolicy().checkPermission(needed, one) for one in guards_of(page))


def permission_of(
    use: FieldUse, key: str, known: dict[tuple, dict] | None = None
) -> str | None:
    """Return the permission that a field needs, see `may_use_field`."""
    schema = use.schema or use.field.interface
    if schema is None:
        return None
    known = {} if known is None else known
    if (schema, key) not in known:
        known[schema, key] = mergedTaggedValueDict(schema, key)
    return known[schema, key].get(use.field.__name__)
