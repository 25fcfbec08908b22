from collective.annotationforms import annotation_storage
from collective.annotationforms.storage.history import DEPTH
from collective.annotationforms.storage.history import last_change
from collective.annotationforms.storage.history import last_change_of
from collective.annotationforms.storage.history import UNREADABLE
from collective.annotationforms.tests.pages import Page
from datetime import datetime
from datetime import timezone
from plone.testing.zca import UNIT_TESTING
from tempfile import TemporaryDirectory
from unittest import mock
from unittest import TestCase
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage
from ZODB.MappingStorage import MappingStorage
from ZODB.POSException import Unsupported
from zope import schema
from zope.annotation.attribute import AttributeAnnotations
from zope.component import provideAdapter
from zope.interface import Interface

import time
import transaction


class IProfile(Interface):
    name = schema.TextLine(title="Name")
    motto = schema.Text(title="Motto")


class TestHistory(TestCase):
    """Who changed what, and when, is read from the history of the database."""

    layer = UNIT_TESTING

    def setUp(self):
        provideAdapter(AttributeAnnotations)
        self.open(self.file_storage())

    def file_storage(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return FileStorage(f"{folder.name}/data.fs")

    def open(self, storage):
        self.db = DB(storage)
        connection = self.db.open()
        self.page = connection.root()["page"] = Page()
        transaction.commit()
        self.storage = annotation_storage(self.page, "example.profile")
        self.addCleanup(self.db.close)
        self.addCleanup(transaction.abort)

    def write(self, user, **values):
        transaction.get().setUser(user, "/site/acl_users")
        self.storage.update(values)
        transaction.commit()

    def who(self, name):
        change = last_change_of(self.storage, IProfile[name])
        return change and change.user

    def test_the_last_change(self):
        before = datetime.now(timezone.utc)
        self.write("ada", name="Ada")
        self.write("bob", motto="No")
        change = last_change(self.storage)
        self.assertEqual("bob", change.user)
        self.assertLess(abs((change.when - before).total_seconds()), 10)
        self.assertEqual(change, last_change_of(self.storage, IProfile["motto"]))

    def test_the_change_of_a_field(self):
        self.write("ada", name="Ada", motto="a\nb")
        self.write("bob", name="Bob")
        self.write("eve", motto="a\r\nb")
        self.assertEqual(["bob", "ada"], [self.who("name"), self.who("motto")])

    def test_a_value_that_was_deleted(self):
        self.write("ada", name="Ada", motto="No")
        transaction.get().setUser("eve", "/site/acl_users")
        del self.storage["name"]
        transaction.commit()
        self.assertEqual(["eve", "ada"], [self.who("name"), self.who("motto")])

    def test_nothing_is_known_of_what_is_not_stored(self):
        self.assertIsNone(last_change(self.storage))
        self.assertIsNone(self.who("name"))
        self.storage["name"] = "Ada"
        self.assertIsNone(last_change(self.storage))
        self.assertIsNone(self.who("name"))

    def test_a_change_that_is_too_long_ago(self):
        self.write("ada", name="Ada")
        for number in range(DEPTH - 1):
            self.write("bob", motto=f"{number}")
        self.assertEqual("ada", self.who("name"))
        self.write("bob", motto="No")
        self.assertIsNone(self.who("name"))

    def test_after_a_pack(self):
        self.write("ada", name="Ada")
        self.write("bob", motto="No")
        self.db.pack(time.time() + 1)
        self.assertEqual("bob", last_change(self.storage).user)
        self.assertEqual("bob", self.who("motto"))

    def test_a_script_has_no_user(self):
        self.storage["name"] = "Ada"
        transaction.commit()
        self.assertEqual("", last_change(self.storage).user)

    def test_a_user_with_a_space_in_the_id(self):
        self.write("Ada Lovelace", name="Ada")
        self.assertEqual("Ada Lovelace", self.who("name"))

    def test_a_state_that_can_not_be_read_ends_the_search(self):
        self.write("ada", name="Ada", motto="No")
        self.write("bob", name="Bob")
        self.write("eve", motto="Yes")
        connection, last = self.page._p_jar, self.storage.data._p_serial
        oldstate = connection.oldstate
        for error in UNREADABLE:

            def fail(stored, tid, error=error):
                if tid == last:
                    return oldstate(stored, tid)
                raise error("gone")

            with mock.patch.object(connection, "oldstate", fail):
                self.assertEqual([None, None], [self.who("name"), self.who("motto")])

    def test_a_state_of_another_kind_ends_the_search(self):
        self.write("ada", name="Ada")
        for state in (None, {}, {"data": None}, {"data": 1}, [], "text"):
            with mock.patch.object(
                self.page._p_jar, "oldstate", lambda stored, tid, state=state: state
            ):
                self.assertIsNone(self.who("name"))

    def test_what_is_committed_later_is_not_of_the_value_that_is_seen(self):
        self.write("ada", name="Ada")
        self.assertEqual("Ada", self.storage["name"])
        manager = transaction.TransactionManager()
        connection = self.db.open(manager)
        page = connection.root()["page"]
        annotation_storage(page, "example.profile")["name"] = "Bob"
        manager.get().setUser("bob", "/site/acl_users")
        manager.commit()
        self.assertEqual("ada", self.who("name"))
        transaction.begin()
        self.assertEqual("bob", self.who("name"))
        connection.close()

    def test_a_database_without_history(self):
        class NoHistory(MappingStorage):
            def history(self, oid, size=1):
                raise Unsupported

        self.open(NoHistory())
        self.write("ada", name="Ada")
        self.assertIsNone(last_change(self.storage))
        self.assertIsNone(self.who("name"))
