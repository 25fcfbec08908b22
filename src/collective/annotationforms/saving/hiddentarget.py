"""Relations to pages that the editor may not view: converters find no such page.

Who leaves one where it is has sent it, by its UID: it stays.
"""

from collective.annotationforms.fields.target import has_hidden
from collective.annotationforms.fields.target import is_hidden
from collective.annotationforms.storage.parts import is_container
from collective.annotationforms.storage.parts import is_plain
from collective.annotationforms.storage.parts import parts
from collective.annotationforms.storage.parts import rebuilt
from plone.uuid.interfaces import IUUID
from Products.CMFCore.interfaces import IContentish
from typing import Any
from z3c.form.interfaces import IWidget
from z3c.relationfield.interfaces import IRelation
from z3c.relationfield.interfaces import IRelationList
from zope.schema.interfaces import IField


def with_hidden_targets(field: IField | None, sent: Any, shown: Any) -> Any:
    """Return what an untouched widget sends back, with the hidden pages in `shown`."""
    if is_plain(shown) or not has_hidden(field, shown):
        return sent
    if IRelation.providedBy(field) or IRelationList.providedBy(field):
        return shown
    if not is_container(sent) or not is_container(shown):
        return sent
    was = {part.name: part.value for part in parts(field, shown)}
    items = [
        with_hidden_targets(part.field, part.value, was.get(part.name))
        for part in parts(field, sent)
    ]
    return rebuilt(sent, items)


def with_kept_targets(
    widget: IWidget, name: str, sent: Any, stored: Any, *, are_shown: bool
) -> Any:
    """Return what was sent under `name`, with the hidden pages that were not removed.

    Pages that are not `stored` there were never the editor's to choose.  With
    `are_shown=False`, the widget has shown no UUIDs of hidden pages, as in rows: they
    stay, unless another page was chosen in place of the only one.
    """
    is_list = IRelationList.providedBy(widget.field)
    if not is_list and not IRelation.providedBy(widget.field):
        return sent
    stored = _targets(stored)
    hidden = [target for target in stored if is_hidden(target)]
    if not hidden:
        return sent
    chosen = _by_uuid(_targets(sent))
    if are_shown:
        chosen.update(_by_uuid(hidden))
    kept = [chosen[uuid] for uuid in _uuids(widget, name) if uuid in chosen]
    if not are_shown:
        others = [target for target in stored if not is_hidden(target)]
        # By their UUIDs: some are wrapped.
        is_left_alone = list(map(IUUID, kept)) == list(map(IUUID, others))
        kept = stored if is_left_alone else kept + hidden
    if is_list:
        return kept
    return kept[0] if kept else sent


def _uuids(widget: IWidget, name: str) -> list[str]:
    """Return the UUIDs that were sent."""
    raw = widget.request.form.get(name) or ""
    separator = getattr(widget, "separator", ";")
    return raw.split(separator) if isinstance(raw, str) else list(map(str, raw))


def _targets(value: Any) -> list[Any]:
    found = value if isinstance(value, (list, tuple)) else [value]
    return [target for target in found if IContentish.providedBy(target)]


def _by_uuid(targets: Any) -> dict[str, Any]:
    return {IUUID(target, None): target for target in targets}
