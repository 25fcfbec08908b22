"""Relations to pages that the user must not know of."""

from collective.annotationforms.permission.user import may_view
from collective.annotationforms.storage.parts import leaves
from collective.annotationforms.storage.parts import replaced
from collective.annotationforms.storage.relation import target_of
from typing import Any
from z3c.relationfield.interfaces import IRelationValue
from zope.schema.interfaces import IField


def without_hidden_targets(value: Any) -> Any:
    """Return the value without relations to pages that the user may not view.

    Objects are not taken apart: see `has_hidden_targets`.
    """
    return replaced(value, _is_hidden, lambda relation: None)


def has_hidden_targets(field: IField | None, value: Any) -> bool:
    """Tell whether there is such a relation in the value, if only in an object."""
    return any(map(_is_hidden, leaves(field, value)))


def _is_hidden(value: Any) -> bool:
    target = target_of(value) if IRelationValue.providedBy(value) else None
    return target is not None and not may_view(target)
