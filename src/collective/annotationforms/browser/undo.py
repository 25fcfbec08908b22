"""Take back a deletion: of one page, or of a clean-up."""

from AccessControl import Unauthorized
from collective.annotationforms.browser.byline import IAboutFormData
from collective.annotationforms.browser.download import keep_out_of_caches
from collective.annotationforms.browser.encoding import check_encoding
from collective.annotationforms.catalog.search import below_site
from collective.annotationforms.i18n import _
from collective.annotationforms.lifecycle.undo import Deletion
from collective.annotationforms.lifecycle.undo import deletions
from collective.annotationforms.lifecycle.undo import supports_undo
from collective.annotationforms.lifecycle.undo import undo
from collective.annotationforms.lifecycle.undo import UndoImpossibleError
from collective.annotationforms.permission.closed import Closed
from collective.annotationforms.registry import registered_forms
from collective.annotationforms.saving.username import name_of_user
from functools import cached_property
from plone.protect.authenticator import check
from Products.CMFCore.interfaces import ISiteRoot
from Products.Five import BrowserView
from Products.statusmessages.interfaces import IStatusMessage
from zope.interface import implementer


@implementer(IAboutFormData)
class UndoDeletion(Closed, BrowserView):
    """A GET lists what the user may take back, a POST takes one of it back."""

    def __call__(self) -> str:
        """Show the list, or undo and go back; raises Forbidden without a token."""
        keep_out_of_caches(self.request)
        check_encoding(self.request.form)
        if self.context.portal_membership.isAnonymousUser():
            raise Unauthorized("Only those who have deleted something may undo it.")
        if self.request.method == "POST":
            check(self.request)
            if self._undo():
                self.request.response.redirect(self.back_url)
                return ""
        return self.index()

    @property
    def is_supported(self) -> bool:
        """Tell whether the database can undo anything."""
        return supports_undo(self.context)

    @property
    def asked(self) -> str | None:
        """The identifier of the deletion that is meant, None if none was named."""
        typed = self.request.form.get("deletion")
        return typed if isinstance(typed, str) else None

    @cached_property
    def deletions(self) -> list[Deletion]:
        """What the user may take back, or only the deletion that is meant."""
        found = deletions(self.context)
        if self.asked is None:
            return found
        return [deletion for deletion in found if deletion.identifier == self.asked]

    def title(self, deletion: Deletion) -> str:
        """Return what people call the data."""
        titles = {form.key: form.title for form in registered_forms(self.request)}
        return titles.get(deletion.key, deletion.key)

    def user(self, deletion: Deletion) -> str:
        """Return the name of who has deleted."""
        return name_of_user(self.context, deletion.user)

    def path(self, deletion: Deletion) -> str:
        """Return where the data were deleted."""
        return below_site(deletion.path)

    @property
    def back_url(self) -> str:
        """The address of the form data of the page, or of the site."""
        is_site = ISiteRoot.providedBy(self.context)
        view = "form-data-controlpanel" if is_site else "form-data"
        return f"{self.context.absolute_url()}/@@{view}"

    def _undo(self) -> bool:
        """Undo and tell; return whether that was possible."""
        for deletion in self.deletions if self.asked else ():
            try:
                undo(self.context, deletion)
            except UndoImpossibleError:
                message = _(
                    "The deletion can't be undone any more: what it has changed was"
                    " changed again since, for example the page or its data."
                )
                self._tell(message, "error")
                return False
            self._tell(_("The deletion was undone: the data are back."), "info")
            return True
        # The page says why there is none.
        return False

    def _tell(self, message: str, kind: str) -> None:
        IStatusMessage(self.request).addStatusMessage(message, kind)
