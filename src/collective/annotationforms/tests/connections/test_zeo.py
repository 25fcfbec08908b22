"""The connection of an object needs no state of the object."""

from collective.annotationforms.tests.connections.case import PostgreSQLTestCase
from collective.annotationforms.tests.connections.servers import until
from collective.annotationforms.tests.connections.servers import ZEOServer
from transaction.interfaces import TransientError

import ZEO


class TestZEO(PostgreSQLTestCase):
    """The ZEO server is gone for a while."""

    def setUp(self):
        super().setUp()
        self.one = self.obj()
        self.manager = self.one._p_jar.transaction_manager

    def database(self):
        self.zeo = ZEOServer()
        self.addCleanup(self.zeo.remove)
        self.zeo.start()
        db = ZEO.DB(("127.0.0.1", self.zeo.port), wait_timeout=2)
        self.addCleanup(lambda: db.close())
        return db

    def stop_zeo(self):
        self.zeo.stop()
        until(lambda: not self.db.storage.is_connected())

    def start_zeo(self):
        self.zeo.start()
        until(self.db.storage.is_connected, seconds=30)

    def test_the_connection_outlives_an_outage_and_works_meanwhile(self):
        self.write(self.one, "before")
        self.manager.commit()
        backend = self.backend(self.one)
        self.stop_zeo()
        self.one._p_jar.cacheMinimize()
        self.assertEqual(backend, self.backend(self.one))
        self.assertIsNone(self.one._p_changed)
        raw = self.connection(self.one).raw
        self.assertEqual((1,), raw.execute("SELECT 1").fetchone())
        self.manager.abort()
        self.start_zeo()
        self.assertEqual({"name": "before"}, dict(self.one))
        self.assertEqual(backend, self.backend(self.one))
        self.assert_sessions(1)

    def test_without_zeo_nothing_is_committed(self):
        self.write(self.one, "lost")
        self.stop_zeo()
        self.assertRaises(TransientError, self.manager.commit)
        self.manager.abort()
        self.assertEqual([], self.rows())
        self.start_zeo()
        self.write(self.one, "next")
        self.manager.commit()
        self.assertEqual(("next", ["next"]), (self.stored(), self.rows()))
