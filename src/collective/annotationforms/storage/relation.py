"""Relations in values: stored as RelationValue, shown and set as content.

A RelationValue knows its target by an id that Plone makes anew when an admin rebuilds
the relations of the site with new ids.  So the UUID of the target is kept beside it.
"""

from collections.abc import Callable
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.storage.parts import leaves
from collective.annotationforms.storage.parts import replaced
from persistent import Persistent
from plone.app.uuid.utils import uuidToObject
from plone.uuid.interfaces import IUUID
from Products.CMFCore.interfaces import IContentish
from typing import Any
from z3c.relationfield import RelationValue
from z3c.relationfield.interfaces import IRelationValue
from zope.component import getUtility
from zope.intid.interfaces import IIntIds


# The attribute of a relation that has the UUID of its target.
TARGET = "annotation_target"


def relation_to(target: Any) -> RelationValue:
    """Return a new relation to an object of the site."""
    return RelationValue(getUtility(IIntIds).register(target))


def target_of(relation: RelationValue) -> Any:
    """Return what the relation leads to, None if it is gone."""
    target = relation.to_object
    is_lost = target is None and relation.to_id is not None
    if is_lost and getattr(relation, TARGET, None):
        target = uuidToObject(getattr(relation, TARGET), unrestricted=True)
    return target


def note_target(relation: RelationValue) -> Any:
    """Let the relation know its target by id and UUID; returns what it leads to."""
    target = target_of(relation)
    if target is not None:
        relation.to_id = getUtility(IIntIds).register(target)
        setattr(relation, TARGET, IUUID(target, None))
    return target


def with_relations(value: Any) -> Any:
    """Return `value` with a relation in place of each content object in it.

    Content that was stored itself would be copied and exported with the page.
    """
    return replaced(value, IContentish.providedBy, relation_to)


def without_content(value: Any) -> Any:
    """Return `value` with a relation in place of each content object stored in it.

    Content that is gone from the site stays: there is nothing to refer to.
    """
    return replaced(value, _is_content_of_site, relation_to)


def own_relation(storage: IAnnotationStorage, name: str, part: Any) -> Any:
    """Return a part of a value, a copy if it is a relation that is elsewhere, too.

    A relation knows where it comes from, so one can't be in two places.  The value that
    is to be replaced, under `name`, may have it already.
    """
    if not IRelationValue.providedBy(part):
        return part
    if part.__parent__ is None and part.from_attribute is None:
        return part
    if any(leaf is part for leaf in leaves(None, storage.data.get(name))):
        return part
    copied = RelationValue(part.to_id)
    if uuid := getattr(part, TARGET, None):
        setattr(copied, TARGET, uuid)
    if part.to_id is None:
        copied.broken(part.to_path)
    return copied


def with_targets(value: Any) -> Any:
    """Return `value` with content in place of relations.

    A relation whose target is gone is left out of a sequence, elsewhere it is None.
    """
    return replaced(value, IRelationValue.providedBy, target_of)


def with_other_targets(value: Any, other: Callable) -> Any:
    """Return `value` with relations to `other(target)` in place of its relations."""
    return replaced(
        value,
        IRelationValue.providedBy,
        lambda relation: _related(target_of(relation), other),
    )


def _related(target: Any, other: Callable) -> RelationValue | None:
    return None if target is None else relation_to(other(target))


def _is_content_of_site(value: Any) -> bool:
    # By its class: nothing has to be loaded to find that it is none.
    if not (isinstance(value, Persistent) and IContentish.implementedBy(type(value))):
        return False
    return getUtility(IIntIds).queryId(value) is not None
