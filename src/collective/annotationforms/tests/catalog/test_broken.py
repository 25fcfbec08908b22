"""Annotations that can't be loaded, whoever's they are: they break no page."""

from BTrees.OOBTree import OOBTree
from collective.annotationforms import annotation_storage
from collective.annotationforms.catalog.index import INDEX
from collective.annotationforms.catalog.index import index_pages
from collective.annotationforms.catalog.inventory import storage_keys
from collective.annotationforms.tests.admin import AdminTestCase
from collective.annotationforms.tests.admin import KEY
from collective.annotationforms.tests.admin import NotesForm
from collective.annotationforms.tests.admin import OPTIONS
from collective.annotationforms.tests.broken import BROKEN
from collective.annotationforms.tests.broken import gone_module
from collective.annotationforms.tests.broken import marked
from collective.annotationforms.tests.broken import of_gone_class
from collective.annotationforms.tests.broken import UNREADABLE
from collective.annotationforms.tests.broken import with_part_without_record
from collective.annotationforms.tests.broken import without_record
from contextlib import contextmanager
from itertools import product
from persistent import Persistent
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from plone.app.testing import applyProfile
from unittest import mock
from ZODB.Connection import Connection
from ZODB.POSException import POSKeyError
from zope.annotation.interfaces import IAnnotations

import json
import transaction


OTHERS = "other.addon.data"
PLONES = "plone.other.data"


class OtherForm(NotesForm):
    ANNOTATION_STORAGE_KEY = "example.other"


class BrokenTestCase(AdminTestCase):
    """A page has good data of a form, and under some key what can't be loaded."""

    def setUp(self):
        super().setUp()
        # Products.CMFEditions itself makes no version of such a page.
        self.portal.portal_repository.setVersionableContentTypes([])
        transaction.commit()

    def break_page(self, make, key, page=None):
        page = page or self.page
        with gone_module() as module:
            IAnnotations(page)[key] = make(module, page._p_jar)
        page._p_jar.cacheMinimize()

    def name_of(self, make, key):
        return f"{make.__name__}-{key}".replace(".", "-").replace("_", "-")

    @contextmanager
    def broken(self, make, key):
        """Break a new page, which is there for the time of a subtest; yields it."""
        name = self.name_of(make, key)
        with self.subTest(name):
            page = self.add_page(name, publish=True)
            if key != KEY:
                self.store(page, text="Call Zoë")
            self.break_page(make, key, page)
            yield page
        transaction.abort()

    def found(self, key=KEY):
        transaction.begin()
        brains = self.portal.portal_catalog.unrestrictedSearchResults(**{INDEX: key})
        return sorted(brain.getId for brain in brains)


class TestPages(BrokenTestCase):
    """What people do with a page works as without the add-on."""

    def test_reindexing_renaming_and_deleting(self):
        for case in product(
            BROKEN,
            (
                OTHERS,
                PLONES,
                KEY,
            ),
        ):
            with self.broken(*case) as page:
                name = page.getId()
                page.reindexObject()
                transaction.commit()
                page._p_jar.cacheMinimize()
                self.portal.manage_renameObject(name, "renamed")
                transaction.commit()
                self.portal._p_jar.cacheMinimize()
                self.portal.manage_delObjects(["renamed"])
                transaction.commit()

    def test_copying(self):
        # Where the code is gone, the ZODB itself makes no copy.
        makers = (without_record, with_part_without_record)
        for case in product(makers, (OTHERS, PLONES, KEY)):
            with self.broken(*case) as page:
                ids = self.portal.manage_copyObjects([page.getId()])
                copied = self.portal.manage_pasteObjects(ids)[0]["new_id"]
                transaction.commit()
                self.assertIn(copied, self.found())

    def test_good_data_are_found_beside_it(self):
        for case in product(
            BROKEN,
            (
                OTHERS,
                PLONES,
            ),
        ):
            with self.broken(*case) as page:
                page.reindexObject(idxs=[INDEX])
                transaction.commit()
                self.assertIn(page.getId(), self.found())

    def test_the_tab_shows_the_rest(self):
        for case in product(
            BROKEN,
            (
                OTHERS,
                PLONES,
            ),
        ):
            with self.broken(*case) as page:
                browser = self.open("form-data", "siteadmin", page)
                self.assertIn("1 of 6", self.content(browser))
                browser = self.open("form-data", "editor", page)
                self.assertIn("1 of 6", self.content(browser))
                browser = self.open("notes", "editor", page)
                self.assertIn("Call Zoë", browser.contents)

    def test_a_form_saves_beside_it(self):
        for case in product(
            BROKEN,
            (
                OTHERS,
                PLONES,
            ),
        ):
            with self.broken(*case) as page:
                browser = self.open("notes", "editor", page)
                browser.getControl("Text").value = "Call Ada"
                browser.getControl("Save").click()
                self.assertEqual({"text": "Call Ada"}, self.stored(page))
                annotation_storage(page, KEY).remove()
                transaction.commit()

    def test_installing(self):
        for case in product(
            BROKEN,
            (
                OTHERS,
                PLONES,
                KEY,
            ),
        ):
            with self.broken(*case):
                applyProfile(self.portal, "collective.annotationforms:uninstall")
                applyProfile(self.portal, "collective.annotationforms:default")
                self.assertIsNone(index_pages(self.portal.portal_catalog))

    def test_a_page_that_is_gone_from_the_database(self):
        page = self.add_page("lost")
        oid = page._p_oid
        load = Connection.setstate

        def setstate(connection, obj):
            if obj._p_oid == oid:
                raise POSKeyError(oid)
            load(connection, obj)

        self.portal._p_jar.cacheMinimize()
        with mock.patch.object(Connection, "setstate", setstate):
            self.assertIsNone(index_pages(self.portal.portal_catalog))


class TestManagers(BrokenTestCase):
    """Who manages form data is told of what can't be read, and can get rid of it."""

    def test_it_is_listed_on_its_page(self):
        for case in product(
            UNREADABLE,
            (
                OTHERS,
                KEY,
            ),
        ):
            with self.broken(*case) as page:
                browser = self.open("form-data", "siteadmin", page)
                content = self.content(browser)
                self.assertIn("These data can't be read", content)
                self.assertIn("be loaded", content)

    def test_editors_are_told_of_their_form_only(self):
        for case in product(UNREADABLE, (OTHERS,)):
            with self.broken(*case) as page:
                content = self.content(self.open("form-data", "editor", page))
                self.assertNotIn("can't be read", content)
        for case in product(UNREADABLE, (KEY,)):
            with self.broken(*case) as page:
                content = self.content(self.open("form-data", "editor", page))
                self.assertIn("can't be read", content)
                self.assertNotIn("be loaded", content)

    def test_table_and_control_panel(self):
        for case in product(
            UNREADABLE,
            (
                OTHERS,
                KEY,
            ),
        ):
            with self.broken(*case) as page:
                page.reindexObject()
                transaction.commit()
        browser = self.open("form-data-controlpanel")
        self.assertIn(OTHERS, browser.contents)
        for query in ("form=notes", f"key={OTHERS}"):
            browser = self.open(f"form-data-pages?{query}")
            content = self.content(browser)
            self.assertEqual(len(UNREADABLE), content.count("can't be read"), content)

    def test_export(self):
        self.break_many()
        for query in ("form=notes", f"key={OTHERS}"):
            browser = self.open(f"form-data-preview?{query}")
            self.assertIn("200", browser.headers["status"], browser.contents)
            browser = self.open(f"form-data-download?{query}&format=csv")
            self.assertIn("with-gone-part", browser.contents)
            browser = self.open(f"form-data-download?{query}&format=json")
            exported = json.loads(browser.contents)
            # Only the key of a form tells that an object of a lost class was its data.
            number = len(UNREADABLE) + (query == "form=notes")
            self.assertEqual(number, exported["left_out"]["values"])

    def test_clean_up(self):
        self.break_many()
        for query in ("form=notes", f"key={OTHERS}"):
            browser = self.open(f"form-data-cleanup?{query}")
            browser.getControl("Delete these data").click()
            self.assertIn("200", browser.headers["status"], browser.contents)
        for make, key in product(BROKEN, (OTHERS, KEY)):
            found = self.annotations(self.portal[self.name_of(make, key)])
            is_kept = make in UNREADABLE or make is of_gone_class
            self.assertEqual({key} if is_kept else set(), {KEY, OTHERS} & set(found))

    def break_many(self):
        for case in product(BROKEN, (OTHERS, KEY)):
            with self.broken(*case) as page:
                page.reindexObject()
                transaction.commit()

    def test_deleting_it(self):
        for case in product(
            UNREADABLE,
            (
                OTHERS,
                KEY,
            ),
        ):
            with self.broken(*case) as page:
                key = OTHERS if page.getId().endswith("other-addon-data") else KEY
                browser = self.open("form-data", "siteadmin", page)
                browser.getLink(url=f"delete?key={key}").click()
                browser.getControl("Delete").click()
                self.assertNotIn(key, self.annotations(page))

    def annotations(self, page):
        transaction.begin()
        return IAnnotations(page)


class TestLooking(BrokenTestCase):
    """Nobody else's annotation is loaded without need, nothing is logged twice."""

    def test_annotations_that_are_not_ours_are_not_loaded(self):
        class Other(PersistentMapping):
            """A class of another add-on."""

        Other.__qualname__ = "Other"
        globals()["Other"] = Other
        self.addCleanup(globals().pop, "Other")
        annotations = IAnnotations(self.page)
        annotations[PLONES] = PersistentMapping(a=1)
        annotations["other.class"] = Other(a=1)
        transaction.commit()
        self.page._p_jar.cacheMinimize()
        self.page.reindexObject()
        self.portal.manage_renameObject("page", "renamed")
        annotations = IAnnotations(self.portal["renamed"])
        for key in (PLONES, "other.class"):
            self.assertIsNone(annotations[key]._p_changed)

    def test_it_is_logged_once(self):
        self.break_page(marked, OTHERS)
        with self.assertLogs("collective.annotationforms", "WARNING") as logged:
            for _time in range(3):
                storage_keys(self.page)
                self.page._p_jar.cacheMinimize()
        self.assertEqual(1, len(logged.output))
        self.assertRegex(logged.output[0], "other.addon.data.*/plone/page.*be loaded")


class TestNoMapping(AdminTestCase):
    """Something else than a mapping is stored under the key of a form."""

    def test_the_tab_says_so_and_shows_the_rest(self):
        self.register("other", OtherForm, **OPTIONS | {"title": "Other"})
        annotation_storage(self.page, OtherForm.ANNOTATION_STORAGE_KEY)["text"] = "Zoë"
        for stored in (OOBTree(a=1), PersistentList([1]), [], "text", 1, Persistent()):
            with self.subTest(type(stored)):
                IAnnotations(self.page)[KEY] = stored
                self.page.reindexObject()
                transaction.commit()
                content = self.content(self.open("form-data", "siteadmin", self.page))
                self.assertIn("These data can't be read.", content)
                self.assertIn(f"but a {type(stored).__name__} is stored", content)
                self.assertIn("1 of 6", content)
                content = self.content(self.open("form-data", "editor", self.page))
                self.assertIn("These data can't be read.", content)
                self.assertNotIn("is stored", content.replace("have stored", ""))
                self.assertIn("1 of 6", content)
                for view in ("form-data-delete", "form-data-export"):
                    browser = self.open(f"{view}?key={KEY}", "editor", self.page)
                    self.assertTrue(self.refused(browser))
                panel = self.content(self.open("form-data-controlpanel"))
                self.assertIn("Pages whose data can't be read: 1", panel)
                for view in ("pages", "preview", "cleanup"):
                    browser = self.open(f"form-data-{view}?form=notes")
                    self.assertIn("200", browser.headers["status"])
                table = self.content(self.open("form-data-pages?form=notes"))
                self.assertIn("These data can't be read.", table)

    def test_managers_look_export_and_delete(self):
        for stored in (OOBTree(a=1), PersistentList([1]), ["<b>Zoë"], "Zoë", 1, set()):
            with self.subTest(type(stored)):
                IAnnotations(self.page)[KEY] = stored
                self.page.reindexObject()
                transaction.commit()
                content = self.content(self.open("form-data", "siteadmin", self.page))
                self.assertIn("Show what is stored", content)
                self.assertNotIn("<b>", content)
                browser = self.open(f"form-data-export?key={KEY}", page=self.page)
                self.assertEqual("200 OK", browser.headers["status"])
                page = json.loads(browser.contents)["pages"][0]
                self.assertEqual([""], list(page["values"]))
                browser = self.open(f"form-data-delete?key={KEY}", page=self.page)
                browser.getControl("Delete").click()
                transaction.begin()
                self.assertNotIn(KEY, IAnnotations(self.page))
                panel = self.content(self.open("form-data-controlpanel"))
                self.assertNotIn("Pages whose data can't be read", panel)

    def test_values_of_a_wrong_type_are_named(self):
        wrong = {"text": 5, "level": "gone", "until": "soon", "other": 7, "file": "x"}
        self.page.manage_permission("View", ["Manager", "Editor"], acquire=1)
        IAnnotations(self.page)[KEY] = PersistentMapping(wrong)
        self.page.reindexObject()
        transaction.commit()
        for user in ("siteadmin", "editor"):
            content = self.content(self.open("form-data", user, self.page))
            titles = "Text, Until, Other page, File"
            self.assertIn(
                f"Does not fit its field, or can't be read: {titles}", content
            )
        for view in ("pages", "preview", "cleanup"):
            browser = self.open(f"form-data-{view}?form=notes")
            self.assertEqual("200 OK", browser.headers["status"])
        for view in ("notes", "notes-view"):
            browser = self.open(view, "editor", self.page)
            self.assertEqual("200 OK", browser.headers["status"])
        browser = self.open(f"form-data-export?key={KEY}", page=self.page)
        exported = json.loads(browser.contents)["pages"][0]["values"]
        self.assertEqual(wrong, exported)


class TestGoneClass(BrokenTestCase):
    """The class of what is stored under the key of a form is gone."""

    def test_it_is_counted_listed_and_deleted(self):
        self.break_page(of_gone_class, KEY)
        self.page.reindexObject()
        transaction.commit()
        panel = self.content(self.open("form-data-controlpanel"))
        self.assertIn("Pages whose data can't be read: 1", panel)
        self.assertNotIn("can't be read: example", panel)
        content = self.content(self.open("form-data", "siteadmin", self.page))
        self.assertRegex(
            content, "the class annotationforms_gone_[0-9]+.Mapping is gone"
        )
        browser = self.open(f"form-data-delete?key={KEY}", page=self.page)
        browser.getControl("Delete").click()
        self.assertNotIn("can't be read", self.open("form-data-controlpanel").contents)
