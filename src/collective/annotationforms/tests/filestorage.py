"""A testing layer with a FileStorage and a blob folder: undo, pack and disk space."""

from collective.annotationforms.tests.layers import FORMS_FIXTURE
from pathlib import Path
from plone.app.testing import FunctionalTesting
from plone.testing import zodb
from shutil import rmtree
from tempfile import mkdtemp
from unittest import mock
from ZODB.Connection import TransactionMetaData
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage
from ZODB.serialize import referencesf
from ZODB.utils import load_current
from ZODB.utils import z64


def copy_objects(source, target):
    """Store each object that can be reached in one transaction; no blobs."""
    transaction = TransactionMetaData()
    target.tpc_begin(transaction)
    todo, seen = [z64], set()
    while todo:
        oid = todo.pop()
        if oid not in seen:
            seen.add(oid)
            data, _serial = load_current(source, oid)
            target.store(oid, z64, data, "", transaction)
            referencesf(data, todo)
    target.tpc_vote(transaction)
    target.tpc_finish(transaction)


class FileStorageTesting(FunctionalTesting):
    """The site of the fixture, copied into a FileStorage of its own for each test."""

    def testSetUp(self):
        """See plone.testing.zope.FunctionalTesting"""
        self.folder = mkdtemp()
        with mock.patch.object(zodb, "stackDemoStorage", self.database):
            super().testSetUp()

    def testTearDown(self):
        """See plone.testing.zope.FunctionalTesting"""
        super().testTearDown()
        rmtree(self.folder)

    def database(self, base, name):
        """Return the database, in place of a DemoStorage."""
        path = Path(self.folder)
        storage = FileStorage(str(path / "Data.fs"), blob_dir=str(path / "blobs"))
        copy_objects(base.storage, storage)
        return DB(storage)

    def blobs(self):
        """Return the sizes of all blobs on disk."""
        files = Path(self.folder, "blobs").rglob("*.blob")
        return sorted(file.stat().st_size for file in files)


FILE_STORAGE = FileStorageTesting(bases=(FORMS_FIXTURE,), name="Forms:FileStorage")
