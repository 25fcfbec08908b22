"""Annotations that can't be used, whoever's they are, break no page."""

from BTrees.OOBTree import OOBTree
from collective.annotationforms import annotation_storage
from collective.annotationforms.catalog.inventory import broken_keys
from collective.annotationforms.catalog.inventory import INDEX
from collective.annotationforms.catalog.inventory import storage_keys
from collective.annotationforms.tests.admin import AdminTestCase
from collective.annotationforms.tests.admin import GuardedForm
from collective.annotationforms.tests.admin import KEY
from collective.annotationforms.tests.admin import OPTIONS
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from plone.app.testing import applyProfile
from types import ModuleType
from unittest import mock
from zope.annotation.interfaces import IAnnotations
from zope.interface import alsoProvides
from zope.interface import Interface
from zope.interface.interface import InterfaceClass

import sys
import transaction


FOREIGN = "their.addon.data"
PLONE = "plone.their.data"
GONE = ModuleType("gone_addon")
GONE.IGone = InterfaceClass("IGone", (Interface,), {"__module__": GONE.__name__})


class BrokenTestCase(AdminTestCase):
    def setUp(self):
        super().setUp()
        self.add_page("whole", text="whole-text")
        self.add_page("broken", publish=True)
        self.broken = self.portal["broken"]

    def lose_class(self, key, **values):
        """Store a mapping with a marker interface whose module is gone afterwards."""
        stored = PersistentMapping(values)
        with mock.patch.dict(sys.modules, gone_addon=GONE):
            alsoProvides(stored, GONE.IGone)
            IAnnotations(self.broken)[key] = stored
            transaction.commit()
        stored._p_deactivate()

    def lose_record(self, key, **values):
        """Refer to a mapping that the database does not have."""
        lost = PersistentMapping.__new__(PersistentMapping)
        lost._p_jar, lost._p_oid = self.portal._p_jar, b"\xff" * 8
        lost._p_deactivate()
        IAnnotations(self.broken)[key] = lost
        transaction.commit()


class TestBroken(BrokenTestCase):
    def ways(self):
        for key in (FOREIGN, KEY, PLONE):
            for lose in (self.lose_class, self.lose_record):
                with self.subTest(key=key, way=lose.__name__):
                    lose(key, text="lost-text")
                    yield key
                    self.portal.portal_url.getPortalObject()
                    if key in IAnnotations(self.broken):
                        del IAnnotations(self.broken)[key]
                    transaction.commit()

    def test_it_is_passed_over_and_named_to_managers(self):
        for key in self.ways():
            self.assertEqual([], storage_keys(self.broken))
            named = [] if key == PLONE else [key]
            self.assertEqual(named, broken_keys(self.broken))
            found = self.open("form-data", page=self.broken).contents
            self.assertEqual(key != PLONE, "What is stored can" in found, found)
            found = self.open("form-data", None, page=self.broken).contents
            self.assertNotIn("What is stored can", found)

    def test_what_plone_does_with_pages(self):
        for _key in self.ways():
            self.broken.reindexObject()
            self.portal.portal_catalog.refreshCatalog()
            self.portal.manage_renameObject("broken", "renamed")
            self.portal.manage_renameObject("renamed", "broken")
            self.broken = self.portal["broken"]
            transaction.savepoint()
            self.portal.manage_delObjects(["broken"])
            transaction.abort()
            self.broken = self.portal["broken"]

    def test_installing(self):
        for _key in self.ways():
            catalog = self.portal.portal_catalog
            applyProfile(self.portal, "collective.annotationforms:uninstall")
            applyProfile(self.portal, "collective.annotationforms:default")
            self.assertIn(INDEX, catalog.indexes())
            transaction.abort()

    def test_the_pages_of_the_site(self):
        for key in self.ways():
            for view in (
                "form-data-controlpanel",
                "form-data-pages?form=notes",
                "form-data-download?form=notes&format=csv",
                "form-data-download?form=notes&format=json",
                f"form-data-cleanup?form=&key={key}",
                "form-data-cleanup?form=notes",
            ):
                found = self.open(view)
                self.assertNotRegex(found.headers["status"], "^5", view)
            found = self.open("form-data-download?form=notes&format=csv").contents
            self.assertIn("whole-text", str(found))

    def test_managers_delete_it(self):
        for key in self.ways():
            if key == PLONE:
                continue
            browser = self.open(f"form-data-delete?key={key}", page=self.broken)
            self.assertIn("All that is stored", browser.contents)
            browser.getControl("Delete").click()
            transaction.begin()
            self.assertNotIn(key, IAnnotations(self.broken))

    def test_it_is_logged_once(self):
        self.lose_class("a.key.of.its.own", text="x")
        with self.assertLogs("collective.annotationforms", "WARNING") as logged:
            for _turn in range(5):
                storage_keys(self.broken)
        self.assertEqual(1, len(logged.records))
        self.assertIn("'a.key.of.its.own' of /plone/broken", logged.output[0])
        self.assertNotIn("lost-text", logged.output[0])


class TestNoMapping(BrokenTestCase):
    """Something else than a mapping under the key of a form."""

    def test_one_entry_says_what_is_wrong(self):
        self.register("other", GuardedForm, **OPTIONS | {"title": "Other data"})
        for value in (OOBTree(text="x"), PersistentList(["x"]), "text", 1, ["x"]):
            name = type(value).__name__
            with self.subTest(name=name):
                IAnnotations(self.broken)[KEY] = value
                other = GuardedForm.ANNOTATION_STORAGE_KEY
                annotation_storage(self.broken, other)["open"] = "other-text"
                transaction.commit()
                browser = self.open("form-data", page=self.broken)
                self.assertIn(f"but a {name} is stored", browser.contents)
                self.assertIn("Other data", browser.contents)
                for view in ("form-data-pages?form=notes", "form-data-controlpanel"):
                    self.assertIn("200", self.open(view).headers["status"])
                found = self.open(f"form-data-export?key={KEY}", page=self.broken)
                self.assertNotRegex(found.headers["status"], "^5")
                browser = self.open(f"form-data-delete?key={KEY}", page=self.broken)
                browser.getControl("Delete").click()
                transaction.begin()
                self.assertNotIn(KEY, IAnnotations(self.broken))


class TestNames(BrokenTestCase):
    """XML models may have names that Python does not allow."""

    def test_found(self):
        for key in (KEY, FOREIGN):
            for name in ("e-mail", "e.mail", "straße", "first-name-2"):
                IAnnotations(self.broken)[key] = PersistentMapping({name: "x"})
                self.assertEqual([key], storage_keys(self.broken), name)
                del IAnnotations(self.broken)[key]

    def test_names_that_no_field_has(self):
        for name in ("/plone/page", "1", "a b", "", 1, ("a",)):
            IAnnotations(self.broken)[FOREIGN] = PersistentMapping({name: "x"})
            self.assertEqual([], storage_keys(self.broken), name)
            IAnnotations(self.broken)[KEY] = PersistentMapping({name: "x"})
            self.assertEqual([KEY], storage_keys(self.broken), name)
            del IAnnotations(self.broken)[KEY]
