"""Who may purge versions deletes what these have, and no more of the page itself."""

from collective.annotationforms.lifecycle.purge import PURGE_VERSION
from collective.annotationforms.lifecycle.purge import versions_with_data
from collective.annotationforms.registry import form_of
from collective.annotationforms.tests.access.kinds import KINDS
from collective.annotationforms.tests.access.site import AccessTestCase
from collective.annotationforms.tests.broken import gone_module
from collective.annotationforms.tests.broken import UNREADABLE
from persistent.list import PersistentList
from urllib.parse import urlencode
from zope.annotation.interfaces import IAnnotations

import transaction


OPEN = KINDS[0]
DELETE = f"@@form-data-delete?key={OPEN.key}"
DELETED = "Deleted: Data"


class TestPurging(AccessTestCase):
    """A version has data, and what the page has can't be read."""

    def setUp(self):
        super().setUp()
        self.portal.manage_permission(PURGE_VERSION, ["Manager", "Editor"], acquire=1)
        self.restore_all()

    def restore_all(self):
        self.as_user("manager")
        IAnnotations(self.page).pop(OPEN.key, None)
        self.restore(OPEN)
        self.portal.portal_repository.save(self.page)
        transaction.commit()
        self.versions = self.count()

    def count(self):
        transaction.begin()
        return versions_with_data(self.page, form_of(self.page, OPEN.key))

    def put(self, stored):
        IAnnotations(self.page)[OPEN.key] = stored
        transaction.commit()

    def break_data(self, make):
        with gone_module() as module:
            self.put(make(module, self.page._p_jar))
        self.page._p_jar.cacheMinimize()

    def has_data(self):
        transaction.begin()
        return OPEN.key in IAnnotations(self.page)

    def delete(self, user, **data):
        """Delete, and return the next page, which has the messages."""
        self.as_user(user)
        data = {"key": OPEN.key, "_authenticator": self.token(), **data}
        browser = self.browser_of(user)
        browser.post(f"{self.url}/@@form-data-delete", urlencode(data))
        self.answer(browser)
        browser.open(f"{self.url}/@@form-data")
        return self.answer(browser)

    def test_what_nobody_can_read(self):
        for make in UNREADABLE:
            for data in ({}, {"versions": "1"}):
                with self.subTest(make=make, data=data):
                    self.restore_all()
                    self.break_data(make)
                    page = self.get("editor", DELETE)
                    self.assertIn("Nothing of the page itself.", page)
                    self.assertNotIn(DELETED, self.delete("editor", **data))
                    self.assertTrue(self.has_data())
                    # Editors may not write all that the version has.
                    self.assertEqual(self.versions, self.count())
                    page = self.get("manager", DELETE)
                    self.assertNotIn("Nothing of the page itself.", page)
                    self.assertIn(DELETED, self.delete("manager", **data))
                    self.assertFalse(self.has_data())
                    self.assertEqual(0 if data else self.versions, self.count())

    def test_what_is_no_mapping(self):
        for stored in ("text", ["a"], PersistentList(["a"]), 1, b"", object):
            with self.subTest(stored=stored):
                self.restore_all()
                self.put(stored)
                page = self.get("editor", DELETE)
                self.assertIn("Nothing of the page itself.", page)
                self.assertNotIn(DELETED, self.delete("editor"))
                self.assertTrue(self.has_data())
                # Who manages form data may: no form has to tell whose it is.
                page = self.get("manager", DELETE)
                self.assertNotIn("Nothing of the page itself.", page)
                self.assertIn("is expected", page)
                self.delete("manager", versions="1")
                self.assertFalse(self.has_data())
                self.assertEqual(0, self.count())

    def test_who_may_not_purge_either(self):
        self.portal.manage_permission(PURGE_VERSION, ["Manager"], acquire=0)
        transaction.commit()
        for stored in (UNREADABLE[0], "text"):
            if isinstance(stored, str):
                self.put(stored)
            else:
                self.break_data(stored)
            for user in ("anonymous", "reader", "editor"):
                self.post(user, "@@form-data-delete", key=OPEN.key, versions="1")
                self.assertTrue(self.has_data())
                self.assertEqual(self.versions, self.count())

    def test_a_locked_page(self):
        self.as_user("confidant")
        self.page.restrictedTraverse("@@plone_lock_operations").create_lock()
        transaction.commit()
        self.put("text")
        text = self.delete("manager", versions="1")
        self.assertIn("somebody else has locked the page", text)
        self.assertEqual(self.versions, self.count())

    def test_values_that_one_may_not_change(self):
        self.put({"writers": "guarded"})
        self.assertNotIn(DELETED, self.delete("editor"))
        self.assertTrue(self.has_data())
