"""The form of docs/connections-plone.rst, with a real PostgreSQL server."""

from collective.annotationforms.tests.connections.case import POSTGRESQL
from collective.annotationforms.tests.docs.test_docs import DocsLayer
from collective.annotationforms.tests.docs.test_docs import DocsTestCase
from plone.app.testing import FunctionalTesting
from psycopg.conninfo import make_conninfo
from unittest import mock

import os


class TestDeliveries(DocsTestCase):
    """A form that stores in a database as well."""

    layer = FunctionalTesting(
        bases=(POSTGRESQL, DocsLayer()), name="Docs:Plone:PostgreSQL"
    )
    key = "my.addon.delivery"

    def setUp(self):
        super().setUp()
        self.server = self.layer["server"]
        self.server.query("CREATE TABLE deliveries (page text UNIQUE, street text)")
        self.addCleanup(self.server.query, "DROP TABLE deliveries")
        settings = {"MY_ADDON_DATABASE": make_conninfo(**self.server.settings())}
        patcher = mock.patch.dict(os.environ, settings)
        patcher.start()
        self.addCleanup(patcher.stop)
        self.install("docs/connections-plone.rst")

    def rows(self):
        return self.server.query("SELECT page, street FROM deliveries")

    def test_a_save_is_in_plone_and_in_the_database(self):
        for street in ("Main Street 1", "Side Street 2"):
            browser = self.open("delivery", street=street)
            self.assertIn("Changes saved.", browser.contents)
            self.assertEqual({"street": street}, self.stored())
            self.assertEqual([(self.page.UID(), street)], self.rows())

    def test_the_form_shows_what_the_database_knows(self):
        self.assertIn("Deliveries so far: 0", self.open("delivery").contents)
        self.open("delivery", street="Main Street 1")
        self.assertIn("Deliveries so far: 1", self.open("delivery").contents)

    def test_the_database_refuses(self):
        self.server.query("ALTER TABLE deliveries ADD CHECK (street <> 'Nowhere')")
        browser = self.open("delivery", street="Nowhere")
        self.assertEqual("500 Internal Server Error", browser.headers["status"])
        self.assertIsNone(self.stored())
        self.assertEqual([], self.rows())
