"""The history on RelStorage, over PostgreSQL."""

from collective.annotationforms import annotation_storage
from collective.annotationforms.storage.history import Change
from collective.annotationforms.storage.history import last_change
from collective.annotationforms.storage.history import last_change_of
from collective.annotationforms.tests.connections.case import POSTGRESQL
from collective.annotationforms.tests.pages import Page
from collective.annotationforms.tests.storage.test_history import IProfile
from collective.annotationforms.tests.writers.site import dsn
from plone.testing import Layer
from plone.testing.zca import UNIT_TESTING
from relstorage.adapters.postgresql import PostgreSQLAdapter
from relstorage.options import Options
from relstorage.storage import RelStorage
from tempfile import TemporaryDirectory
from unittest import TestCase
from ZODB.DB import DB
from zope.annotation.attribute import AttributeAnnotations
from zope.component import provideAdapter

import transaction


LAYER = Layer(bases=(POSTGRESQL, UNIT_TESTING), name="RelStorage")


class Process:
    """What one Zope process has of the database: a DB, a Connection and the storage."""

    def __init__(self, test):
        folder = TemporaryDirectory()
        test.addCleanup(folder.cleanup)
        options = Options(keep_history=test.keep_history, blob_dir=folder.name)
        settings = dsn(test.layer["server"].settings(dbname=test.name))
        adapter = PostgreSQLAdapter(dsn=settings, options=options)
        self.db = DB(RelStorage(adapter, options=options))
        test.addCleanup(self.db.close)
        self.manager = transaction.TransactionManager()
        self.connection = self.db.open(self.manager)
        test.addCleanup(self.manager.abort)

    @property
    def storage(self):
        page = self.connection.root()["page"]
        return annotation_storage(page, "example.profile")

    def write(self, user, **values):
        self.manager.begin()
        self.manager.get().setUser(user, "/site/acl_users")
        self.storage.update(values)
        self.manager.commit()

    def see(self):
        """Let the Connection see what is committed by now, and nothing later."""
        self.manager.begin()
        return dict(self.storage)

    def who(self, name):
        change = last_change_of(self.storage, IProfile[name])
        return change and change.user


class TestRelStorage(TestCase):
    """A change by another process is explained as far as this one can see it."""

    layer = LAYER
    keep_history = True
    name = "history_preserving"

    def setUp(self):
        provideAdapter(AttributeAnnotations)
        server = self.layer["server"]
        server.query(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
        server.query(f"CREATE DATABASE {self.name}")
        self.ours, self.theirs = Process(self), Process(self)
        self.ours.connection.root()["page"] = Page()
        self.ours.manager.commit()
        self.ours.write("ada", name="Ada", motto="No")

    def assert_who(self, name, motto):
        found = [self.ours.who("name"), self.ours.who("motto")]
        self.assertEqual([name, motto], found)

    def test_the_change_of_a_field(self):
        self.theirs.write("bob", name="Bob")
        self.theirs.write("eve", motto="Yes")
        self.ours.see()
        self.assert_who("bob", "eve")

    def test_each_change_is_seen_as_soon_as_the_values_are(self):
        for user in ("bob", "eve", "ada"):
            self.theirs.write(user, name=user)
            self.assertEqual(user, self.ours.see()["name"])
            self.assert_who(user, "ada")
            self.assertEqual(user, last_change(self.ours.storage).user)

    def test_a_later_change_is_not_seen_and_no_error(self):
        for user in ("bob", "eve"):
            self.ours.see()
            self.theirs.write(user, name=user)
            change = last_change_of(self.ours.storage, IProfile["name"])
            self.assertIsInstance(change, Change)
            self.assertNotEqual(user, change.user)
            self.assertNotEqual(user, last_change(self.ours.storage).user)

    def test_after_a_pack(self):
        self.theirs.write("bob", name="Bob")
        self.ours.see()
        self.theirs.db.pack()
        for process in (self.ours, self.theirs):
            process.see()
            self.assertIn(process.who("motto"), (None, "ada", "bob"))


class TestHistoryFree(TestRelStorage):
    """There is no history: the time of the last change is all that is known."""

    keep_history = False
    name = "history_free"

    def test_the_change_of_a_field(self):
        self.theirs.write("bob", name="Bob")
        self.ours.see()
        self.assert_who(None, None)

    def test_each_change_is_seen_as_soon_as_the_values_are(self):
        before = last_change(self.ours.storage)
        self.theirs.write("bob", name="Bob")
        self.ours.see()
        after = last_change(self.ours.storage)
        self.assertGreater(after.when, before.when)
        self.assertEqual("", after.user)

    def test_a_later_change_is_not_seen_and_no_error(self):
        self.ours.see()
        before = last_change(self.ours.storage)
        self.theirs.write("bob", name="Bob")
        self.assert_who(None, None)
        self.assertEqual(before, last_change(self.ours.storage))

    def test_after_a_pack(self):
        self.theirs.write("bob", name="Bob")
        self.theirs.db.pack()
        self.ours.see()
        self.assert_who(None, None)
