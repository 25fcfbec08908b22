"""What the editor saw, what is stored and what was sent: which value wins.

A form tells for each field what its editor saw, as a token: the digest of the value,
and whether it was stored.  When the form is sent, the token shows who changed the
field meanwhile: the editor, somebody else, or both.
"""

from collections.abc import Iterator
from collective.annotationforms.catalog.relations import with_relations
from collective.annotationforms.fields.default import default_value
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IAnnotationForm
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import InvalidValueError
from collective.annotationforms.saving.digest import digest
from collective.annotationforms.storage.value import same
from collective.annotationforms.storage.value import with_kept_parts
from typing import Any
from z3c.form.interfaces import DISPLAY_MODE
from z3c.form.interfaces import IDataConverter
from z3c.form.interfaces import IDataManager
from z3c.form.interfaces import IForm
from z3c.form.interfaces import IGroup
from z3c.form.interfaces import IWidget
from z3c.form.interfaces import NOT_CHANGED
from zope.component import getMultiAdapter
from zope.interface import Invalid


#: Before the digest of a value that was shown, but not stored: of a default.  No
#: digest begins with it.
UNSTORED = "~"


class ValueConflict(Invalid):
    """An editor changed a field that somebody else has changed meanwhile.

    Nothing is stored until the editor decided; see `choice`.
    """


def merged_value(widget: IWidget, sent: Any) -> Any:
    """Return the value to go on with in place of the one that was `sent`.

    It is what is stored now if the editor left the field alone or chose so.  Raises
    ValueConflict if both the editor and somebody else changed it.
    """
    if sent is NOT_CHANGED:
        return sent
    stored = shown_value(widget)
    sent = with_kept_parts(sent, stored)
    token = sent_token(widget)
    if token is None:
        # Sent by a script, or by a template that shows no tokens.
        return sent
    if kept_theirs(widget) or _is_digest_of(token, widget, sent):
        return stored
    if token == token_of(widget) or same(widget.field, stored, sent):
        return sent
    raise ValueConflict(widget.field.__name__)


def changed_values(form: IForm, data: dict[str, Any]) -> dict[str, Any]:
    """Return the part of the extracted `data` that differs from what is shown now.

    A form that is saved untouched gives an empty dict, also if nothing was stored
    before and the form showed defaults.
    """
    shown = dict(widgets_by_name(form))
    return {
        name: value
        for name, value in data.items()
        if name not in shown or not _is_as_shown(shown[name], value)
    }


def check_storable(form: IForm, changed: dict[str, Any]) -> None:
    """Raise Invalid if one of the `changed` values can't be stored."""
    shown = dict(widgets_by_name(form))
    storage = form.getContent()
    for name, value in changed.items():
        try:
            storage.storable(name, with_relations(value))
        except InvalidValueError as error:
            label = shown[name].label if name in shown else name
            mapping = {"field": label, "reason": error.reason}
            message = _("“${field}” can't be saved: ${reason}.", mapping=mapping)
            raise Invalid(message) from error


def widgets_by_name(form: IForm) -> Iterator[tuple[str, IWidget]]:
    """Yield name and widget of each field of the form and of its groups."""
    yield from form.widgets.items()
    for group in getattr(form, "groups", ()):
        yield from widgets_by_name(group)


def has_token(widget: IWidget) -> bool:
    """Tell whether the form is to carry a token for the field of `widget`."""
    form = widget.form
    while IGroup.providedBy(form):
        form = form.parentForm
    return (
        IAnnotationForm.providedBy(form)
        and form.DETECT_CONFLICTS
        and IAnnotationStorage.providedBy(widget.context)
        and widget.mode != DISPLAY_MODE
        and not widget.ignoreContext
    )


def token_name(widget: IWidget) -> str:
    """Return the name under which a form sends the token of a field."""
    return f"{widget.name}-shown"


def token_of(widget: IWidget) -> str:
    """Return the token for what the field of `widget` has now."""
    mark = "" if widget.field.__name__ in widget.context else UNSTORED
    return mark + _digest(widget, _sent_back(widget, shown_value(widget)))


def next_token(widget: IWidget) -> str:
    """Return the token for the page that is made now, maybe after a refusal.

    An editor who is shown a conflict knows what is stored now.  Otherwise what was
    typed is based on the value that the editor saw first, until it is stored.
    """
    sent = sent_token(widget)
    in_conflict = isinstance(getattr(widget.error, "error", None), ValueConflict)
    if sent is None or in_conflict or _is_stored(widget):
        return token_of(widget)
    return sent


def sent_token(widget: IWidget) -> str | None:
    """Return the token that was sent for the field, None if none is to be heeded."""
    token = widget.request.form.get(token_name(widget))
    return str(token) if token is not None and has_token(widget) else None


def choice_name(widget: IWidget) -> str:
    """Return the name under which an editor sends the decision on a conflict."""
    return f"{widget.name}-conflict"


def kept_theirs(widget: IWidget) -> bool:
    """Tell whether the editor decided to keep what somebody else has stored."""
    return widget.request.form.get(choice_name(widget)) == "theirs"


def shown_value(widget: IWidget) -> Any:
    """Return what the field of `widget` has now: what is stored, or the default."""
    if widget.field.__name__ not in widget.context:
        return default_value(widget)
    return getMultiAdapter((widget.context, widget.field), IDataManager).get()


def _is_as_shown(widget: IWidget, value: Any) -> bool:
    if value is NOT_CHANGED:
        return True
    shown = shown_value(widget)
    return same(widget.field, shown, value) or same(
        widget.field, _sent_back(widget, shown), value
    )


def _is_stored(widget: IWidget) -> bool:
    sent = getattr(widget, "sent", NOT_CHANGED)
    return sent is not NOT_CHANGED and same(widget.field, sent, shown_value(widget))


def _is_digest_of(token: str, widget: IWidget, value: Any) -> bool:
    return token.removeprefix(UNSTORED) == _digest(widget, value)


def _digest(widget: IWidget, value: Any) -> str:
    return digest(widget.context, widget.field, value)


def _sent_back(widget: IWidget, shown: Any) -> Any:
    """Return what an untouched widget sends back, e.g. [] for None."""
    converter = IDataConverter(widget)
    try:
        sent = converter.toFieldValue(converter.toWidgetValue(shown))
    except (Invalid, ValueError):
        # It can be shown, but not be typed, e.g. None by the rich text widget.
        return shown
    return with_kept_parts(sent, shown)
