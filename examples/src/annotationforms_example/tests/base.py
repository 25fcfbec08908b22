"""What the tests share: a page, browsers of several users, the stored values."""

from annotationforms_example.mirror import DATABASE
from annotationforms_example.testing import FUNCTIONAL_TESTING
from annotationforms_example.testing import PASSWORD
from collective.annotationforms.tests import overlay
from plone.protect import auto
from plone.testing.zope import Browser
from unittest import mock
from zope.annotation.interfaces import IAnnotations

import os
import transaction
import unittest


class PageTestCase(unittest.TestCase):
    """A published page; the protection against forged requests is on."""

    layer = FUNCTIONAL_TESTING
    #: Whether the browser gets toolbar, navigation and footer, too.
    whole_pages = False

    def setUp(self):
        disabled, auto.CSRF_DISABLED = auto.CSRF_DISABLED, False
        self.addCleanup(setattr, auto, "CSRF_DISABLED", disabled)
        # The database of whoever runs the tests is not for them.
        self.set_database("")
        self.portal = self.layer["portal"]
        self.page = self.portal["page"]
        self.url = self.page.absolute_url()

    def set_database(self, settings):
        """Let the example use a database; none if the settings are empty."""
        patcher = mock.patch.dict(os.environ, {DATABASE: settings})
        patcher.start()
        self.addCleanup(patcher.stop)

    def browser(self, user="editor"):
        """Return a browser of the user; of a visitor if it is None."""
        browser = Browser(self.layer["app"])
        browser.handleErrors = True
        browser.raiseHttpErrors = False
        browser.addHeader("Accept", "text/html")
        if not self.whole_pages:
            browser.addHeader(*overlay.HEADER)
        if user:
            browser.addHeader("Authorization", f"Basic {user}:{PASSWORD}")
        return browser

    def open(self, view, user="editor"):
        """Return a browser in which the view of the page is open."""
        browser = self.browser(user)
        browser.open(f"{self.url}/@@{view}")
        return browser

    def stored(self, key):
        """Return what is stored in a dict; None if nothing is."""
        transaction.begin()
        stored = IAnnotations(self.page).get(key)
        return None if stored is None else dict(stored)
