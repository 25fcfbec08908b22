"""A form that is here again with what was typed: after an Unlock, or after a login."""

from collective.annotationforms.saving.typed import FORGET
from collective.annotationforms.saving.typed import TYPED
from collective.annotationforms.tests import sampleforms
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.layers import PASSWORD
from plone.app.testing import login
from plone.locking.interfaces import ILockable
from plone.locking.interfaces import LockType
from urllib.parse import urlencode

import re
import transaction


class OpenForm(sampleforms.SettingsForm):
    permission = "View"


class ComebackTestCase(FunctionalTestCase):
    key = "example.settings"
    whole_pages = True

    def open(self, user="editor", view="settings"):
        browser = self.browser(user)
        browser.open(f"{self.url}/@@{view}")
        return browser

    def name_input(self, browser):
        return browser.getControl(name="form.widgets.name")


class TestUnlock(ComebackTestCase):
    """The page is locked while an editor types."""

    def lock(self, *lock_type, name="Ada <Lovelace>"):
        self.portal.acl_users.userFolderAddUser("ada", PASSWORD, ["Manager"], [])
        self.portal.acl_users.getUserById("ada").setProperties(fullname=name)
        login(self.portal, "ada")
        ILockable(self.page).lock(*lock_type)
        transaction.commit()

    def is_locked(self):
        transaction.begin()
        return ILockable(self.page).locked()

    def save(self, browser, button="Save"):
        self.name_input(browser).value = "typed"
        browser.getControl(button).click()
        self.assertIn(
            "Nothing was saved: Ada &lt;Lovelace&gt; has locked", browser.contents
        )
        self.assertIsNone(self.stored())

    def test_leads_back_to_what_was_typed(self):
        for view, button in (("settings", "Save"), ("wrapped-form", "Apply")):
            with self.subTest(view=view):
                self.lock()
                browser = self.open(view=view)
                self.save(browser, button)
                browser.getControl("Unlock").click()
                self.assertFalse(self.is_locked())
                self.assertIn("The page is unlocked.", browser.contents)
                self.assertNotIn("plone-lock-status", browser.contents)
                self.assertNotIn("buttons.unlock", browser.contents)
                self.assertEqual("typed", self.name_input(browser).value)
                self.assertIsNone(self.stored())
                browser.getControl(button).click()
                self.forget_user()

    def forget_user(self):
        self.portal.acl_users.userFolderDelUsers(["ada"])
        self.forget()

    def test_is_offered_before_anything_is_typed(self):
        self.lock()
        browser = self.open()
        self.assertIn("Ada &lt;Lovelace&gt; locked this page", browser.contents)
        self.name_input(browser).value = "typed"
        browser.getControl("Unlock").click()
        self.assertEqual("typed", self.name_input(browser).value)
        self.assertFalse(self.is_locked())

    def test_is_the_last_button(self):
        # The first one is pressed when somebody hits Enter.
        self.lock()
        names = re.findall(r'name="form\.buttons\.(\w+)"', self.open().contents)
        self.assertEqual(["save", "cancel", "unlock"], names)

    def test_is_not_there_without_a_lock(self):
        self.assertNotIn("Unlock", self.open().contents)

    def test_is_not_there_for_ones_own_lock(self):
        self.lock()
        self.assertNotIn("Unlock", self.open("ada").contents)

    def test_is_not_there_for_a_lock_that_stays(self):
        self.lock(LockType("a.check.out", stealable=False, user_unlockable=False))
        browser = self.open()
        self.save(browser)
        self.assertNotIn('value="Unlock"', browser.contents)

    def test_needs_the_permission_to_edit_and_a_token(self):
        self.lock()
        self.page.manage_permission("Modify portal content", ["Manager"])
        transaction.commit()
        self.register_view("open", OpenForm)
        browser = self.open(view="open")
        self.assertNotIn("Unlock", browser.contents)
        token = re.search('name="_authenticator" value="(.+?)"', browser.contents)
        data = {"form.buttons.unlock": "Unlock", "_authenticator": token.group(1)}
        browser.post(f"{self.url}/@@open", urlencode(data))
        self.assertTrue(self.is_locked())
        self.assertNotIn("The page is unlocked", browser.contents)
        manager = self.browser()
        sent = "form.buttons.unlock=Unlock"
        manager.open(f"{self.url}/@@settings?{sent}")
        self.assertIn("403", manager.headers["status"])
        manager.post(f"{self.url}/@@settings", sent)
        self.assertIn("403", manager.headers["status"])
        self.assertTrue(self.is_locked())


class TestTyped(ComebackTestCase):
    """The script of the form sends again what the server has not got."""

    def script(self, browser):
        """Return the attributes of the script."""
        html = re.search(r"<script[^>]*annotationforms\.js[^>]*>", browser.contents)
        return dict(re.findall(r'data-(\w+)="([^"]*)"', html.group()))

    def set_draft(self, browser):
        browser.cookies.create(self.script(browser)["draft"], "1", path="/")

    def cookies(self, browser):
        return [
            header
            for name, header in browser._response.headerlist
            if name.lower() == "set-cookie" and "annotationforms-" in header
        ]

    def test_the_form_says_that_it_is_not_saved(self):
        for kind, words in (("text", ""), ("files", "choose your files again")):
            browser = self.browser("editor")
            data = {"form.widgets.name": "typed", TYPED: kind}
            browser.post(f"{self.url}/@@settings", urlencode(data))
            self.assertEqual("typed", self.name_input(browser).value)
            self.assertIn("is in the form again. It is not saved", browser.contents)
            self.assertIn(words, browser.contents)
            self.assertIsNone(self.stored())

    def test_each_user_form_and_page_has_a_name_of_its_own(self):
        self.store(self.portal["private-page"], name="Ada")
        browser = self.browser("editor")
        browser.open(f"{self.portal.absolute_url()}/private-page/@@settings")
        names = [
            self.script(found).get("draft")
            for found in (browser, self.open(), self.open("admin"))
        ]
        self.assertEqual(3, len(set(names)))
        self.assertEqual(names[1], self.script(self.open())["draft"])
        self.assertNotIn("editor", str(names))

    def test_a_form_has_one_script(self):
        self.assertEqual(1, self.open().contents.count("annotationforms.js"))

    def test_a_view_has_none(self):
        self.assertNotIn("annotationforms.js", self.open(view="view").contents)

    def test_a_save_lets_the_browser_forget(self):
        for name in ("Ada", "Ada"):
            browser = self.open()
            draft = self.script(browser)["draft"]
            self.set_draft(browser)
            self.name_input(browser).value = name
            browser.followRedirects = False
            browser.getControl("Save").click()
            (header,) = self.cookies(browser)
            self.assertRegex(header, f"^{draft}=.*[Mm]ax-[Aa]ge=0")

    def test_an_error_does_not(self):
        browser = self.open()
        self.set_draft(browser)
        browser.getControl(name="form.widgets.count").value = "many"
        browser.getControl("Save").click()
        self.assertEqual([], self.cookies(browser))

    def test_nothing_is_kept_of_visitors(self):
        self.register_view("open", OpenForm)
        browser = self.open(None, "open")
        self.assertNotIn("draft", self.script(browser))

    def test_a_logout_lets_the_browser_forget(self):
        browser = self.open()
        self.set_draft(browser)
        browser.open(f"{self.portal.absolute_url()}/logout")
        self.assertIn(FORGET, browser.cookies)
        self.assertIn(f'data-forget="{FORGET}"', browser.contents)

    def test_a_logout_without_any_sets_no_cookie(self):
        browser = self.open()
        browser.open(f"{self.portal.absolute_url()}/logout")
        self.assertNotIn(FORGET, browser.cookies)
        self.assertNotIn("data-forget", browser.contents)
