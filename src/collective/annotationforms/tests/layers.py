"""The testing layer with a page and the forms of the tests."""

from collective.annotationforms import annotation_storage
from collective.annotationforms.interfaces import IAnnotationFormsLayer
from collective.annotationforms.testing import AnnotationFormsLayer
from collective.annotationforms.tests import overlay
from persistent.mapping import PersistentMapping
from plone.app.testing import FunctionalTesting
from plone.app.testing import IntegrationTesting
from plone.app.testing import login
from plone.app.testing import logout
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from plone.protect import auto
from plone.testing.zope import Browser
from zope.annotation.interfaces import IAnnotations
from zope.component import getGlobalSiteManager
from zope.interface import alsoProvides
from zope.interface import Interface
from zope.publisher.interfaces.browser import IBrowserRequest

import collective.annotationforms.tests
import re
import transaction
import unittest


PASSWORD = "a-long-password-1"  # noqa: S105


class FormsLayer(AnnotationFormsLayer):
    """A published page, a private page, users, and the forms of testing.zcml."""

    def setUpZope(self, app, configurationContext):
        """See plone.app.testing.PloneSandboxLayer"""
        super().setUpZope(app, configurationContext)
        self.loadZCML("testing.zcml", package=collective.annotationforms.tests)

    def setUpPloneSite(self, portal):
        """See plone.app.testing.PloneSandboxLayer"""
        super().setUpPloneSite(portal)
        portal.portal_workflow.setDefaultChain("simple_publication_workflow")
        for name, role in (("editor", "Editor"), ("reader", "Reader")):
            portal.acl_users.userFolderAddUser(name, PASSWORD, [role, "Member"], [])
        login(portal.aq_parent, SITE_OWNER_NAME)
        for name in ("page", "private-page"):
            portal.invokeFactory("Document", name, title="A page")
        portal.portal_workflow.doActionFor(portal["page"], "publish")
        logout()


FORMS_FIXTURE = FormsLayer()
INTEGRATION = IntegrationTesting(bases=(FORMS_FIXTURE,), name="Forms:Integration")
FUNCTIONAL = FunctionalTesting(bases=(FORMS_FIXTURE,), name="Forms:Functional")


class IntegrationTestCase(unittest.TestCase):
    """Forms made by code, as the manager of the site."""

    layer = INTEGRATION

    def setUp(self):
        self.portal = self.layer["portal"]
        self.request = self.layer["request"]
        alsoProvides(self.request, IAnnotationFormsLayer)
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        self.page = self.portal["page"]

    def stored(self, key):
        return IAnnotations(self.page).get(key)


class FunctionalTestCase(unittest.TestCase):
    """Forms in a browser, with the protection against forged requests on."""

    layer = FUNCTIONAL
    key = "form_annotation_storage"
    #: Whether the browser gets toolbar, navigation and footer, too: see overlay.py.
    whole_pages = False

    def setUp(self):
        self.portal = self.layer["portal"]
        self.page = self.portal["page"]
        self.url = self.page.absolute_url()
        disabled, auto.CSRF_DISABLED = auto.CSRF_DISABLED, False
        self.addCleanup(setattr, auto, "CSRF_DISABLED", disabled)

    def register_view(self, name, base):
        """Register a form for the time of the test, as ZCML does."""
        view = type("View", (base,), {"__name__": name})
        arguments = (view, (Interface, IBrowserRequest), Interface, name)
        registry = getGlobalSiteManager()
        registry.registerAdapter(*arguments)
        self.addCleanup(registry.unregisterAdapter, *arguments)

    def browser(self, user=SITE_OWNER_NAME):
        """Return a browser, logged in unless `user` is None."""
        browser = Browser(self.layer["app"])
        browser.handleErrors = True
        browser.raiseHttpErrors = False
        browser.addHeader("Accept", "text/html")
        if not self.whole_pages:
            browser.addHeader(*overlay.HEADER)
        if user:
            password = SITE_OWNER_PASSWORD if user == SITE_OWNER_NAME else PASSWORD
            browser.addHeader("Authorization", f"Basic {user}:{password}")
        return browser

    def content(self, browser):
        """Return the main part of the page, its white space folded."""
        match = re.search(r'(?s)<article id="content">.*</article>', browser.contents)
        return " ".join(match.group().split()) if match else browser.contents[:500]

    def store(self, page=None, **values):
        annotation_storage(page or self.page, self.key).update(values)
        transaction.commit()

    def forget(self, name=None):
        """Delete what is stored, or the value of one field."""
        if name is None:
            IAnnotations(self.page).pop(self.key, None)
        else:
            del annotation_storage(self.page, self.key)[name]
        transaction.commit()

    def stored(self, page=None):
        """Return what is stored now, in a dict; None if nothing is."""
        transaction.begin()
        stored = IAnnotations(page or self.page).get(self.key)
        if stored is not None:
            assert type(stored) is PersistentMapping, type(stored)
            return dict(stored)
        return None
