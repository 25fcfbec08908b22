"""What the editor saw, what is stored and what was sent: which value wins."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from collective.annotationforms.fields.picture import check_pictures
from collective.annotationforms.interfaces import IUnfitField
from collective.annotationforms.saving.kept import is_left_alone
from collective.annotationforms.saving.kept import RowGone
from collective.annotationforms.saving.kept import with_kept_rows
from collective.annotationforms.saving.save import check_storable
from collective.annotationforms.saving.token import current_value
from collective.annotationforms.saving.token import has_default
from collective.annotationforms.saving.token import is_of_default
from collective.annotationforms.saving.token import is_stored
from collective.annotationforms.saving.token import sent_back
from collective.annotationforms.saving.token import sent_token
from collective.annotationforms.saving.token import shown_of
from collective.annotationforms.saving.token import shown_value
from collective.annotationforms.saving.token import stored_part
from collective.annotationforms.saving.token import token_of
from collective.annotationforms.saving.token import token_of_value
from collective.annotationforms.saving.token import untouched
from collective.annotationforms.storage.parts import is_plain
from collective.annotationforms.storage.value import same
from functools import partial
from typing import Any
from z3c.form.interfaces import IForm
from z3c.form.interfaces import IWidget
from z3c.form.interfaces import NOT_CHANGED
from zope.interface import Invalid


#: Outcomes of `decide`.
STORED = "stored"
SENT = "sent"
CONFLICT = "conflict"

#: What an editor may choose in a conflict.
MINE = "mine"
THEIRS = "theirs"

#: Before the token of what an editor was shown in a conflict.  Until the editor has
#: decided, nothing that differs from it is stored.  No other token begins with it.
UNDECIDED = "!"
#: The input by which an editor chooses theirs in all conflicts that were shown.
ALL_THEIRS = "annotationforms.theirs"


class ValueRefused(Invalid):
    """What was sent for a field can't be stored: the message says why, for people."""

    def __init__(self, widget: IWidget, message: str):
        super().__init__(message)
        self.widget = widget


class ValueConflict(Invalid):
    """An editor changed a field that somebody else has changed meanwhile.

    Nothing is stored until the editor decided; see `choice_of`.  The note tells people
    what they can't keep if they decide for theirs, "" for nothing.
    """

    def __init__(self, widget: IWidget, note: str = ""):
        super().__init__(widget.field.__name__)
        self.widget = widget
        self.note = note


class ConflictsShown(Invalid):
    """There are conflicts in a form; `views` show them at their fields.

    It is no error of its own: its view tells at the top of the form where they are.
    """

    def __init__(self, views: Sequence):
        super().__init__(*(view.field.__name__ for view in views))
        self.views = views


def decide(
    *,
    seen: str | None,
    sent: str,
    choice: str | None,
    is_stored: bool,
    get_stored: Callable[[], str],
) -> str:
    """Return which value of a field wins: STORED, SENT or CONFLICT.

    All that is no choice is a token: of what the editor saw, None if nobody knows, of
    what was sent, as if it were stored, and of what there is now, which costs something
    and is asked for only if it matters; `is_stored` tells whether it is a default.  The
    choice is MINE or THEIRS, None if there was nothing to choose.
    """
    if seen is None:
        # Sent by a script, or by a template that shows no tokens.
        return SENT
    if seen.startswith(UNDECIDED):
        base = seen.removeprefix(UNDECIDED)
        return _decide_conflict(base, sent, choice, get_stored)
    left_alone = sent in untouched(seen)
    if choice == THEIRS or (left_alone and not has_default(seen)):
        return STORED
    if not (left_alone or is_stored or stored_part(seen)):
        # Whatever the default is by now, only the editor has changed something.
        return SENT
    stored = get_stored()
    # A default that is another one now is nobody's edit.
    is_unchanged = stored_part(seen) == stored_part(stored)
    if left_alone and (seen == stored or not is_unchanged):
        return STORED
    # Only the editor has changed it, or both to the same.
    return SENT if is_unchanged or sent in untouched(stored) else CONFLICT


def _decide_conflict(
    shown: str, sent: str, choice: str | None, get_stored: Callable[[], str]
) -> str:
    """Return which value wins when the editor was shown a conflict."""
    if choice == THEIRS:
        return STORED
    stored = get_stored()
    if sent in untouched(stored):
        return SENT
    # A third one may have changed it since.
    is_known = stored_part(shown) == stored_part(stored)
    return SENT if choice == MINE and is_known else CONFLICT


def merged_value(widget: IWidget, sent: Any) -> Any:
    """Return the value to go on with in place of the one that was `sent`.

    It is what is stored now if the editor left the field alone or chose so; the widget
    is told if that is a change of somebody else, by `keeps_theirs`.  Raises
    ValueConflict if both the editor and somebody else changed it, and ValueRefused if
    it is new and can't be stored.
    """
    if sent is NOT_CHANGED:
        return sent
    current = current_value(widget)
    if is_left_unfit(widget, sent):
        return current
    seen = sent_token(widget)
    if seen is not None and choice_of(widget) == THEIRS:
        widget.keeps_theirs = True
        return current
    widget.chosen = False
    if is_plain(sent) and is_stored(widget) and same(widget.field, sent, current):
        # As most fields of a form: whoever has seen what, nothing is to be decided.
        widget.kept = current
        return current
    try:
        shown = shown_of(widget, current)
        sent = with_kept_rows(widget.context, widget, sent, shown)
    except RowGone as error:
        if seen is not None and is_left_alone(widget.context, widget, sent):
            widget.keeps_theirs = True
            return current
        raise _row_is_gone(widget, seen, error) from error
    outcome = SENT if seen is None else _outcome(widget, seen, sent)
    if outcome == CONFLICT:
        raise ValueConflict(widget)
    widget.chosen = outcome == SENT and seen is not None and is_of_default(widget, seen)
    if outcome == STORED:
        is_other = not same(widget.field, sent, current)
        widget.keeps_theirs = is_other and not _is_stored_as(widget, seen)
        return current
    _check_sent(widget, sent, current)
    return sent


def _row_is_gone(
    widget: IWidget, seen: str | None, error: RowGone
) -> ValueConflict | ValueRefused:
    """Return what to raise: a conflict, as long as the editor was not shown it."""
    if seen is None or choice_of(widget) == MINE or seen == token_of(widget):
        return ValueRefused(widget, *error.args)
    return ValueConflict(widget, *error.args)


def _outcome(widget: IWidget, seen: str, sent: Any) -> str:
    return decide(
        seen=seen,
        sent=token_of_value(widget, sent),
        choice=choice_of(widget),
        is_stored=is_stored(widget),
        get_stored=partial(token_of, widget),
    )


def _check_sent(widget: IWidget, sent: Any, current: Any) -> None:
    name, field = widget.field.__name__, widget.field
    try:
        check_storable(widget.context, name, sent, field=field, label=widget.label)
        check_pictures(field, sent)
    except Invalid as error:
        # What is there already may be older than the rules.
        if not same(field, sent, current):
            raise ValueRefused(widget, *error.args) from error
    else:
        widget.checked = sent


def is_left_unfit(widget: IWidget, sent: Any) -> bool:
    """Tell whether nothing was typed for a value that does not fit its field."""
    if not IUnfitField.providedBy(widget.field):
        return False
    return same(widget.field, sent_back(widget, shown_value(widget)), sent)


def widgets_by_name(form: IForm) -> Iterator[tuple[str, IWidget]]:
    """Yield name and widget of each field of the form and of its groups."""
    yield from form.widgets.items()
    for group in getattr(form, "groups", ()):
        yield from widgets_by_name(group)


def next_token(widget: IWidget) -> str:
    """Return the token for the page that is made now, maybe after a refusal.

    An editor who is shown a conflict knows what is stored now.  Otherwise what was
    typed is based on the value that the editor saw first, until it is stored.
    """
    seen = sent_token(widget)
    if isinstance(getattr(widget.error, "error", None), ValueConflict):
        return f"{UNDECIDED}{token_of(widget)}"
    if seen is None:
        return token_of(widget)
    if seen.startswith(UNDECIDED):
        return _token_in_conflict(widget, seen)
    if not is_stored(widget) and is_of_default(widget, seen):
        # What was typed may be what the default is by now.
        return seen
    return token_of(widget) if sent_is_stored(widget) else seen


def _token_in_conflict(widget: IWidget, seen: str) -> str:
    """Return the token for a form that comes back after a decision, for another error.

    The conflict is not shown again if it was decided.
    """
    shown = seen.removeprefix(UNDECIDED)
    is_mine = choice_of(widget) == MINE and _is_stored_as(widget, shown)
    return token_of(widget) if is_mine or sent_is_stored(widget) else seen


def _is_stored_as(widget: IWidget, token: str) -> bool:
    """Tell whether the same is stored as when the token was made, if anything was."""
    return stored_part(token_of(widget)) == stored_part(token)


def sent_is_stored(widget: IWidget) -> bool:
    """Tell whether the value that was sent is the one that the field has now."""
    sent = getattr(widget, "sent", NOT_CHANGED)
    return sent is not NOT_CHANGED and same(widget.field, sent, current_value(widget))


def choice_name(widget: IWidget) -> str:
    """Return the name under which an editor sends the decision on a conflict."""
    return f"{widget.name}-conflict"


def choice_of(widget: IWidget) -> str | None:
    """Return what the editor chose in a conflict, None if there was none."""
    form = widget.request.form
    if ALL_THEIRS in form and _is_undecided(widget):
        return THEIRS
    choice = form.get(choice_name(widget))
    return choice if choice in (MINE, THEIRS) else None


def _is_undecided(widget: IWidget) -> bool:
    return (sent_token(widget) or "").startswith(UNDECIDED)
