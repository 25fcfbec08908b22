"""What is not UTF-8 is a bad request, whatever view reads it."""

from collective.annotationforms.tests.access.kinds import KINDS
from collective.annotationforms.tests.access.site import AccessTestCase
from collective.annotationforms.tests.widgets.test_vocabulary import TaggedForm
from urllib.parse import urlencode


OPEN = KINDS[0]
#: Not UTF-8, the half of a character, and a character in Latin-1.
WRONG = ("%FF%FE", "a%ED%A0%80", "%E9", "%C0%AF", "%F5%80%80%80")
NAMES = ("text", "path", "state", "since", "sort", "descending", "b_start", "before")
SITE_PAGES = (
    "form-data-pages",
    "form-data-preview",
    "form-data-download",
    "form-data-cleanup",
    "form-data-import",
    "form-data-rebuild",
)
PAGES = ("form-data-export", "form-data-delete")


class TestEncoding(AccessTestCase):
    """Names and values, once and in lists, by GET and by POST."""

    def status(self, url, data=None):
        browser = self.browser_of("manager")
        browser.open(url, data)
        return browser.headers["status"]

    def check(self, page, view, query):
        subject = urlencode({"form": OPEN.name, "format": "csv", "key": OPEN.key})
        url = f"{page.absolute_url()}/@@{view}"
        for sent in (query, f"{subject}&{query}"):
            status = self.status(f"{url}?{sent}")
            self.assertEqual("400 Bad Request", status, (view, sent))
        self.as_user("manager")
        token = urlencode({"_authenticator": self.token()})
        status = self.status(url, f"{subject}&{token}&{query}")
        self.assertEqual("400 Bad Request", status, (view, query))

    def test_pages_of_the_site(self):
        for view in SITE_PAGES:
            for wrong in WRONG:
                self.check(self.portal, view, f"text={wrong}")
            for name in NAMES:
                self.check(self.portal, view, f"{name}=%FF")
            for query in ("%FF=1", "fields=%FF", "fields:list=%FF", "fields:tuple=%FF"):
                self.check(self.portal, view, query)

    def test_names_of_forms(self):
        for view in SITE_PAGES:
            for query in ("form=%FF", "key=%FF"):
                status = self.status(f"{self.portal.absolute_url()}/@@{view}?{query}")
                self.assertEqual("400 Bad Request", status, (view, query))

    def test_pages_of_content(self):
        for view in PAGES:
            for wrong in WRONG:
                url = f"{self.url}/@@{view}?key={wrong}"
                self.assertEqual("400 Bad Request", self.status(url), url)
            self.check(self.page, view, "versions=%FF")
            self.check(self.page, view, "%FF=1")

    def test_versions(self):
        self.as_user("manager")
        self.portal.portal_repository.save(self.page)
        for wrong in WRONG:
            for query in (f"one={wrong}", f"two={wrong}", f"one=0&two={wrong}"):
                status = self.status(f"{self.url}/@@history?{query}")
                self.assertEqual("400 Bad Request", status, query)

    def test_what_widgets_ask(self):
        self.register_view("tagged", TaggedForm)
        for wrong in WRONG:
            for name in ("query", "batch", "attributes"):
                url = f"{self.url}/@@tagged/++widget++state/@@getSource?{name}={wrong}"
                self.assertEqual("400 Bad Request", self.status(url), url)
