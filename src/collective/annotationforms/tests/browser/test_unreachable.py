"""Admin pages when a server that subscribers write to does not answer."""

from collective.annotationforms.connections import foreign_connection
from collective.annotationforms.connections import ForeignConnection
from collective.annotationforms.connections import ForeignLost
from collective.annotationforms.connections.errors import is_unreachable
from collective.annotationforms.exchange.limits import import_limit
from collective.annotationforms.interfaces import IStorageSavedEvent
from collective.annotationforms.tests.admin import AdminTestCase
from collective.annotationforms.tests.admin import KEY
from plone import api
from urllib.parse import urlencode
from zope.component import getGlobalSiteManager

import io
import json
import transaction


NO_ANSWER = "a database that these data are connected with does not answer"


class LibraryError(Exception):
    """As a library raises it that we do not know."""


class Server(ForeignConnection):
    """Is there, or not."""

    retry_after = 0
    is_there = True

    def connect(self):
        if not self.is_there:
            raise LibraryError("no route to host")
        return object()

    def close_raw(self, raw):
        pass

    def is_alive(self, raw):
        return self.is_there


class UnreachableTestCase(AdminTestCase):
    """Each save is copied to a server."""

    def setUp(self):
        super().setUp()
        self.error = None
        registry = getGlobalSiteManager()
        registry.registerHandler(self.copy, (IStorageSavedEvent,))
        self.addCleanup(registry.unregisterHandler, self.copy, (IStorageSavedEvent,))
        self.addCleanup(setattr, Server, "is_there", True)
        self.store(text="Call Zoë")

    def copy(self, event):
        if self.error is not None:
            raise self.error
        self.raw = foreign_connection(event.page, Server, settings="here").raw

    def post(self, browser, view, **data):
        token = browser.getControl(name="_authenticator", index=0).value
        url = f"{self.portal.absolute_url()}/@@{view}"
        browser.post(url, urlencode(data | {"_authenticator": token}))
        return browser


class TestDelete(UnreachableTestCase):
    def delete(self):
        browser = self.open(f"form-data-delete?key={KEY}", page=self.page)
        browser.getControl("Delete").click()
        return browser

    def test_nothing_is_deleted_and_it_is_told(self):
        Server.is_there = False
        browser = self.delete()
        self.assertEqual("200 OK", browser.headers["status"])
        self.assertTrue(browser.url.endswith("/@@form-data"))
        self.assertIn(f"Nothing was deleted: {NO_ANSWER}", browser.contents)
        self.assertNotIn("Deleted: Notes", browser.contents)
        self.assertEqual({"text": "Call Zoë"}, self.stored())

    def test_it_is_deleted_when_the_server_is_back(self):
        Server.is_there = False
        self.delete()
        Server.is_there = True
        self.assertIn("Deleted: Notes", self.delete().contents)
        self.assertIsNone(self.stored())

    def test_a_connection_that_was_lost_is_told_too(self):
        self.error = ForeignLost("closed")
        self.assertIn(NO_ANSWER, self.delete().contents)

    def test_any_other_error_goes_on(self):
        self.error = LibraryError("a mistake in a statement")
        browser = self.delete()
        self.assertNotIn(NO_ANSWER, browser.contents)
        self.assertIn("500", browser.headers["status"])
        self.assertFalse(is_unreachable(self.error))
        self.assertEqual({"text": "Call Zoë"}, self.stored())


class TestCleanUp(UnreachableTestCase):
    def clean_up(self):
        browser = self.open("form-data-cleanup?form=notes")
        browser.getControl("Delete these data").click()
        return browser

    def test_nothing_of_the_part_is_deleted_and_it_goes_on_later(self):
        self.add_page("other", text="Call Ada")
        Server.is_there = False
        browser = self.clean_up()
        self.assertEqual("200 OK", browser.headers["status"])
        self.assertIn("does not answer", browser.contents)
        self.assertIn("0 of 2", " ".join(browser.contents.split()))
        self.assertNotIn("data-auto", browser.contents)
        self.assertEqual({"text": "Call Zoë"}, self.stored())
        self.assertEqual({"text": "Call Ada"}, self.stored(self.portal["other"]))
        Server.is_there = True
        browser.getControl("Continue").click()
        self.assertIn("2 of 2", " ".join(browser.contents.split()))
        self.assertIsNone(self.stored())

    def test_stop_tells_that_nothing_was_done(self):
        Server.is_there = False
        browser = self.clean_up()
        browser.getControl("Stop").click()
        self.assertIn("Stopped.", browser.contents)
        self.assertIn("report=stopped", browser.url)
        self.assertIn("left=1", browser.url)


class TestReport(UnreachableTestCase):
    """The address of a report changes nothing, whatever it says."""

    def test_numbers_that_are_none_are_nothing(self):
        address = (
            "form-data-cleanup?form=notes&report=finished&done=x&deleted=-5&left=<b>"
        )
        browser = self.open(address)
        self.assertEqual("200 OK", browser.headers["status"])
        self.assertNotIn("<b>", browser.contents)
        self.assertEqual({"text": "Call Zoë"}, self.stored())

    def test_another_word_shows_what_would_go(self):
        browser = self.open("form-data-cleanup?form=notes&report=other")
        self.assertIn("What would go", browser.contents)

    def test_it_offers_nothing_to_go_on_with(self):
        address = "form-data-cleanup?form=notes&report=stopped&start=0&total=9&done=3"
        browser = self.open(address)
        self.assertNotIn(
            "form-data-next", browser.contents.replace("#form-data-next", "")
        )


class TestImport(UnreachableTestCase):
    def upload(self, names):
        pages = [
            {
                "path": f"/{name}",
                "uid": self.portal[name].UID(),
                "title": name,
                "values": {"text": "Imported"},
            }
            for name in names
        ]
        document = json.dumps({"form": "notes", "key": KEY, "pages": pages})
        browser = self.open("form-data-import")
        control = browser.getControl(name="file")
        control.add_file(io.BytesIO(document.encode()), "application/json", "a.json")
        browser.getControl("Show what would change").click()
        return browser

    def start(self, browser):
        browser.getControl("Import", index=0).click()
        return " ".join(browser.contents.split())

    def test_nothing_is_imported_and_it_asks_again(self):
        browser = self.upload(["page"])
        Server.is_there = False
        content = self.start(browser)
        self.assertEqual("200 OK", browser.headers["status"])
        self.assertIn(f"Nothing was imported: {NO_ANSWER}", content)
        self.assertIn("What would change", content)
        self.assertEqual({"text": "Call Zoë"}, self.stored())
        Server.is_there = True
        self.assertIn("What was done", self.start(browser))
        self.assertEqual({"text": "Imported"}, self.stored())

    def test_parts(self):
        api.portal.set_registry_record(
            "collective.annotationforms.imports.records_in_part", 1
        )
        self.assertEqual(1, import_limit("records_in_part"))
        self.add_page("other", text="Call Ada")
        browser = self.upload(["page", "other"])
        Server.is_there = False
        self.assertIn("Nothing was imported", self.start(browser))
        Server.is_there = True
        self.assertIn("1 of 2", self.start(browser))
        Server.is_there = False
        browser.getControl("Continue").click()
        content = " ".join(browser.contents.split())
        self.assertIn("does not answer", content)
        self.assertIn("1 of 2", content)
        self.assertEqual({"text": "Call Ada"}, self.stored(self.portal["other"]))
        Server.is_there = True
        browser.getControl("Continue").click()
        self.assertIn("Finished.", browser.contents)
        self.assertEqual({"text": "Imported"}, self.stored(self.portal["other"]))
        transaction.abort()
