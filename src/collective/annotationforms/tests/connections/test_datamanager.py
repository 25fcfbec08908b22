"""Committed and rolled back together with ZODB."""

from collective.annotationforms.connections import foreign_connection
from collective.annotationforms.connections import ForeignDataManager
from collective.annotationforms.connections import ForeignTransientError
from collective.annotationforms.connections.postgresql import TransientStatementError
from collective.annotationforms.tests.connections.case import PostgreSQLTestCase
from collective.annotationforms.tests.connections.resources import Refused
from collective.annotationforms.tests.connections.resources import Resource
from psycopg import IsolationLevel
from psycopg.errors import InFailedSqlTransaction
from psycopg.errors import UniqueViolation
from time import sleep
from transaction.interfaces import ISavepointDataManager
from transaction.interfaces import NoTransaction
from transaction.interfaces import TransientError
from ZODB.POSException import ConflictError
from zope.interface.verify import verifyObject

import psycopg
import threading
import transaction


LOGGER = "collective.annotationforms.connections"


class TestCommit(PostgreSQLTestCase):
    """One transaction, two stores."""

    def setUp(self):
        super().setUp()
        self.one = self.obj()
        self.manager = self.one._p_jar.transaction_manager

    def assert_both(self, name):
        self.assertEqual((name, [name]), (self.stored(), self.rows()))

    def assert_nothing(self):
        self.assertEqual((None, []), (self.stored(), self.rows()))

    def test_provides_the_interface_of_data_managers(self):
        verifyObject(ISavepointDataManager, self.connection(self.one))

    def test_committed_together(self):
        self.write(self.one, "new")
        self.manager.commit()
        self.assert_both("new")

    def test_aborted_together(self):
        self.write(self.one, "new")
        self.manager.abort()
        self.assert_nothing()
        self.assertEqual(["idle"], self.states())

    def test_joins_once(self):
        connection = self.write(self.one, "new")
        self.assertIs(connection.join(), connection.join())
        resources = self.manager.get()._resources
        self.assertEqual(1, resources.count(connection))

    def test_joins_the_transaction_of_its_jar(self):
        transaction.begin()
        with self.db.transaction() as jar:
            self.write(jar.root()["obj"], "new")
            self.assertEqual([], transaction.get()._resources)
        self.assert_both("new")

    def test_after_a_read_only_request_the_session_is_idle(self):
        self.connection(self.one).join().execute("SELECT * FROM rows")
        self.assertEqual(["idle in transaction"], self.states())
        self.manager.abort()
        self.one._p_jar.close()
        self.assertEqual(["idle"], self.states())

    def test_what_was_read_without_joining_ends_with_the_request(self):
        self.connection(self.one).raw.execute("SELECT * FROM rows")
        self.one._p_jar.close()
        self.assertEqual(["idle"], self.states())

    def test_what_was_sent_without_joining_is_not_committed_later(self):
        statement = "INSERT INTO rows VALUES ('stray')"
        for end in (self.manager.abort, self.manager.commit):
            self.connection(self.one).raw.execute(statement)
            end()
            self.write(self.one, end.__name__)
            self.manager.commit()
        self.assertEqual(["abort", "commit"], self.rows())
        self.assertEqual(1, self.connection(self.one).opens)

    def test_after_commit_hooks_open_no_new_session(self):
        for number in range(5):
            self.manager.begin()
            self.write(self.one, str(number))
            self.manager.get().addAfterCommitHook(lambda status: None)
            self.manager.commit()
        self.assertEqual(["0", "1", "2", "3", "4"], self.rows())
        self.assertEqual(1, self.connection(self.one).opens)
        self.assert_sessions(1)

    def test_an_after_commit_hook_may_read(self):
        self.write(self.one, "new")
        found = []

        def read(status):
            raw = self.connection(self.one).raw
            found.extend(raw.execute("SELECT name FROM rows").fetchall())

        self.manager.get().addAfterCommitHook(read)
        self.manager.commit()
        self.assertEqual([("new",)], found)
        self.assertEqual(["idle"], self.states())

    def test_a_swallowed_error_fails_the_commit(self):
        self.write(self.one, "new")
        with self.assertRaises(UniqueViolation):
            self.insert(self.one, "new")
        with self.assertRaises(InFailedSqlTransaction):
            self.manager.commit()
        self.manager.abort()
        self.assert_nothing()
        self.write(self.one, "next")
        self.manager.commit()
        self.assert_both("next")

    def test_another_manager_votes_no(self):
        for key in ("m", "~a", "0"):
            with self.subTest(key=key):
                self.write(self.one, "new")
                self.manager.get().join(Resource(key, "tpc_vote"))
                self.assertRaises(Refused, self.manager.commit)
                self.manager.abort()
                self.assert_nothing()

    def test_a_vote_after_ours_is_logged(self):
        self.write(self.one, "new")
        self.manager.get().join(Resource("~~", "tpc_vote"))
        with self.assertLogs(LOGGER, "CRITICAL") as logs:
            self.assertRaises(Refused, self.manager.commit)
        self.manager.abort()
        self.assertRegex(logs.output[0], "Manager has committed, but .* disagree")
        self.assertEqual((None, ["new"]), (self.stored(), self.rows()))

    def test_a_second_writer_is_logged_once(self):
        with self.assertNoLogs(LOGGER):
            self.insert(self.one, "1")
            self.insert(self.one, "1b")
        with self.assertLogs(LOGGER, "WARNING") as logs:
            self.insert(self.one, "2", name="second")
            self.insert(self.one, "3", name="third")
            self.insert(self.one, "2b", name="second")
        self.assertEqual(1, len(logs.output))
        self.assertIn("Manager is the second foreign connection", logs.output[0])
        self.manager.commit()
        self.assertEqual(["1", "1b", "2", "2b", "3"], self.rows())

    def test_an_explicit_manager_without_a_transaction(self):
        explicit = transaction.TransactionManager(explicit=True)
        jar = self.db.open(explicit)
        explicit.begin()
        obj = jar.root()["obj"]
        explicit.abort()
        connection = self.connection(obj)
        for _number in range(2):
            self.assertEqual((1,), connection.raw.execute("SELECT 1").fetchone())
        self.assertRaises(NoTransaction, connection.join)
        explicit.begin()
        self.insert(obj, "new")
        explicit.commit()
        jar.close()
        self.assertEqual(["new"], self.rows())

    def test_closed_within_its_transaction_it_can_not_commit(self):
        self.write(self.one, "new").close()
        for use in (self.connection(self.one).join, self.manager.commit):
            with self.assertRaisesRegex(ConnectionError, "was closed within"):
                use()
        self.manager.abort()
        self.assert_nothing()
        self.write(self.one, "next")
        self.manager.commit()
        self.assert_both("next")

    def test_not_in_two_transactions_at_once(self):
        connection = self.write(self.one, "new")
        connection.transaction_manager = transaction.TransactionManager()
        with self.assertRaisesRegex(ConnectionError, "another transaction"):
            connection.join()
        self.manager.commit()
        self.assert_both("new")


class TestSavepoints(PostgreSQLTestCase):
    """Savepoints of ZODB are savepoints of the server."""

    def setUp(self):
        super().setUp()
        self.one = self.obj()
        self.manager = self.one._p_jar.transaction_manager

    def test_rolled_back(self):
        self.insert(self.one, "kept")
        savepoint = self.manager.savepoint()
        for name in ("first", "second"):
            self.insert(self.one, name)
            savepoint.rollback()
        self.manager.commit()
        self.assertEqual(["kept"], self.rows())

    def test_rolled_back_after_an_error(self):
        self.insert(self.one, "kept")
        savepoint = self.manager.savepoint()
        self.assertRaises(UniqueViolation, self.insert, self.one, "kept")
        savepoint.rollback()
        self.insert(self.one, "more")
        self.manager.commit()
        self.assertEqual(["kept", "more"], self.rows())

    def test_nested(self):
        names = {}
        for name in ("a", "b", "c"):
            self.insert(self.one, name)
            names[name] = self.manager.savepoint()
        names["b"].rollback()
        self.insert(self.one, "d")
        self.manager.commit()
        self.assertEqual(["a", "b", "d"], self.rows())

    def test_joined_after_the_savepoint(self):
        savepoint = self.manager.savepoint()
        self.write(self.one, "gone")
        with self.assertNoLogs(LOGGER):
            savepoint.rollback()
            self.insert(self.one, "kept")
            self.manager.commit()
        self.assertEqual(["kept"], self.rows())
        self.assertIsNone(self.stored())

    def test_a_manager_without_savepoints(self):
        class Plain(self.Manager):
            savepoint_raw = None

        self.insert(self.one, "kept", factory=Plain)
        savepoint = self.manager.savepoint(optimistic=True)
        self.insert(self.one, "more", factory=Plain)
        self.manager.commit()
        self.assertEqual(["kept", "more"], self.rows())
        self.assertFalse(savepoint.valid)
        self.insert(self.one, "lost", factory=Plain)
        with self.assertRaisesRegex(TypeError, "Savepoints unsupported"):
            self.manager.savepoint()
        self.manager.abort()
        self.assertEqual(["kept", "more"], self.rows())


class TestRetry(PostgreSQLTestCase):
    """Transactions that run again."""

    def setUp(self):
        super().setUp()
        self.server.query("DROP TABLE IF EXISTS counters")
        self.server.query("CREATE TABLE counters (name text, value int)")
        self.server.query("INSERT INTO counters VALUES ('a', 10), ('b', 10)")
        self.addCleanup(self.server.query, "DROP TABLE counters")

    def serializable(self, obj):
        raw = self.connection(obj).join()
        if raw.isolation_level != IsolationLevel.SERIALIZABLE:
            raw.rollback()
            raw.isolation_level = IsolationLevel.SERIALIZABLE
        return raw

    def value(self, raw, name="a"):
        statement = "SELECT value FROM counters WHERE name = %s"
        return raw.execute(statement, [name]).fetchone()[0]

    def test_a_conflict_of_zodb(self):
        runs = []
        manager = transaction.TransactionManager()
        for attempt in manager.attempts(5):
            with attempt:
                jar = self.db.open(manager)
                self.addCleanup(jar.close)
                runs.append(self.write(jar.root()["obj"], "new").raw)
                if len(runs) < 3:
                    manager.get().join(Resource("m", "tpc_vote", error=ConflictError))
                manager.get().addAfterCommitHook(lambda status: None)
        self.assertEqual(3, len(runs))
        self.assertEqual(("new", ["new"]), (self.stored(), self.rows()))

    def test_a_conflict_uses_one_session(self):
        runs = 0
        obj = self.obj()
        manager = obj._p_jar.transaction_manager
        for attempt in manager.attempts(5):
            with attempt:
                runs += 1
                self.write(obj, "new")
                if runs < 3:
                    manager.get().join(Resource("m", "tpc_vote", error=ConflictError))
        self.assertEqual((3, ["new"]), (runs, self.rows()))
        self.assertEqual(1, self.connection(obj).opens)
        self.assert_sessions(1)

    def test_a_serialization_failure_of_a_statement_is_transient(self):
        obj = self.obj()
        raw = self.serializable(obj)
        value = self.value(raw)
        self.server.query("UPDATE counters SET value = value + 1")
        with self.assertRaises(TransientStatementError) as raised:
            raw.execute("UPDATE counters SET value = %s", [value + 1])
        self.assertIsInstance(raised.exception, TransientError)
        self.assertIsInstance(raised.exception, psycopg.Error)
        self.assertIsInstance(
            raised.exception.__cause__, psycopg.errors.SerializationFailure
        )

    def test_a_serialization_failure_at_commit_is_transient(self):
        one, other = self.obj(), self.obj()
        # Each reads what the other one writes.
        for obj, read, written in ((one, "a", "b"), (other, "b", "a")):
            raw = self.serializable(obj)
            value = self.value(raw, read)
            statement = "UPDATE counters SET value = %s WHERE name = %s"
            raw.execute(statement, [value + 1, written])
            obj["name"] = written
        one._p_jar.transaction_manager.commit()
        other._p_jar.transaction_manager.get()
        other["other"] = "x"
        with self.assertRaises(ForeignTransientError):
            # Its vote comes before that of ZODB, which has a conflict here as well.
            connection = self.connection(other)
            connection.tpc_vote(connection.transaction_manager.get())
        other._p_jar.transaction_manager.abort()

    def test_attempts_run_again_until_it_is_serializable(self):
        obj = self.obj()
        manager = obj._p_jar.transaction_manager
        runs = 0
        for attempt in manager.attempts(3):
            with attempt:
                runs += 1
                raw = self.serializable(obj)
                value = self.value(raw)
                if runs == 1:
                    self.server.query("UPDATE counters SET value = 20")
                statement = "UPDATE counters SET value = %s WHERE name = 'a'"
                raw.execute(statement, [value + 1])
        found = self.server.query("SELECT value FROM counters WHERE name = 'a'")
        self.assertEqual((2, [(21,)]), (runs, found))
        self.assertEqual(1, self.connection(obj).opens)


class TestThreads(PostgreSQLTestCase):
    """One connection is used by one thread at a time."""

    requests = 600
    threads = 3

    def hammer(self, connection_of):
        """Run requests in threads; return overlapping uses and errors."""
        users = {}
        overlaps = []
        errors = []

        def request():
            with self.db.transaction() as jar:
                connection = connection_of(jar.root()["obj"])
                raw = connection.raw
                if users.setdefault(id(raw), threading.get_ident()) != (
                    threading.get_ident()
                ):
                    overlaps.append(raw)
                raw.execute("SELECT 1")
                users.pop(id(raw), None)

        def run():
            try:
                for _number in range(self.requests):
                    request()
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=run) for _number in range(self.threads)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        return overlaps, errors

    def test_no_overlap(self):
        def joined(obj):
            connection = self.connection(obj)
            connection.join()
            return connection

        self.assertEqual(([], []), self.hammer(joined))
        self.assertLessEqual(len(self.server.sessions()), self.threads)

    def test_the_test_finds_overlaps(self):
        class Shared:
            """Stands for one connection of all: that of libpq would crash."""

            raw = property(lambda self: self)

            def execute(self, _statement):
                sleep(0.0001)

        shared = Shared()
        self.requests = 100
        overlaps, errors = self.hammer(lambda _obj: shared)
        self.assertNotEqual([], overlaps)
        self.assertEqual([], errors)


class TestHooks(PostgreSQLTestCase):
    """What a data manager of another library has to bring along."""

    def test_default_hooks_call_commit_rollback_and_close(self):
        calls = []

        class Raw:
            def __getattr__(self, name):
                return lambda: calls.append(name)

        class Manager(ForeignDataManager):
            def connect(self):
                return Raw()

            def is_alive(self, raw):
                return True

        obj = self.obj()
        manager = obj._p_jar.transaction_manager
        connection = foreign_connection(obj, Manager)
        connection.join()
        manager.commit()
        connection.join()
        manager.abort()
        connection.close()
        self.assertEqual(["commit", "rollback", "close"], calls)
