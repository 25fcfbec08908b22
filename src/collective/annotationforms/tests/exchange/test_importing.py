"""Form data come back from JSON, in the control panel."""

from collective.annotationforms import annotation_storage
from collective.annotationforms.exchange.pending import KEY as IMPORTS
from collective.annotationforms.interfaces import IStorageSavedEvent
from collective.annotationforms.tests.admin import AdminTestCase
from collective.annotationforms.tests.admin import INotes
from collective.annotationforms.tests.admin import KEY
from collective.annotationforms.tests.admin import NotesForm
from collective.annotationforms.tests.admin import OPTIONS
from collective.annotationforms.tests.admin import text_file
from collective.annotationforms.tests.layers import PASSWORD
from contextlib import contextmanager
from datetime import date
from plone.app.testing import login
from plone.app.testing import logout
from plone.app.testing import SITE_OWNER_NAME
from plone.i18n.interfaces import ILanguageSchema
from plone.locking.interfaces import ILockable
from plone.protect.authenticator import createToken
from plone.registry.interfaces import IRegistry
from urllib.parse import urlencode
from z3c.relationfield import RelationValue
from zope.annotation.interfaces import IAnnotations
from zope.component import getGlobalSiteManager
from zope.component import getUtility
from zope.interface import Invalid
from zope.interface import invariant
from zope.intid.interfaces import IIntIds

import json
import re
import transaction


VIEW = "form-data-import"


class IWarnings(INotes):
    """What is urgent needs a text."""

    @invariant
    def has_text(data):
        if data.level == "high" and not data.text:
            raise Invalid("What is urgent?")


class WarningsForm(NotesForm):
    schema = IWarnings
    ANNOTATION_STORAGE_KEY = "example.warnings"


def table(browser, caption):
    """Return the texts of the cells of the table with that caption."""
    for found in re.findall(r"(?s)<table.*?</table>", browser.contents):
        if caption in found:
            rows = re.findall(r"(?s)<tr>(.*?)</tr>", found)[1:]
            cells = (re.findall(r"(?s)<t[hd].*?>(.*?)</t[hd]>", row) for row in rows)
            return [[text_of(cell) for cell in row] for row in cells]
    return []


def text_of(html):
    return " ".join(re.sub("<[^>]*>", " ", html).split())


@contextmanager
def saved_events():
    """Collect the names of the fields of each save."""
    saved = []

    def handler(event):
        saved.append((event.page.getId(), sorted(event.changes)))

    registry = getGlobalSiteManager()
    registry.registerHandler(handler, (IStorageSavedEvent,))
    yield saved
    registry.unregisterHandler(handler, (IStorageSavedEvent,))


class ImportTestCase(AdminTestCase):
    """Sends files."""

    def document(self, *pages, form="notes", **more):
        """Return the text of a file; pages are their ids and values."""
        records = [
            {
                "path": f"/{name}",
                "uid": self.portal[name].UID() if name in self.portal else "",
                "title": name,
                "values": values,
            }
            for name, values in pages
        ]
        return json.dumps({"form": form, "key": KEY, "pages": records, **more})

    def send(self, text, button="Show what would change", browser=None):
        browser = browser or self.open(VIEW)
        content = text if isinstance(text, bytes) else text.encode()
        browser.getControl(name="file").add_file(content, "text/plain", "data.json")
        browser.getControl(button).click()
        return browser

    def do_import(self, text, user="siteadmin"):
        """Return the browser after dry run and import."""
        browser = self.send(text, browser=self.open(VIEW, user))
        return self.say_yes(browser)

    def say_yes(self, browser):
        """Import what was looked at, if it is offered."""
        if 'name="import"' in browser.contents:
            browser.getControl("Import").click()
        return browser

    def changed(self, browser):
        """Return the paths of the pages that are changed, each with its fields."""
        found = []
        for *path, title, _before, _after in self.changes(browser):
            if path:
                found.append([*path, title])
            else:
                found[-1][1] += f" {title}"
        return found

    def changes(self, browser):
        """Return the rows of the table: of each page, the first has its path."""
        return table(browser, "Pages that are changed")

    def left(self, browser):
        return table(browser, "Pages that are left as they are")

    def export(self):
        return self.open(
            "form-data-download?form=notes&format=json", SITE_OWNER_NAME
        ).contents


class TestImport(ImportTestCase):
    """A dry run first, then the import."""

    def setUp(self):
        super().setUp()
        self.add_page("a", "Älpha", text="old")
        self.add_page("b", "Beta")

    def test_an_export_comes_back_after_the_data_were_deleted(self):
        values = {
            "text": "Zoë",
            "level": "high",
            "until": date(2027, 1, 31),
            "internal": "x",
            "other": RelationValue(getUtility(IIntIds).getId(self.page)),
            "file": text_file(),
        }
        self.store(self.portal["b"], **values)
        text = self.export()
        for name in ("a", "b"):
            del self.portal[name].__annotations__[KEY]
        transaction.commit()
        self.do_import(text, SITE_OWNER_NAME)
        stored = self.stored(self.portal["b"])
        self.assertEqual(self.page, stored.pop("other").to_object)
        file = stored.pop("file")
        self.assertEqual((b"Hello", "hello.txt"), (file.data, file.filename))
        simple = ("text", "level", "until", "internal")
        self.assertEqual({name: values[name] for name in simple}, stored)
        self.assertEqual({"text": "old"}, self.stored(self.portal["a"]))
        self.assertEqual(json.loads(text), json.loads(self.export()))

    def test_the_dry_run_lists_and_stores_nothing(self):
        browser = self.send(self.document(("a", {"text": "new", "level": "high"})))
        self.assertEqual([["/a", "Text Level"]], self.changed(browser))
        self.assertEqual({"text": "old"}, self.stored(self.portal["a"]))

    def test_the_pages_are_linked(self):
        browser = self.send(self.document(("a", {"text": "new"})))
        browser.getLink("/a").click()
        self.assertEqual(self.portal["a"].absolute_url(), browser.url)

    def test_the_import_says_what_it_did(self):
        browser = self.do_import(self.document(("a", {"text": "new"}), ("gone", {})))
        self.assertIn("What was done", browser.contents)
        self.assertEqual([["/a", "Text"]], self.changed(browser))
        self.assertEqual(
            [["/gone", "There is no such page that you may view."]],
            self.left(browser),
        )
        self.assertEqual({"text": "new"}, self.stored(self.portal["a"]))

    def test_what_was_looked_at_last_is_imported(self):
        browser = self.send(self.document(("a", {"text": "new"})))
        self.send(self.document(("b", {"text": "other"})), browser=browser)
        self.assertEqual([["/b", "Text"]], self.changed(browser))
        self.say_yes(browser)
        self.assertEqual({"text": "other"}, self.stored(self.portal["b"]))
        self.assertEqual({"text": "old"}, self.stored(self.portal["a"]))

    def test_the_dry_run_has_the_values_before_and_after(self):
        values = {"text": "new", "level": "high", "until": "2027-01-31", "other": None}
        browser = self.send(self.document(("a", values), ("b", {"level": "low"})))
        expected = [
            ["/a", "Text", "old", "new"],
            ["Level", "(empty)", "Urgent"],
            ["Until", "(empty)", "Jan 31, 2027"],
            ["Other page", "(empty)", "(empty) It differs, but looks the same here."],
            ["/b", "Level", "(empty)", "Not urgent"],
        ]
        self.assertEqual(expected, self.changes(browser))
        self.assertEqual(expected, self.changes(self.say_yes(browser)))

    def test_long_values_are_shown_where_they_differ(self):
        same = "x" * 500
        self.store(self.portal["a"], text=f"{same}1")
        transaction.commit()
        browser = self.send(self.document(("a", {"text": f"{same}2 <b>"})))
        ((_path, _title, before, after),) = self.changes(browser)
        self.assertEqual(f"… {'x' * 40}1", before)
        self.assertEqual(f"… {'x' * 40}2 &lt;b&gt;", after)

    def test_what_was_changed_after_the_dry_run_is_not_overwritten(self):
        text = self.document(("a", {"text": "new"}), ("b", {"text": "new"}))
        browser = self.send(text)
        self.store(self.portal["a"], text="of somebody else")
        self.store(self.portal["b"], text="of somebody else")
        transaction.commit()
        self.say_yes(browser)
        reason = "These data were changed after you looked at them."
        self.assertEqual([["/a", reason], ["/b", reason]], self.left(browser))
        for name in ("a", "b"):
            stored = self.stored(self.portal[name])
            self.assertEqual({"text": "of somebody else"}, stored)

    def test_cancel_forgets_the_file(self):
        browser = self.send(self.document(("a", {"text": "new"})))
        browser.getControl("Cancel").click()
        self.assertTrue(browser.url.endswith("form-data-controlpanel"))
        transaction.begin()
        self.assertEqual([], list(IAnnotations(self.portal)[IMPORTS]))
        self.assertEqual({"text": "old"}, self.stored(self.portal["a"]))

    def test_a_page_that_moved_is_found_by_its_uid_another_by_its_path(self):
        uid = self.portal["a"].UID()
        records = [
            {"path": "/gone", "uid": uid, "values": {"text": "moved"}},
            {"path": "/b", "uid": "unknown", "values": {"text": "new site"}},
        ]
        self.do_import(json.dumps({"form": "notes", "key": KEY, "pages": records}))
        self.assertEqual({"text": "moved"}, self.stored(self.portal["a"]))
        self.assertEqual({"text": "new site"}, self.stored(self.portal["b"]))

    def test_all_are_told_as_after_a_save(self):
        modified = self.portal["a"].modified()
        with saved_events() as saved:
            self.do_import(self.document(("a", {"text": "new"}), ("b", {"text": "b"})))
        self.assertEqual([("a", ["text"]), ("b", ["text"])], saved)
        self.assertLess(modified, self.portal["a"].modified())

    def test_what_is_there_already_is_not_written(self):
        text = self.export()
        modified = self.portal["a"].modified()
        with saved_events() as saved:
            browser = self.send(text)
            self.assertNotIn('value="Import"', browser.contents)
            self.assertIn("have these data already 1", text_of(browser.contents))
            self.assertEqual([], self.changed(browser))
        self.assertEqual([], saved)
        self.assertEqual(modified, self.portal["a"].modified())

    def test_fields_that_the_file_lacks_stay(self):
        self.do_import(self.document(("a", {"level": "low"})))
        stored = self.stored(self.portal["a"])
        self.assertEqual({"text": "old", "level": "low"}, stored)


class TestRefused(ImportTestCase):
    """What can't be imported is told, and all others are imported."""

    def setUp(self):
        super().setUp()
        self.add_page("a", text="old")
        self.add_page("b")

    def assert_refused(self, reason, values, user="siteadmin"):
        text = self.document(("a", values), ("b", {"text": "new"}))
        browser = self.do_import(text, user)
        self.assertEqual([["/a", reason]], self.left(browser))
        self.assertEqual({"text": "old"}, self.stored(self.portal["a"]))
        self.assertEqual({"text": "new"}, self.stored(self.portal["b"]))

    def test_a_value_that_the_field_refuses(self):
        self.assert_refused(
            "Level : Constraint not satisfied", {"text": "new", "level": "<i>"}
        )

    def test_a_value_of_another_type(self):
        self.assert_refused(
            "Until : This is not what the export writes for such a field.",
            {"text": "new", "until": "tomorrow"},
        )

    def test_a_relation_to_a_page_that_is_not_there(self):
        self.assert_refused(
            "Other page : There is no page with the UID unknown that you may see.",
            {"text": "new", "other": "unknown"},
        )

    def test_a_field_that_the_form_lacks(self):
        self.assert_refused(
            "colour : There is no field “colour”.", {"text": "new", "colour": "red"}
        )

    def test_a_field_that_the_user_may_not_change(self):
        self.assert_refused(
            "Internal : You may not change this field.",
            {"text": "new", "internal": "x"},
        )

    def test_a_page_that_the_user_may_not_edit(self):
        self.portal["a"].manage_permission("Modify portal content", ["Owner"])
        self.portal["a"].manage_delLocalRoles([SITE_OWNER_NAME])
        transaction.commit()
        self.assert_refused("You may not edit these data.", {"text": "new"})

    def test_a_page_that_the_user_may_not_view(self):
        self.hide("a", "View")
        self.assert_refused("There is no such page that you may view.", {"text": "new"})

    def test_a_page_that_somebody_else_has_locked(self):
        ILockable(self.portal["a"]).lock()
        transaction.commit()
        self.assert_refused("Somebody else has locked the page.", {"text": "new"})

    def test_a_page_with_something_else_in_the_annotation(self):
        IAnnotations(self.portal["a"])[KEY] = "text"
        transaction.commit()
        text = self.document(("a", {"text": "new"}), ("b", {"text": "new"}))
        ((path, reason),) = self.left(self.do_import(text))
        self.assertEqual("/a", path)
        self.assertTrue(reason.startswith("“Notes” can't be saved: "), reason)
        self.assertEqual("text", IAnnotations(self.portal["a"])[KEY])
        self.assertEqual({"text": "new"}, self.stored(self.portal["b"]))

    def test_reasons_are_translated(self):
        language = getUtility(IRegistry).forInterface(
            ILanguageSchema, prefix="plone", check=False
        )
        language.available_languages = ["es"]
        language.default_language = "es"
        transaction.commit()
        text = self.document(("a", {"internal": "x", "colour": "red"}))
        browser = self.send(text, "Mostrar qué cambiaría")
        self.assertEqual(
            [
                "/a",
                "Internal : No puede cambiar este campo."
                " colour : No existe el campo «colour».",
            ],
            table(browser, "Páginas que se dejan como están")[0],
        )

    def test_values_that_do_not_fit_together(self):
        self.register("warnings", WarningsForm, **OPTIONS)
        text = self.document(("a", {"level": "high"}), form="warnings")
        browser = self.send(text)
        self.assertEqual([["/a", "What is urgent?"]], self.left(browser))
        text = self.document(("a", {"level": "high", "text": "!"}), form="warnings")
        self.assertEqual([["/a", "Level Text"]], self.changed(self.send(text)))


class TestWrongFiles(ImportTestCase):
    """A file that is no export: one message, and nothing is stored."""

    def test_is_refused(self):
        record = {"path": "/page", "uid": "", "values": {"text": "new"}}
        no_json = "The file is no JSON document."
        no_export = "The file is no export of form data."
        for text, message in (
            (b"", "Please choose a file."),
            (b"\xff", no_json),
            (b"{", no_json),
            (b"[" * 100_000, no_json),
            (b'{"form": "notes", "pages": [NaN]}', no_json),
            ("[]", no_export),
            ("{}", no_export),
            ('{"form": 1, "pages": []}', no_export),
            ('{"form": "notes", "pages": {}}', no_export),
            ('{"form": "notes", "pages": [1]}', no_export),
            (self.document(("page", [])), no_export),
            (
                json.dumps({"form": "notes", "pages": [record, {**record, "uid": 1}]}),
                no_export,
            ),
            (self.document(form="gone"), "This site has no form “gone”."),
            (self.document(form=None), "This site has no form “”."),
        ):
            with self.subTest(text=text[:50]):
                browser = self.send(text)
                self.assertIn(message, browser.contents)
                self.assertIsNone(self.stored())


class TestPermission(ImportTestCase):
    """Who may import, and how."""

    def test_others_do_not_open_the_page(self):
        for user in ("editor", "reader", None):
            browser = self.open(VIEW, user)
            self.assertTrue(self.refused(browser), user)

    def test_others_import_nothing(self):
        for user, stored in (
            ("editor", None),
            ("reader", None),
            (None, None),
            ("siteadmin", {"text": "new"}),
        ):
            with self.subTest(user=user):
                self.post(user, _authenticator=self.token(user))
                self.assertEqual(stored, self.stored())

    def test_another_admin_does_not_import_it(self):
        self.portal.acl_users.userFolderAddUser(
            "other", PASSWORD, ["Site Administrator", "Member"], []
        )
        transaction.commit()
        browser = self.post("other", _authenticator=self.token("other"))
        self.assertIn("This import has ended.", browser.contents)
        self.assertIsNone(self.stored())

    def test_nothing_is_imported_before_somebody_says_yes(self):
        more = {"_authenticator": self.token("siteadmin"), "import": None}
        browser = self.post("siteadmin", **more)
        self.assertNotIn("What was done", browser.contents)
        self.assertIsNone(self.stored())

    def test_nothing_is_imported_without_a_token(self):
        for more in ({}, {"_authenticator": "wrong"}):
            browser = self.post("siteadmin", **more)
            self.assertEqual("403 Forbidden", browser.headers["status"])
            self.assertIsNone(self.stored())

    def test_a_get_imports_nothing(self):
        browser = self.open(f"{VIEW}?import=1&continue={self.looked_at()}&file=x")
        self.assertNotIn("What was done", browser.contents)
        self.assertIsNone(self.stored())

    def test_looking_writes_nothing(self):
        self.assertNotIn("Confirming User Action", self.open(VIEW).contents)

    def test_is_linked(self):
        for view in ("form-data-controlpanel", "form-data-pages?form=notes"):
            browser = self.open(view)
            browser.getLink(url=VIEW).click()
            self.assertIn("Import form data", browser.contents)

    def token(self, user):
        """Return a token that is good for the user."""
        if user is None:
            logout()
        else:
            login(self.portal, user)
        return createToken()

    def looked_at(self):
        """Return the identifier of an import that the admin has looked at."""
        browser = self.send(self.document(("page", {"text": "new"})))
        return browser.getControl(name="continue").value

    def post(self, user, **more):
        """Send what the second step of the admin's import sends."""
        fields = {"import": "1", "continue": self.looked_at(), **more}
        sent = {name: value for name, value in fields.items() if value is not None}
        browser = self.browser(user)
        browser.post(f"{self.portal.absolute_url()}/@@{VIEW}", urlencode(sent))
        return browser


class TestKept(ImportTestCase):
    """What is stored, but is no field of the form, stays, and hinders nothing."""

    def setUp(self):
        super().setUp()
        self.add_page("a", publish=True, text="old")
        # Of another form with the same key, and of fields of yesterday.
        self.others = {"colour": "red", "email": ["a"], "gone": {"b": 1}, "none": None}
        annotation_storage(self.portal["a"], KEY).update(self.others)
        transaction.commit()

    def exported(self):
        browser = self.open("form-data-download?form=notes&format=json")
        return browser.contents

    def kept(self, browser):
        return table(browser, "Values that stay as they are")

    def test_an_export_that_is_imported_unchanged(self):
        before = self.stored(self.portal["a"])
        browser = self.send(self.exported())
        self.assertEqual([], self.left(browser))
        self.assertEqual([], self.changed(browser))
        self.assertEqual([["/a", ", ".join(self.others)]], self.kept(browser))
        self.assertEqual(before, self.stored(self.portal["a"]))

    def test_the_rest_is_imported(self):
        document = json.loads(self.exported())
        values = document["pages"][0]["values"]
        values.update(text="new", colour="blue")
        browser = self.send(json.dumps(document))
        self.assertEqual([["/a", "Text"]], self.changed(browser))
        self.assertEqual([["/a", ", ".join(self.others)]], self.kept(browser))
        self.say_yes(browser)
        self.assertEqual([["/a", ", ".join(self.others)]], self.kept(browser))
        self.assertEqual({"text": "new", **self.others}, self.stored(self.portal["a"]))

    def test_a_page_that_is_left_out_for_another_reason(self):
        text = self.document(("a", {"colour": "red", "level": "none"}))
        browser = self.send(text)
        self.assertEqual([], self.kept(browser))
        ((_path, reason),) = self.left(browser)
        self.assertIn("Level", reason)
        self.assertNotIn("colour", reason)

    def test_what_the_page_lacks_too_is_refused(self):
        text = self.document(("a", {"text": "new", "size": 1}))
        ((_path, reason),) = self.left(self.send(text))
        self.assertEqual("size : There is no field “size”.", reason)
        self.assertEqual("old", self.stored(self.portal["a"])["text"])
