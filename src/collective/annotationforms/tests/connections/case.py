"""The layers with the servers, and what tests of connections have in common."""

from collective.annotationforms.connections import connection
from collective.annotationforms.connections import cooldown
from collective.annotationforms.connections import foreign_connection
from collective.annotationforms.connections import lifetime
from collective.annotationforms.connections import link
from collective.annotationforms.connections import oauth
from collective.annotationforms.connections.postgresql import PostgreSQL
from collective.annotationforms.tests.connections.proxy import Proxy
from collective.annotationforms.tests.connections.servers import PostgreSQLServer
from collective.annotationforms.tests.connections.servers import RedisServer
from collective.annotationforms.tests.connections.servers import until
from contextlib import contextmanager
from contextlib import ExitStack
from persistent.mapping import PersistentMapping
from plone.testing import Layer
from time import monotonic
from unittest import mock
from ZODB import DB
from ZODB.MappingStorage import MappingStorage

import gc
import transaction
import unittest


@contextmanager
def later(seconds):
    """Let the clock of connections be ahead."""
    with ExitStack() as stack:
        for module in (connection, cooldown, lifetime, link, oauth):
            clock = mock.patch.object(
                module, "monotonic", lambda: monotonic() + seconds
            )
            stack.enter_context(clock)
        yield


class HeapLayer(Layer):
    """Gives back to the garbage collector what the tests have put out of its sight."""

    def tearDown(self):
        gc.unfreeze()


HEAP = HeapLayer()


class ServerLayer(Layer):
    """A server that runs, and a proxy in front of it for each test.

    It is made once in a process: further layers start the same one again.  Layers name
    it before Plone among their bases, so that the tests without Plone come before, and
    Plone is set up once.
    """

    defaultBases = (HEAP,)

    def __init__(self, factory):
        super().__init__(name=factory.__name__)
        self.factory = factory
        self.server = None

    def setUp(self):
        if self.server is None:
            self.server = self.factory()
        self["server"] = self.server
        self["server"].start()

    def testSetUp(self):
        self["proxy"] = Proxy(self["server"].port)

    def testTearDown(self):
        self["proxy"].close()
        if self["server"].process is None:
            self["server"].start()

    def tearDown(self):
        self["server"].stop()
        del self["server"]


POSTGRESQL = ServerLayer(PostgreSQLServer)
REDIS = ServerLayer(RedisServer)


class ZODBTestCase(unittest.TestCase):
    """A database with an object, and no garbage collector."""

    layer = HEAP

    def setUp(self):
        gc.collect()
        # The next test collects its own garbage, and does not go over all of Plone.
        gc.freeze()
        gc.disable()
        self.addCleanup(gc.enable)
        transaction.abort()
        self.db = self.database()
        with self.db.transaction() as jar:
            jar.root()["obj"] = PersistentMapping()

    def database(self, storage=None, **options):
        """Return a DB; it is closed after the test."""
        db = DB(storage or MappingStorage(), **options)
        # Not the bound method: a second close() does nothing.
        self.addCleanup(lambda: db.close())
        self.addCleanup(transaction.abort)
        return db

    def jar(self, db=None, **options):
        """Return an open ZODB Connection with a transaction manager of its own."""
        manager = options.pop("transaction_manager", None)
        manager = manager or transaction.TransactionManager()
        return (db or self.db).open(manager, **options)

    def obj(self):
        """Return an object on a ZODB Connection of its own."""
        return self.jar().root()["obj"]

    def stored(self):
        """Return the name that is stored in ZODB."""
        with self.db.transaction() as jar:
            return jar.root()["obj"].get("name")


class OneObject:
    """Mixed into a case with a database: one object, and what becomes of it."""

    def setUp(self):
        super().setUp()
        self.one = self.obj()
        self.manager = self.one._p_jar.transaction_manager

    def end_request(self):
        """Let the next request find the same ZODB Connection."""
        jar = self.one._p_jar
        jar.close()
        self.assertIs(jar, self.db.open(self.manager))
        self.one = jar.root()["obj"]


class PostgreSQLTestCase(ZODBTestCase):
    """An empty table and a connection class whose timeouts are short."""

    layer = POSTGRESQL

    class Manager(PostgreSQL):
        connect_timeout = 2
        answer_timeout = 2.0

    def setUp(self):
        self.server = self.layer["server"]
        self.proxy = self.layer["proxy"]
        self.server.terminate()
        self.server.query("DROP TABLE IF EXISTS rows")
        self.server.query("CREATE TABLE rows (name text PRIMARY KEY)")
        super().setUp()

    def settings(self, **more):
        """Return the settings of a connection through the proxy."""
        return self.server.settings(self.proxy.port, **more)

    def restart(self):
        """Restart the server, and wait until its connections are gone."""
        self.server.restart()
        until(lambda: not self.proxy.connected, what="the connections end")

    def connection(self, obj, factory=None, **options):
        options.setdefault("settings", self.settings())
        return foreign_connection(obj, factory or self.Manager, **options)

    def insert(self, obj, row, **options):
        """Insert a row within the transaction of the object; return its connection."""
        connection = self.connection(obj, **options)
        connection.join().execute("INSERT INTO rows VALUES (%s)", [row])
        return connection

    def write(self, obj, name):
        """Store the name in ZODB and on the server."""
        obj["name"] = name
        return self.insert(obj, name)

    def backend(self, obj):
        """Return the process id of the server's session."""
        return self.connection(obj).raw.info.backend_pid

    def rows(self):
        found = self.server.query("SELECT name FROM rows ORDER BY name")
        return [name for (name,) in found]

    def states(self):
        """Return the states of our sessions as the server sees them."""
        found = self.server.query(
            "SELECT state FROM pg_stat_activity WHERE application_name = 'test'"
        )
        return [state for (state,) in found]

    def assert_sessions(self, number):
        """Assert that the server sees so many sessions of ours, now or very soon."""
        until(
            lambda: len(self.server.sessions()) == number,
            seconds=10,
            what=f"{number} sessions, found {self.server.sessions()}",
        )
