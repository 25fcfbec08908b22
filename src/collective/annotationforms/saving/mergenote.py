"""What an editor is told after a merge: whose changes of which fields were kept."""

from AccessControl import getSecurityManager
from collections.abc import Iterable
from collections.abc import Iterator
from collective.annotationforms.i18n import _
from collective.annotationforms.saving.username import name_of_user
from collective.annotationforms.storage.history import last_change_of
from typing import Any
from z3c.form.interfaces import IWidget
from zope.i18n import translate
from zope.i18nmessageid import Message


def merge_notes(widgets: Iterable[IWidget], request: Any) -> Iterator[Message]:
    """Yield a sentence for each user whose changes a save will keep."""
    kept = [widget for widget in widgets if getattr(widget, "keeps_theirs", False)]
    labels: dict[str, list[str]] = {}
    for widget in kept:
        change = last_change_of(widget.context, widget.field)
        label = translate(widget.label, context=request)
        labels.setdefault(change.user if change else "", []).append(label)
    for user, of_user in labels.items():
        yield _note(kept[0].context.__parent__, user, ", ".join(of_user))


def _note(page: Any, user: str, fields: str) -> Message:
    if user and user == getSecurityManager().getUser().getId():
        return _(
            "What you changed in another window was kept: ${fields}.",
            mapping={"fields": fields},
        )
    name = name_of_user(page, user) if user else _("somebody else")
    return _(
        "What ${user} changed meanwhile was kept: ${fields}.",
        mapping={"user": name, "fields": fields},
    )
