from collective.annotationforms import annotation_storage
from collective.annotationforms.storage.relation import relation_to
from collective.annotationforms.tests import sampleforms
from collective.annotationforms.tests.catalog.test_relations import RelationTestCase
from collective.annotationforms.tests.layers import IntegrationTestCase
from contextlib import contextmanager
from persistent.mapping import PersistentMapping
from plone.namedfile.file import NamedBlobFile as FileValue
from zope.annotation.interfaces import IAnnotations

import sys
import transaction


KEY = "example.settings"
PRIVATE_KEY = "example.private"
NO_FORM_KEY = "example.no-form"


class PrivateForm(sampleforms.SettingsForm):
    ANNOTATION_STORAGE_KEY = PRIVATE_KEY
    COPY_DATA = False


class PrivateView(sampleforms.SettingsView):
    """Of the same data, and without a word on copies."""

    ANNOTATION_STORAGE_KEY = PRIVATE_KEY


@contextmanager
def package_gone():
    """Make the package and the module of the markers impossible to import."""
    names = [
        name
        for name in sys.modules
        if name.split(".tests")[0] == "collective.annotationforms"
        or name.startswith("collective.annotationforms.")
    ]
    gone = {name: sys.modules[name] for name in names}
    sys.modules.update(dict.fromkeys(names))
    try:
        yield
    finally:
        sys.modules.update(gone)


class TestCopy(RelationTestCase):
    """Copies have the data, unless a form forbids it; moved pages keep it."""

    def setUp(self):
        super().setUp()
        self.portal.invokeFactory("Folder", "folder")
        self.portal["folder"].invokeFactory("Document", "page")
        self.page = self.portal["folder"]["page"]
        for key in (KEY, PRIVATE_KEY, NO_FORM_KEY):
            storage = annotation_storage(self.page, key)
            storage["name"] = "Ada"
            storage["file"] = FileValue(b"data", "text/plain", "file.txt")
            storage["related"] = relation_to(self.portal["first"])
        transaction.savepoint()
        self.before = self.cataloged()

    def stored_under(self, page):
        """Return the keys of our data, and the number of its relations."""
        keys = {KEY, PRIVATE_KEY, NO_FORM_KEY} & set(IAnnotations(page))
        for key in keys:
            storage = annotation_storage(page, key)
            self.assertEqual("Ada", storage["name"])
            self.assertEqual(b"data", storage["file"].data)
            self.assertEqual(page, storage["related"].from_object)
        return keys, len(self.targets(page))

    def test_a_copy_lacks_the_data_that_is_not_to_be_copied(self):
        folder = self.portal["folder"]
        folder.manage_pasteObjects(folder.manage_copyObjects(["page"]))
        copied = folder["copy_of_page"]
        self.assertEqual(({KEY, NO_FORM_KEY}, 2), self.stored_under(copied))
        everything = ({KEY, NO_FORM_KEY, PRIVATE_KEY}, 3)
        self.assertEqual(everything, self.stored_under(self.page))
        self.assertEqual(self.before + 2, self.cataloged())

    def test_a_page_in_a_copied_folder(self):
        self.portal.manage_pasteObjects(self.portal.manage_copyObjects(["folder"]))
        copied = self.portal["copy_of_folder"]["page"]
        self.assertEqual(({KEY, NO_FORM_KEY}, 2), self.stored_under(copied))
        self.assertEqual(self.before + 2, self.cataloged())

    def test_a_clone(self):
        copied = self.portal.manage_clone(self.page, "cloned")
        self.assertEqual(({KEY, NO_FORM_KEY}, 2), self.stored_under(copied))

    def test_a_copy_and_its_original_share_no_object(self):
        folder = self.portal["folder"]
        folder.manage_pasteObjects(folder.manage_copyObjects(["page"]))
        transaction.savepoint()
        one, other = (
            {item._p_oid for item in [data, data["file"], data["file"]._blob]}
            for data in (
                IAnnotations(self.page)[KEY],
                IAnnotations(folder["copy_of_page"])[KEY],
            )
        )
        self.assertEqual(set(), one & other)

    def test_moving_and_renaming_keep_the_data(self):
        everything = ({KEY, NO_FORM_KEY, PRIVATE_KEY}, 3)
        cut = self.portal["folder"].manage_cutObjects(["page"])
        self.portal.manage_delObjects(["page"])
        self.portal.manage_pasteObjects(cut)
        self.assertEqual(everything, self.stored_under(self.portal["page"]))
        self.portal.manage_renameObject("page", "renamed")
        self.assertEqual(everything, self.stored_under(self.portal["renamed"]))
        self.assertEqual(self.before, self.cataloged())

    def test_a_moved_folder_keeps_the_data_of_its_pages(self):
        self.portal.manage_renameObject("folder", "renamed")
        everything = ({KEY, NO_FORM_KEY, PRIVATE_KEY}, 3)
        self.assertEqual(everything, self.stored_under(self.portal["renamed"]["page"]))

    def test_versions_have_the_data_that_is_not_to_be_copied(self):
        self.portal.portal_repository.save(self.page)
        version = self.portal.portal_repository.retrieve(self.page).object
        self.assertEqual("Ada", annotation_storage(version, PRIVATE_KEY)["name"])


class TestLifecycle(IntegrationTestCase):
    """Pages with data are copied and versioned, with the package or without."""

    def setUp(self):
        super().setUp()
        form = sampleforms.SettingsForm(self.page, self.request)
        form.getContent().update(name="Ada", sizes=["small"])
        transaction.savepoint()

    def copied_page(self):
        self.portal.manage_pasteObjects(self.portal.manage_copyObjects(["page"]))
        return self.portal["copy_of_page"]

    def test_a_copy_has_data_of_its_own(self):
        copied = annotation_storage(self.copied_page(), KEY)
        copied["name"] = "Grace"
        self.assertEqual("Ada", annotation_storage(self.page, KEY)["name"])
        self.assertEqual("Grace", copied["name"])

    def test_a_page_is_copied_without_the_package(self):
        with package_gone():
            stored = IAnnotations(self.copied_page())[KEY]
        self.assertIs(PersistentMapping, type(stored))
        self.assertEqual({"name": "Ada", "sizes": ["small"]}, dict(stored))

    def test_a_page_is_versioned_without_the_package(self):
        repository = self.portal.portal_repository
        # Then the modifier is loaded from the database, without its class.
        self.addCleanup(self.portal._p_jar.cacheMinimize)
        with package_gone():
            self.portal._p_jar.cacheMinimize()
            repository.save(self.page, comment="With Ada")
            number = self.page.version_id
            IAnnotations(self.page)[KEY]["name"] = "Grace"
            repository.save(self.page, comment="With Grace")
            version = repository.retrieve(self.page, number).object
            stored = IAnnotations(version)[KEY]
        self.assertEqual({"name": "Ada", "sizes": ["small"]}, dict(stored))
        self.assertEqual("Grace", IAnnotations(self.page)[KEY]["name"])

    def test_the_record_names_no_class_but_persistent_mapping(self):
        stored = self.stored(KEY)
        record, _serial = self.page._p_jar._storage.load(stored._p_oid)
        self.assertIn(b"persistent.mapping", record)
        for name in (b"collective", b"zope.interface", b"IFirst", b"ISecond"):
            self.assertNotIn(name, record)
