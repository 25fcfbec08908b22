"""The material of a page, as far as it can be saved without JavaScript."""

from annotationforms_example.forms import MEDIA_KEY
from annotationforms_example.tests.base import PageTestCase
from annotationforms_example.tests.test_forms import fill
from annotationforms_example.tests.test_forms import save
from annotationforms_example.tests.test_forms import WIDGETS
from base64 import b64decode
from datetime import date
from datetime import datetime
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from urllib.parse import urlencode

import io
import re
import transaction


PDF = b"%PDF-1.4\n%%EOF\n"
GIF = b64decode("R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=")
SOURCES = f"{WIDGETS}sources"


def upload(browser, name, data, content_type, filename):
    browser.getControl(name=WIDGETS + name).add_file(
        io.BytesIO(data), content_type, filename
    )


class MediaTestCase(PageTestCase):
    def setUp(self):
        super().setUp()
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        for name, title in (("hours", "Opening hours"), ("prices", "Prices")):
            self.portal.invokeFactory("Document", name, title=title)
            self.portal.portal_workflow.doActionFor(self.portal[name], "publish")
        transaction.commit()

    def uids(self, *names):
        return ";".join(self.portal[name].UID() for name in names)


class TestMedia(MediaTestCase):
    """The form."""

    def test_stores_what_was_typed_and_shows_it_again(self):
        typed = {
            "topics": "Holidays;Öffnungszeiten",
            "main_page": self.uids("hours"),
            "related_pages": self.uids("prices", "hours"),
            "picture_taken": "2026-12-24T08:30",
            "picture_until": "2031-05-17",
        }
        browser = self.open("page-media")
        fill(browser, **typed)
        save(browser)
        self.assertIn("Changes saved.", browser.contents)
        stored = self.stored(MEDIA_KEY)
        self.assertEqual(self.portal["hours"], stored.pop("main_page").to_object)
        self.assertEqual(
            [self.portal["prices"], self.portal["hours"]],
            [relation.to_object for relation in stored.pop("related_pages")],
        )
        self.assertEqual(
            {
                "topics": ("Holidays", "Öffnungszeiten"),
                "picture_taken": datetime(2026, 12, 24, 8, 30),
                "picture_until": date(2031, 5, 17),
            },
            stored,
        )
        browser = self.open("page-media")
        self.assertEqual(
            typed,
            {name: browser.getControl(name=WIDGETS + name).value for name in typed},
        )

    def test_stores_text(self):
        browser = self.open("page-media")
        fill(browser, introduction="<p>Closed on <b>Mondays</b></p>")
        save(browser)
        self.assertIn("Changes saved.", browser.contents)

    def test_stores_rows(self):
        browser = self.post_row("Law", "https://example.org/law", "2026-11-20")
        self.assertIn("Changes saved.", browser.contents)
        row = {
            "title": "Law",
            "address": "https://example.org/law",
            "read_on": date(2026, 11, 20),
        }
        self.assertEqual({"sources": [row]}, self.stored(MEDIA_KEY))
        browser = self.open("page-media")
        self.assertEqual(
            "https://example.org/law",
            browser.getControl(name=f"{SOURCES}.0.widgets.address").value,
        )

    def test_refuses_an_address_that_is_no_web_address(self):
        browser = self.post_row("Law", "javascript:alert(1)", "")
        self.assertIn(
            "A web address begins with https:// or http://.", browser.contents
        )
        self.assertIsNone(self.stored(MEDIA_KEY))

    def post_row(self, *cells):
        """Save the form with one row, which a browser adds by JavaScript."""
        browser = self.open("page-media")
        names = ("title", "address", "read_on")
        data = {
            f"{SOURCES}.count": "1",
            f"{SOURCES}.0-empty-marker": "1",
            "form.buttons.save": "Save",
            "_authenticator": browser.getControl(name="_authenticator").value,
        }
        for name, cell in zip(names, cells, strict=True):
            data[f"{SOURCES}.0.widgets.{name}"] = cell
        browser.post(browser.url, urlencode(data))
        return browser

    def test_refuses_the_page_itself_as_a_related_page(self):
        browser = self.open("page-media")
        fill(browser, related_pages=self.uids("prices", "page"))
        save(browser)
        self.assertIn("This is the page itself: choose others.", browser.contents)
        self.assertIsNone(self.stored(MEDIA_KEY))

    def test_refuses_a_handout_that_is_no_pdf(self):
        browser = self.open("page-media")
        upload(browser, "handout", b"Hello", "text/plain", "handout.txt")
        save(browser)
        self.assertIn("Invalid file", browser.contents)
        self.assertIsNone(self.stored(MEDIA_KEY))


class TestMediaView(MediaTestCase):
    """The view, as a visitor sees it."""

    def setUp(self):
        super().setUp()
        browser = self.open("page-media")
        fill(
            browser,
            topics="Holidays;Zoë",
            main_page=self.uids("hours"),
            related_pages=self.uids("prices"),
        )
        upload(browser, "handout", PDF, "application/pdf", "nötig.pdf")
        upload(browser, "picture", GIF, "image/gif", "dot.gif")
        save(browser)
        self.view = self.open("page-media-view", user=None)

    def test_links_to_the_pages(self):
        for title, name in (("Opening hours", "hours"), ("Prices", "prices")):
            link = self.view.getLink(title)
            self.assertEqual(self.portal[name].absolute_url(), link.url)

    def test_shows_the_topics(self):
        self.assertIn("Holidays", self.view.contents)
        self.assertIn("Zoë", self.view.contents)

    def test_serves_the_file(self):
        self.view.getLink("nötig.pdf").click()
        self.assertEqual(PDF, self.view.contents)
        self.assertEqual("application/pdf", self.view.headers["content-type"])

    def test_shows_the_picture(self):
        self.view.open(re.search('src="([^"]+/dot.gif)"', self.view.contents).group(1))
        self.assertEqual(GIF, self.view.contents)
        self.assertEqual("image/gif", self.view.headers["content-type"])

    def test_links_to_the_sources(self):
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        view = self.page.restrictedTraverse("@@page-media-view")
        row = {"title": "Law", "address": "https://example.org/?a&b", "read_on": None}
        view.getContent()["sources"] = [row]
        transaction.commit()
        self.view.reload()
        link = self.view.getLink("https://example.org/?a&b")
        self.assertEqual("https://example.org/?a&b", link.url)
