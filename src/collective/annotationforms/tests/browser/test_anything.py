"""The pages get along with any request: 4xx, or a sentence; and no GET writes."""

from collective.annotationforms.tests.access.kinds import KINDS
from collective.annotationforms.tests.access.site import AccessTestCase
from collective.annotationforms.tests.fields.test_roundtrip import SETTINGS
from hypothesis import given
from hypothesis import strategies as st
from urllib.parse import quote

import transaction


OPEN = KINDS[0]
PAGES = (
    "form-data",
    "form-data-export",
    "form-data-delete",
    "history",
    OPEN.name,
    f"{OPEN.name}-view",
)
SITE_PAGES = (
    "form-data-controlpanel",
    "form-data-pages",
    "form-data-preview",
    "form-data-download",
    "form-data-cleanup",
    "form-data-import",
    "form-data-rebuild",
    "connections-controlpanel",
)
NAMES = (
    *("form", "key", "fields", "filtered", "sort", "descending", "text", "path"),
    *("state", "since", "before", "b_start", "start", "total", "done", "deleted"),
    *("confirm", "versions", "format", "bom", "passwords", "one", "two", "stop"),
    *("continue", "digest", "file", "form.widgets.plain", "form.buttons.save"),
)
# Zope itself refuses integers and records that are none.
SUFFIXES = st.sampled_from(["", "", "", ":list", ":bytes", ":tuple"])
TEXTS = st.sampled_from(
    [
        *("", OPEN.name, OPEN.key, "title", "current", "1", "-1", "²", "٣", "1e9"),
        *("%", "*", "(", "and", "not", "a*", "/..", "0000-00-00", "0001-01-01"),
        *("9999-12-31", "é", "\0", "\r\nX: y", "<script>", "a" * 5000, "9" * 5000),
    ]
) | st.text(max_size=10)
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), SUFFIXES, TEXTS), max_size=4)
# What makes sense, so that not all ends at the first check.
STARTS = st.sampled_from(
    [[], [("form", "", OPEN.name)], [("key", "", OPEN.key)], [("form", "", "gone")]]
)
USERS = st.sampled_from(["anonymous", "manager"])


class TestAnything(AccessTestCase):
    """Whatever is asked for: nothing is an error, and nothing is written."""

    def setUp(self):
        super().setUp()
        # Plone stores settings of its portlets, for example, at the first request.
        for page, names in ((self.portal, SITE_PAGES), (self.page, PAGES)):
            for name in names:
                self.get("manager", f"@@{name}", page)
        self.size = self.last_transaction()

    def last_transaction(self):
        transaction.begin()
        return self.portal._p_jar.db().lastTransaction()

    def answers(self, page, name, pairs, user):
        query = "&".join(
            f"{typed}{suffix}={quote(text, errors='surrogatepass')}"
            for typed, suffix, text in pairs
        )
        browser = self.browser_of(user)
        browser.open(f"{page.absolute_url()}/@@{name}?{query}")
        self.assertRegex(browser.headers["status"], "^(2|3|4)", (name, query))
        self.assertEqual(self.size, self.last_transaction(), (name, query))

    def test_pages_of_content(self):
        @SETTINGS
        @given(
            st.sampled_from(PAGES),
            STARTS,
            PAIRS,
            st.sampled_from(["anonymous", "manager"]),
        )
        def check(name, start, pairs, user):
            self.answers(self.page, name, start + pairs, user)

        check()

    def test_pages_of_the_site(self):
        @SETTINGS
        @given(st.sampled_from(SITE_PAGES), STARTS, PAIRS)
        def check(name, start, pairs):
            self.answers(self.portal, name, start + pairs, "manager")

        check()

    def test_examples(self):
        for name, pairs in (
            ("form-data-pages", [("b_start", "", "9" * 5000)]),
            ("form-data-pages", [("b_start", "", "-1")]),
            ("form-data-pages", [("b_start", "", "٣")]),
            ("form-data-pages", [("text", "", "a"), ("text", "", "b")]),
            ("form-data-pages", [("sort", ":list", "title")]),
            ("form-data-pages", [("fields", ":bytes", "plain")]),
            ("form-data-pages", [("since", "", "0001-01-01")]),
            ("form-data-pages", [("path", ":list", "/")]),
            ("form-data-cleanup", [("before", ":list", "2027-01-01")]),
            ("form-data-cleanup", [("before", "", "0001-01-01")]),
            ("form-data-cleanup", [("path", ":tuple", "/")]),
        ):
            pairs = [("form", "", OPEN.name), *pairs]
            self.answers(self.portal, name, pairs, "manager")
        for name, pairs in (
            ("form-data-delete", [("key", ":list", OPEN.key)]),
            ("form-data-export", [("key", "", OPEN.key), ("key", "", "x")]),
            ("history", [("one", "", "x")]),
            ("history", [("one", "", "99")]),
            ("history", [("two", "", "9" * 5000)]),
            ("history", [("two", ":list", "1")]),
        ):
            self.answers(self.page, name, pairs, "manager")

    def test_a_wrong_filter_is_a_bad_request(self):
        for name in ("text", "path", "state", "since", "sort", "form"):
            browser = self.browser_of("manager")
            url = f"{self.portal.absolute_url()}/@@form-data-pages?form={OPEN.name}"
            browser.open(f"{url}&{name}=a&{name}=b")
            self.assertEqual("400 Bad Request", browser.headers["status"], name)
