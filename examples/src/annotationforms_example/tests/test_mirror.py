"""Reviews in the database, on a real PostgreSQL server."""

from annotationforms_example import mirror
from annotationforms_example.mirror import REVIEW_KEY
from annotationforms_example.testing import FIXTURE
from annotationforms_example.tests.base import PageTestCase
from annotationforms_example.tests.test_forms import fill
from annotationforms_example.tests.test_forms import save
from collective.annotationforms.interfaces import IStorageSavedEvent
from collective.annotationforms.tests.connections.case import POSTGRESQL
from collective.annotationforms.tests.connections.resources import Resource
from collective.annotationforms.tests.connections.servers import PASSWORD
from datetime import date
from pathlib import Path
from plone.app.testing import FunctionalTesting
from psycopg.conninfo import make_conninfo
from zope.component import getGlobalSiteManager

import transaction


LAYER = FunctionalTesting(
    bases=(POSTGRESQL, FIXTURE), name="annotationforms_example:PostgreSQL"
)
SQL = Path(mirror.__file__).with_name("reviews.sql")
FOUND = ["Too long", "It's “old”; DROP TABLE page_reviews"]


class MirrorTestCase(PageTestCase):
    """The server is configured, the table is empty."""

    layer = LAYER

    def setUp(self):
        super().setUp()
        self.server = self.layer["server"]
        self.server.query("DROP TABLE IF EXISTS page_reviews")
        self.server.query(SQL.read_text(encoding="utf-8"))
        self.set_database(make_conninfo(**self.server.settings()))

    def save_review(self, verdict="Needs changes", findings=FOUND):
        browser = self.open("page-review")
        fill(
            browser,
            contact="zoe@example.org",
            reviewed_on="2026-11-20",
            findings="\n".join(findings),
        )
        browser.getControl(verdict).click()
        save(browser)
        return browser

    def rows(self):
        return self.server.query("SELECT * FROM page_reviews ORDER BY uid")

    def row(self, verdict="change", findings=FOUND):
        return (
            self.page.UID(),
            "/plone/page",
            date(2026, 11, 20),
            verdict,
            findings,
        )

    def subscribe(self, handler):
        registry = getGlobalSiteManager()
        registry.registerHandler(handler, [IStorageSavedEvent])
        self.addCleanup(registry.unregisterHandler, handler, [IStorageSavedEvent])


class TestSave(MirrorTestCase):
    """Both have the review, or none has."""

    def test_a_save_is_a_row(self):
        browser = self.save_review()
        self.assertIn("Changes saved.", browser.contents)
        self.assertEqual([self.row()], self.rows())
        self.assertEqual("change", self.stored(REVIEW_KEY)["verdict"])

    def test_the_next_save_changes_the_row(self):
        self.save_review()
        self.save_review("Good as it is", [])
        self.assertEqual([self.row("good", None)], self.rows())

    def test_a_review_that_is_deleted_has_no_row(self):
        self.save_review()
        browser = self.open(f"form-data-delete?key={REVIEW_KEY}")
        browser.getControl("Delete").click()
        self.assertIsNone(self.stored(REVIEW_KEY))
        self.assertEqual([], self.rows())

    def test_other_forms_leave_the_database_alone(self):
        browser = self.open("page-settings")
        fill(browser, contact="web@example.org")
        save(browser)
        self.assertIn("Changes saved.", browser.contents)
        self.assertEqual([], self.server.sessions())

    def test_the_server_refuses_the_row(self):
        self.server.query("ALTER TABLE page_reviews ADD CHECK (verdict <> 'change')")
        browser = self.save_review()
        self.assertEqual("500 Internal Server Error", browser.headers["status"])
        self.assertIsNone(self.stored(REVIEW_KEY))
        self.assertEqual([], self.rows())

    def test_the_server_refuses_to_commit(self):
        self.server.query(
            "ALTER TABLE page_reviews"
            " ADD UNIQUE (verdict) DEFERRABLE INITIALLY DEFERRED"
        )
        other = ("other", "/plone/other", None, "change", None)
        self.server.query(
            "INSERT INTO page_reviews VALUES (%s, %s, %s, %s, %s)", *other
        )
        browser = self.save_review()
        self.assertEqual("500 Internal Server Error", browser.headers["status"])
        self.assertIsNone(self.stored(REVIEW_KEY))
        self.assertEqual([other], self.rows())

    def test_somebody_else_in_the_transaction_refuses(self):
        self.subscribe(lambda event: transaction.get().join(Resource("m", "tpc_vote")))
        browser = self.save_review()
        self.assertEqual("500 Internal Server Error", browser.headers["status"])
        self.assertIsNone(self.stored(REVIEW_KEY))
        self.assertEqual([], self.rows())


class TestSummary(MirrorTestCase):
    """The form shows what the database knows."""

    def test_counts_the_reviews_of_all_pages(self):
        self.save_review()
        self.server.query("INSERT INTO page_reviews VALUES ('other', '/plone/other')")
        self.assertIn(
            "Reviews in the database: 2, pages that need changes: 1.",
            self.open("page-review").contents,
        )

    def test_after_a_restart_of_the_server(self):
        for verdict in ("Good as it is", "Needs changes"):
            self.save_review(verdict)
            self.server.restart("immediate")
        self.assertEqual([self.row()], self.rows())
        self.assertIn("Reviews in the database: 1", self.open("page-review").contents)

    def test_without_the_table(self):
        self.server.query("DROP TABLE page_reviews")
        browser = self.open("page-review")
        self.assertEqual("200 OK", browser.headers["status"])
        self.assertIn(mirror.NO_ANSWER, browser.contents)


class TestUnreachable(MirrorTestCase):
    """Nobody answers: the form says so, and keeps what was typed."""

    def setUp(self):
        super().setUp()
        self.set_database(make_conninfo(**self.server.settings(port=1)))

    def test_the_form_says_so(self):
        browser = self.open("page-review")
        self.assertEqual("200 OK", browser.headers["status"])
        self.assertIn(mirror.NO_ANSWER, browser.contents)

    def test_nothing_is_saved(self):
        browser = self.save_review()
        self.assertEqual(f"{self.url}/@@page-review", browser.url)
        # As the error of the form, and as what the database knows.
        self.assertEqual(2, browser.contents.count(mirror.NO_ANSWER))
        self.assertEqual("zoe@example.org", browser.getControl("Contact").value)
        self.assertIsNone(self.stored(REVIEW_KEY))

    def test_no_password_is_shown_or_logged(self):
        settings = (
            make_conninfo(**self.server.settings(port=1)),
            make_conninfo(**self.server.settings(user="nobody")),
            f"host=localhost {PASSWORD}",
        )
        for database in settings:
            self.set_database(database)
            with self.assertLogs(level="DEBUG") as logs:
                shown = [self.open("page-review").contents, self.save_review().contents]
            self.assertIn("Reviews were not counted", "".join(logs.output))
            for text in (*shown, *logs.output):
                self.assertNotIn(PASSWORD, text)


class TestWithoutDatabase(MirrorTestCase):
    """No harm is done where there is none, as in the demo site."""

    def setUp(self):
        super().setUp()
        self.set_database("")

    def test_the_form_works_and_says_so(self):
        browser = self.save_review()
        self.assertIn("Changes saved.", browser.contents)
        self.assertEqual("change", self.stored(REVIEW_KEY)["verdict"])
        self.assertIn(mirror.NO_DATABASE, self.open("page-review").contents)
        self.assertEqual([], self.server.sessions())
        self.assertEqual([], self.rows())
