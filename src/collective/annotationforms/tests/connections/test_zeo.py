"""The connection of an object needs no state of the object."""

from collective.annotationforms.tests.connections.case import PostgreSQLTestCase
from collective.annotationforms.tests.connections.proxy import Proxy
from collective.annotationforms.tests.connections.servers import until
from collective.annotationforms.tests.connections.servers import ZEOServer
from contextlib import contextmanager
from transaction.interfaces import TransientError
from unittest import mock
from ZEO.asyncio import client

import ZEO


class TestZEO(PostgreSQLTestCase):
    """The ZEO server is gone for a while."""

    def setUp(self):
        super().setUp()
        self.one = self.obj()
        self.manager = self.one._p_jar.transaction_manager

    def database(self):
        zeo = ZEOServer()
        self.addCleanup(zeo.remove)
        zeo.start()
        self.network = Proxy(zeo.port)
        self.addCleanup(self.network.close)
        db = ZEO.DB(("127.0.0.1", self.network.port))
        self.addCleanup(lambda: db.close())
        # Private, but ZEO waits for seconds, and adds what it casts with a die.
        db.storage._server.timeout = 0.2
        db.storage._server.client.connect_poll = 0.02
        patcher = mock.patch.object(client.local_random, "random", lambda: 0.0)
        patcher.start()
        self.addCleanup(patcher.stop)
        return db

    @contextmanager
    def outage(self):
        """Nobody reaches the ZEO server."""
        with self.network.refusing():
            self.network.reset_all()
            until(lambda: not self.db.storage.is_connected(), what="ZEO is gone")
            yield
        until(self.db.storage.is_connected, what="ZEO is back")

    def test_the_connection_outlives_an_outage_and_works_meanwhile(self):
        self.write(self.one, "before")
        self.manager.commit()
        backend = self.backend(self.one)
        with self.outage():
            self.one._p_jar.cacheMinimize()
            self.assertEqual(backend, self.backend(self.one))
            self.assertIsNone(self.one._p_changed)
            raw = self.connection(self.one).raw
            self.assertEqual((1,), raw.execute("SELECT 1").fetchone())
            self.manager.abort()
        self.assertEqual({"name": "before"}, dict(self.one))
        self.assertEqual(backend, self.backend(self.one))
        self.assert_sessions(1)

    def test_without_zeo_nothing_is_committed(self):
        self.write(self.one, "lost")
        with self.outage():
            self.assertRaises(TransientError, self.manager.commit)
            self.manager.abort()
            self.assertEqual([], self.rows())
        self.write(self.one, "next")
        self.manager.commit()
        self.assertEqual(("next", ["next"]), (self.stored(), self.rows()))
