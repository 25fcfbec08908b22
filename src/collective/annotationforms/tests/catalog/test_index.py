"""The catalog index of form data."""

from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.catalog.index import INDEX
from collective.annotationforms.catalog.index import index_pages
from collective.annotationforms.catalog.inventory import storage_keys
from collective.annotationforms.testing import registered_form
from collective.annotationforms.tests import sampleforms
from collective.annotationforms.tests.admin import INotes
from collective.annotationforms.tests.admin import OPTIONS
from collective.annotationforms.tests.layers import IntegrationTestCase
from contextlib import nullcontext
from functools import partial
from persistent.mapping import PersistentMapping
from unittest import mock
from zope.annotation.interfaces import IAnnotations

import transaction


KEY = "example.data"


class IndexTestCase(IntegrationTestCase):
    def setUp(self):
        super().setUp()
        self.catalog = self.portal.portal_catalog
        self.storage = annotation_storage(self.page, KEY)

    def found(self, key=KEY):
        """Return the paths of the pages that the index has for the key."""
        brains = self.catalog.unrestrictedSearchResults(**{INDEX: key})
        return sorted(brain.getPath() for brain in brains)


class TestKeptRight(IndexTestCase):
    """What is stored is found, and what is not stored is not."""

    def test_the_first_value_and_the_last(self):
        self.assertEqual([], self.found())
        self.storage.update(name="Ada", age=36)
        self.assertEqual(["/plone/page"], self.found())
        del self.storage["name"]
        self.assertEqual(["/plone/page"], self.found())
        del self.storage["age"]
        self.assertEqual([], self.found())

    def test_removed_data(self):
        self.storage.update(name="Ada", age=36)
        self.storage.remove()
        self.assertEqual([], self.found())

    def test_several_keys(self):
        self.storage["name"] = "Ada"
        annotation_storage(self.page, "example.other")["name"] = "Ada"
        self.assertEqual(["/plone/page"], self.found())
        self.assertEqual(["/plone/page"], self.found("example.other"))
        self.storage.remove()
        self.assertEqual([], self.found())
        self.assertEqual(["/plone/page"], self.found("example.other"))

    def test_copies_moves_and_deletions(self):
        self.storage["name"] = "Ada"
        transaction.savepoint()
        self.portal.manage_pasteObjects(self.portal.manage_copyObjects(["page"]))
        self.assertEqual(["/plone/copy_of_page", "/plone/page"], self.found())
        self.portal.manage_renameObject("page", "renamed")
        self.assertEqual(["/plone/copy_of_page", "/plone/renamed"], self.found())
        self.portal.manage_delObjects(["copy_of_page"])
        self.assertEqual(["/plone/renamed"], self.found())

    def test_a_version_that_is_taken_back(self):
        repository = self.portal.portal_repository
        key = sampleforms.SettingsForm.ANNOTATION_STORAGE_KEY
        storage = annotation_storage(self.page, key)
        storage["name"] = "Ada"
        transaction.savepoint(optimistic=True)
        repository.save(self.page, comment="with data")
        storage.remove()
        repository.save(self.page, comment="without data")
        self.assertEqual([], self.found(key))
        repository.revert(self.page, 1)
        self.assertEqual({"name": "Ada"}, dict(storage))
        self.assertEqual(["/plone/page"], self.found(key))

    def test_only_this_index_and_only_if_something_changes(self):
        calls = []
        page_class = type(self.page.aq_base)
        with mock.patch.object(
            page_class, "reindexObject", lambda self, idxs=(): calls.append(idxs)
        ):
            self.storage["name"] = "Ada"
            self.assertEqual([[INDEX]], calls)
        self.page.reindexObject(idxs=[INDEX])
        self.found()
        with mock.patch.object(
            page_class, "reindexObject", lambda self, idxs=(): calls.append(idxs)
        ):
            self.storage["name"] = "Zoë"
            self.storage["age"] = 36
            self.storage["age"] = 37
        self.assertEqual([[INDEX]], calls)

    def test_the_page_is_not_modified(self):
        before = self.page.modified()
        self.storage["name"] = "Ada"
        self.found()
        self.assertEqual(before, self.page.modified())

    def test_a_site_without_the_index(self):
        self.catalog.delIndex(INDEX)
        self.storage["name"] = "Ada"
        self.assertEqual({"name": "Ada"}, dict(self.stored(KEY)))


class TestInventory(IndexTestCase):
    """Which annotations are form data."""

    def test_mappings_with_names_of_fields(self):
        annotations = IAnnotations(self.page)
        annotations["example.empty"] = PersistentMapping()
        annotations["example.numbers"] = PersistentMapping({1: "one"})
        annotations["example.path"] = PersistentMapping({"a/b": 1})
        annotations["example.list"] = ["name"]
        annotations["example.dict"] = {"name": "Ada"}
        annotations["plone.tiles.data.1"] = PersistentMapping(name="Ada")
        self.assertEqual([], storage_keys(self.page))
        self.storage["name"] = "Ada"
        self.assertEqual([KEY], storage_keys(self.page))

    def test_names_that_are_no_identifiers(self):
        for name in ("e-mail", "size.x", "class", "größe", "_private", "a_b-c.d"):
            self.storage[name] = "Ada"
            self.assertEqual([KEY], storage_keys(self.page), name)
        self.assertEqual(["/plone/page"], self.found())

    def test_a_form_may_have_any_names(self):
        class Form(AnnotationEditForm):
            schema = INotes
            ANNOTATION_STORAGE_KEY = KEY

        for register in (nullcontext, partial(registered_form, "any", Form, **OPTIONS)):
            with register():
                for name in ("first name", "2nd", "a/b", "a:b", "?", "e-mail"):
                    self.storage[name] = "Ada"
                    self.assertEqual([KEY], storage_keys(self.page), name)
                    self.storage.remove()


class TestRebuild(IndexTestCase):
    """Indexing pages whose data were stored without the index."""

    def setUp(self):
        super().setUp()
        for name in ("page", "private-page"):
            IAnnotations(self.portal[name])[KEY] = PersistentMapping(name="Ada")

    def test_all_at_once(self):
        seen = []
        self.assertIsNone(index_pages(self.catalog, progress=seen.append))
        self.assertEqual(["/plone/page", "/plone/private-page"], self.found())
        self.assertEqual(list(range(1, len(self.catalog) + 1)), seen)

    def test_in_parts(self):
        parts, start = 0, None
        while parts == 0 or start is not None:
            start = index_pages(self.catalog, start=start, limit=1)
            parts += 1
        self.assertEqual(len(self.catalog), parts)
        self.assertEqual(["/plone/page", "/plone/private-page"], self.found())

    def test_a_page_that_is_gone_is_no_matter(self):
        with mock.patch.object(type(self.page.aq_base), "unindexObject"):
            self.portal._delOb("page")
        index_pages(self.catalog)
        self.assertEqual(["/plone/private-page"], self.found())
