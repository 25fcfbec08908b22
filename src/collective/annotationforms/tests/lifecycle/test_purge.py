"""Taking data out of the versions of a page."""

from AccessControl.Permission import Permission
from collective.annotationforms import annotation_storage
from collective.annotationforms.lifecycle import purge
from collective.annotationforms.lifecycle.purge import may_purge
from collective.annotationforms.lifecycle.purge import PURGE_VERSION
from collective.annotationforms.lifecycle.purge import purge_versions
from collective.annotationforms.lifecycle.purge import Purged
from collective.annotationforms.lifecycle.purge import versions_with_data
from collective.annotationforms.registry import form_of
from collective.annotationforms.storage.storage import stored_mappings
from collective.annotationforms.tests.admin import AdminTestCase
from collective.annotationforms.tests.admin import GUARDED
from collective.annotationforms.tests.admin import GuardedForm
from collective.annotationforms.tests.admin import OPTIONS
from collective.annotationforms.tests.lifecycle.test_version import KEY
from collective.annotationforms.tests.lifecycle.test_version import Part
from collective.annotationforms.tests.lifecycle.test_version import text_file
from collective.annotationforms.tests.lifecycle.test_version import VersionTestCase
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from plone.locking.interfaces import ILockable
from unittest import mock
from zope.annotation.interfaces import IAnnotations

import re
import transaction


OTHER = "example.other-data"
# What an editor may not write.
KEPT = {"settled", "internal"}


class PurgeTestCase(VersionTestCase):
    """Data in versions, and none on the page any more."""

    def purge(self, key=KEY, page=None):
        page = page or self.page
        return purge_versions(page, form_of(page, key))

    def found(self, key=KEY):
        return versions_with_data(self.page, form_of(self.page, key))

    def in_versions(self, key=KEY):
        """Return the data of all versions, None where there is no annotation."""
        transaction.savepoint(optimistic=True)
        annotations = [
            stored_mappings(self.version(number)).get(key)
            for number in range(self.page.version_id + 1)
        ]
        return [None if stored is None else dict(stored) for stored in annotations]

    def referenced(self, number):
        history = self.portal.portal_historiesstorage
        return history.retrieve(self.page.cmf_uid(), number).referenced_data


class TestPurge(PurgeTestCase):
    """Which versions lose what."""

    def test_all_versions_lose_the_data_and_nothing_else(self):
        for name in ("Ada", "Grace"):
            self.page.title = name
            self.storage["name"] = name
            annotation_storage(self.page, OTHER)["name"] = name
            number = self.save()
        self.assertEqual(2, self.found())
        self.storage.remove()
        self.assertEqual(Purged(changed=2, left=0), self.purge())
        self.assertEqual(0, self.found())
        self.assertEqual([None, None, None][: number + 1], self.in_versions())
        self.assertEqual(["Ada", "Grace"], self.names(OTHER))
        self.assertEqual("Grace", self.version(number).title)
        self.assertEqual(
            "of others", IAnnotations(self.version(number))["example.other"]
        )
        self.assertEqual(Purged(changed=0, left=0), self.purge())

    def names(self, key):
        return [found["name"] for found in self.in_versions(key) if found]

    def test_a_revert_leaves_the_page_as_it_is(self):
        self.storage["name"] = "Ada"
        number = self.save()
        self.storage["name"] = "Grace"
        self.purge()
        self.revert(number)
        self.assertEqual({"name": "Grace"}, dict(self.storage))
        self.storage.remove()
        self.revert(number)
        self.assertIsNone(self.stored(KEY))

    def test_versions_can_be_saved_and_purged_as_ever(self):
        self.storage["name"] = "Ada"
        first = self.save()
        self.purge()
        self.storage["name"] = "Grace"
        second = self.save()
        self.assertEqual({"name": "Grace"}, dict(self.data(second)))
        self.repository.purge(self.page, first)
        self.assertEqual(1, self.found())
        self.assertEqual(Purged(changed=1, left=0), self.purge())

    def test_versions_that_were_purged_are_passed_over(self):
        numbers = []
        for name in ("Ada", "Grace", "Mary"):
            self.storage["name"] = name
            numbers.append(self.save())
        self.repository.purge(self.page, numbers[1])
        self.assertEqual(2, self.found())
        self.assertEqual(Purged(changed=2, left=0), self.purge())
        self.assertEqual(0, self.found())

    def test_pages_without_versions(self):
        self.storage["name"] = "Ada"
        self.portal.invokeFactory("Folder", "folder")
        for page in (self.portal["folder"], self.portal):
            form = form_of(page, KEY)
            self.assertEqual(0, versions_with_data(page, form))
            self.assertEqual(Purged(changed=0, left=0), self.purge(page=page))

    def test_a_copy_has_versions_of_its_own(self):
        self.storage["name"] = "Ada"
        self.save()
        transaction.savepoint(optimistic=True)
        self.portal.manage_pasteObjects(self.portal.manage_copyObjects(["page"]))
        copy = self.portal["copy_of_page"]
        self.assertEqual(Purged(changed=0, left=0), self.purge(page=copy))
        self.assertEqual(1, self.found())

    def test_a_plain_dict(self):
        IAnnotations(self.page)[KEY] = {"name": "Ada"}
        self.save()
        self.assertEqual(Purged(changed=1, left=0), self.purge())
        self.assertEqual(0, self.found())

    def test_looking_writes_nothing(self):
        self.storage["name"] = "Ada"
        self.save()
        transaction.savepoint(optimistic=True)
        self.assertEqual(1, self.found())
        self.assertEqual([], self.page._p_jar._registered_objects)

    def test_many_versions_one_after_the_other(self):
        for number in range(7):
            self.storage["name"] = f"n{number}"
            self.save()
        with (
            mock.patch.object(purge, "VERSIONS_IN_MEMORY", 2),
            mock.patch.object(purge, "free_memory") as free_memory,
        ):
            self.assertEqual(Purged(changed=7, left=0), self.purge())
        self.assertEqual((self.page.version_id + 1) // 2, free_memory.call_count)


class TestFiles(PurgeTestCase):
    """Blobs that are kept beside a version."""

    def test_files_go_wherever_they_are(self):
        self.storage.update(
            file=text_file(b"first"),
            rows=[{"file": text_file(b"in row")}],
            part=Part(text_file(b"in object")),
        )
        number = self.save()
        self.assertEqual(3, len(self.referenced(number)))
        transaction.savepoint(optimistic=True)
        self.purge()
        self.assertEqual({}, self.referenced(number))

    def test_files_of_others_stay_also_those_that_are_shared(self):
        shared = text_file(b"shared")
        self.storage.update(file=shared, rows=[{"file": text_file(b"mine")}])
        annotation_storage(self.page, OTHER)["file"] = shared
        number = self.save()
        self.purge()
        (blob,) = self.referenced(number).values()
        with blob.open() as opened:
            self.assertEqual(b"shared", opened.read())
        self.assertEqual(b"shared", self.data(number, OTHER)["file"].data)

    def test_the_page_and_the_other_versions_keep_theirs(self):
        self.storage["file"] = text_file(b"first")
        first = self.save()
        annotation_storage(self.page, OTHER)["file"] = self.storage["file"]
        self.purge()
        self.assertEqual(b"first", self.storage["file"].data)
        second = self.save()
        self.assertEqual({}, self.referenced(first))
        self.assertEqual(b"first", self.data(second)["file"].data)


class TestPermission(PurgeTestCase):
    """Who may take out what."""

    def test_managers_and_who_may_purge_versions(self):
        for user, expected in (
            (SITE_OWNER_NAME, True),
            ("editor", False),
            ("reader", False),
        ):
            root = self.portal.aq_parent if user == SITE_OWNER_NAME else self.portal
            login(root, user)
            self.assertEqual(expected, may_purge(self.page), user)
        Permission(PURGE_VERSION, (), self.page.aq_base).setRoles(["Editor"])
        login(self.portal, "editor")
        self.assertTrue(may_purge(self.page))


class TestGuardedFields(AdminTestCase):
    """Only what the user may write is taken out; by the delete page."""

    key = GuardedForm.ANNOTATION_STORAGE_KEY

    def setUp(self):
        super().setUp()
        self.form = self.register("guarded", GuardedForm, **OPTIONS)
        self.store(**GUARDED)
        for _number in range(3):
            self.save()

    def save(self):
        self.portal.portal_repository.save(self.page)
        transaction.commit()

    def may_purge(self, role="Editor"):
        Permission(PURGE_VERSION, (), self.page.aq_base).setRoles([role])
        transaction.commit()

    def in_versions(self):
        """Return the names of the values in each version that has some."""
        transaction.begin()
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        history = self.portal.portal_historiesstorage
        found = [
            set(IAnnotations(version.object.object).get(self.key, ()))
            for version in history.getHistory(self.page.cmf_uid())
        ]
        return [names for names in found if names]

    def ask(self, user):
        return self.open(f"form-data-delete?key={self.key}", user, self.page)

    def test_an_editor_is_told_and_may_not(self):
        browser = self.ask("editor")
        content = self.content(browser)
        self.assertIn("Versions of the page that have these data: <strong>3<", content)
        self.assertIn("They stay there", content)
        self.assertNotIn('name="versions"', content)
        token = browser.getControl(name="_authenticator").value
        browser = self.browser("editor")
        data = f"key={self.key}&_authenticator={token}&versions=1"
        browser.post(f"{self.url}/@@form-data-delete", data)
        # The page has been saved as a version without what she has deleted, too.
        told = "Versions of the page that still have these data: 4"
        self.assertIn(told, browser.contents)
        self.assertEqual([set(GUARDED)] * 3 + [KEPT], self.in_versions())

    def test_it_is_off_by_default(self):
        browser = self.ask(SITE_OWNER_NAME)
        self.assertFalse(browser.getControl(name="versions").value)
        browser.getControl("Delete").click()
        self.assertEqual([set(GUARDED)] * 3, self.in_versions())
        # There is still something to delete.
        browser = self.open("form-data", SITE_OWNER_NAME, self.page)
        browser.getLink("Delete Notes").click()
        self.assertIn("Nothing of the page itself.", browser.contents)
        browser.getControl("Remove them from the versions, too").selected = True
        browser.getControl("Delete").click()
        self.assertEqual([], self.in_versions())
        self.assertNotIn("Delete Notes", browser.contents)
        self.assertTrue(self.refused(self.ask("editor")))

    def test_managers_remove_all(self):
        browser = self.ask(SITE_OWNER_NAME)
        browser.getControl("Remove them from the versions, too").selected = True
        browser.getControl("Delete").click()
        told = "Versions of the page that the data were removed from: 3"
        self.assertIn(told, browser.contents)
        self.assertNotIn("still have", browser.contents)
        self.assertEqual([], self.in_versions())

    def test_others_remove_what_they_may_write(self):
        self.may_purge()
        browser = self.ask("editor")
        browser.getControl("Remove them from the versions, too").selected = True
        browser.getControl("Delete").click()
        told = "Versions of the page that still have these data: 4"
        self.assertIn(told, browser.contents)
        self.assertEqual([KEPT] * 4, self.in_versions())

    def test_a_reader_who_may_purge_versions_removes_nothing(self):
        self.may_purge("Reader")
        self.forget()
        self.assertEqual("404 Not Found", self.ask("reader").headers["status"])
        self.assertEqual([set(GUARDED)] * 3, self.in_versions())

    def test_the_page_that_compares_shows_nothing(self):
        self.store(open="another")
        self.save()
        number = self.page.version_id
        query = f"{self.url}/@@history?one={number}&two={number - 1}"
        browser = self.browser()
        browser.open(query)
        self.assertIn("o-value", browser.contents)
        browser = self.ask(SITE_OWNER_NAME)
        browser.getControl("Remove them from the versions, too").selected = True
        browser.getControl("Delete").click()
        browser = self.browser()
        browser.open(query)
        self.assertEqual("200 OK", browser.headers["status"])
        self.assertNotIn("o-value", browser.contents)

    def test_a_locked_page_keeps_all(self):
        browser = self.ask("siteadmin")
        browser.getControl("Remove them from the versions, too").selected = True
        ILockable(self.page).lock()
        transaction.commit()
        browser.getControl("Delete").click()
        self.assertEqual([set(GUARDED)] * 3, self.in_versions())

    def clean_up(self, versions):
        browser = self.open("form-data-cleanup?form=guarded", SITE_OWNER_NAME)
        rows = re.findall(r"(?s)<td>(\d+)</td>", browser.contents)
        self.assertEqual(["3"], rows)
        browser.getControl(
            "Remove them from the versions of the pages, too"
        ).selected = versions
        browser.getControl("Delete these data").click()
        return self.content(browser)

    def test_the_clean_up_tells_how_many_versions_are_left(self):
        content = self.clean_up(versions=False)
        told = "<dt>Versions of pages that still have these data</dt> <dd>3</dd>"
        self.assertIn(told, content)
        self.assertEqual([set(GUARDED)] * 3, self.in_versions())

    def test_the_clean_up_removes_them_there(self):
        content = self.clean_up(versions=True)
        told = "<dt>Versions of pages that the data were removed from</dt> <dd>3</dd>"
        self.assertIn(told, content)
        self.assertNotIn("still have these data</dt>", content)
        self.assertEqual([], self.in_versions())
