"""Relations in storages: stored as RelationValue, found in the relation catalog.

Values are searched for relations however deep they are: a row of a data grid may
have some.  Links in rich text are relations as well, as far as the catalog goes.
"""

from Acquisition import aq_base
from collections.abc import Iterator
from collections.abc import Mapping
from collective.annotationforms.datamanager import StorageField
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import IValueWrittenEvent
from OFS.interfaces import IObjectWillBeRemovedEvent
from persistent.mapping import PersistentMapping
from plone.app.linkintegrity.handlers import getObjectsFromLinks
from plone.app.linkintegrity.parser import extractLinks
from plone.app.linkintegrity.utils import ensure_intid
from plone.app.textfield.interfaces import IRichTextValue
from typing import Any
from z3c.form.interfaces import NO_VALUE
from z3c.relationfield import RelationValue
from z3c.relationfield.event import _setRelation
from z3c.relationfield.interfaces import IRelation
from z3c.relationfield.interfaces import IRelationList
from z3c.relationfield.interfaces import IRelationValue
from zc.relation.interfaces import ICatalog
from zope.annotation.interfaces import IAnnotatable
from zope.annotation.interfaces import IAnnotations
from zope.component import adapter
from zope.component import getUtility
from zope.component import queryUtility
from zope.intid.interfaces import IIntIds
from zope.lifecycleevent.interfaces import IObjectAddedEvent


@adapter(IAnnotationStorage, IRelation)
class RelationStorageField(StorageField):
    """The data manager for a relation: content outside, RelationValue inside."""

    def query(self, default: Any = NO_VALUE) -> Any:
        """Return the target, None if it is gone, `default` if none was stored."""
        relation = super().query(NO_VALUE)
        if relation is NO_VALUE:
            return default
        return None if relation is None else relation.to_object

    def set(self, value: Any) -> None:
        """Store a relation to the content object `value`."""
        super().set(None if value is None else relation_to(value))


@adapter(IAnnotationStorage, IRelationList)
class RelationListStorageField(StorageField):
    """The data manager for a list of relations."""

    def query(self, default: Any = NO_VALUE) -> Any:
        """Return the targets that still exist, `default` if none were stored."""
        relations = super().query(NO_VALUE)
        if relations is NO_VALUE:
            return default
        targets = [relation.to_object for relation in relations or ()]
        return [target for target in targets if target is not None]

    def set(self, value: Any) -> None:
        """Store a list of relations to the content objects in `value`."""
        super().set([relation_to(target) for target in value or ()])


def relation_to(target: Any) -> RelationValue:
    """Return a new relation to a content object."""
    return RelationValue(getUtility(IIntIds).register(target))


@adapter(IValueWrittenEvent)
def catalog_written_value(event: IValueWrittenEvent) -> None:
    """Catalog the relations of a value, in place of those of the value before."""
    if _has_relations(event.old) or _has_relations(event.new):
        _catalog(event.storage.__parent__, event.storage.key, event.name, event.new)


@adapter(IAnnotatable, IObjectAddedEvent)
def catalog_added_page(page: Any, event: IObjectAddedEvent) -> None:
    """Catalog the relations of a page that was added, e.g. as a copy."""
    for key, name, value in _values_with_relations(page):
        _catalog(page, key, name, value)


@adapter(IAnnotatable, IObjectWillBeRemovedEvent)
def uncatalog_removed_page(page: Any, event: IObjectWillBeRemovedEvent) -> None:
    """Remove the relations of a page that is deleted from the catalog."""
    for key, name, _value in _values_with_relations(page):
        _catalog(page, key, name, None)


def _values_with_relations(page: Any) -> Iterator[tuple[str, str, Any]]:
    for key, stored in IAnnotations(page, {}).items():
        if isinstance(stored, PersistentMapping):
            for name, value in stored.items():
                if _is_ours(_attribute(key, name), value):
                    yield key, name, value


def _is_ours(attribute: str, value: Any) -> bool:
    """Tell whether `value` was cataloged here, or has links that may have been.

    Another add-on may keep relations in annotations, too, and catalog them itself.
    """
    return any(
        IRichTextValue.providedBy(leaf)
        or (IRelationValue.providedBy(leaf) and leaf.from_attribute == attribute)
        for leaf in _leaves(value)
    )


def _attribute(key: str, name: str) -> str:
    # No attribute of a page is called so: Plone drops the relations of attributes
    # when a page is modified, and makes them anew from the page's own schema.
    return f"{key}.{name}"


def _catalog(page: Any, key: str, name: str, value: Any) -> None:
    catalog = queryUtility(ICatalog)
    if catalog is None:
        return
    page_id = ensure_intid(page)
    if page_id is None:
        # Not in the database yet: it is done when the page is added.
        return
    attribute = _attribute(key, name)
    query = {"from_id": page_id, "from_attribute": attribute}
    for relation in list(catalog.findRelations(query)):
        catalog.unindex(relation)
    for relation in _relations(page, value):
        _setRelation(page, attribute, relation)
        # The acquisition wrapper can't be stored.
        relation.__parent__ = aq_base(page)


def _relations(page: Any, value: Any) -> Iterator[RelationValue]:
    for leaf in _leaves(value):
        if IRelationValue.providedBy(leaf):
            yield leaf
        elif IRichTextValue.providedBy(leaf):
            yield from getObjectsFromLinks(page, extractLinks(leaf.raw or ""))


def _has_relations(value: Any) -> bool:
    return any(
        IRelationValue.providedBy(leaf) or IRichTextValue.providedBy(leaf)
        for leaf in _leaves(value)
    )


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _leaves(item)
    else:
        yield value
