"""What administrators see, and what nobody sees: passwords."""

from collective.annotationforms.connections import foreign_connection
from collective.annotationforms.connections import foreign_connection_stats
from collective.annotationforms.connections import ForeignConnection
from collective.annotationforms.connections.check import judge
from collective.annotationforms.connections.postgresql import PostgreSQL
from collective.annotationforms.tests.connections.case import PostgreSQLTestCase
from collective.annotationforms.tests.connections.case import ZODBTestCase
from collective.annotationforms.tests.connections.servers import PASSWORD
from persistent.mapping import PersistentMapping
from time import time

import logging
import psycopg
import traceback
import transaction


class Page(PersistentMapping):
    """Has a path, as content has."""

    def getPhysicalPath(self):
        return ("", "site", "page")


class TestStats(PostgreSQLTestCase):
    """One row per kept connection."""

    maxDiff = None

    def setUp(self):
        super().setUp()
        with self.db.transaction() as jar:
            jar.root()["obj"] = Page()
        self.one = self.obj()
        self.manager = self.one._p_jar.transaction_manager

    def stats(self):
        """Return the rows, their times rounded to full seconds."""
        return [
            {
                key: round(value) if isinstance(value, float) else value
                for key, value in row.items()
            }
            for row in foreign_connection_stats(self.db)
        ]

    def row(self, **values):
        return {
            "oid": self.one._p_oid.hex(),
            "name": None,
            "path": "/site/page",
            "kind": f"{__name__.rpartition('.')[0]}.case.PostgreSQLTestCase.Manager",
            "opened": None,
            "age": None,
            "idle": None,
            "reconnects": 0,
            "errors": 0,
            "failed": None,
            "in_transaction": None,
        } | values

    def test_nothing_is_kept(self):
        self.assertEqual([], self.stats())

    def test_not_open(self):
        self.connection(self.one)
        self.assertEqual([self.row()], self.stats())

    def test_open_and_in_a_transaction(self):
        self.connection(self.one).join()
        opened = {"opened": round(time()), "age": 0, "idle": 0}
        self.assertEqual([self.row(in_transaction=0, **opened)], self.stats())
        self.manager.commit()
        self.assertEqual([self.row(**opened)], self.stats())

    def test_reconnects(self):
        for _number in range(3):
            self.connection(self.one).join()
            self.manager.commit()
            self.restart()
        (row,) = self.stats()
        self.assertEqual((2, 0), (row["reconnects"], row["errors"]))

    def test_errors(self):
        with self.proxy.refusing(), self.assertRaises(psycopg.OperationalError):
            self.connection(self.one).join()
        self.assertEqual([self.row(errors=1, failed=0)], self.stats())
        self.connection(self.one).cooldown.retry_after = 0
        self.write(self.one, "new")
        self.proxy.fail("reset", b"COMMIT")
        self.assertRaises(psycopg.OperationalError, self.manager.commit)
        self.manager.abort()
        self.assertEqual([self.row(errors=2)], self.stats())

    def test_a_row_for_each_zodb_connection_and_name(self):
        self.connection(self.one)
        self.connection(self.one, name="two")
        self.connection(self.obj())
        historical = self.jar(before=self.db.lastTransaction())
        self.connection(historical.root()["obj"])
        self.assertEqual(
            [None, None, None, "two"],
            sorted((row["name"] for row in self.stats()), key=str),
        )

    def test_what_others_keep_has_no_row(self):
        self.one._p_jar.foreign_connections = {self.one._p_oid: object()}
        self.assertEqual([], self.stats())


class TestSecrets(PostgreSQLTestCase):
    """The password is in no text of ours."""

    def test_a_malformed_string_is_not_shown(self):
        for settings in (f"host=localhost {PASSWORD}", f"password='{PASSWORD}"):
            connection = PostgreSQL(settings, transaction.manager)
            with self.subTest(settings), self.assertRaises(ValueError) as raised:
                connection.connect()
            shown = "".join(traceback.format_exception(raised.exception))
            self.assertNotIn(PASSWORD, shown)

    def test_no_text_shows_the_password(self):
        logs = []

        class Handler(logging.Handler):
            def emit(self, record):
                logs.append(self.format(record))

        handler = Handler()
        logger = logging.getLogger()
        logger.addHandler(handler)
        self.addCleanup(logger.removeHandler, handler)
        self.assertIn(PASSWORD, str(self.settings()))
        texts = []
        obj = self.obj()
        manager = obj._p_jar.transaction_manager
        connection = self.write(obj, "a")
        texts += [repr(connection), str(connection)]
        self.insert(obj, "b", name="second")
        texts.append(str(foreign_connection_stats(self.db)))
        self.proxy.reset_all()
        for failing in (
            manager.commit,
            lambda: self.connection(obj, settings=self.settings(port=1)).raw,
            lambda: self.connection(obj, settings=self.settings(port=1)).raw,
            lambda: self.connection(obj, settings=self.settings(dbname="none")).raw,
            lambda: self.connection(obj, settings=f"port=1 password={PASSWORD}").raw,
        ):
            try:
                failing()
            except Exception:
                texts.append(traceback.format_exc())
            manager.abort()
        texts.append(repr(self.connection(obj)))
        self.assertEqual(5 + 4, len(texts))
        for text in [*texts, *logs]:
            self.assertNotIn(PASSWORD, text)


class TestJudge(ZODBTestCase):
    """What the monitoring check makes of the rows."""

    def setUp(self):
        super().setUp()
        self.one = self.obj()

    def rows(self, **values):
        foreign_connection(self.one, ForeignConnection)
        return [row | values for row in foreign_connection_stats(self.db)]

    def test_nothing_is_kept(self):
        self.assertEqual((0, "0 of 0 open"), judge([]))

    def test_all_is_well(self):
        self.assertEqual((0, "1 of 1 open"), judge(self.rows(opened=1.0)))
        self.assertEqual((0, "0 of 1 open"), judge(self.rows(in_transaction=299.0)))
        self.assertEqual((0, "0 of 1 open"), judge(self.rows(errors=5, failed=None)))

    def test_a_transaction_that_takes_too_long(self):
        self.assertEqual(
            (1, "longer than 300 s in a transaction: 1 (ForeignConnection)"),
            judge(self.rows(in_transaction=301.0)),
        )

    def test_a_server_that_is_not_reached(self):
        rows = self.rows(failed=1.0, in_transaction=301.0)
        self.assertEqual((2, "not reached: 1 (ForeignConnection)"), judge(rows))

    def test_a_failure_long_ago_is_forgotten(self):
        self.assertEqual((0, "0 of 1 open"), judge(self.rows(failed=601.0)))
