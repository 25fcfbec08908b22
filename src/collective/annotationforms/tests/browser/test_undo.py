"""A deletion is taken back: by who made it, or a manager, within an hour."""

from collective.annotationforms.lifecycle import undo as undoing
from collective.annotationforms.tests.admin import AdminTestCase
from collective.annotationforms.tests.admin import KEY
from collective.annotationforms.tests.admin import text_file
from collective.annotationforms.tests.browser.test_controlpanel import rows_of
from collective.annotationforms.tests.filestorage import FILE_STORAGE
from datetime import timedelta
from plone.app.testing import login
from plone.app.testing import logout
from plone.app.testing import SITE_OWNER_NAME
from plone.protect.authenticator import createToken
from unittest import mock
from urllib.parse import urlencode

import json
import transaction


class UndoTestCase(AdminTestCase):
    """A database that keeps its transactions."""

    layer = FILE_STORAGE

    def setUp(self):
        super().setUp()
        self.add_page("a", "Alpha", publish=True, text="one", file=text_file())
        self.add_page("b", "Beta", publish=True, text="two")
        self.add_page("c", "Gamma", publish=True, text="three")

    def data(self):
        """Return the texts that are stored, by the names of the pages."""
        transaction.begin()
        stored = {name: self.stored(self.portal[name]) for name in "abc"}
        return {name: values["text"] for name, values in stored.items() if values}

    def delete(self, user="editor", page="a"):
        """Return the browser after the data of a page were deleted."""
        browser = self.open(f"form-data-delete?key={KEY}", user, self.portal[page])
        browser.getControl("Delete").click()
        return browser

    def clean_up(self, user="siteadmin", query=""):
        browser = self.open(f"form-data-cleanup?form=notes{query}", user)
        browser.getControl("Delete these data").click()
        return browser

    def token(self, user):
        """Return a token that is good for the user."""
        if user is None:
            logout()
        else:
            login(self.portal, user)
        return createToken()


class TestUndo(UndoTestCase):
    """What was deleted is back, and the catalog knows it."""

    def test_of_a_page(self):
        browser = self.delete()
        self.assertEqual({"b": "two", "c": "three"}, self.data())
        browser.getLink("Undo the deletion").click()
        self.assertIn("/a", browser.contents)
        browser.getControl("Undo the deletion").click()
        self.assertIn("the data are back", browser.contents)
        self.assertEqual({"a": "one", "b": "two", "c": "three"}, self.data())
        self.assertEqual(b"Hello", self.stored(self.portal["a"])["file"].data)
        rows = rows_of(self.open("form-data-pages?form=notes"))
        self.assertEqual(["Alpha", "Beta", "Gamma"], [row[0] for row in rows])

    def test_of_a_clean_up(self):
        browser = self.clean_up()
        self.assertEqual({}, self.data())
        browser.getLink("Undo the deletion").click()
        browser.getControl("Undo the deletion").click()
        self.assertEqual({"a": "one", "b": "two", "c": "three"}, self.data())
        self.assertEqual(3, len(rows_of(self.open("form-data-pages?form=notes"))))

    def test_of_a_clean_up_in_parts(self):
        with mock.patch("collective.annotationforms.browser.cleanup.PAGES_IN_PART", 1):
            browser = self.clean_up()
            browser.getControl("Continue").click()
            self.assertEqual({"c": "three"}, self.data())
            browser.getControl("Stop").click()
        browser.getLink("Undo the deletion").click()
        browser.getControl("Undo the deletion").click()
        self.assertEqual({"a": "one", "b": "two", "c": "three"}, self.data())

    def test_other_pages_may_be_changed_meanwhile(self):
        browser = self.delete()
        self.delete(SITE_OWNER_NAME, "c")
        self.store(self.portal["b"], text="new")
        self.portal["b"].title = "Other"
        self.portal["b"].reindexObject()
        transaction.commit()
        browser.getLink("Undo the deletion").click()
        browser.getControl("Undo the deletion").click()
        self.assertEqual({"a": "one", "b": "new"}, self.data())

    def test_of_what_was_changed_again(self):
        browser = self.delete()
        browser.getLink("Undo the deletion").click()
        self.store(self.portal["a"], text="newer")
        transaction.commit()
        browser.getControl("Undo the deletion").click()
        self.assertIn("be undone any more: what it has changed", browser.contents)
        self.assertEqual("newer", self.data()["a"])

    def test_twice(self):
        browser = self.delete()
        url = browser.getLink("Undo the deletion").url
        browser.getLink("Undo the deletion").click()
        browser.getControl("Undo the deletion").click()
        browser.open(url)
        self.assertIn("This deletion can't be undone any more", browser.contents)

    def test_after_an_hour(self):
        browser = self.delete()
        with mock.patch.object(undoing, "GRACE", timedelta(0)):
            browser.getLink("Undo the deletion").click()
            self.assertIn("This deletion can't be undone any more", browser.contents)

    def test_of_many_transactions(self):
        browser = self.delete()
        with mock.patch.object(undoing, "AT_A_TIME", 1):
            for number in range(3):
                self.store(self.portal["c"], text=str(number))
                transaction.commit()
            browser.getLink("Undo the deletion").click()
            browser.getControl("Undo the deletion").click()
        self.assertEqual({"a": "one", "b": "two", "c": "2"}, self.data())

    def test_all_deletions_of_the_last_hour_are_listed(self):
        self.delete("editor", "a")
        self.delete("siteadmin", "b")
        browser = self.open("form-data-controlpanel")
        browser.getLink("Undo a deletion").click()
        self.assertEqual(2, browser.contents.count("<h2"))


class TestWho(UndoTestCase):
    """Who deleted, or who manages form data; nobody by a GET or without a token."""

    def deletion(self, **options):
        browser = self.delete(**options)
        return browser.getLink("Undo the deletion").url.rpartition("=")[2]

    def test_others_do_not(self):
        deletion = self.deletion(user="siteadmin")
        for user in ("editor", "reader"):
            browser = self.open(
                f"form-data-undo?deletion={deletion}", user, self.portal["a"]
            )
            self.assertNotIn('method="post"', self.main(browser))
            self.send(user, deletion)
            self.assertNotIn("a", self.data())

    def test_visitors_do_not(self):
        deletion = self.deletion()
        query = f"form-data-undo?deletion={deletion}"
        self.assertTrue(self.refused(self.open(query, None, self.portal["a"])))
        self.assertTrue(self.refused(self.send(None, deletion)))
        self.assertNotIn("a", self.data())

    def test_managers_do(self):
        deletion = self.deletion()
        self.send("siteadmin", deletion)
        self.assertEqual("one", self.data()["a"])

    def test_not_without_a_token(self):
        deletion = self.deletion()
        browser = self.browser("editor")
        url = f"{self.portal['a'].absolute_url()}/@@form-data-undo"
        browser.post(url, urlencode({"deletion": deletion}))
        self.assertEqual("403 Forbidden", browser.headers["status"])
        self.assertNotIn("a", self.data())

    def test_not_by_a_get(self):
        deletion = self.deletion()
        self.open(f"form-data-undo?deletion={deletion}", "editor", self.portal["a"])
        self.assertNotIn("a", self.data())

    def test_what_is_no_deletion(self):
        for deletion in ("", "x", "é", "0" * 32):
            browser = self.send("siteadmin", deletion)
            self.assertEqual("200 OK", browser.headers["status"])
        contents = self.open("form-data?deleted=<b>", page=self.portal["a"]).contents
        self.assertNotIn("Undo the deletion", contents)

    def main(self, browser):
        return browser.contents.partition('id="content-core"')[2]

    def send(self, user, deletion):
        """Return the browser after the user has sent the form with a good token."""
        browser = self.browser(user)
        url = f"{self.portal['a'].absolute_url()}/@@form-data-undo"
        fields = {"deletion": deletion, "_authenticator": self.token(user)}
        browser.post(url, urlencode(fields))
        return browser


class TestWithoutUndo(AdminTestCase):
    """A database that can't undo says so, before it is too late."""

    def test_says_so(self):
        page = self.add_page("a", "Alpha", text="one")
        for view, context in (
            (f"form-data-delete?key={KEY}", page),
            ("form-data-cleanup?form=notes", None),
            ("form-data-undo", page),
        ):
            contents = self.open(view, page=context).contents
            self.assertIn("the database of this site", contents.lower())
        browser = self.open(f"form-data-delete?key={KEY}", page=page)
        browser.getControl("Delete").click()
        self.assertNotIn("Undo the deletion", browser.contents)


class TestExportFirst(AdminTestCase):
    """What would go can be exported before."""

    def test_of_a_page(self):
        page = self.add_page("a", "Alpha", text="one")
        browser = self.open(f"form-data-delete?key={KEY}", page=page)
        browser.getLink("Export these data first").click()
        (record,) = json.loads(browser.contents)["pages"]
        self.assertEqual({"text": "one"}, record["values"])

    def test_of_a_clean_up(self):
        for name in ("a", "b"):
            self.add_page(name, name, text=name)
        for query, paths in (
            ("&path=/a", ["/a"]),
            ("&before=2999-01-01", ["/a", "/b"]),
            (f"&selection=1&selected={self.portal['b'].UID()}", ["/b"]),
        ):
            browser = self.open(f"form-data-cleanup?form=notes{query}")
            browser.getLink("Export these data first").click()
            browser.getControl("JSON, for programs").click()
            browser.getControl("Download").click()
            pages = json.loads(browser.contents)["pages"]
            self.assertEqual(paths, [page["path"] for page in pages])

    def test_of_data_before_a_day(self):
        self.add_page("a", "Alpha", text="one")
        query = "form=notes&format=json&before="
        browser = self.open(f"form-data-download?{query}2001-01-01")
        self.assertEqual([], json.loads(browser.contents)["pages"])
        browser = self.open(f"form-data-download?{query}soon")
        self.assertEqual("400 Bad Request", browser.headers["status"])
