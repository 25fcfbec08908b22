"""Servers that restart, refuse, are slow or silent, and networks that lose things."""

from collective.annotationforms.connections import ForeignUnavailable
from collective.annotationforms.tests.connections.case import later
from collective.annotationforms.tests.connections.case import PostgreSQLTestCase
from collective.annotationforms.tests.connections.resources import Refused
from collective.annotationforms.tests.connections.resources import Resource
from collective.annotationforms.tests.connections.servers import until
from contextlib import contextmanager
from time import monotonic
from time import sleep
from ZODB.POSException import ConflictError

import psycopg
import threading


class FaultTestCase(PostgreSQLTestCase):
    """With an object, its transaction manager, and a clock."""

    def setUp(self):
        super().setUp()
        self.one = self.obj()
        self.manager = self.one._p_jar.transaction_manager

    def select(self, obj):
        """Return the result of a query within the object's transaction."""
        raw = self.connection(obj).join()
        return raw.execute("SELECT count(*) FROM rows").fetchone()[0]

    @contextmanager
    def seconds(self, least, most):
        """Assert how long it takes; what would hang for ever fails."""
        started = monotonic()
        timer = threading.Timer(most + 1, self.proxy.reset_all)
        timer.start()
        yield
        timer.cancel()
        self.assertTrue(least <= monotonic() - started <= most, monotonic() - started)


class TestBetweenTransactions(FaultTestCase):
    """The connection is lost while nobody uses it: nobody notices."""

    def assert_no_failed_request(self, lose):
        objects = [self.obj() for _number in range(3)]
        for round_number in range(3):
            for number, obj in enumerate(objects):
                self.insert(obj, f"{round_number}.{number}")
                obj._p_jar.transaction_manager.commit()
            lose()
            until(lambda: not self.proxy.connected, what="the connections end")
        self.assertEqual(9, len(self.rows()))
        self.assertEqual([2, 2, 2], [self.connection(obj).opens - 1 for obj in objects])

    def test_restart(self):
        self.assert_no_failed_request(self.server.restart)

    def test_crash(self):
        self.assert_no_failed_request(lambda: self.server.restart("immediate"))

    def test_terminated_by_the_server(self):
        self.assert_no_failed_request(self.server.terminate)

    def test_reset_by_the_network(self):
        self.assert_no_failed_request(self.proxy.reset_all)


class TestWithinATransaction(FaultTestCase):
    """The connection is lost in use: the transaction fails, and the next one works."""

    def assert_fails(self, lose):
        self.write(self.one, "first")
        lose()
        self.assertRaises(psycopg.OperationalError, self.insert, self.one, "second")
        self.assertRaises(psycopg.OperationalError, self.manager.commit)
        self.manager.abort()
        self.assertEqual((None, []), (self.stored(), self.rows()))
        self.write(self.one, "next")
        self.manager.commit()
        self.assertEqual(("next", ["next"]), (self.stored(), self.rows()))

    def test_restart(self):
        self.assert_fails(self.server.restart)

    def test_crash(self):
        self.assert_fails(lambda: self.server.restart("immediate"))

    def test_reset(self):
        self.assert_fails(self.proxy.reset_all)

    def test_abort_is_silent(self):
        for lose in (self.server.restart, self.proxy.reset_all):
            self.write(self.one, "gone")
            lose()
            self.manager.abort()
        self.assertEqual(0, self.select(self.one))

    def test_before_the_first_statement(self):
        for fault in ("reset", "drop_request", "truncate"):
            with self.subTest(fault=fault):
                self.connection(self.one).raw  # noqa: B018
                self.proxy.fail(fault, b"INSERT")
                with self.assertRaises(psycopg.OperationalError):
                    self.write(self.one, "lost")
                self.manager.abort()
                self.assertEqual((None, []), (self.stored(), self.rows()))
                self.select(self.one)
                self.manager.abort()


class TestUnavailable(FaultTestCase):
    """No server: said at once, and again only after a while."""

    def test_refused(self):
        with self.proxy.refusing():
            with self.assertRaises(psycopg.OperationalError):
                self.connection(self.one).join()
            for _number in range(3):
                with self.assertRaises(ForeignUnavailable):
                    self.connection(self.one).join()
            accepted = self.proxy.accepted
        with self.assertRaisesRegex(ForeignUnavailable, "less than 5 seconds ago"):
            self.select(self.one)
        self.assertEqual(accepted, self.proxy.accepted)
        with later(self.Manager.retry_after):
            self.assertEqual(0, self.select(self.one))
            self.manager.commit()

    def test_zodb_goes_on_without_the_server(self):
        with self.proxy.refusing():
            self.one["name"] = "alone"
            with self.assertRaises(psycopg.OperationalError):
                self.connection(self.one).join()
            self.manager.commit()
        self.assertEqual("alone", self.stored())

    def test_slow_is_correct(self):
        self.proxy.delay = 0.03
        self.write(self.one, "slow")
        self.manager.commit()
        self.assertEqual(("slow", ["slow"]), (self.stored(), self.rows()))

    def test_an_answer_that_comes_too_late_is_not_taken_for_another(self):
        class Hasty(self.Manager):
            answer_timeout = 0.1

        raw = self.connection(self.one, factory=Hasty).join()
        with self.assertRaises(psycopg.OperationalError):
            raw.execute("SELECT 'late', pg_sleep(0.3)")
        until(lambda: "active" not in self.states(), what="the answer is sent")
        self.assertTrue(raw.closed)
        self.manager.abort()
        raw = self.connection(self.one, factory=Hasty).join()
        self.assertEqual((1,), raw.execute("SELECT 1").fetchone())

    def test_the_server_stops_a_long_statement(self):
        class Short(self.Manager):
            statement_timeout = 0.2

        raw = self.connection(self.one, factory=Short).join()
        with self.assertRaises(psycopg.errors.QueryCanceled):
            raw.execute("SELECT pg_sleep(5)")


class TestBlackHole(FaultTestCase):
    """Nobody answers any more: nothing waits longer than the timeouts say."""

    class Manager(PostgreSQLTestCase.Manager):
        answer_timeout = 0.4

    def test_a_black_hole_at_connect(self):
        self.proxy.black_hole = True
        with self.seconds(1.5, 4), self.assertRaises(psycopg.OperationalError):
            self.connection(self.one).join()
        with self.seconds(0, 0.2), self.assertRaises(ForeignUnavailable):
            self.connection(self.one).join()

    def test_a_black_hole_at_a_statement(self):
        self.select(self.one)
        self.proxy.black_hole = True
        with self.seconds(0.3, 2), self.assertRaises(psycopg.OperationalError):
            self.select(self.one)
        # It was closed: nothing waits a second time.
        with self.seconds(0, 0.5):
            self.manager.abort()

    def test_a_black_hole_at_commit(self):
        self.write(self.one, "lost")
        self.proxy.black_hole = True
        with self.seconds(0.3, 2), self.assertRaises(psycopg.OperationalError):
            self.manager.commit()
        with self.seconds(0, 0.5):
            self.manager.abort()
        self.proxy.restore()
        self.assertEqual((None, []), (self.stored(), self.rows()))


class CheckedTestCase(FaultTestCase):
    """The outcome of a lost COMMIT is asked for."""

    class Manager(PostgreSQLTestCase.Manager):
        checks_outcome = True


class TestOutcome(CheckedTestCase):
    """What became of a COMMIT without an answer."""

    def test_an_answer_that_is_lost(self):
        self.write(self.one, "new")
        self.proxy.fail("drop_reply", b"COMMIT")
        self.manager.commit()
        self.assertEqual(("new", ["new"]), (self.stored(), self.rows()))

    def test_a_request_that_is_lost(self):
        self.write(self.one, "new")
        self.proxy.fail("drop_request", b"COMMIT")
        self.assertRaises(psycopg.OperationalError, self.manager.commit)
        self.manager.abort()
        self.assertEqual((None, []), (self.stored(), self.rows()))

    def test_a_request_that_is_still_on_its_way(self):
        self.write(self.one, "new")
        self.proxy.fail("stall", b"COMMIT")
        self.assertRaises(psycopg.OperationalError, self.manager.commit)
        self.manager.abort()
        self.proxy.arrive()
        sleep(0.2)
        self.assertEqual((None, []), (self.stored(), self.rows()))

    def test_nobody_to_ask(self):
        self.write(self.one, "new")
        self.proxy.fail("drop_reply", b"COMMIT")
        with self.proxy.refusing():
            self.assertRaises(psycopg.OperationalError, self.manager.commit)
            self.manager.abort()
        self.assertEqual((None, ["new"]), (self.stored(), self.rows()))

    def test_a_transaction_that_only_read(self):
        self.select(self.one)
        self.manager.commit()
        self.assertEqual(1, self.connection(self.one).opens)


class MatrixTests:
    """For each fault: what is stored in ZODB, and what on the server."""

    in_doubt: tuple

    def setUp(self):
        super().setUp()
        self.server.query("CREATE TABLE parents (name text PRIMARY KEY)")
        self.server.query(
            "ALTER TABLE rows ADD parent text REFERENCES parents DEFERRABLE"
            " INITIALLY DEFERRED"
        )
        self.addCleanup(self.server.query, "DROP TABLE rows, parents")

    def outcome(self, fault):
        """Return what ZODB and the server have after a transaction with a fault."""
        self.write(self.one, "new")
        fault()
        try:
            self.manager.commit()
        except (Refused, ConflictError, psycopg.Error):
            self.manager.abort()
        self.proxy.restore()
        return self.stored() == "new", self.rows() == ["new"]

    def resource(self, *arguments, **options):
        self.manager.get().join(Resource(*arguments, **options))

    def violate(self):
        self.connection(self.one).raw.execute("UPDATE rows SET parent = 'nobody'")

    def swallow(self):
        with self.assertRaises(psycopg.Error):
            self.connection(self.one).raw.execute("no SQL")

    def fail_zodb_finish(self):
        # Raised by the storage after all votes, as with a full disk.
        storage = self.one._p_jar._storage
        storage.tpc_finish = Resource("", "tpc_finish").tpc_finish

    def restart_before_commit(self):
        self.server.restart()

    def test_matrix(self):
        both, none, server_only = (True, True), (False, False), (False, True)
        expected = {
            "nothing": (lambda: None, both),
            "conflict of ZODB": (
                lambda: self.resource("m", "tpc_vote", error=ConflictError),
                none,
            ),
            "an earlier manager votes no": (
                lambda: self.resource("m", "tpc_vote"),
                none,
            ),
            "a later manager votes no": (
                lambda: self.resource("~~", "tpc_vote"),
                server_only,
            ),
            "deferred constraint": (self.violate, none),
            "swallowed error": (self.swallow, none),
            "server restarted": (self.restart_before_commit, none),
            "connection reset": (lambda: self.proxy.fail("reset", b"COMMIT"), none),
            "COMMIT lost": (lambda: self.proxy.fail("drop_request", b"COMMIT"), none),
            "answer lost": (
                lambda: self.proxy.fail("drop_reply", b"COMMIT"),
                self.in_doubt,
            ),
            "answer truncated": (
                lambda: self.proxy.fail("truncate", b"COMMIT"),
                self.in_doubt,
            ),
            "first tpc_finish fails": (
                lambda: self.resource("", "tpc_finish"),
                server_only,
            ),
            "ZODB's tpc_finish fails": (self.fail_zodb_finish, server_only),
        }
        found = {}
        for name, (fault, _expected) in expected.items():
            self.server.query("TRUNCATE rows, parents")
            with self.db.transaction() as jar:
                jar.root()["obj"].pop("name", None)
            self.one = self.obj()
            self.manager = self.one._p_jar.transaction_manager
            found[name] = self.outcome(fault)
        self.assertEqual(
            {name: result for name, (_, result) in expected.items()}, found
        )


class TestMatrix(MatrixTests, FaultTestCase):
    """A lost answer to COMMIT is in doubt: the user sees an error."""

    in_doubt = (False, True)


class TestCheckedMatrix(MatrixTests, CheckedTestCase):
    """The same if the outcome is asked for."""

    in_doubt = (True, True)
