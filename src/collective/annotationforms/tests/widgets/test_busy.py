from collective.annotationforms.interfaces import IStorageSavedEvent
from collective.annotationforms.tests.layers import FunctionalTestCase
from Products.Five import BrowserView
from ZODB.POSException import ConflictError
from zope.component import getGlobalSiteManager

import transaction


class TestBusy(FunctionalTestCase):
    """Zope gives up writing, since others save at the same time all the while."""

    whole_pages = True

    def setUp(self):
        super().setUp()
        self.store(name="Ada")
        self.conflicts = 1
        registry = getGlobalSiteManager()
        registry.registerHandler(self.fail_to_write, (IStorageSavedEvent,))
        self.addCleanup(
            registry.unregisterHandler, self.fail_to_write, (IStorageSavedEvent,)
        )

    def fail_to_write(self, event):
        if self.conflicts:
            self.conflicts -= 1
            # As in a real conflict, others have stored something meanwhile.
            transaction.abort()
            self.store(count=7)
            raise ConflictError

    def test_the_form_comes_back_with_what_was_typed(self):
        for view, button in (
            ("plain-form", "Apply"),
            ("wrapped-form", "Apply"),
            ("auto-form", "Apply"),
            ("settings", "Save"),
        ):
            with self.subTest(view=view):
                self.key = "example.settings" if view == "settings" else type(self).key
                self.forget()
                self.store(name="Ada", count=1)
                self.conflicts = 1
                browser = self.browser()
                browser.open(f"{self.url}/@@{view}")
                browser.getControl(name="form.widgets.name").value = "typed"
                browser.getControl(button).click()
                self.assertEqual("200 OK", browser.headers["status"])
                self.assertIn("others are saving at the same", browser.contents)
                self.assertNotIn("Changes saved", browser.contents)
                self.assertIn('id="portal-footer', browser.contents)
                control = browser.getControl(name="form.widgets.name")
                self.assertEqual("typed", control.value)
                self.assertEqual({"name": "Ada", "count": 7}, self.stored())
                browser.getControl(button).click()
                self.assertNotIn("others are saving", browser.contents)
                self.assertEqual({"name": "typed", "count": 7}, self.stored())

    def test_other_pages_show_errors_as_ever(self):
        class View(BrowserView):
            def __call__(self):
                raise ConflictError

        self.register_view("fails", View)
        browser = self.browser()
        browser.open(f"{self.url}/@@fails")
        self.assertEqual("500 Internal Server Error", browser.headers["status"])
        self.assertIn("ConflictError", browser.contents)
        self.assertIn("there seems to be an error", browser.contents)
