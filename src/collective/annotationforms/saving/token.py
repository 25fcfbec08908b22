"""Tokens: what a form tells of the values that its editor saw.

A token is the digest of the value of a field, and whether it was stored.  It travels
beside the widget, and comes back with what was typed.

That of a default has a digest that is always the same, by which we know it as ours; and
one more if the widget sends back less than it got, as a time without its seconds: it
shows that a factory gives another value now.  So does one that is added to that of rows
which lack a column, and show its default.
"""

from collective.annotationforms.fields.default import default_value
from collective.annotationforms.fields.drawn import draws_defaults
from collective.annotationforms.fields.drawn import with_drawn_defaults
from collective.annotationforms.fields.drawn import without_drawn_defaults
from collective.annotationforms.interfaces import IAnnotationForm
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import IStorageDataManager
from collective.annotationforms.interfaces import IUnfitField
from collective.annotationforms.saving.digest import digest
from collective.annotationforms.saving.givenback import is_given_back
from collective.annotationforms.saving.hiddentarget import with_hidden_targets
from collective.annotationforms.saving.rowtoken import is_sent
from collective.annotationforms.storage.parts import UNCHANGING
from collective.annotationforms.storage.rows import compared_columns
from collective.annotationforms.storage.value import filled_up
from typing import Any
from z3c.form.interfaces import DISPLAY_MODE
from z3c.form.interfaces import IDataConverter
from z3c.form.interfaces import IDataManager
from z3c.form.interfaces import IGroup
from z3c.form.interfaces import IWidget
from zope.component import getMultiAdapter
from zope.interface import Invalid


#: Before each digest of a value that was shown, but not stored: of a default.  No
#: digest has it, and none is before the first one if there is nothing stored.
UNSTORED = "~"


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
    if is_stored(widget):
        return _token_of_stored(widget, shown_value(widget))
    value = shown_of(widget, default_value(widget))
    token = token_of_value(widget, sent_back(widget, value))
    exact = token_of_value(widget, value)
    digests = ["", token, _digest_of_ours(widget), exact]
    return UNSTORED.join(digests[:3] if exact == token else digests)


def _token_of_stored(widget: IWidget, value: Any) -> str:
    field = widget.field
    if type(value) in UNCHANGING or not draws_defaults(field):
        return token_of_value(widget, sent_back(widget, value))
    stored, shown = (
        token_of_value(widget, sent_back(widget, one))
        for one in (
            without_drawn_defaults(field, value),
            with_drawn_defaults(widget.context, field, value),
        )
    )
    return stored if stored == shown else f"{stored}{UNSTORED}{shown}"


def token_of_value(widget: IWidget, value: Any) -> str:
    """Return the token for a value of the field if it is stored."""
    sent = compared_columns(widget.field, value, is_sent)
    return digest(widget.context, widget.field, sent)


def untouched(token: str) -> tuple[str, ...]:
    """Return the tokens of what may be sent if what was shown is left alone.

    That is what the converter of the widget makes of it, as a rule; a widget of several
    inputs may find that nothing was sent, and give the empty value itself.
    """
    stored, *shown = token.split(UNSTORED)
    return (shown[0], *shown[2:3]) if shown else (stored,)


def has_default(token: str) -> bool:
    """Tell whether something was shown that is not stored."""
    return UNSTORED in token


def stored_part(token: str) -> str:
    """Return the part of a token that tells what is stored, "" if nothing is."""
    return token.partition(UNSTORED)[0]


def is_of_default(widget: IWidget, token: str) -> bool:
    """Tell whether we have made the token, with the key of now, of a default."""
    return token.split(UNSTORED)[2:3] == [_digest_of_ours(widget)]


def is_stored(widget: IWidget) -> bool:
    """Tell whether the field of `widget` is stored, if only empty."""
    return widget.field.__name__ in widget.context


def sent_token(widget: IWidget) -> str | None:
    """Return the token that was sent for the field, None if none is to be heeded."""
    token = widget.request.form.get(token_name(widget))
    return str(token) if token is not None and has_token(widget) else None


def current_value(widget: IWidget) -> Any:
    """Return what the field of `widget` has now: what is stored, or the default.

    Rows have no defaults in columns that they lack.
    """
    return _stored_value(widget) if is_stored(widget) else default_value(widget)


def _stored_value(widget: IWidget) -> Any:
    field = widget.field
    if IUnfitField.providedBy(field):
        field = field.fitting
    manager = getMultiAdapter((widget.context, field), IDataManager)
    # Somebody may have registered another one.
    is_ours = IStorageDataManager.providedBy(manager)
    return manager.query_stored() if is_ours else manager.get()


def shown_value(widget: IWidget) -> Any:
    """Return what the widget shows of what its field has now, see IUnfitField."""
    if IUnfitField.providedBy(widget.field):
        return widget.field.missing_value
    return current_value(widget)


def shown_of(widget: IWidget, current: Any) -> Any:
    """Return the same for one who has what `current_value` returns."""
    is_unfit = IUnfitField.providedBy(widget.field)
    return widget.field.missing_value if is_unfit else current


def sent_back(widget: IWidget, shown: Any) -> Any:
    """Return what an untouched widget sends back, e.g. [] for None."""
    if is_given_back(widget, shown):
        return shown
    converter = IDataConverter(widget)
    try:
        sent = converter.toFieldValue(converter.toWidgetValue(shown))
    except (Invalid, ValueError):
        # It can be shown, but not be typed, e.g. None by the rich text widget.
        return shown
    sent = filled_up(widget.field, sent, shown)
    return with_hidden_targets(widget.field, sent, shown)


def _digest_of_ours(widget: IWidget) -> str:
    return token_of_value(widget, UNSTORED)
