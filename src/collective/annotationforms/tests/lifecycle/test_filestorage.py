"""What becomes of the data on disk: blobs of versions, deleting, undo."""

from App.ApplicationManager import ApplicationManager
from App.config import getConfiguration
from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.lifecycle.purge import purge_versions
from collective.annotationforms.registry import form_of
from collective.annotationforms.saving.deletion import delete_data
from collective.annotationforms.storage.relation import relation_to
from collective.annotationforms.tests.filestorage import FILE_STORAGE
from collective.annotationforms.tests.layers import FunctionalTestCase
from OFS import Application
from pathlib import Path
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from plone.namedfile.field import NamedBlobFile
from plone.namedfile.file import NamedBlobFile as FileValue
from plone.supermodel import model
from types import SimpleNamespace
from unittest import mock
from zc.relation.interfaces import ICatalog
from zope import schema
from zope.component import getUtility
from zope.intid.interfaces import IIntIds
from zope.lifecycleevent import modified

import transaction


MEGABYTES = 1024 * 1024


class IArchive(model.Schema):
    name = schema.TextLine(title="Name", required=False)
    file = NamedBlobFile(title="File", required=False)


class ArchiveForm(AnnotationEditForm):
    schema = IArchive
    ANNOTATION_STORAGE_KEY = "example.archive"


class FileStorageTestCase(FunctionalTestCase):
    layer = FILE_STORAGE
    key = "example.archive"

    def setUp(self):
        super().setUp()
        login(self.portal.aq_parent, SITE_OWNER_NAME)

    def pack(self):
        transaction.commit()
        self.layer["zodbDB"].pack()

    def store_file(self, data, **values):
        self.store(file=FileValue(data, "text/plain", "file.txt"), **values)


class TestVersions(FileStorageTestCase):
    def save_version(self, title):
        self.page.title = title
        modified(self.page)
        self.portal.portal_repository.save(self.page)
        transaction.commit()

    def test_ten_versions_of_a_page_have_one_blob(self):
        self.store_file(b"x" * (10 * MEGABYTES))
        for number in range(10):
            self.save_version(f"Title {number}")
        self.assertEqual([10 * MEGABYTES], self.layer.blobs())
        repository = self.portal.portal_repository
        for number in range(self.page.version_id - 9, self.page.version_id + 1):
            version = repository.retrieve(self.page, number).object
            file = annotation_storage(version, self.key)["file"]
            self.assertEqual(10 * MEGABYTES, len(file.data))
        transaction.commit()
        self.assertEqual([10 * MEGABYTES], self.layer.blobs())

    def test_a_pack_keeps_the_files_of_versions(self):
        self.store_file(b"first")
        self.save_version("first")
        number = self.page.version_id
        self.store_file(b"second file")
        self.store_file(b"the third file")
        self.pack()
        self.assertEqual([5, 14], self.layer.blobs())
        self.portal.portal_repository.revert(self.page, number)
        self.pack()
        self.assertEqual([5], self.layer.blobs())
        self.assertEqual(b"first", self.stored()["file"].data)

    def test_a_pack_deletes_the_files_that_were_taken_out_of_versions(self):
        self.store_file(b"x" * (10 * MEGABYTES), name="Countess of Lovelace")
        annotation_storage(self.page, "example.other")["file"] = FileValue(b"of others")
        for number in range(5):
            self.save_version(f"Title {number}")
        self.store_file(b"second file")
        self.save_version("second")
        form = form_of(self.page, self.key)
        delete_data(self.page, form)
        self.assertEqual(0, purge_versions(self.page, form).left)
        self.pack()
        self.assertEqual([9], self.layer.blobs())
        database = Path(self.layer.folder, "Data.fs").read_bytes()
        self.assertFalse(b"Countess of Lovelace" in database)
        self.assertTrue(b"Title 4" in database)


class TestDelete(FileStorageTestCase):
    def test_deleting_the_page_deletes_its_blobs_and_relations(self):
        intids = getUtility(IIntIds)
        target = self.portal["private-page"]
        self.store_file(b"first")
        annotation_storage(self.page, "example.related")["one"] = relation_to(target)
        self.portal.portal_repository.save(self.page)
        self.store_file(b"second file")
        self.pack()
        self.assertEqual([5, 11], self.layer.blobs())
        query = {"to_id": intids.getId(target)}
        self.assertEqual(1, len(list(getUtility(ICatalog).findRelations(query))))
        self.portal.manage_delObjects(["page"])
        self.pack()
        self.assertEqual([], self.layer.blobs())
        self.assertEqual([], list(getUtility(ICatalog).findRelations(query)))


class TestUndo(FileStorageTestCase):
    """What was saved in a form can be undone in the ZMI."""

    def setUp(self):
        super().setUp()
        # Zope makes both when it starts from its configuration file.
        database = SimpleNamespace(
            hasDatabase=lambda name: name == "main",
            getDatabase=lambda name: self.layer["zodbDB"],
        )
        for patch in (
            mock.patch.object(Application, "APP_MANAGER", ApplicationManager()),
            mock.patch.object(getConfiguration(), "dbtab", database, create=True),
        ):
            patch.start()
            self.addCleanup(patch.stop)
        self.register_view("archive", ArchiveForm)

    def save(self, name):
        browser = self.browser()
        browser.open(f"{self.url}/@@archive")
        browser.getControl("Name").value = name
        browser.getControl("Save").click()
        self.assertIn("Changes saved.", browser.contents)

    def undo_last(self):
        browser = self.browser()
        root = self.layer["app"].absolute_url()
        browser.open(f"{root}/Control_Panel/Database/main/manage_UndoForm")
        newest = browser.getControl(name="transaction_info:list").controls[0]
        newest.selected = True
        browser.getControl("Undo").click()
        self.assertNotIn("UndoError", browser.contents)

    def test_undo_of_a_change_and_of_the_undo(self):
        self.save("Ada")
        self.save("Grace")
        self.undo_last()
        self.assertEqual({"name": "Ada"}, self.stored())
        self.undo_last()
        self.assertEqual({"name": "Grace"}, self.stored())

    def test_undo_of_the_first_save(self):
        self.save("Ada")
        self.undo_last()
        self.assertIsNone(self.stored())
        self.save("Grace")
        self.assertEqual({"name": "Grace"}, self.stored())
