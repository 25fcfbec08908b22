"""A form that is here again with what was typed, while nothing is to be saved."""

from collective.annotationforms.forms.request import check_request
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IAnnotationForm
from collective.annotationforms.saving.lock import may_be_unlocked
from collective.annotationforms.saving.lock import UNLOCK
from collective.annotationforms.saving.lock import unlock
from collective.annotationforms.saving.typed import TYPED
from z3c.form.button import Button
from z3c.form.button import Buttons
from z3c.form.util import expandPrefix


def come_back(form: IAnnotationForm) -> None:
    """Say why the form is here again; unlock the page, or offer to do so."""
    sent = form.request.form
    if TYPED in sent:
        form.status = _typed_before(has_files=sent[TYPED] == "files")
    if not form.RESPECT_LOCK or UNLOCK in form.buttons:
        return
    if f"{expandPrefix(form.prefix)}buttons.{UNLOCK}" in sent:
        check_request(form)
        if unlock(form.context):
            form.status = _(
                "The page is unlocked. What you typed is still in the form; it is not"
                " saved yet."
            )
    if may_be_unlocked(form.context):
        # Behind the others: browsers press the first one for somebody who hits Enter.
        form.buttons += Buttons(Button(UNLOCK, title=_("Unlock")))


def _typed_before(*, has_files: bool) -> str:
    if has_files:
        return _(
            "What you typed before is in the form again. It is not saved yet; choose"
            " your files again."
        )
    return _("What you typed before is in the form again. It is not saved yet.")
