"""The relation catalog follows what is stored: relations, and links in rich text.

Values are searched for them however deep they are: a row of a data grid may have some.

The catalog answers everybody, so it is told no more than that a page refers to another
one: neither the form nor the field.
"""

from Acquisition import aq_base
from collections.abc import Iterator
from collective.annotationforms.catalog.inventory import readable_mappings
from collective.annotationforms.interfaces import IValueWrittenEvent
from collective.annotationforms.storage.parts import is_plain
from collective.annotationforms.storage.parts import leaves
from collective.annotationforms.storage.relation import note_target
from OFS.interfaces import IObjectWillBeRemovedEvent
from plone.app.linkintegrity.handlers import getObjectsFromLinks
from plone.app.linkintegrity.parser import extractLinks
from plone.app.linkintegrity.utils import ensure_intid
from plone.app.textfield.interfaces import IRichTextValue
from Products.CMFCore.interfaces import IContentish
from typing import Any
from z3c.relationfield import RelationValue
from z3c.relationfield.event import _setRelation
from z3c.relationfield.interfaces import IRelationValue
from zc.relation.interfaces import ICatalog
from zope.component import adapter
from zope.component import getUtility
from zope.component import queryUtility
from zope.intid.interfaces import IIntIds
from zope.lifecycleevent.interfaces import IObjectAddedEvent


#: What the catalog has in place of the attribute of the page.  No attribute of a page
#: is called so: Plone drops the relations of attributes when a page is modified, and
#: makes them anew from the page's own schema.
FROM_ATTRIBUTE = "collective.annotationforms"

# The attribute of a cataloged relation that tells which value has it.
ORIGIN = "annotation_origin"


@adapter(IValueWrittenEvent)
def catalog_written_value(event: IValueWrittenEvent) -> None:
    """Catalog the relations of a value, in place of those of the value before."""
    if _has_relations(event.old) or _has_relations(event.new):
        page = event.storage.__parent__
        recatalog_rebuilt(page)
        _catalog(page, event.storage.key, event.name, event.new)


@adapter(IContentish, IObjectAddedEvent)
def catalog_added_page(page: Any, event: IObjectAddedEvent) -> None:
    """Catalog the relations of a page that was added, e.g. as a copy."""
    for key, name, value in _values_with_relations(page):
        _catalog(page, key, name, value)


@adapter(IContentish, IObjectWillBeRemovedEvent)
def uncatalog_removed_page(page: Any, event: IObjectWillBeRemovedEvent) -> None:
    """Remove the relations of a page that is deleted from the catalog."""
    recatalog_rebuilt(page)
    for key, name, _value in _values_with_relations(page):
        _catalog(page, key, name, None)


def recatalog_page(page: Any) -> None:
    """Catalog the relations of a page anew, which the catalog may know by their fields.

    So they were cataloged before the version 1004 of the profile.
    """
    for key, stored in readable_mappings(page).items():
        for name, value in stored.items():
            old = f"{key}.{name}"
            if _has_relations(value) and _uncatalog(page, from_attribute=old):
                _catalog(page, key, name, value)


def recatalog_rebuilt(page: Any) -> None:
    """Catalog the page's own relations in place of those that Plone has made instead.

    Plone does so when an admin rebuilds the relations of the site: it makes new ones,
    in the catalog only, of what the catalog has told of the old ones.
    """
    if _is_cataloged(page) and _uncatalog(page, from_attribute=FROM_ATTRIBUTE):
        for key, name, value in _values_with_relations(page):
            _catalog(page, key, name, value)


def _values_with_relations(page: Any) -> Iterator[tuple[str, str, Any]]:
    for key, stored in readable_mappings(page).items():
        for name, value in stored.items():
            if _is_ours((key, name), value):
                yield key, name, value


def _is_ours(origin: tuple[str, str], value: Any) -> bool:
    """Tell whether `value` was cataloged here, or has links that may have been.

    Another add-on may keep relations in annotations, too, and catalog them itself.
    """
    return any(
        IRichTextValue.providedBy(leaf)
        or (IRelationValue.providedBy(leaf) and _origin(leaf) == origin)
        for leaf in leaves(None, value)
    )


def _origin(relation: RelationValue) -> tuple[str, str] | None:
    return getattr(relation, ORIGIN, None)


def _catalog(page: Any, key: str, name: str, value: Any) -> None:
    if not _is_cataloged(page):
        return
    origin = (key, name)
    _uncatalog(page, origin, from_attribute=FROM_ATTRIBUTE)
    for relation in _relations(page, value):
        if note_target(relation) is None:
            # It comes from a version, and its target was deleted since.
            relation.__parent__ = relation.from_object = None
            continue
        setattr(relation, ORIGIN, origin)
        _setRelation(page, FROM_ATTRIBUTE, relation)
        # The acquisition wrapper can't be stored.
        relation.__parent__ = aq_base(page)


def _is_cataloged(page: Any) -> bool:
    """Tell whether the catalog can know the page.

    One that is not in the database yet has no id: it is done when it is added.
    """
    return queryUtility(ICatalog) is not None and ensure_intid(page) is not None


def _uncatalog(
    page: Any, origin: tuple[str, str] | None = None, *, from_attribute: str
) -> bool:
    """Take what a value of the page has out of the catalog; tell whether it had any."""
    catalog, intids = getUtility(ICatalog), getUtility(IIntIds)
    query = {"from_id": intids.getId(page), "from_attribute": from_attribute}
    found = catalog.findRelations(query)
    found = [relation for relation in found if _origin(relation) == origin]
    for relation in found:
        catalog.unindex(relation)
        # A registered relation lives on, and its page with it, even if deleted.
        intids.unregister(relation)
    return bool(found)


def _relations(page: Any, value: Any) -> Iterator[RelationValue]:
    for leaf in leaves(None, value):
        if IRelationValue.providedBy(leaf):
            yield leaf
        elif IRichTextValue.providedBy(leaf):
            yield from getObjectsFromLinks(page, extractLinks(leaf.raw or ""))


def _has_relations(value: Any) -> bool:
    return not is_plain(value) and any(
        IRelationValue.providedBy(leaf) or IRichTextValue.providedBy(leaf)
        for leaf in leaves(None, value)
    )
