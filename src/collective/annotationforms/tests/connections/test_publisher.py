"""Foreign connections within Zope: requests that run again, and the error log."""

from Acquisition import aq_base
from collective.annotationforms.connections import foreign_connection
from collective.annotationforms.connections import ForeignConnection
from collective.annotationforms.connections.postgresql import PostgreSQL
from collective.annotationforms.tests.connections.case import POSTGRESQL
from collective.annotationforms.tests.layers import FORMS_FIXTURE
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.layers import IntegrationTestCase
from concurrent.futures import ThreadPoolExecutor
from OFS.History import historicalRevision
from plone.app.testing import FunctionalTesting
from plone.protect.interfaces import IDisableCSRFProtection
from plone.testing.zope import WSGI_SERVER_FIXTURE
from Products.Five import BrowserView
from psycopg import IsolationLevel
from unittest import mock
from urllib.request import urlopen
from ZODB.POSException import ConflictError
from zope.interface import alsoProvides
from ZPublisher.HTTPRequest import HTTPRequest

import psycopg
import transaction


LAYER = FunctionalTesting(bases=(POSTGRESQL, FORMS_FIXTURE), name="Forms:PostgreSQL")
SERVED = FunctionalTesting(
    bases=(POSTGRESQL, FORMS_FIXTURE, WSGI_SERVER_FIXTURE),
    name="Forms:PostgreSQL:Served",
)


class TestHistory(IntegrationTestCase):
    """An old revision of an object has the OID of the current one."""

    def test_a_revision_does_not_find_the_connection_of_the_object(self):
        current = foreign_connection(self.page, ForeignConnection, settings="new")
        revision = historicalRevision(aq_base(self.page), self.page._p_serial)
        self.assertEqual(self.page._p_oid, revision._p_oid)
        old = foreign_connection(revision, ForeignConnection, settings="old")
        self.assertIsNot(current, old)
        self.assertIs(
            current, foreign_connection(self.page, ForeignConnection, settings="new")
        )
        self.assertIn(current, self.page._p_jar.foreign_connections.values())
        self.assertNotIn(old, self.page._p_jar.foreign_connections.values())


class Counting(BrowserView):
    """Adds 1 to a value on the server, and notes that on the page."""

    runs: list
    settings: dict

    def __call__(self):
        alsoProvides(self.request, IDisableCSRFProtection)
        connection = foreign_connection(
            self.context, PostgreSQL, settings=self.settings
        )
        raw = connection.join()
        raw.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        (value,) = raw.execute("SELECT sum(value)::int FROM counters").fetchone()
        self.runs.append(value)
        if len(self.runs) == 1:
            self.interfere()
        raw.execute("UPDATE counters SET value = %s WHERE name = 'a'", [value + 1])
        self.context.title = f"counted {value + 1}"
        return f"{value + 1}"


class Asking(BrowserView):
    """Asks the server."""

    settings: dict

    def __call__(self):
        connection = foreign_connection(
            self.context, PostgreSQL, settings=self.settings
        )
        return str(connection.join().execute("SELECT 6 * 7").fetchone()[0])


class TestServed(FunctionalTestCase):
    """Zope serves requests in threads while the other server restarts."""

    layer = SERVED

    def test_no_request_fails_over_five_restarts(self):
        server = self.layer["server"]
        view = type("Asking", (Asking,), {"settings": server.settings()})
        self.register_view("ask", view)
        transaction.commit()
        url = f"{self.url}/@@ask"

        def answer(_number):
            with urlopen(url) as response:  # noqa: S310
                return response.status, response.read()

        answers = []
        with ThreadPoolExecutor(4) as threads:
            for _round in range(6):
                answers += threads.map(answer, range(40))
                server.restart()
        self.assertEqual([(200, b"42")] * 240, answers)


class TestPublisher(FunctionalTestCase):
    """A request whose transaction can't be serialized runs again."""

    layer = LAYER

    def setUp(self):
        super().setUp()
        self.server = self.layer["server"]
        self.server.query("DROP TABLE IF EXISTS counters")
        self.server.query("CREATE TABLE counters (name text, value int)")
        self.server.query("INSERT INTO counters VALUES ('a', 10), ('b', 0)")
        self.addCleanup(self.server.query, "DROP TABLE counters")
        # As the configuration of Zope does; but it waits before it runs again.
        patcher = mock.patch.multiple(
            HTTPRequest, retry_max_count=3, delay_retry=lambda self: None
        )
        patcher.start()
        self.addCleanup(patcher.stop)

    def count(self, interfere):
        """Call the view in a browser; return its answer and how often it ran."""
        members = {
            "runs": [],
            "settings": self.server.settings(),
            "interfere": staticmethod(interfere),
        }
        view = type("Counting", (Counting,), members)
        self.register_view("count", view)
        browser = self.browser()
        browser.open(f"{self.url}/@@count")
        transaction.begin()
        return browser.contents, len(view.runs)

    def values(self):
        return self.server.query("SELECT name, value FROM counters ORDER BY name")

    def test_a_statement_that_can_not_be_serialized(self):
        def interfere():
            self.server.query("UPDATE counters SET value = 20 WHERE name = 'a'")

        self.assertEqual(("21", 2), self.count(interfere))
        self.assertEqual([("a", 21), ("b", 0)], self.values())
        self.assertEqual("counted 21", self.page.title)

    def test_a_commit_that_can_not_be_serialized(self):
        def interfere():
            # Reads what we write, and writes what we read: neither waits.
            with psycopg.connect(**self.server.settings()) as raw:
                raw.isolation_level = IsolationLevel.SERIALIZABLE
                (value,) = raw.execute(
                    "SELECT value FROM counters WHERE name = 'a'"
                ).fetchone()
                raw.execute(
                    "UPDATE counters SET value = %s WHERE name = 'b'", [value + 5]
                )

        self.assertEqual(("26", 2), self.count(interfere))
        self.assertEqual([("a", 26), ("b", 15)], self.values())
        self.assertEqual("counted 26", self.page.title)

    def test_a_conflict_of_zodb(self):
        def interfere():
            transaction.get().addBeforeCommitHook(self.conflict)

        self.assertEqual(("11", 2), self.count(interfere))
        self.assertEqual([("a", 11), ("b", 0)], self.values())

    def conflict(self):
        raise ConflictError

    def test_a_server_that_refuses_gives_an_error_and_changes_nothing(self):
        self.server.query(
            "ALTER TABLE counters ADD UNIQUE (value) DEFERRABLE INITIALLY DEFERRED"
        )
        self.server.query("UPDATE counters SET value = 11 WHERE name = 'b'")
        self.server.query("UPDATE counters SET value = -1 WHERE name = 'a'")
        answer, runs = self.count(lambda: None)
        self.assertEqual(1, runs)
        self.assertIn("error", answer)
        self.assertEqual([("a", -1), ("b", 11)], self.values())
        self.assertEqual("A page", self.page.title)
