"""When connections are closed: without the garbage collector, but for leaks."""

from collective.annotationforms.connections import foreign_connections
from collective.annotationforms.connections import link
from collective.annotationforms.tests.connections.case import later
from collective.annotationforms.tests.connections.case import PostgreSQLTestCase
from contextlib import contextmanager
from persistent.mapping import PersistentMapping
from time import monotonic
from unittest import mock
from ZODB.MappingStorage import MappingStorage

import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import transaction
import warnings


class TestPool(PostgreSQLTestCase):
    """ZODB drops its Connection, and ours goes with it."""

    def open_jars(self, number, **options):
        jars = [self.jar(**options) for _number in range(number)]
        for jar in jars:
            self.backend(jar.root()["obj"])
        return jars

    def test_more_zodb_connections_than_the_pool_holds(self):
        self.db.setPoolSize(3)
        jars = self.open_jars(6)
        self.assert_sessions(6)
        for jar in jars:
            jar.close()
        self.assert_sessions(3)
        self.db.setPoolSize(1)
        self.assert_sessions(1)
        self.db.close()
        self.assert_sessions(0)

    def test_pool_timeout(self):
        for jar in self.open_jars(2):
            jar.close()
        self.db.pool.timeout = 0
        self.assert_sessions(0)

    def test_historical_timeout(self):
        (jar,) = self.open_jars(1, at=self.db.lastTransaction())
        jar.close()
        self.assert_sessions(1)
        self.db.setHistoricalTimeout(0)
        self.assert_sessions(0)

    def test_db_close_with_an_open_zodb_connection(self):
        self.open_jars(2)
        self.db.close()
        self.assert_sessions(0)

    def test_db_close_with_a_transaction_going_on(self):
        self.insert(self.obj(), "lost")
        self.db.close()
        self.assert_sessions(0)
        self.assertEqual([], self.rows())

    def test_secondary_of_a_multi_database(self):
        databases = {}
        one = self.database(databases=databases, database_name="one")
        two = self.database(MappingStorage("2"), databases=databases, database_name="2")
        with two.transaction() as jar:
            jar.root()["obj"] = PersistentMapping()
        for close in (lambda: one.pool.setTimeout(0), lambda: one.close()):
            one.pool.setTimeout(60)
            jar = self.jar(one)
            self.backend(jar.get_connection("2").root()["obj"])
            jar.close()
            self.assert_sessions(1)
            close()
            self.assert_sessions(0)

    def test_kept_and_reused_after_a_request(self):
        jar = self.jar()
        backends = set()
        for _number in range(3):
            backends.add(self.backend(jar.root()["obj"]))
            jar.close()
            jar = self.jar()
        self.assertEqual(1, len(backends))
        # As often as it is closed, the callback must be there again.
        jar.close()
        self.db.setPoolSize(0)
        self.assert_sessions(0)

    def test_a_used_zodb_connection_that_is_closed_twice(self):
        jar = self.jar()
        obj = jar.root()["obj"]
        self.backend(obj)
        jar.close()
        jar.close()
        self.assert_sessions(0)
        jar = self.jar()
        self.backend(jar.root()["obj"])
        jar.close()
        self.db.close()
        self.assert_sessions(0)

    def test_a_black_hole_does_not_stop_db_close(self):
        patcher = mock.patch.object(self.Manager, "answer_timeout", 0.4)
        patcher.start()
        self.addCleanup(patcher.stop)
        jars = self.open_jars(3)
        self.insert(jars[0].root()["obj"], "lost")
        jars[1].close()
        self.proxy.black_hole = True
        timer = threading.Timer(6, self.proxy.reset_all)
        timer.start()
        self.addCleanup(timer.cancel)
        started = monotonic()
        # What DB.close() does first: our rollback may take its timeout, once.
        jars[0].transaction_manager.abort()
        aborted = monotonic()
        self.db.close()
        self.assertLess(monotonic() - aborted, 0.5)
        self.assertLess(aborted - started, self.Manager.answer_timeout + 1)


class TestLeaks(PostgreSQLTestCase):
    """Nobody closes the ZODB Connection."""

    @contextmanager
    def no_warnings(self):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            unraisable = mock.patch("sys.unraisablehook")
            with unraisable as hook:
                yield
        self.assertEqual([], [str(warning.message) for warning in caught])
        hook.assert_not_called()

    def leak(self):
        self.backend(self.obj())

    def leak_in_transaction(self):
        obj = self.obj()
        obj["name"] = "leaked"
        self.insert(obj, "leaked")

    def test_a_leaked_zodb_connection_is_cleaned_at_its_collection(self):
        for leak in (self.leak, self.leak_in_transaction):
            with self.subTest(leak.__name__), self.no_warnings():
                leak()
                self.assert_sessions(1)
                for _pass in range(3):
                    gc.collect()
                self.assert_sessions(0)
        self.assertEqual([], self.rows())

    def test_an_object_that_is_never_stored(self):
        with self.no_warnings():
            obj = PersistentMapping()
            self.backend(obj)
            self.assert_sessions(1)
            del obj
            self.assert_sessions(0)


class TestTime(PostgreSQLTestCase):
    """Idle and old connections."""

    def setUp(self):
        super().setUp()
        patcher = mock.patch.multiple(link, SWEEP_EVERY=0.0, _next_sweep=0.0)
        patcher.start()
        self.addCleanup(patcher.stop)

    def when_idle(self):
        """Let it be later than what an unused connection lives."""
        return later(self.Manager.max_idle + 1)

    def test_idle_is_replaced_at_its_next_use(self):
        obj = self.obj()
        jar = obj._p_jar
        old = self.backend(obj)
        jar.close()
        with self.when_idle():
            new = self.backend(self.jar().root()["obj"])
        self.assertNotEqual(old, new)
        self.assert_sessions(1)

    def test_old_is_replaced_at_its_next_use(self):
        obj = self.obj()
        jar = obj._p_jar
        old = self.backend(obj)
        jar.transaction_manager.begin()
        self.assertEqual(old, self.backend(obj))
        with mock.patch.object(self.Manager, "max_age", 0.0):
            jar.transaction_manager.begin()
            new = self.backend(obj)
        self.assertNotEqual(old, new)
        self.assert_sessions(1)

    def test_idle_of_a_pooled_zodb_connection_is_closed_by_another_request(self):
        quiet, busy = self.jar(), self.jar()
        backend = self.backend(quiet.root()["obj"])
        # It has used a connection, but some time ago.
        self.connection(busy.root()["obj"])
        quiet.close()
        self.assert_sessions(1)
        with self.when_idle():
            busy.close()
        self.assert_sessions(0)
        # busy was closed last and is on top of the pool.
        self.jar()
        self.assertNotEqual(backend, self.backend(self.jar().root()["obj"]))

    def test_a_connection_in_use_is_not_idle(self):
        using, ending = self.obj(), self.jar()
        self.connection(ending.root()["obj"])
        # Idle for a moment, then in use again.
        self.insert(using, "before")
        using._p_jar.transaction_manager.commit()
        self.insert(using, "kept")
        reading = self.obj()
        backend = self.backend(reading)
        with self.when_idle():
            ending.close()
            self.assert_sessions(2)
            self.assertEqual(backend, self.backend(reading))
        using._p_jar.transaction_manager.commit()
        self.assertEqual(["before", "kept"], self.rows())

    def test_the_orphan_of_an_aborted_add_is_closed_and_forgotten(self):
        jar = self.jar()
        orphan = PersistentMapping()
        jar.add(orphan)
        oid = orphan._p_oid
        self.backend(orphan)
        jar.transaction_manager.abort()
        self.assertIsNone(orphan._p_oid)
        jar.close()
        self.assertEqual([oid], list(jar.foreign_connections))
        with self.when_idle():
            self.assertIs(jar, self.jar())
            jar.close()
        self.assertEqual({}, jar.foreign_connections)
        self.assert_sessions(0)

    def test_a_request_that_ends_within_a_transaction(self):
        obj = self.obj()
        manager = obj._p_jar.transaction_manager
        self.insert(obj, "late")
        obj._p_jar.close()
        self.assertEqual({}, foreign_connections(obj))
        self.insert(self.obj(), "other")
        self.assert_sessions(2)
        manager.commit()
        self.assertEqual(["late"], self.rows())
        self.assert_sessions(1)


class TestProcesses(PostgreSQLTestCase):
    """Forks, and the end of a process."""

    def in_child(self, function):
        """Return what the function returns in a forked child, as a string."""
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            result = "failed"
            try:
                result = str(function())
            finally:
                os.write(writer, result.encode())
                os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as stream:
            result = stream.read()
        os.waitpid(child, 0)
        return result

    def test_a_child_opens_its_own_and_leaves_the_parents_alone(self):
        obj = self.obj()
        mine = self.backend(obj)

        def in_child():
            backend = self.backend(obj)
            self.connection(obj).close()
            self.db.close()
            return backend

        theirs = int(self.in_child(in_child))
        self.assertNotIn(theirs, (0, mine))
        self.assert_sessions(1)
        self.assertEqual(mine, self.backend(obj))
        self.assertEqual((1,), self.connection(obj).raw.execute("SELECT 1").fetchone())

    def test_the_parents_transaction_can_not_be_committed_by_the_child(self):
        obj = self.obj()
        manager = obj._p_jar.transaction_manager
        self.write(obj, "mine")

        def in_child():
            try:
                manager.commit()
            except ConnectionError as error:
                return type(error).__name__

        self.assertEqual("ForeignLost", self.in_child(in_child))
        manager.commit()
        self.assertEqual(["mine"], self.rows())
        self.assertEqual("mine", self.stored())

    def test_a_child_that_ends_by_itself_runs_no_cleanup_of_the_parents(self):
        script = """
            import os, sys, transaction
            from collective.annotationforms.connections import foreign_connection
            from collective.annotationforms.connections.postgresql import PostgreSQL
            from ZODB import DB
            db = DB(None)
            jar = db.open()
            connection = foreign_connection(
                jar.root(), PostgreSQL, settings={settings!r}
            )
            backend = connection.raw.info.backend_pid
            child = os.fork()
            if not child:
                sys.exit()
            assert os.waitpid(child, 0)[1] == 0
            transaction.begin()
            print(connection.raw.execute("SELECT 1").fetchone()[0])
            print(backend == connection.raw.info.backend_pid)
        """
        self.assertEqual("1\nTrue\n", self.run_script(script))
        self.assert_sessions(0)

    def test_the_end_of_a_process_is_silent(self):
        script = """
            from collective.annotationforms.connections import foreign_connection
            from collective.annotationforms.connections.postgresql import PostgreSQL
            from ZODB import DB
            db = DB(None)
            jar = db.open()
            connection = foreign_connection(
                jar.root(), PostgreSQL, settings={settings!r}
            )
            connection.join()
            print(connection)
        """
        self.assertEqual("<PostgreSQL open>\n", self.run_script(script))
        self.assert_sessions(0)

    def test_signals_end_a_process_and_its_transaction(self):
        script = """
            import signal, time
            from collective.annotationforms.connections import foreign_connection
            from collective.annotationforms.connections.postgresql import PostgreSQL
            from ZODB import DB
            jar = DB(None).open()
            connection = foreign_connection(
                jar.root(), PostgreSQL, settings={settings!r}
            )
            connection.join().execute("INSERT INTO rows VALUES ('lost')")
            # A shell lets those that run in its background ignore this signal.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            print("ready", flush=True)
            time.sleep(60)
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number), self.started(script) as process:
                self.assertEqual("ready\n", process.stdout.readline())
                self.assert_sessions(1)
                process.send_signal(number)
                self.assertEqual(-number, process.wait(30))
                self.assert_sessions(0)
        self.assertEqual([], self.rows())

    def started(self, script):
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", self.source(script)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )

    def source(self, script):
        settings = repr(self.settings())
        return textwrap.dedent(script).replace("{settings!r}", settings)

    def run_script(self, script):
        """Return what it prints; nothing may come on standard error."""
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", self.source(script)],
            capture_output=True,
            text=True,
            timeout=60,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        self.assertEqual("", done.stderr)
        return done.stdout


class TestNoConnection(PostgreSQLTestCase):
    """The hook of a request without use costs nothing and breaks nothing."""

    def test_no_session_for_a_connection_that_is_never_used(self):
        for _number in range(3):
            obj = self.obj()
            self.connection(obj)
            obj._p_jar.close()
        transaction.abort()
        self.assertEqual(0, self.proxy.accepted)
