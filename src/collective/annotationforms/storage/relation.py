"""Relations in values: stored as RelationValue, shown and set as content."""

from collections.abc import Callable
from collective.annotationforms.storage.parts import replaced
from operator import attrgetter
from Products.CMFCore.interfaces import IContentish
from typing import Any
from z3c.relationfield import RelationValue
from z3c.relationfield.interfaces import IRelationValue
from zope.component import getUtility
from zope.intid.interfaces import IIntIds


def relation_to(target: Any) -> RelationValue:
    """Return a new relation to an object of the site."""
    return RelationValue(getUtility(IIntIds).register(target))


def with_relations(value: Any) -> Any:
    """Return `value` with a relation in place of each content object in it.

    Content that was stored itself would be copied and exported with the page.
    """
    return replaced(value, IContentish.providedBy, relation_to)


def with_targets(value: Any) -> Any:
    """Return `value` with content in place of relations.

    A relation whose target is gone is left out of a sequence, elsewhere it is None.
    """
    return replaced(value, IRelationValue.providedBy, attrgetter("to_object"))


def with_other_targets(value: Any, other: Callable) -> Any:
    """Return `value` with relations to `other(target)` in place of its relations."""
    return replaced(
        value,
        IRelationValue.providedBy,
        lambda relation: _related(relation.to_object, other),
    )


def _related(target: Any, other: Callable) -> RelationValue | None:
    return None if target is None else relation_to(other(target))
