"""The control panel "Form data"."""

from collective.annotationforms import annotation_storage
from collective.annotationforms.browser import cleanup
from collective.annotationforms.browser import pages
from collective.annotationforms.browser import rebuild
from collective.annotationforms.catalog.index import INDEX
from collective.annotationforms.tests.admin import AdminTestCase
from collective.annotationforms.tests.admin import KEY
from collective.annotationforms.tests.admin import LEFT_OVER
from collective.annotationforms.tests.admin import text_file
from DateTime import DateTime
from datetime import date
from plone.app.testing import SITE_OWNER_NAME
from unittest import mock
from urllib.parse import quote
from urllib.parse import urlencode
from z3c.relationfield import RelationValue
from zope.annotation.interfaces import IAnnotations
from zope.component import getUtility
from zope.intid.interfaces import IIntIds

import csv
import io
import json
import re
import transaction


VIEWS = {
    "form-data-controlpanel": "",
    "form-data-pages": "?form=notes",
    "form-data-preview": "?form=notes",
    "form-data-download": "?form=notes&format=csv",
    "form-data-cleanup": "?form=notes",
}


def text_of(html):
    return " ".join(re.sub("<[^>]*>", " ", html).split())


def rows_of(browser):
    """Return the texts of the cells of the first table's rows."""
    body = re.search(r"(?s)<tbody>(.*?)</tbody>", browser.contents)
    rows = re.findall(r"(?s)<tr>(.*?)</tr>", body[1]) if body else []
    return [
        [text_of(cell) for cell in re.findall(r"(?s)<t[hd].*?>(.*?)</t[hd]>", row)]
        for row in rows
    ]


class TestPermission(AdminTestCase):
    """Who may see and do what."""

    def test_managers_and_site_admins_open_all_pages(self):
        for user in (SITE_OWNER_NAME, "siteadmin"):
            for view, query in VIEWS.items():
                browser = self.open(view + query, user)
                self.assertEqual("200 OK", browser.headers["status"], view)
                self.assertFalse(self.refused(browser), view)

    def test_others_open_none(self):
        self.store(text="Zoë")
        for user in ("editor", "reader", None):
            for view, query in VIEWS.items():
                browser = self.open(view + query, user)
                self.assertTrue(self.refused(browser), f"{user} {view}")
                self.assertNotIn("Zoë", browser.contents)

    def test_others_delete_nothing(self):
        self.store(text="Zoë")
        token = self.open("form-data-cleanup?form=notes").getControl(
            name="_authenticator", index=0
        )
        for user in ("editor", "reader", None):
            for view in ("form-data-cleanup", "form-data-rebuild"):
                browser = self.browser(user)
                data = {"form": "notes", "_authenticator": token.value}
                browser.post(f"{self.portal.absolute_url()}/@@{view}", urlencode(data))
                self.assertEqual({"text": "Zoë"}, self.stored())

    def test_the_control_panel_is_listed(self):
        browser = self.open("overview-controlpanel")
        browser.getLink("Form data", index=1).click()
        self.assertIn("What forms have stored", browser.contents)
        contents = self.open("overview-controlpanel", "editor").contents
        self.assertNotIn("form-data-controlpanel", contents)

    def test_looking_writes_nothing(self):
        self.store(text="Zoë")
        for view, query in VIEWS.items():
            contents = self.open(view + query).contents
            self.assertNotIn("Confirming User Action", contents)
        self.assertEqual({"text": "Zoë"}, self.stored())

    def test_unknown_data_are_not_found(self):
        for query in ("?form=", "?form=unknown", "?key=unknown"):
            browser = self.open(f"form-data-pages{query}")
            self.assertEqual("404 Not Found", browser.headers["status"])

    def test_an_address_without_data_leads_to_where_they_are_chosen(self):
        for view in ("pages", "preview", "cleanup"):
            browser = self.open(f"form-data-{view}")
            self.assertTrue(browser.url.endswith("/@@form-data-controlpanel"))

    def test_a_path_may_be_an_address_or_begin_with_the_site(self):
        self.store(text="Zoë")
        site = self.portal.absolute_url()
        for path in ("/page", "page/", "/plone/page", f"{site}/page", f" {site}/page "):
            browser = self.open(f"form-data-pages?form=notes&path={quote(path)}")
            self.assertRegex(browser.contents, r"Pages found:\s*<strong>1<")

    def test_a_page_below_the_site_comes_before_the_name_of_the_site(self):
        self.portal.invokeFactory("Folder", "plone")
        self.store(text="Zoë")
        for path, number in (("/plone", 0), ("/plone/page", 1), ("/plone/plone", 0)):
            browser = self.open(f"form-data-pages?form=notes&path={path}")
            self.assertRegex(browser.contents, rf"Pages found:\s*<strong>{number}<")


class TestOverview(AdminTestCase):
    """What there is in the site."""

    def test_counts_pages_of_forms_and_of_what_they_left(self):
        self.add_page("one", text="1")
        self.add_page("two", text="2")
        self.leave_data(name="Ada")
        browser = self.open("form-data-controlpanel")
        (row,) = rows_of(browser)
        self.assertEqual("Notes What to keep in mind.", row[0])
        self.assertEqual("2 of 4", row[1])
        self.assertNotIn("Never", row[2])
        self.assertIn(LEFT_OVER, browser.contents)

    def test_nothing_stored(self):
        browser = self.open("form-data-controlpanel")
        (row,) = rows_of(browser)
        self.assertEqual(["0 of 2", "Never", ""], row[1:])
        self.assertNotIn("Data without a form", browser.contents)

    def test_the_last_change_is_not_that_of_the_page(self):
        browser = self.open("notes", "editor", self.page)
        browser.getControl("Text").value = "Call Zoë"
        browser.getControl("Save").click()
        self.page.reindexObject()
        transaction.commit()
        (row,) = rows_of(self.open("form-data-controlpanel"))
        self.assertTrue(row[2].endswith(" editor"), row[2])


class TestPages(AdminTestCase):
    """The table of the pages of a form."""

    def setUp(self):
        super().setUp()
        self.add_page("b", "Beta", publish=True, text="Zoë", level="high")
        self.add_page("a", "Alpha", text="<i>", until=date(2027, 1, 31))
        self.add_page("empty", "Nothing stored")
        self.portal["b"].setModificationDate(DateTime() - 1)
        self.portal["b"].reindexObject(idxs=["modified"])
        transaction.commit()

    def titles(self, query="", user="siteadmin"):
        browser = self.open(f"form-data-pages?form=notes{query}", user)
        return [row[0] for row in rows_of(browser)]

    def test_shows_the_first_fields_as_people_read_them(self):
        alpha, beta = rows_of(self.open("form-data-pages?form=notes"))
        self.assertEqual(["Alpha", "/a", "Private"], alpha[:3])
        self.assertEqual(["&lt;i&gt;", "", "Jan 31, 2027"], alpha[5:8])
        self.assertEqual("View Alpha Edit Alpha", alpha[8])
        self.assertEqual(["Beta", "/b", "Published"], beta[:3])
        self.assertEqual(["Zoë", "Urgent", ""], beta[5:8])

    def test_shows_the_fields_that_are_chosen(self):
        query = "&filtered=1&fields:list=level&fields:list=unknown"
        _alpha, beta = rows_of(self.open(f"form-data-pages?form=notes{query}"))
        self.assertEqual(["Urgent", "View Beta Edit Beta"], beta[5:])

    def test_links_to_view_and_edit(self):
        browser = self.open("form-data-pages?form=notes")
        browser.getLink("Edit Beta").click()
        self.assertEqual("Zoë", browser.getControl("Text").value)

    def test_filters(self):
        for query, titles in {
            "&text=Beta": ["Beta"],
            "&text=not+(+and": ["Alpha", "Beta"],
            "&path=/a": ["Alpha"],
            "&path=unknown": [],
            "&state=published": ["Beta"],
            "&since=2001-01-01": ["Alpha", "Beta"],
            "&since=2999-01-01": [],
        }.items():
            with self.subTest(query=query):
                self.assertEqual(titles, self.titles(query))

    def test_a_date_that_is_none(self):
        browser = self.open("form-data-pages?form=notes&since=tomorrow")
        self.assertIn("Please enter a date", browser.contents)

    def test_sorts(self):
        for sort in ("title", "path", "state", "modified"):
            with self.subTest(sort=sort):
                up = self.titles(f"&sort={sort}")
                down = self.titles(f"&sort={sort}&descending=1")
                first = "Beta" if sort == "modified" else "Alpha"
                self.assertEqual(first, up[0])
                self.assertEqual(up, down[::-1])

    def test_tells_how_it_is_sorted(self):
        browser = self.open("form-data-pages?form=notes")
        self.assertEqual(1, browser.contents.count('aria-sort="ascending"'))
        browser.getLink("Title", index=0).click()
        self.assertEqual(1, browser.contents.count('aria-sort="descending"'))
        self.assertEqual(["Beta", "Alpha"], [row[0] for row in rows_of(browser)])

    def test_turns_over(self):
        with mock.patch.object(pages, "PAGES_IN_TABLE", 1):
            self.assertEqual(["Alpha"], self.titles())
            self.assertEqual(["Beta"], self.titles("&b_start:int=1"))

    def test_leaves_out_values_that_the_user_may_not_see(self):
        self.add_page("c", "Gamma", text="seen", internal="unseen")
        query = "&filtered=1&fields:list=text&fields:list=internal"
        for user, seen in ((SITE_OWNER_NAME, True), ("siteadmin", False)):
            with self.subTest(user=user):
                browser = self.open(f"form-data-pages?form=notes{query}", user)
                self.assertEqual(seen, "unseen" in browser.contents)
                told = "Values that you may not see are left out." in browser.contents
                self.assertEqual(not seen, told)

    def test_leaves_out_pages_that_the_user_may_not_view(self):
        self.hide("a")
        self.assertEqual(["Alpha", "Beta"], self.titles(user=SITE_OWNER_NAME))
        browser = self.open("form-data-pages?form=notes")
        self.assertEqual(["Beta"], [row[0] for row in rows_of(browser)])
        self.assertIn("Left out, since you may not view them: 1", browser.contents)

    def test_leaves_out_values_of_listed_pages_that_the_user_may_not_view(self):
        self.hide("b", "View")
        browser = self.open("form-data-pages?form=notes")
        self.assertNotIn("Zoë", browser.contents)
        self.assertIn("Values that you may not see are left out.", browser.contents)

    def test_shows_what_a_form_has_left(self):
        self.leave_data(name="Ada")
        (row,) = rows_of(self.open(f"form-data-pages?key={LEFT_OVER}"))
        self.assertEqual("A page", row[0])
        self.assertIn("Ada", row)


class TestExport(AdminTestCase):
    """CSV and JSON of all pages."""

    def setUp(self):
        super().setUp()
        self.add_page(
            "b",
            "Beta",
            text="=1+1",
            level="high",
            internal="x",
            file=text_file(),
            other=RelationValue(getUtility(IIntIds).getId(self.page)),
        )
        self.add_page(
            "a", "Älpha", text='two\nlines, "quoted"', until=date(2027, 1, 31)
        )

    def download(self, query, user=SITE_OWNER_NAME):
        browser = self.open(f"form-data-download?form=notes&{query}", user)
        return browser

    def test_csv(self):
        browser = self.download("format=csv")
        self.assertEqual("text/csv; charset=utf-8", browser.headers["content-type"])
        self.assertEqual("nosniff", browser.headers["x-content-type-options"])
        self.assertEqual(
            'attachment; filename="notes.csv"', browser.headers["content-disposition"]
        )
        uid = {name: self.portal[name].UID() for name in ("a", "b")}
        names = ["text", "level", "until", "internal", "other", "file"]
        other = "/plone/page"
        two_lines = 'two\nlines, "quoted"'
        self.assertEqual(
            [
                ["path", "uid", "title", *names],
                ["/a", uid["a"], "Älpha", two_lines, "", "2027-01-31", "", "", ""],
                ["/b", uid["b"], "Beta", "'=1+1", "high", "", "x", other, "hello.txt"],
            ],
            list(csv.reader(io.StringIO(browser.contents, newline=""))),
        )

    def test_csv_with_a_byte_order_mark(self):
        browser = self.download("format=csv&bom=1")
        self.assertTrue(browser._response.body.startswith(b'\xef\xbb\xbf"path",'))
        browser = self.download("format=csv")
        self.assertTrue(browser._response.body.startswith(b'"path",'))

    def test_json(self):
        browser = self.download("format=json")
        self.assertEqual("application/json", browser.headers["content-type"])
        exported = json.loads(browser.contents)
        self.assertEqual(("notes", KEY), (exported["form"], exported["key"]))
        alpha, beta = exported["pages"]
        self.assertEqual(
            {
                "path": "/a",
                "uid": self.portal["a"].UID(),
                "title": "Älpha",
                "values": {"text": 'two\nlines, "quoted"', "until": "2027-01-31"},
            },
            alpha,
        )
        self.assertEqual(self.page.UID(), beta["values"]["other"])
        self.assertEqual("SGVsbG8=", beta["values"]["file"]["data"])
        self.assertEqual({"pages": 0, "values": 0}, exported["left_out"])

    def test_leaves_out_what_the_user_may_not_see(self):
        self.hide("a")
        exported = json.loads(self.download("format=json", "siteadmin").contents)
        self.assertEqual(["/b"], [page["path"] for page in exported["pages"]])
        self.assertNotIn("internal", exported["pages"][0]["values"])
        self.assertEqual({"pages": 1, "values": 1}, exported["left_out"])
        contents = self.open("form-data-preview?form=notes").contents
        self.assertIn("Left out, since you may not view them: 1", contents)
        self.assertIn("Values that you may not see are left out.", contents)

    def test_the_filter_holds_for_the_export(self):
        exported = json.loads(self.download("format=json&text=Beta").contents)
        self.assertEqual(["/b"], [page["path"] for page in exported["pages"]])

    def test_an_unknown_format_is_refused(self):
        browser = self.download("format=xls")
        self.assertEqual("400 Bad Request", browser.headers["status"])

    def test_the_preview_leads_to_the_download(self):
        browser = self.open("form-data-preview?form=notes&text=Beta")
        (row,) = rows_of(browser)
        self.assertIn("'=1+1", row)
        browser.getControl("Download").click()
        self.assertEqual(2, len(list(csv.reader(io.StringIO(browser.contents)))))

    def test_what_a_form_has_left(self):
        self.leave_data(name="Ada")
        browser = self.open(f"form-data-download?key={LEFT_OVER}&format=csv")
        lines = list(csv.reader(io.StringIO(browser.contents)))
        self.assertEqual(["path", "uid", "title", "name"], lines[0])
        self.assertEqual("Ada", lines[1][3])


class TestCleanUp(AdminTestCase):
    """Deleting the data on many pages."""

    def setUp(self):
        super().setUp()
        for name in ("a", "b", "c"):
            self.add_page(name, name.upper(), text=name)

    def all_stored(self):
        return {
            name: stored["text"]
            for name in ("a", "b", "c")
            if (stored := self.stored(self.portal[name]))
        }

    def test_the_dry_run_lists_and_deletes_nothing(self):
        browser = self.open("form-data-cleanup?form=notes")
        expected = [["A", "/a", "0"], ["B", "/b", "0"], ["C", "/c", "0"]]
        self.assertEqual(expected, rows_of(browser))
        self.assertEqual({"a": "a", "b": "b", "c": "c"}, self.all_stored())

    def test_deletes_all(self):
        browser = self.open("form-data-cleanup?form=notes")
        browser.getControl("Delete these data").click()
        content = self.content(browser)
        self.assertIn("Finished.", content)
        self.assertIn("<dd>3</dd>", content)
        self.assertEqual({}, self.all_stored())
        self.assertNotIn(KEY, IAnnotations(self.portal["a"]))
        (row,) = rows_of(self.open("form-data-controlpanel"))
        self.assertEqual("0 of 5", row[1])

    def test_below_a_path(self):
        browser = self.open("form-data-cleanup?form=notes&path=/b")
        self.assertEqual([["B", "/b", "0"]], rows_of(browser))
        browser.getControl("Delete these data").click()
        self.assertEqual({"a": "a", "c": "c"}, self.all_stored())

    def test_older_than(self):
        browser = self.open("form-data-cleanup?form=notes&before=2001-01-01")
        self.assertEqual([], rows_of(browser))
        browser = self.open("form-data-cleanup?form=notes&before=2999-01-01")
        self.assertEqual(3, len(rows_of(browser)))

    def test_younger_data_stay_whatever_was_listed(self):
        browser = self.open("form-data-cleanup?form=notes")
        browser.getControl(name="before", index=1).value = "2001-01-01"
        browser.getControl("Delete these data").click()
        self.assertEqual(3, len(self.all_stored()))

    def test_a_date_that_is_none_deletes_nothing(self):
        browser = self.open("form-data-cleanup?form=notes")
        browser.getControl(name="before", index=1).value = "yesterday"
        browser.getControl("Delete these data").click()
        self.assertIn("Please enter a date", browser.contents)
        self.assertEqual(3, len(self.all_stored()))

    def test_in_parts_without_javascript(self):
        with mock.patch.object(cleanup, "PAGES_IN_PART", 1):
            browser = self.open("form-data-cleanup?form=notes")
            browser.getControl("Delete these data").click()
            self.assertIn("Pages looked at: 1 of 3", self.content(browser))
            self.assertEqual(2, len(self.all_stored()))
            browser.getControl("Continue").click()
            self.assertIn("Pages looked at: 2 of 3", self.content(browser))
            browser.getControl("Continue").click()
            self.assertIn("Finished.", self.content(browser))
        self.assertEqual({}, self.all_stored())

    def test_stop(self):
        with mock.patch.object(cleanup, "PAGES_IN_PART", 1):
            browser = self.open("form-data-cleanup?form=notes")
            browser.getControl("Delete these data").click()
            browser.getControl("Stop").click()
        content = self.content(browser)
        self.assertIn("Stopped.", content)
        self.assertIn("<dt>Pages not looked at</dt> <dd>2</dd>", content)
        self.assertNotIn("Continue", content)
        self.assertEqual(2, len(self.all_stored()))

    def test_many_pages_need_the_name(self):
        with mock.patch.object(cleanup, "PAGES_TO_CONFIRM", 2):
            browser = self.open("form-data-cleanup?form=notes")
            for typed in ("", "Notes"):
                browser.getControl(name="confirm").value = typed
                browser.getControl("Delete these data").click()
                self.assertIn("This is not the name of the data.", browser.contents)
                self.assertEqual(3, len(self.all_stored()))
            browser.getControl(name="confirm").value = "notes"
            browser.getControl("Delete these data").click()
        self.assertEqual({}, self.all_stored())

    def test_pages_that_the_user_may_not_edit_keep_theirs(self):
        self.hide("a", "Modify portal content")
        browser = self.open("form-data-cleanup?form=notes")
        browser.getControl("Delete these data").click()
        self.assertIn("<dd>2</dd>", self.content(browser))
        self.assertIn("<dd>1</dd>", self.content(browser))
        self.assertEqual({"a": "a"}, self.all_stored())

    def test_values_that_the_user_may_not_change_are_kept(self):
        self.store(self.portal["a"], internal="x")
        self.store(self.portal["b"], internal="x")
        del annotation_storage(self.portal["b"], KEY)["text"]
        transaction.commit()
        browser = self.open("form-data-cleanup?form=notes")
        browser.getControl("Delete these data").click()
        content = self.content(browser)
        for label, number in (
            ("Pages whose data were deleted", 2),
            ("Pages of these that keep values, since you may not change them", 1),
            ("Values that were kept there", 1),
        ):
            self.assertIn(f"<dt>{label}</dt> <dd>{number}</dd>", content)
        self.assertEqual({"internal": "x"}, self.stored(self.portal["a"]))
        self.assertEqual({"internal": "x"}, self.stored(self.portal["b"]))
        browser.getLink("Pages that still have these data").click()
        self.assertEqual(["A", "B"], [row[0] for row in rows_of(browser)])

    def test_what_a_form_has_left(self):
        self.leave_data(name="Ada")
        browser = self.open(f"form-data-cleanup?key={LEFT_OVER}")
        browser.getControl("Delete these data").click()
        transaction.begin()
        self.assertNotIn(LEFT_OVER, IAnnotations(self.page))
        self.assertEqual(3, len(self.all_stored()))

    def test_needs_a_token(self):
        browser = self.browser("siteadmin")
        url = f"{self.portal.absolute_url()}/@@form-data-cleanup"
        browser.post(url, urlencode({"form": "notes"}))
        self.assertEqual("403 Forbidden", browser.headers["status"])
        self.assertEqual(3, len(self.all_stored()))


class TestRebuild(AdminTestCase):
    """The button that builds the index anew."""

    def test_finds_data_that_were_stored_without_the_index(self):
        self.store(text="Zoë")
        self.portal.portal_catalog.Indexes[INDEX].clear()
        transaction.commit()
        with mock.patch.object(rebuild, "PAGES_IN_PART", 1):
            browser = self.open("form-data-controlpanel")
            self.assertEqual("0 of 2", rows_of(browser)[0][1])
            browser.getControl("Rebuild the index").click()
            self.assertIn("Pages looked at: 1 of", self.content(browser))
            while "Continue" in browser.contents:
                browser.getControl("Continue").click()
        self.assertIn("Finished.", browser.contents)
        (row,) = rows_of(self.open("form-data-controlpanel"))
        self.assertEqual("1 of 2", row[1])
        self.assertEqual({"text": "Zoë"}, dict(annotation_storage(self.page, KEY)))
