"""The pages that values refer to: which of them the user may not know."""

from Acquisition import aq_parent
from collections.abc import Iterator
from collections.abc import Mapping
from collective.annotationforms.i18n import _
from collective.annotationforms.permission.access import Access
from collective.annotationforms.permission.user import may_view
from collective.annotationforms.storage.loading import why_unreadable
from collective.annotationforms.storage.partialschema import has_columns
from collective.annotationforms.storage.partialschema import has_rows
from collective.annotationforms.storage.partialschema import Keeps
from collective.annotationforms.storage.parts import is_container
from collective.annotationforms.storage.parts import parts
from collective.annotationforms.storage.parts import rebuilt
from collective.annotationforms.storage.parts import WITHOUT_PARTS
from collective.annotationforms.storage.relation import target_of
from collective.annotationforms.storage.rows import columns_of
from collective.annotationforms.storage.rows import with_some_columns
from collective.annotationforms.storage.rows import with_values
from plone.app.uuid.utils import uuidToObject
from plone.uuid.interfaces import IUUID
from Products.CMFCore.interfaces import IContentish
from typing import Any
from z3c.relationfield.interfaces import IRelationValue
from zope.globalrequest import getRequest
from zope.i18n import translate
from zope.schema.interfaces import IField


#: In the place of a value that is not shown.
NOTHING = object()


def target_in(part: Any) -> Any:
    """Return the page that a part of a value refers to, or is, None without one."""
    if isinstance(part, WITHOUT_PARTS) or why_unreadable(part) is not None:
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


def without_hidden(field: IField | None, value: Any) -> Any:
    """Return the value without what refers to a page that the user may not view.

    In a mapping there is None in its place.  Objects can't be changed here: what can't
    be without is `NOTHING`.  The value is not changed.
    """
    if not has_hidden(field, value):
        return value
    if leads_to_hidden(value) or not is_container(value):
        return NOTHING
    found = [
        (part.name, without_hidden(part.field, part.value))
        for part in parts(field, value)
    ]
    if isinstance(value, Mapping):
        shown = [(name, item) for name, item in found if not has_hidden(None, name)]
        return {name: None if item is NOTHING else item for name, item in shown}
    return rebuilt(value, [item for _number, item in found if item is not NOTHING])


def without_hidden_columns(field: IField | None, value: Any, keeps: Keeps) -> Any:
    """Return the value without what refers to a hidden page in columns of its rows.

    It stays in the columns that `keeps` tells of; see `without_hidden`.
    """
    if not has_hidden(field, value):
        return value
    if has_columns(field):
        return _row_without_hidden(field, value, keeps)
    if not is_container(value) or not has_rows(field):
        return value
    return rebuilt(
        value,
        [
            without_hidden_columns(part.field, part.value, keeps)
            for part in parts(field, value)
        ],
    )


def without_withheld(access: Access, name: str, value: Any) -> Any:
    """Return the value of a form without hidden pages, as far as the user can't write.

    See `without_hidden`.
    """
    field = access.form.fields.get(name)
    if access.may_write(name):
        return without_hidden_columns(field, value, access.columns.may_write)
    return without_hidden(field, value)


def _row_without_hidden(field: IField, row: Any, keeps: Keeps) -> Any:
    """Return the row without the columns that would have nothing to show."""
    values = {}
    for part in columns_of(field, row):
        if keeps(field.schema, part.name):
            shown = without_hidden_columns(part.field, part.value, keeps)
        else:
            shown = without_hidden(part.field, part.value)
        if shown is not part.value:
            values[part.name] = shown
    shown = with_some_columns(
        field,
        row,
        lambda schema, name: (
            schema is not field.schema or values.get(name) is not NOTHING
        ),
    )
    new = {name: one for name, one in values.items() if one is not NOTHING}
    made = None if shown is None else with_values(shown, new)
    # A property may go on to show the page.
    is_set = isinstance(made, Mapping) or all(
        getattr(made, name, None) is one for name, one in new.items()
    )
    return made if is_set else None


def nameless(page: Any) -> str:
    """Return what people read in place of a page that they may not view."""
    return translate(_("a page that you may not view"), context=getRequest())


def _everything_in(
    field: IField | None, value: Any, outer: tuple = ()
) -> Iterator[Any]:
    """Yield the value and all that is in it, as far as it can be read."""
    yield value
    if isinstance(value, WITHOUT_PARTS) or why_unreadable(value) is not None:
        return
    is_reference = IContentish.providedBy(value) or IRelationValue.providedBy(value)
    # An object may know what it is in.
    if is_reference or any(value is one for one in outer):
        return
    for of_part, part in _parts_and_attributes(field, value):
        yield from _everything_in(of_part, part, (*outer, value))


def _parts_and_attributes(
    field: IField | None, value: Any
) -> Iterator[tuple[IField | None, Any]]:
    """Yield fields and values of what is right in the value, keys of a mapping, too."""
    found = parts(field, value) or []
    for part in found:
        yield part.field, part.value
    if isinstance(value, Mapping):
        yield from ((None, name) for name in value)
    known = {part.name for part in found}
    for name, attribute in getattr(value, "__dict__", {}).items():
        if name not in known and not name.startswith("_"):
            yield None, attribute
