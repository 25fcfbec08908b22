"""The table filtered and sorted by values; columns remembered; rows selected."""

from collective.annotationforms.browser import pages
from collective.annotationforms.tests.admin import AdminTestCase
from collective.annotationforms.tests.admin import GuardedForm
from collective.annotationforms.tests.admin import INotes
from collective.annotationforms.tests.admin import NotesForm
from collective.annotationforms.tests.admin import OPTIONS
from collective.annotationforms.tests.admin import text_file
from collective.annotationforms.tests.browser.test_controlpanel import rows_of
from collective.annotationforms.tests.layers import PASSWORD
from datetime import date
from plone.app.testing import SITE_OWNER_NAME
from unittest import mock
from urllib.parse import urlencode
from zope import schema

import json
import transaction


class IReport(INotes):
    """Values that have an order of their own."""

    amount = schema.Int(title="Amount", required=False)
    tags = schema.List(title="Tags", value_type=schema.TextLine(), required=False)


class ReportForm(NotesForm):
    schema = IReport
    label = "Report"
    ANNOTATION_STORAGE_KEY = "example.report"


class ValuesTestCase(AdminTestCase):
    """Pages with several values, and one without some."""

    key = "example.report"

    def setUp(self):
        super().setUp()
        self.register("report", ReportForm, **OPTIONS)
        self.add_page(
            "a",
            "Alpha",
            text="Zoë",
            level="high",
            amount=10,
            until=date(2027, 1, 31),
            tags=["red", "dark blue"],
            internal="secret",
            file=text_file(),
        )
        self.add_page("b", "Beta", text="<i>b</i>", level="low", amount=9, tags=[])
        self.add_page("c", "Gamma", text="ada", level=None, until=date(2026, 12, 1))

    def titles(self, user="siteadmin", **typed):
        return self.shown(self.table(user, **typed))

    def shown(self, browser):
        """Return the titles in the table."""
        return [row[0] for row in rows_of(browser)]

    def table(self, user="siteadmin", **typed):
        query = urlencode({"form": "report", **typed}, doseq=True)
        return self.open(f"form-data-pages?{query}", user)

    def found(self, field, operator="is", value="", user="siteadmin", **more):
        typed = {"field": field, "operator": operator, "value": value, **more}
        return "".join(title[0] for title in self.titles(user, **typed))

    def exported(self, user="siteadmin", **typed):
        query = urlencode({"form": "report", "format": "json", **typed}, doseq=True)
        browser = self.open(f"form-data-download?{query}", user)
        if "200" not in browser.headers["status"]:
            return browser.headers["status"]
        paths = [page["path"] for page in json.loads(browser.contents)["pages"]]
        return "".join(path[1] for path in paths)


class TestFilter(ValuesTestCase):
    """By what the table shows, and by what is stored."""

    def test_is(self):
        for field, value, found in (
            ("level", "Urgent", "A"),
            ("level", "urgent ", "A"),
            ("level", "high", "A"),
            ("level", "Urg", ""),
            ("text", "ZOË", "A"),
            ("text", "<i>b</i>", "B"),
            ("amount", "9", "B"),
            ("until", "2027-01-31", "A"),
            ("until", "Jan 31, 2027", "A"),
            ("tags", "Dark Blue", "A"),
            ("tags", "dark", ""),
            ("file", "hello.txt", "A"),
            ("text", "", ""),
        ):
            with self.subTest(field=field, value=value):
                self.assertEqual(found, self.found(field, "is", value))

    def test_contains(self):
        for field, value, found in (
            ("level", "urgent", "AB"),
            ("text", "a", "G"),
            ("tags", "dark", "A"),
            ("until", "2026", "G"),
            ("text", "x" * 5000, ""),
        ):
            with self.subTest(field=field, value=value):
                self.assertEqual(found, self.found(field, "contains", value))

    def test_empty_and_filled_in(self):
        for field, empty, filled in (
            ("level", "G", "AB"),
            ("tags", "BG", "A"),
            ("file", "BG", "A"),
            ("amount", "G", "AB"),
        ):
            self.assertEqual(empty, self.found(field, "empty", "ignored"))
            self.assertEqual(filled, self.found(field, "filled"))

    def test_goes_with_the_other_filters(self):
        self.assertEqual("", self.found("level", "is", "high", path="/b"))
        self.assertEqual("B", self.found("level", "filled", path="/b"))

    def test_is_turned_over_and_counted(self):
        with mock.patch.object(pages, "PAGES_IN_TABLE", 1):
            browser = self.table(field="level", operator="filled")
            self.assertEqual(["Alpha"], self.shown(browser))
            self.assertIn("Pages found: <strong>2", " ".join(browser.contents.split()))
            browser.getLink(url="b_start").click()
            self.assertEqual(["Beta"], self.shown(browser))

    def test_the_export_has_the_same_pages(self):
        typed = {"field": "level", "operator": "is", "value": "Urgent"}
        self.assertEqual("a", self.exported(**typed))
        query = urlencode({"form": "report", **typed})
        browser = self.open(f"form-data-preview?{query}")
        browser.getControl("JSON, for programs").click()
        browser.getControl("Download").click()
        self.assertEqual(1, len(json.loads(browser.contents)["pages"]))

    def test_not_all_pages_are_opened(self):
        with mock.patch.object(pages, "PAGES_TO_OPEN", 2):
            browser = self.table(field="amount", operator="empty")
            self.assertIn("Only the first 2", " ".join(browser.contents.split()))
            self.assertEqual([], rows_of(browser))
            self.assertEqual("c", self.exported(field="amount", operator="empty"))
            browser = self.table(field="amount", operator="empty", path="/c")
            self.assertNotIn("Only the first", browser.contents)

    def test_words_where_there_is_nothing(self):
        browser = self.table(field="level", value="none")
        self.assertIn("No page is like that.", browser.contents)
        browser.getLink("Show all pages").click()
        self.assertEqual(3, len(rows_of(browser)))
        browser = self.open("form-data-pages?form=notes")
        self.assertIn("No page has these data yet", browser.contents)

    def test_choices_and_folders_are_suggested(self):
        self.portal.invokeFactory("Folder", "news", title="News")
        transaction.commit()
        contents = self.table().contents
        for suggested in ("Urgent", "Not urgent", "/news"):
            self.assertIn(f'<option value="{suggested}"></option>', contents)


class TestMayNotRead(ValuesTestCase):
    """What one may not read is neither found nor sorted by it."""

    def test_a_field_for_managers(self):
        for operator, value in (
            ("is", "secret"),
            ("contains", "s"),
            ("filled", ""),
            ("empty", ""),
        ):
            self.assertEqual("", self.found("internal", operator, value))
            status = self.exported(field="internal", operator=operator, value=value)
            self.assertEqual("400 Bad Request", status)
        browser = self.table(field="internal", value="secret")
        self.assertIn("There is no such field that you may read.", browser.contents)
        found = self.found("internal", "is", "secret", SITE_OWNER_NAME)
        self.assertEqual("A", found)

    def test_is_told_like_a_field_that_there_is_not(self):
        for field in ("internal", "unknown"):
            browser = self.table(field=field)
            message = "There is no such field that you may read."
            self.assertIn(message, browser.contents)

    def test_is_not_sorted_by(self):
        self.store(self.portal["b"], internal="a")
        transaction.commit()
        for down in ({}, {"descending": "1"}):
            titles = self.titles(sort="field:internal", **down)
            self.assertEqual(self.titles(sort="title", **down), titles)
        titles = self.titles(SITE_OWNER_NAME, sort="field:internal")
        self.assertEqual(["Beta", "Alpha", "Gamma"], titles)
        self.assertNotIn("field%3Ainternal", self.table().contents)

    def test_a_page_whose_data_one_may_not_view(self):
        self.hide("a", "View")
        for operator in ("is", "contains", "filled", "empty"):
            self.assertNotIn("A", self.found("text", operator, "Zoë"))
        self.assertEqual("Alpha", self.titles(sort="field:text")[-1])

    def test_passwords(self):
        self.register("guarded", GuardedForm, **OPTIONS)
        for user in ("siteadmin", SITE_OWNER_NAME):
            query = "form=guarded&field=secret&operator=contains&value=p"
            browser = self.open(f"form-data-pages?{query}", user)
            message = "There is no such field that you may read."
            self.assertIn(message, browser.contents)

    def test_an_operator_that_is_none(self):
        self.assertEqual("", self.found("text", "like", "Zoë"))
        self.assertEqual("400 Bad Request", self.exported(field="text", operator="x"))


class TestSort(ValuesTestCase):
    """By the order that the values have; pages without one are last."""

    def test_sorts(self):
        for field, up, down in (
            ("amount", "BAG", "ABG"),
            ("until", "GAB", "AGB"),
            ("level", "BAG", "ABG"),
            ("text", "BGA", "AGB"),
        ):
            with self.subTest(field=field):
                sort = f"field:{field}"
                titles = self.titles(sort=sort)
                self.assertEqual(up, "".join(title[0] for title in titles))
                titles = self.titles(sort=sort, descending="1")
                self.assertEqual(down, "".join(title[0] for title in titles))

    def test_the_headings_sort(self):
        browser = self.table()
        browser.getLink("Level").click()
        self.assertEqual(
            ["Beta", "Alpha", "Gamma"], [row[0] for row in rows_of(browser)]
        )
        self.assertEqual(1, browser.contents.count("aria-sort="))
        browser.getLink("Level").click()
        self.assertEqual(
            ["Alpha", "Beta", "Gamma"], [row[0] for row in rows_of(browser)]
        )

    def test_values_of_several_types(self):
        self.store(self.portal["a"], text=5)
        self.store(self.portal["b"], text=float("nan"))
        transaction.commit()
        self.assertEqual(["Alpha", "Gamma", "Beta"], self.titles(sort="field:text"))


class TestColumns(ValuesTestCase):
    """The fields that somebody has chosen are there the next time."""

    def setUp(self):
        super().setUp()
        self.portal.acl_users.userFolderAddUser(
            "other", PASSWORD, ["Site Administrator", "Member"], []
        )
        transaction.commit()

    def choose(self, *names):
        browser = self.table(field="level", operator="filled", sort="field:level")
        browser.getControl(name="fields:list").value = list(names)
        browser.getControl("Show these fields").click()
        return browser

    def test_are_remembered_for_each_user(self):
        browser = self.choose("amount")
        self.assertEqual(["Beta", "Alpha"], self.shown(browser))
        self.assertEqual("9", rows_of(browser)[0][5])
        self.assertEqual("9", rows_of(self.table())[1][5])
        self.assertEqual("Zoë", rows_of(self.table("other"))[0][5])
        self.choose()
        self.assertEqual(6, len(rows_of(self.table())[0]))

    def test_an_address_may_have_others(self):
        self.choose("amount")
        row = rows_of(self.table(filtered="1", **{"fields:list": "level"}))[0]
        self.assertEqual("Urgent", row[5])

    def test_nothing_is_written_without_a_token(self):
        browser = self.browser("siteadmin")
        url = f"{self.portal.absolute_url()}/@@form-data-pages"
        browser.post(url, "form=report&fields:list=amount")
        self.assertEqual("403 Forbidden", browser.headers["status"])
        self.assertEqual("Zoë", rows_of(self.table())[0][5])

    def test_others_remember_nothing(self):
        for user in ("editor", "reader", None):
            browser = self.browser(user)
            url = f"{self.portal.absolute_url()}/@@form-data-pages"
            browser.post(url, "form=report&fields:list=amount")
            self.assertTrue(self.refused(browser), user)


class TestSelection(ValuesTestCase):
    """Rows that are ticked are exported, or their data deleted."""

    def selected(self, *names):
        return {
            "selection": "1",
            "selected:list": [self.portal[name].UID() for name in names],
        }

    def test_export(self):
        browser = self.table()
        self.assertIn('aria-label="Select Beta"', browser.contents)
        browser.getControl(name="selected:list").value = [self.portal["b"].UID()]
        browser.getControl("Export the selected pages").click()
        self.assertIn("in number: 1", " ".join(browser.contents.split()))
        browser.getControl("JSON, for programs").click()
        browser.getControl("Download").click()
        (page,) = json.loads(browser.contents)["pages"]
        self.assertEqual("/b", page["path"])
        self.assertEqual("bc", self.exported(**self.selected("b", "c")))

    def test_clean_up(self):
        query = urlencode({"form": "report", **self.selected("b", "c")}, doseq=True)
        browser = self.open(f"form-data-cleanup?{query}")
        self.assertEqual(["Beta", "Gamma"], self.shown(browser))
        browser.getControl("Delete these data").click()
        self.assertIn("Finished.", browser.contents)
        self.assertEqual(["Alpha"], self.titles())

    def test_no_page_is_not_all_pages(self):
        self.assertEqual("", self.exported(selection="1"))
        browser = self.open("form-data-cleanup?form=report&selection=1")
        self.assertIn("You have selected no page.", browser.contents)
        self.assertNotIn("Delete these data</button>", browser.contents)

    def test_pages_that_are_none(self):
        for uid in ("unknown", "", "é", self.portal["page"].UID()):
            typed = {"selection": "1", "selected": uid}
            self.assertEqual("", self.exported(**typed))

    def test_nothing_of_pages_that_the_user_may_not_view(self):
        self.hide("a")
        self.assertEqual("", self.exported(**self.selected("a")))
