"""The control panel "Connections"."""

from collective.annotationforms.browser.connections import in_units
from collective.annotationforms.connections import foreign_connection
from collective.annotationforms.connections import ForeignConnection
from collective.annotationforms.connections.postgresql import PostgreSQL
from collective.annotationforms.tests.connections.case import POSTGRESQL
from collective.annotationforms.tests.connections.servers import PASSWORD as SECRET
from collective.annotationforms.tests.layers import FORMS_FIXTURE
from collective.annotationforms.tests.layers import FunctionalTestCase
from plone.app.testing import applyProfile
from plone.app.testing import FunctionalTesting
from plone.app.testing import SITE_OWNER_NAME
from plone.registry.interfaces import IRegistry
from zope.component import getUtility
from zope.i18n import translate

import os
import re
import transaction


LAYER = FunctionalTesting(
    bases=(POSTGRESQL, FORMS_FIXTURE), name="Forms:ConnectionsPanel"
)
VIEW = "@@foreign-connections-controlpanel"
EMPTY = "There is no connection in this process now."


class Unreachable(ForeignConnection):
    """Its server is away."""

    def connect(self):
        raise OSError("no such server")


class PanelTestCase(FunctionalTestCase):
    layer = LAYER

    def setUp(self):
        super().setUp()
        self.server = self.layer["server"]
        self.url = f"{self.portal.absolute_url()}/{VIEW}"
        self.addCleanup(self.forget_connections)

    def forget_connections(self):
        transaction.abort()
        kept = getattr(self.portal._p_jar, "foreign_connections", {})
        for connection in kept.values():
            connection.close()
        kept.clear()

    def open_panel(self, user=SITE_OWNER_NAME):
        browser = self.browser(user)
        browser.open(self.url)
        return browser

    def keep(self, obj, factory=PostgreSQL, **options):
        return foreign_connection(
            obj, factory, settings=self.server.settings(), **options
        )

    def keep_unreachable(self, obj):
        connection = self.keep(obj, Unreachable)
        self.assertRaises(OSError, lambda: connection.raw)

    def rows(self):
        """Return the texts of the cells; times are "0 s" if they are short."""
        contents = self.open_panel().contents
        body = re.search(r"(?s)<tbody>(.*?)</tbody>", contents)[1]
        return [
            [text_of(cell) for cell in re.findall(r"(?s)<t[hd].*?>(.*?)</t[hd]>", row)]
            for row in re.findall(r"(?s)<tr>(.*?)</tr>", body)
        ]


def text_of(html):
    text = " ".join(re.sub("<[^>]*>", " ", html).split())
    return re.sub(r"\b\d s\b", "0 s", text)


class TestRows(PanelTestCase):
    """What a manager reads."""

    def test_without_connections(self):
        self.assertIn(EMPTY, self.open_panel().contents)

    def test_names_the_process(self):
        text = text_of(self.content(self.open_panel()))
        self.assertIn(f"answers, number {os.getpid()}.", text)

    def page_of_another_request(self):
        """Return the page, loaded by a ZODB Connection of its own."""
        jar = self.portal._p_jar.db().open(transaction.TransactionManager())
        page = jar.root()["Application"]["plone"]["page"]
        connection = self.keep(page)
        self.addCleanup(jar.close)
        self.addCleanup(connection.close)
        self.addCleanup(jar.transaction_manager.abort)
        return page

    def test_a_connection_in_a_transaction(self):
        self.keep(self.page_of_another_request()).join()
        ((path, kind, opened, *others),) = self.rows()
        self.assertEqual("/plone/page", path)
        self.assertEqual(
            "PostgreSQL collective.annotationforms.connections.postgresql", kind
        )
        self.assertRegex(opened, r"^\w{3} \d\d, \d{4} \d\d:\d\d [AP]M$")
        self.assertEqual(["0 s", "0 s", "0", "0", "Yes, for 0 s"], others)

    def test_after_the_transaction_and_a_restart(self):
        for _number in range(2):
            self.keep(self.page).join()
            transaction.commit()
            self.server.terminate()
        ((*_object, age, idle, reconnects, errors, in_transaction),) = self.rows()
        self.assertEqual(
            ("0 s", "0 s", "1", "0", "No"),
            (age, idle, reconnects, errors, in_transaction),
        )

    def test_a_server_that_was_not_reached(self):
        self.keep_unreachable(self.page)
        ((_path, _kind, *others),) = self.rows()
        self.assertEqual(["Closed Not reached 0 s ago", "", "", "0", "1", "No"], others)

    def test_several_are_sorted_by_object_and_name(self):
        self.keep(self.portal["private-page"])
        self.keep(self.page, name="second")
        self.keep(self.page)
        self.assertEqual(
            ["/plone/page", "/plone/page second", "/plone/private-page"],
            [row[0] for row in self.rows()],
        )

    def test_an_object_without_a_path(self):
        obj = self.portal._p_jar.root()
        self.keep(obj)
        self.assertEqual(
            [f"Without an address: {obj._p_oid.hex()}"],
            [row[0] for row in self.rows()],
        )

    def test_speaks_the_language_of_the_site(self):
        self.keep(self.page_of_another_request()).join()
        registry = getUtility(IRegistry)
        registry["plone.available_languages"] = ["de"]
        registry["plone.default_language"] = "de"
        transaction.commit()
        self.assertIn(">Verbindungen</h1>", self.open_panel().contents)
        ((*_others, in_transaction),) = self.rows()
        self.assertEqual("Ja, seit 0 s", in_transaction)

    def test_only_those_of_the_site(self):
        self.keep(self.layer["app"].acl_users)
        self.assertIn(EMPTY, self.open_panel().contents)

    def test_shows_no_settings(self):
        self.keep(self.page).join()
        contents = self.open_panel().contents
        for value in (SECRET, str(self.server.port), self.server.settings()["user"]):
            self.assertNotIn(value, contents)

    def test_escapes_what_it_shows(self):
        self.keep(self.page, name="<b>bold</b>")
        self.assertIn("&lt;b&gt;bold&lt;/b&gt;", self.open_panel().contents)

    def test_reading_writes_nothing(self):
        self.keep(self.page)
        self.open_panel()
        self.assertEqual([], self.portal._p_jar._registered_objects)


class TestDuration(PanelTestCase):
    """Times that have passed, for people."""

    def test_two_units_at_most(self):
        expected = {
            0: "0 s",
            59: "59 s",
            60: "1 min 0 s",
            3599: "59 min 59 s",
            3600: "1 h 0 min",
            90061: "25 h 1 min",
        }
        found = {seconds: translate(in_units(seconds)) for seconds in expected}
        self.assertEqual(expected, found)


class TestPermission(PanelTestCase):
    """Who sees the page, and where it is found."""

    def test_others_see_nothing(self):
        self.keep(self.page)
        for user in ("editor", "reader", None):
            with self.subTest(user=user):
                browser = self.open_panel(user)
                self.assertNotEqual(self.url, browser.url.partition("?")[0])
                self.assertNotIn("PostgreSQL", browser.contents)

    def test_the_control_panel_links_to_it(self):
        browser = self.browser()
        browser.open(f"{self.portal.absolute_url()}/@@overview-controlpanel")
        browser.getLink("Connections").click()
        self.assertEqual(self.url, browser.url)
        self.assertIn(">Connections</h1>", browser.contents)

    def test_gone_without_the_add_on(self):
        applyProfile(self.portal, "collective.annotationforms:uninstall")
        transaction.commit()
        self.assertEqual("404 Not Found", self.open_panel().headers["status"])
        browser = self.browser()
        browser.open(f"{self.portal.absolute_url()}/@@overview-controlpanel")
        self.assertNotIn("foreign-connections", browser.contents)
