"""CSV as the spreadsheet wants it: delimiter, titles, columns, phone numbers."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.tests.admin import AdminTestCase
from collective.annotationforms.tests.admin import LEVELS
from collective.annotationforms.tests.admin import OPTIONS
from collective.annotationforms.tests.browser.test_controlpanel import rows_of
from decimal import Decimal
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from plone.supermodel import model
from urllib.parse import urlencode
from zope import schema

import csv
import io
import transaction


class IContact(model.Schema):
    """What people put into spreadsheets."""

    phone = schema.Text(title="Phone", required=False)
    amount = schema.Decimal(title="Amount", required=False)
    level = schema.Choice(title="Level", vocabulary=LEVELS, required=False)
    levels = schema.List(
        title="Levels", value_type=schema.Choice(vocabulary=LEVELS), required=False
    )


class ContactForm(AnnotationEditForm):
    schema = IContact
    label = "Contact"
    ANNOTATION_STORAGE_KEY = "example.contact"


class ContactTestCase(AdminTestCase):
    """A page with a phone number, a number and choices."""

    key = "example.contact"

    def setUp(self):
        super().setUp()
        self.register("contact", ContactForm, **OPTIONS)
        self.page = self.add_page(
            "a",
            "Älpha",
            publish=True,
            phone="+49 (0)30/1234-5",
            amount=Decimal("-1234.50"),
            level="high",
            levels=["low", "high"],
        )


class TestCSV(ContactTestCase):
    """What is asked for by the address."""

    def lines(self, delimiter=",", **options):
        asked = {"form": "contact", "format": "csv", **options}
        asked.setdefault(
            "delimiter", {",": "comma", ";": "semicolon", "\t": "tab"}[delimiter]
        )
        query = urlencode(asked, doseq=True)
        browser = self.open(f"form-data-download?{query}")
        self.assertEqual("200 OK", browser.headers["status"])
        text = io.StringIO(browser.contents, newline="")
        return list(csv.reader(text, delimiter=delimiter))

    def row(self, **options):
        header, row = self.lines(**options)
        return dict(zip(header, row, strict=True))

    def test_programs_get_what_they_got_before(self):
        row = self.row()
        names = ["path", "uid", "title", "phone", "amount", "level", "levels"]
        self.assertEqual(names, list(row))
        self.assertEqual("'+49 (0)30/1234-5", row["phone"])
        self.assertEqual("-1234.50", row["amount"])
        self.assertEqual(("high", "low; high"), (row["level"], row["levels"]))

    def test_delimiters(self):
        for sign in (",", ";", "\t"):
            header, row = self.lines(sign)
            self.assertEqual(7, len(header))
            self.assertEqual("Älpha", row[2])

    def test_an_unknown_delimiter_is_a_bad_request(self):
        for view in ("form-data-download", "form-data-preview"):
            browser = self.open(f"{view}?form=contact&format=csv&delimiter=x")
            self.assertEqual("400 Bad Request", browser.headers["status"])

    def test_titles(self):
        header, row = self.lines(titles="1", choice_titles="1")
        self.assertEqual(
            ["Path", "UID", "Title", "Phone", "Amount", "Level", "Levels"], header
        )
        self.assertEqual(["Urgent", "Not urgent; Urgent"], row[-2:])

    def test_columns(self):
        about = ["title", "state", "changed", "editor"]
        chosen = {"about:list": about, "fields:list": ["level", "gone"]}
        row = self.row(chosen="1", **chosen)
        self.assertEqual([*about, "level"], list(row))
        self.assertEqual("Published", row["state"])
        moment = r"^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\+00:00$"
        self.assertRegex(row["changed"], moment)

    def test_no_column(self):
        self.assertEqual([[], []], self.lines(chosen="1"))

    def test_the_last_editor_has_a_name(self):
        login(self.portal, "siteadmin")
        member = self.portal.portal_membership.getAuthenticatedMember()
        member.setMemberProperties({"fullname": "=Zoë"})
        self.store(self.page, level="low")
        transaction.get().setUser("siteadmin", "/plone/acl_users")
        transaction.commit()
        row = self.row(**{"chosen": "1", "about:list": ["editor"]})
        self.assertEqual({"editor": "'=Zoë"}, row)

    def test_digits_stay_what_they_are(self):
        for text, cell in (
            ("+49 (0)30/1234-5", '="+49 (0)30/1234-5"'),
            ("030 1234", '="030 1234"'),
            ("(030) 1234", '="(030) 1234"'),
            ("00491701234567", '="00491701234567"'),
            ("4111111111111111", '="4111111111111111"'),
            ("12345", "12345"),
            ("+1+cmd", "'+1+cmd"),
            ('+49"', "'+49\""),
            ("+49\n030", "'+49\n030"),
            ("+٤٩ ٣٠", "'+٤٩ ٣٠"),
            ("=030", "'=030"),
            ("+49,=1", "'+49,'''=1"),
        ):
            self.store(self.page, phone=text)
            transaction.commit()
            self.assertEqual(cell, self.row(digits_as_text="1")["phone"], text)

    def test_numbers_with_a_decimal_comma(self):
        self.assertEqual("-1234,50", self.row(decimal_comma="1")["amount"])
        self.store(self.page, amount=Decimal("0.5"))
        transaction.commit()
        self.assertEqual("0,5", self.row(decimal_comma="1")["amount"])


class TestChoice(ContactTestCase):
    """What people are offered on the page before the download."""

    def browser_in(self, language):
        browser = self.browser("siteadmin")
        browser.addHeader("Accept-Language", language)
        browser.open(f"{self.portal.absolute_url()}/@@form-data-preview?form=contact")
        return browser

    def test_the_language_of_the_computer_offers_the_delimiter(self):
        for language, delimiter in (("de-DE", "semicolon"), ("en-US", "comma")):
            browser = self.browser_in(language)
            self.assertEqual([delimiter], browser.getControl(name="delimiter").value)

    def test_what_is_offered_is_shown_and_downloaded(self):
        browser = self.browser_in("de-DE")
        self.assertIn("+49 (0)30/1234-5", browser.contents)
        self.assertIn("-1234,50", browser.contents)
        browser.getControl("Amount").selected = False
        browser.getControl("Last editor").selected = True
        browser.getControl("Download").click()
        text = browser.contents.removeprefix("\ufeff")
        header, row = csv.reader(io.StringIO(text), delimiter=";")
        self.assertEqual(
            ["Path", "UID", "Title", "Last editor", "Phone", "Level", "Levels"], header
        )
        self.assertEqual("Urgent", row[-2])

    def test_the_preview_has_what_was_chosen(self):
        chosen = {"chosen": "1", "about:list": "title", "fields:list": "phone"}
        query = urlencode({"form": "contact", **chosen, "titles": "1"})
        browser = self.open(f"form-data-preview?{query}")
        self.assertEqual([["Älpha", "'+49 (0)30/1234-5"]], rows_of(browser))
        self.assertFalse(browser.getControl("Amount").selected)
        self.assertFalse(browser.getControl("Phone numbers as text").selected)

    def test_managers_are_offered_the_same(self):
        browser = self.open("form-data-preview?form=contact", SITE_OWNER_NAME)
        self.assertIn("Phone numbers as text", browser.contents)
