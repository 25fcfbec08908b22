"""What the tests of the pages for site admins share: a form that is known."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.testing import registered_form
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.layers import PASSWORD
from persistent.mapping import PersistentMapping
from plone.app.contenttypes.interfaces import IDocument
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from plone.autoform import directives
from plone.namedfile.field import NamedBlobFile
from plone.namedfile.file import NamedBlobFile as File
from plone.supermodel import model
from z3c.relationfield.schema import RelationChoice
from zope import schema
from zope.annotation.interfaces import IAnnotations
from zope.schema.vocabulary import SimpleTerm
from zope.schema.vocabulary import SimpleVocabulary

import transaction


KEY = "example.notes"
LEFT_OVER = "gone.addon.data"
LEVELS = SimpleVocabulary(
    [SimpleTerm("low", title="Not urgent"), SimpleTerm("high", title="Urgent")]
)


class INotes(model.Schema):
    """Values of several types, one of which is for managers."""

    text = schema.TextLine(title="Text", required=False)
    level = schema.Choice(title="Level", vocabulary=LEVELS, required=False)
    until = schema.Date(title="Until", required=False)
    internal = schema.TextLine(title="Internal", required=False)
    directives.read_permission(internal="cmf.ManagePortal")
    directives.write_permission(internal="cmf.ManagePortal")
    other = RelationChoice(
        title="Other page", vocabulary="plone.app.vocabularies.Catalog", required=False
    )
    file = NamedBlobFile(title="File", required=False)


class NotesForm(AnnotationEditForm):
    schema = INotes
    label = "Notes"
    ANNOTATION_STORAGE_KEY = KEY


class IGuarded(model.Schema):
    """Values that some may read and others write, and a password."""

    open = schema.TextLine(title="Open", required=False)
    settled = schema.TextLine(title="Settled", required=False)
    directives.write_permission(settled="cmf.ManagePortal")
    unseen = schema.TextLine(title="Unseen", required=False)
    directives.read_permission(unseen="cmf.ManagePortal")
    internal = schema.TextLine(title="Internal", required=False)
    directives.read_permission(internal="cmf.ManagePortal")
    directives.write_permission(internal="cmf.ManagePortal")
    secret = schema.Password(title="Secret", required=False)


class GuardedForm(AnnotationEditForm):
    schema = IGuarded
    label = "Guarded"
    ANNOTATION_STORAGE_KEY = "example.guarded"


# What the values of the fields are in tests.
GUARDED = {
    "open": "o-value",
    "settled": "s-value",
    "unseen": "u-value",
    "internal": "i-value",
    "secret": "p-value",
}

OPTIONS = {
    "for_": IDocument,
    "title": "Notes",
    "description": "What to keep in mind.",
    "permission": "cmf.ModifyPortalContent",
}


class AdminTestCase(FunctionalTestCase):
    """A form "notes" is known; an admin of the site and a manager are at work."""

    key = KEY

    def setUp(self):
        super().setUp()
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        self.register("notes", NotesForm, **OPTIONS)
        self.portal.acl_users.userFolderAddUser(
            "siteadmin", PASSWORD, ["Site Administrator", "Member"], []
        )
        transaction.commit()

    def register(self, name, form_class, **options):
        registration = registered_form(name, form_class, **options)
        form = registration.__enter__()
        self.addCleanup(registration.__exit__, None, None, None)
        return form

    def add_page(self, name, title=None, publish=False, **values):
        """Add a page, with form data if there are values."""
        self.portal.invokeFactory("Document", name, title=title or name)
        page = self.portal[name]
        if publish:
            self.portal.portal_workflow.doActionFor(page, "publish")
        if values:
            self.store(page, **values)
        transaction.commit()
        return page

    def leave_data(self, page=None, **values):
        """Store data as an add-on did that was removed."""
        page = page or self.page
        IAnnotations(page)[LEFT_OVER] = PersistentMapping(values)
        page.reindexObject()
        transaction.commit()

    def hide(self, name, permission="Access contents information"):
        """Leave a page to managers."""
        self.portal[name].manage_permission(permission, ["Manager"], acquire=0)
        self.portal[name].reindexObjectSecurity()
        transaction.commit()

    def open(self, view, user="siteadmin", page=None):
        """Return a browser with a view of the page; of the site if it begins so."""
        browser = self.browser(user)
        context = self.portal if page is None else page
        browser.open(f"{context.absolute_url()}/@@{view}")
        return browser

    def refused(self, browser):
        """Tell whether the user was sent to the login form, or told no."""
        return "/login" in browser.url or "Insufficient Privileges" in browser.contents


def text_file(text=b"Hello", name="hello.txt"):
    return File(text, "text/plain", name)
