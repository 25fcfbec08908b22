from annotationforms_example.forms import MEDIA_KEY
from annotationforms_example.forms import REVIEW_KEY
from annotationforms_example.forms import SETTINGS_KEY
from annotationforms_example.tests.base import PageTestCase
from datetime import date
from datetime import datetime
from decimal import Decimal


WIDGETS = "form.widgets."
SETTINGS = {
    "contact": ("web@example.org", "web@example.org"),
    "notes": ("Ask Zoë first.", "Ask Zoë first."),
    "next_check": ("2027-01-31", date(2027, 1, 31)),
    "yearly_cost": ("12.50", Decimal("12.50")),
    "short_title": ("Öffnungszeiten", "Öffnungszeiten"),
    "summary": ("When we are open.", "When we are open."),
    "layout:list": (["wide"], "wide"),
    "show_contents:list": ([], False),
    "related_pages": ("0", 0),
    "weight": ("2.5", 2.5),
    "audiences:list": (["press", "staff"], {"press", "staff"}),
    "announce_from": ("2026-12-24T08:30", datetime(2026, 12, 24, 8, 30)),
    "source": ("https://example.org/hours", "https://example.org/hours"),
    "former_titles": ("Hours\nVisit us", ["Hours", "Visit us"]),
}
VIEWS = (
    "page-settings",
    "page-settings-view",
    "page-review",
    "page-review-view",
    "page-media",
    "page-media-view",
)


def fill(browser, **values):
    for name, value in values.items():
        browser.getControl(name=WIDGETS + name).value = value


def save(browser):
    browser.getControl(name="form.buttons.save").click()


class TestSettings(PageTestCase):
    """The settings form, from the first look to the saved values."""

    def test_shows_the_defaults(self):
        browser = self.open("page-settings")
        self.assertEqual("200 OK", browser.headers["status"])
        shown = {
            name: browser.getControl(name=WIDGETS + name).value
            for name in (
                "contact",
                "layout:list",
                "show_contents:list",
                "related_pages",
                "weight",
                "audiences:list",
            )
        }
        self.assertEqual(
            {
                "contact": "",
                "layout:list": ["narrow"],
                "show_contents:list": ["selected"],
                "related_pages": "5",
                "weight": "1.0",
                "audiences:list": ["public"],
            },
            shown,
        )

    def test_looking_stores_nothing_and_asks_nothing(self):
        for user in ("editor", "reviewer"):
            for view in VIEWS:
                browser = self.open(view, user)
                self.assertNotIn("Confirming User Action", browser.contents)
        self.assertIsNone(self.stored(SETTINGS_KEY))
        self.assertIsNone(self.stored(REVIEW_KEY))
        self.assertIsNone(self.stored(MEDIA_KEY))

    def test_stores_what_was_typed_and_shows_it_again(self):
        browser = self.open("page-settings")
        fill(browser, **{name: typed for name, (typed, _value) in SETTINGS.items()})
        save(browser)
        self.assertEqual(self.url, browser.url)
        self.assertIn("Changes saved.", browser.contents)
        self.assertEqual(
            {name.split(":")[0]: value for name, (_typed, value) in SETTINGS.items()},
            self.stored(SETTINGS_KEY),
        )
        browser = self.open("page-settings")
        for name, (typed, _value) in SETTINGS.items():
            shown = browser.getControl(name=WIDGETS + name).value
            if isinstance(shown, str):
                shown = shown.replace("\r\n", "\n")
            self.assertEqual(typed, shown, name)

    def test_a_field_left_at_its_default_is_not_stored(self):
        browser = self.open("page-settings")
        fill(browser, contact="web@example.org")
        save(browser)
        self.assertEqual({"contact": "web@example.org"}, self.stored(SETTINGS_KEY))

    def test_a_cleared_field_stays_empty(self):
        browser = self.open("page-settings")
        fill(
            browser,
            contact="web@example.org",
            related_pages="",
            **{"audiences:list": []},
        )
        save(browser)
        browser = self.open("page-settings")
        self.assertEqual("", browser.getControl("Related pages").value)
        self.assertEqual([], browser.getControl(name=f"{WIDGETS}audiences:list").value)

    def test_refuses_what_a_field_refuses(self):
        for name, typed, message in (
            ("contact", "", "Required input is missing."),
            ("contact", "web", "The specified email is not valid."),
            ("short_title", "x" * 31, "Value is too long"),
            ("related_pages", "21", "Value is too big"),
            ("yearly_cost", "-1", "Value is too small"),
            ("source", "example", "The specified URI is not valid."),
        ):
            with self.subTest(name, typed=typed):
                browser = self.open("page-settings")
                fill(browser, **{"contact": "web@example.org", name: typed})
                save(browser)
                self.assertIn(message, browser.contents)
                self.assertEqual(typed, browser.getControl(name=WIDGETS + name).value)
        self.assertIsNone(self.stored(SETTINGS_KEY))

    def test_cancel_stores_nothing(self):
        browser = self.open("page-settings")
        fill(browser, contact="web@example.org")
        browser.getControl(name="form.buttons.cancel").click()
        self.assertEqual(self.url, browser.url)
        self.assertIsNone(self.stored(SETTINGS_KEY))


class TestTwoForms(PageTestCase):
    """Settings and review share a field; value and validator are their own."""

    UNREAD = "Nobody reads this mailbox"
    SAME = "Who looks after the page can not review it."

    def save_settings(self, contact):
        browser = self.open("page-settings")
        fill(browser, contact=contact)
        save(browser)
        return browser

    def save_review(self, contact, **values):
        browser = self.open("page-review")
        fill(browser, contact=contact, reviewed_on="2026-11-20", **values)
        browser.getControl("Needs changes").click()
        save(browser)
        return browser

    def test_the_settings_refuse_a_mailbox_that_nobody_reads(self):
        browser = self.save_settings("NoReply@example.org")
        self.assertIn(self.UNREAD, browser.contents)
        self.assertIsNone(self.stored(SETTINGS_KEY))

    def test_the_review_does_not(self):
        browser = self.save_review("noreply@example.org")
        self.assertIn("Changes saved.", browser.contents)

    def test_the_review_refuses_the_contact_of_the_settings(self):
        self.save_settings("web@example.org")
        browser = self.save_review("web@example.org")
        self.assertIn(self.SAME, browser.contents)
        self.assertIsNone(self.stored(REVIEW_KEY))

    def test_the_settings_do_not_refuse_the_contact_of_the_review(self):
        self.save_review("zoe@example.org")
        browser = self.save_settings("zoe@example.org")
        self.assertIn("Changes saved.", browser.contents)

    def test_each_form_has_its_values(self):
        self.save_settings("web@example.org")
        self.save_review("zoe@example.org", findings="Too long\nNo picture")
        self.assertEqual({"contact": "web@example.org"}, self.stored(SETTINGS_KEY))
        self.assertEqual(
            {
                "contact": "zoe@example.org",
                "reviewed_on": date(2026, 11, 20),
                "verdict": "change",
                "findings": ["Too long", "No picture"],
            },
            self.stored(REVIEW_KEY),
        )


class TestPermissions(PageTestCase):
    """Who edits the page uses the forms; a reviewer reads the settings."""

    HEADING = '<h1 class="documentFirstHeading">Page '

    def opened(self, user):
        """Return the views that are shown: others redirect, with status 200."""
        return [
            view for view in VIEWS if self.HEADING in self.open(view, user).contents
        ]

    def test_an_editor_opens_all(self):
        self.assertEqual(list(VIEWS), self.opened("editor"))

    def test_a_reviewer_reads_settings_and_material(self):
        self.assertEqual(
            ["page-settings-view", "page-media-view"], self.opened("reviewer")
        )

    def test_members_and_visitors_see_the_material_only(self):
        self.assertEqual(["page-media-view"], self.opened("member"))
        self.assertEqual(["page-media-view"], self.opened(None))

    def test_a_visitor_can_not_save(self):
        browser = self.browser(None)
        browser.post(
            f"{self.url}/@@page-settings",
            f"{WIDGETS}contact=web@example.org&form.buttons.save=Save",
        )
        self.assertIn("/login", browser.url)
        self.assertIsNone(self.stored(SETTINGS_KEY))


class TestView(PageTestCase):
    """The settings to read."""

    def test_shows_titles_values_and_defaults(self):
        browser = self.open("page-settings")
        fill(browser, contact="zoë@example.org", **{"layout:list": ["wide"]})
        save(browser)
        contents = self.open("page-settings-view").contents
        self.assertIn("zoë@example.org", contents)
        self.assertIn("Wide, for tables and pictures", contents)
        self.assertIn("General public", contents)
