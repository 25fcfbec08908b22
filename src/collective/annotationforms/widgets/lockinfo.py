"""Who has locked the page, above a form: Unlock leads back to what was typed."""

from collective.annotationforms.interfaces import IAnnotationForm
from collective.annotationforms.saving.lock import UNLOCK
from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from typing import Any
from z3c.form.interfaces import IActionForm
from zope.component import getMultiAdapter
from zope.component import getSiteManager
from zope.interface import implementer
from zope.interface import providedBy
from zope.publisher.interfaces.browser import IBrowserView
from zope.viewlet.interfaces import IViewlet


@implementer(IViewlet)
class LockOfForm(BrowserView):
    """In place of Plone's for forms on a storage; as Plone's for all other ones."""

    # Not an address.
    __roles__ = ()

    form_template = ViewPageTemplateFile("templates/lockinfo.pt")

    def __init__(self, context: Any, request: Any, view: Any, manager: Any):
        super().__init__(context, request)
        self.view = view
        self.manager = manager
        self.info = getMultiAdapter((context, request), name="plone_lock_info")

    @property
    def form(self) -> Any:
        """The form that is shown, maybe in a wrapper."""
        return getattr(self.view, "form_instance", self.view)

    def button_id(self) -> str | None:
        """Return the id of the button in the form that unlocks; None without one."""
        return self.form.actions[UNLOCK].id if UNLOCK in self.form.actions else None

    def lock_info(self) -> dict[str, Any]:
        """Return who has locked the page, and since when."""
        return self.info.lock_info()

    def update(self) -> None:
        """See IViewlet"""

    def render(self) -> str:
        """See IViewlet"""
        form = self.form
        if not (IAnnotationForm.providedBy(form) and IActionForm.providedBy(form)):
            return self._render_of_plone()
        if not self.info.is_locked_for_current_user():
            return ""
        return self.form_template()

    def _render_of_plone(self) -> str:
        """Return what the viewlet shows that is registered for any view."""
        required = (
            providedBy(self.context),
            providedBy(self.request),
            IBrowserView,
            providedBy(self.manager),
        )
        factory = getSiteManager().adapters.lookup(required, IViewlet, "plone.lockinfo")
        viewlet = factory(self.context, self.request, self.view, self.manager)
        viewlet.update()
        return viewlet.render()
