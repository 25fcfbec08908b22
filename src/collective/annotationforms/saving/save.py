"""The one way to save: refused before anything is written, told once afterwards."""

from collections.abc import Iterator
from collections.abc import Mapping
from collective.annotationforms.fields.datamanager import converted
from collective.annotationforms.fields.richtext import check_text_types
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import InvalidValueError
from collective.annotationforms.interfaces import ISaveRules
from collective.annotationforms.saving.lock import check_lock
from collective.annotationforms.saving.notify import notify_page
from collective.annotationforms.saving.notify import StorageSavedEvent
from collective.annotationforms.storage.refused import by_form
from collective.annotationforms.storage.value import same
from collective.annotationforms.storage.written import as_written
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from z3c.form.interfaces import IDataManager
from zope.component import getMultiAdapter
from zope.event import notify
from zope.interface import implementer
from zope.interface import Invalid
from zope.schema.interfaces import IField


@implementer(ISaveRules)
@dataclass(frozen=True, kw_only=True)
class SaveRules:
    """See ISaveRules"""

    fields: Mapping[str, IField]
    notify_content: bool = True
    respect_lock: bool = True


@contextmanager
def saving(
    storage: IAnnotationStorage, rules: ISaveRules, *, by_code: bool = False
) -> Iterator[None]:
    """Save what is written to the storage within: subscribers and page are told once.

    Raises Invalid before that if somebody else has locked the page.  Nothing is told if
    nothing was changed; a save within a save is part of it.

    With `by_code`, it is no user who saves: locks do not matter, and the page is not
    told, since its subscribers act for the user, who may lack the permissions that they
    need: to make a version, for example.
    """
    if storage.in_save:
        yield
        return
    if rules.respect_lock and not by_code:
        check_lock(storage.__parent__)
    before = dict(storage.data)
    storage.in_save = True
    try:
        yield
    finally:
        storage.in_save = False
    changes = _changes(storage, rules.fields, before)
    if not changes:
        return
    event = StorageSavedEvent(storage, changes)
    notify(event)
    if rules.notify_content and not by_code:
        notify_page(event, rules.fields)


def write_values(
    storage: IAnnotationStorage, fields: Mapping[str, IField], values: Mapping[str, Any]
) -> None:
    """Store values of fields as a form does, by their data managers."""
    for name, value in values.items():
        getMultiAdapter((storage, fields[name]), IDataManager).set(value)


def check_storable(
    storage: IAnnotationStorage,
    name: str,
    value: Any,
    *,
    field: IField | None,
    label: str,
) -> None:
    """Raise Invalid, with a message for people, if the value can't be stored.

    It is a value that was typed, or comes from a file: see `by_form`.  What the schema
    can't tell is checked as well: the type of a rich text.
    """
    check_text_types(field, value)
    try:
        as_written(converted(storage, field, value), by_form)
    except InvalidValueError as error:
        raise Invalid(not_storable(label, error.reason)) from error
    except ValueError as error:
        raise Invalid(not_storable(label, error.args[0])) from error


def not_storable(label: str, reason: str) -> str:
    """Return the message for people that something can't be saved, and why."""
    mapping = {"field": label, "reason": reason}
    return _("“${field}” can't be saved: ${reason}.", mapping=mapping)


def _changes(
    storage: IAnnotationStorage, fields: Mapping[str, IField], before: dict[str, Any]
) -> dict[str, tuple[Any, Any]]:
    """Return the changed names, each with the value before and now."""
    after = storage.data
    return {
        name: (before.get(name), storage.get(name))
        for name in {**before, **after}
        if (name in before) is not (name in after)
        or not same(fields.get(name), before[name], after[name])
    }
