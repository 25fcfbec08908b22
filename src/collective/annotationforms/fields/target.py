"""The pages that values refer to: which of them the user may not know."""

from Acquisition import aq_parent
from collections.abc import Iterator
from collections.abc import Mapping
from collective.annotationforms.i18n import _
from collective.annotationforms.permission.user import may_view
from collective.annotationforms.storage.loading import why_unreadable
from collective.annotationforms.storage.parts import parts
from collective.annotationforms.storage.parts import WITHOUT_PARTS
from collective.annotationforms.storage.relation import target_of
from plone.app.uuid.utils import uuidToObject
from plone.uuid.interfaces import IUUID
from Products.CMFCore.interfaces import IContentish
from typing import Any
from z3c.relationfield.interfaces import IRelationValue
from zope.globalrequest import getRequest
from zope.i18n import translate
from zope.schema.interfaces import IField


def target_in(part: Any) -> Any:
    """Return the page that a part of a value refers to, or is, None without one."""
    if isinstance(part, WITHOUT_PARTS):
        return None
    if IRelationValue.providedBy(part):
        return target_of(part)
    if not IContentish.providedBy(part):
        return None
    # Content that was stored itself, as the published recipe does, is in no folder:
    # only the page of the site knows who may view it.
    is_placed = aq_parent(part) is not None
    uuid = None if is_placed else IUUID(part, None)
    return (uuid and uuidToObject(uuid, unrestricted=True)) or part


def is_hidden(target: Any) -> bool:
    """Tell whether there is a page, and the user may not know of it."""
    return target is not None and not may_view(target)


def leads_to_hidden(part: Any) -> bool:
    """Tell whether a part of a value refers to a page that the user may not view."""
    return is_hidden(target_in(part))


def has_hidden(field: IField | None, value: Any) -> bool:
    """Tell whether anything in the value refers to a page that the user may not view.

    Keys of mappings count, and attributes of objects that no schema names.
    """
    return any(map(leads_to_hidden, _everything_in(field, value)))


def nameless(page: Any) -> str:
    """Return what people read in place of a page that they may not view."""
    return translate(_("a page that you may not view"), context=getRequest())


def _everything_in(field: IField | None, value: Any) -> Iterator[Any]:
    """Yield the value and all that is in it, as far as it can be read."""
    yield value
    if isinstance(value, WITHOUT_PARTS) or why_unreadable(value) is not None:
        return
    if IContentish.providedBy(value) or IRelationValue.providedBy(value):
        return
    found = parts(field, value) or []
    for part in found:
        yield from _everything_in(part.field, part.value)
    if isinstance(value, Mapping):
        for name in value:
            yield from _everything_in(None, name)
    known = {part.name for part in found}
    for name, attribute in getattr(value, "__dict__", {}).items():
        if name not in known and not name.startswith("_"):
            yield from _everything_in(None, attribute)
