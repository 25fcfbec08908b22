"""Who has locked the page, above a form: Unlock leads back to what was typed."""

from collective.annotationforms.interfaces import IAnnotationForm
from collective.annotationforms.saving.lock import UNLOCK
from plone.app.layout.viewlets.locking import LockInfoViewlet
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from typing import Any
from z3c.form.interfaces import IActionForm


class LockOfForm(LockInfoViewlet):
    """In place of Plone's for forms on a storage; as Plone's for all other ones."""

    # Not an address.
    __roles__ = ()

    form_template = ViewPageTemplateFile("templates/lockinfo.pt")

    @property
    def form(self) -> Any:
        """The form that is shown, maybe in a wrapper."""
        return getattr(self.view, "form_instance", self.view)

    def button_id(self) -> str | None:
        """Return the id of the button in the form that unlocks; None without one."""
        return self.form.actions[UNLOCK].id if UNLOCK in self.form.actions else None

    def render(self) -> str:
        """See IViewlet"""
        form = self.form
        if not (IAnnotationForm.providedBy(form) and IActionForm.providedBy(form)):
            return super().render()
        if not self.info.is_locked_for_current_user():
            return ""
        return self.form_template()
