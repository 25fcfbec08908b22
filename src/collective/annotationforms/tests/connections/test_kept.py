"""Where connections are kept, and under which key."""

from collective.annotationforms.connections import foreign_connection
from collective.annotationforms.connections import foreign_connections
from collective.annotationforms.connections import ForeignConnection
from collective.annotationforms.tests.connections.case import PostgreSQLTestCase
from collective.annotationforms.tests.connections.case import ZODBTestCase
from persistent.mapping import PersistentMapping
from ZODB.Connection import resetCaches

import transaction


class Jar:
    """Looks like a ZODB Connection and hands out what the real one has."""

    def __init__(self, base):
        self.base = base

    def __getattr__(self, name):
        return getattr(self.base, name)


class TestDict(ZODBTestCase):
    """The dict on the ZODB Connection is plain, and shared with other packages."""

    def test_it_is_the_plain_dict_of_the_zodb_connection(self):
        obj = self.obj()
        self.assertIs(dict, type(foreign_connections(obj)))
        self.assertIs(obj._p_jar.foreign_connections, foreign_connections(obj))

    def test_the_key_is_the_oid_or_the_oid_and_the_name(self):
        obj = self.obj()
        one = foreign_connection(obj, ForeignConnection)
        two = foreign_connection(obj, ForeignConnection, name="two")
        self.assertEqual(
            {obj._p_oid: one, (obj._p_oid, "two"): two}, obj._p_jar.foreign_connections
        )
        self.assertIs(one, foreign_connection(obj, ForeignConnection))
        self.assertIs(two, foreign_connection(obj, ForeignConnection, name="two"))

    def test_a_dict_made_by_another_package_is_used_and_its_entries_stay(self):
        obj = self.obj()
        jar = obj._p_jar
        others = jar.foreign_connections = {b"12345678": object(), "x": "anything"}
        before = dict(others)
        mine = foreign_connection(obj, ForeignConnection)
        self.assertEqual(before | {obj._p_oid: mine}, others)
        jar.close()
        self.db.close()
        self.assertIs(others, jar.foreign_connections)
        self.assertEqual(before, others)

    def test_refuses_a_key_that_another_package_uses(self):
        obj = self.obj()
        obj._p_jar.foreign_connections = {obj._p_oid: "theirs"}
        with self.assertRaisesRegex(TypeError, "str is kept"):
            foreign_connection(obj, ForeignConnection)
        self.assertEqual({obj._p_oid: "theirs"}, obj._p_jar.foreign_connections)

    def test_objects_and_zodb_connections_have_their_own(self):
        one, other = self.obj(), self.obj()
        self.assertEqual(one._p_oid, other._p_oid)
        self.assertIsNot(
            foreign_connection(one, ForeignConnection),
            foreign_connection(other, ForeignConnection),
        )

    def test_the_factory_gets_settings_and_the_jars_transaction_manager(self):
        obj = self.obj()
        made = []

        def factory(*arguments):
            made.append(arguments)
            return ForeignConnection(*arguments)

        foreign_connection(obj, factory, settings=("host", 1))
        foreign_connection(obj, factory, settings=("host", 1))
        manager = obj._p_jar.transaction_manager
        self.assertEqual([(("host", 1), manager)], made)


class TestSettings(ZODBTestCase):
    """Settings are compared by value."""

    def test_equal_settings_keep_the_connection(self):
        obj = self.obj()
        for settings in (
            {"host": "a", "port": 1},
            PersistentMapping(host="a"),
            ["a", 1],
            ("a", 1),
            "host=a",
            None,
        ):
            with self.subTest(settings=settings):
                name = str(settings)
                found = {
                    foreign_connection(
                        obj, ForeignConnection, settings=settings, name=name
                    )
                    for _number in range(3)
                }
                self.assertEqual(1, len(found))

    def test_a_change_in_place_is_seen(self):
        obj = self.obj()
        for settings in ({"host": "a"}, PersistentMapping(host="a")):
            with self.subTest(type=type(settings)):
                old = foreign_connection(obj, ForeignConnection, settings=settings)
                settings["host"] = "b"
                new = foreign_connection(obj, ForeignConnection, settings=settings)
                self.assertIsNot(old, new)

    def test_a_persistent_mapping_is_not_kept(self):
        obj = self.obj()
        obj["settings"] = PersistentMapping(host="a")
        found = foreign_connection(obj, ForeignConnection, settings=obj["settings"])
        self.assertIs(dict, type(found.settings))


class TestUnstored(ZODBTestCase):
    """Objects without an OID, or without a ZODB Connection."""

    def test_an_unstored_object_has_a_volatile_dict(self):
        obj = PersistentMapping()
        found = foreign_connection(obj, ForeignConnection)
        self.assertIs(found, foreign_connection(obj, ForeignConnection))
        self.assertEqual([found], list(foreign_connections(obj).values()))
        self.assertIs(obj._v_foreign_connections, foreign_connections(obj))
        self.assertIs(transaction.manager, found.transaction_manager)

    def test_connections_move_along_when_the_object_gets_an_oid(self):
        obj = PersistentMapping()
        found = foreign_connection(obj, ForeignConnection)
        named = foreign_connection(obj, ForeignConnection, name="x")
        jar = self.jar()
        jar.add(obj)
        self.assertIs(found, foreign_connection(obj, ForeignConnection))
        self.assertIs(named, foreign_connection(obj, ForeignConnection, name="x"))
        self.assertEqual(
            {obj._p_oid: found, (obj._p_oid, "x"): named}, jar.foreign_connections
        )
        self.assertEqual({}, obj._v_foreign_connections)
        self.assertIs(jar.transaction_manager, found.transaction_manager)

    def test_a_jar_that_is_no_zodb_connection_falls_back(self):
        obj = self.obj()
        current = foreign_connection(obj, ForeignConnection)
        revision = PersistentMapping()
        revision._p_jar = Jar(obj._p_jar)
        revision._p_oid = obj._p_oid
        self.assertIsNot(current, foreign_connection(revision, ForeignConnection))
        self.assertEqual({obj._p_oid: current}, obj._p_jar.foreign_connections)
        self.assertIs(current, foreign_connection(obj, ForeignConnection))

    def test_a_closed_zodb_connection_says_so(self):
        obj = self.obj()
        foreign_connection(obj, ForeignConnection)
        obj._p_jar.close()
        found = foreign_connection(obj, ForeignConnection)
        with self.assertRaisesRegex(Exception, "connection is closed"):
            found.raw  # noqa: B018


class TestServer(PostgreSQLTestCase):
    """The same with sessions of a server."""

    def test_nothing_connects_until_the_first_use(self):
        obj = self.obj()
        connection = self.connection(obj)
        self.assert_sessions(0)
        self.assertEqual(0, self.proxy.accepted)
        connection.raw  # noqa: B018
        self.assert_sessions(1)

    def test_the_session_outlives_deactivation_closing_and_reset_caches(self):
        obj = self.obj()
        jar = obj._p_jar
        backend = self.backend(obj)
        jar.cacheMinimize()
        self.assertIsNone(obj._p_changed)
        self.assertEqual(backend, self.backend(obj))
        jar.close()
        resetCaches()
        again = self.jar()
        self.assertIs(jar, again)
        self.assertIsNot(obj, again.root()["obj"])
        self.assertEqual(backend, self.backend(again.root()["obj"]))
        self.assert_sessions(1)

    def test_sql_from_before_the_object_is_stored_belongs_to_the_transaction(self):
        jar = self.db.open()
        obj = PersistentMapping()
        self.insert(obj, "before")
        jar.root()["new"] = obj
        transaction.savepoint()
        self.assertIs(jar, obj._p_jar)
        raw = self.insert(obj, "after").raw
        found = raw.execute("SELECT name FROM rows ORDER BY name").fetchall()
        self.assertEqual([("after",), ("before",)], found)
        self.assert_sessions(1)
        transaction.commit()
        self.assertEqual(["after", "before"], self.rows())
        self.assert_sessions(1)

    def test_changed_settings_close_the_old_connection_at_once(self):
        obj = self.obj()
        old = self.connection(obj)
        old.raw  # noqa: B018
        new = self.connection(obj, settings=self.settings(connect_timeout=3))
        new.raw  # noqa: B018
        self.assertIsNot(old, new)
        self.assert_sessions(1)

    def test_changed_settings_within_a_transaction_lose_nothing(self):
        obj = self.obj()
        self.insert(obj, "old")
        changed = self.settings(connect_timeout=3)
        with self.assertLogs("collective.annotationforms", "WARNING"):
            self.insert(obj, "new", settings=changed)
        self.assert_sessions(2)
        obj._p_jar.transaction_manager.commit()
        self.assertEqual(["new", "old"], self.rows())
        self.assert_sessions(1)

    def test_two_connections_of_one_object(self):
        obj = self.obj()
        one, two = self.connection(obj), self.connection(obj, name="two")
        self.assertNotEqual(one.raw.info.backend_pid, two.raw.info.backend_pid)
        self.assert_sessions(2)
