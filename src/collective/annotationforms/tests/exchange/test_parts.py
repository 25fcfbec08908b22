"""An import of many pages: in parts, within limits that an admin sets."""

from collective.annotationforms.exchange.importing import read_document
from collective.annotationforms.exchange.limits import import_limit
from collective.annotationforms.exchange.limits import PREFIX
from collective.annotationforms.exchange.pending import begin_import
from collective.annotationforms.exchange.pending import KEY
from collective.annotationforms.exchange.pending import MAX_AGE
from collective.annotationforms.exchange.pending import pending_import
from collective.annotationforms.exchange.portable import portable
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.tests.admin import text_file
from collective.annotationforms.tests.exchange.test_importing import ImportTestCase
from collective.annotationforms.tests.exchange.test_importing import saved_events
from collective.annotationforms.tests.exchange.test_importing import text_of
from collective.annotationforms.tests.exchange.test_importing import VIEW
from collective.annotationforms.tests.matrix.page import FormPage
from collective.annotationforms.tests.matrix.page import multipart
from datetime import datetime
from datetime import timezone
from plone.app.testing import login
from plone.app.testing import logout
from plone.app.testing import SITE_OWNER_NAME
from plone.locking.interfaces import ILockable
from plone.protect.authenticator import createToken
from plone.registry.interfaces import IRegistry
from zope.annotation.interfaces import IAnnotations
from zope.component import getUtility

import re
import transaction


PAGES = 5
NAMES = [f"p{number}" for number in range(PAGES)]


class PartsTestCase(ImportTestCase):
    """Five pages, two of which are imported in a request."""

    def setUp(self):
        super().setUp()
        for name in NAMES:
            self.add_page(name)
        self.set_limit("records_in_part", 2)
        pages = [(name, {"text": f"new {name}"}) for name in NAMES]
        self.text = self.document(*pages)

    def set_limit(self, name, value):
        getUtility(IRegistry)[f"{PREFIX}.{name}"] = value
        transaction.commit()

    def texts(self):
        """Return what is stored on the pages that have data."""
        found = {name: self.stored(self.portal[name]) for name in NAMES}
        return {name: values["text"] for name, values in found.items() if values}

    def expected(self, number):
        return {name: f"new {name}" for name in NAMES[:number]}

    def left_over(self):
        """Return the imports that are kept."""
        transaction.begin()
        return list(IAnnotations(self.portal).get(KEY, {}))

    def begin(self, text=None, user="siteadmin"):
        """Return the browser after the first part."""
        return self.do_import(text or self.text, user)

    def counts(self, browser):
        found = re.findall(r"(?s)<dd>(\d+)</dd>", browser.contents)
        return [int(count) for count in found]

    def form(self, browser):
        """Return address and fields of the form for the next part."""
        page = FormPage.document_of(browser.contents)
        form = page.get_element_by_id("form-data-next")
        return form.get("action"), form.form_values()

    def post(self, action, fields, user="siteadmin"):
        browser = self.browser(user)
        browser.post(action, *multipart(fields))
        return browser


class TestInParts(PartsTestCase):
    """Each request does a part, and what is done stays done."""

    def test_goes_on_until_all_is_done(self):
        browser = self.begin()
        self.assertEqual(self.expected(2), self.texts())
        self.assertEqual([2, 0, 3], self.counts(browser))
        self.assertIn('aria-valuenow="40"', browser.contents)
        browser.getControl("Continue").click()
        self.assertEqual(self.expected(4), self.texts())
        browser.getControl("Continue").click()
        self.assertEqual(self.expected(5), self.texts())
        self.assertIn("Finished.", browser.contents)
        self.assertEqual([5, 0, 0], self.counts(browser))
        self.assertEqual([], self.left_over())

    def test_the_dry_run_keeps_one_file_of_each_user(self):
        for user in ("siteadmin", "siteadmin", SITE_OWNER_NAME):
            browser = self.send(self.text, browser=self.open(VIEW, user))
            self.assertEqual(PAGES, len(self.changed(browser)))
        self.assertEqual(2, len(self.left_over()))

    def test_a_dry_run_does_not_end_an_import_that_goes_on(self):
        browser = self.begin()
        self.send(self.text)
        browser.getControl("Continue").click()
        self.assertEqual(self.expected(4), self.texts())

    def test_what_changes_nothing_is_not_kept(self):
        self.send(self.document(("gone", {"text": "new"})))
        self.assertEqual([], self.left_over())

    def test_a_file_for_one_request_is_not_kept_afterwards(self):
        self.set_limit("records_in_part", PAGES)
        with saved_events() as saved:
            browser = self.begin()
        self.assertIn("What was done", browser.contents)
        self.assertEqual(PAGES, len(saved))
        self.assertEqual([], self.left_over())

    def test_stops(self):
        browser = self.begin()
        browser.getControl("Stop").click()
        self.assertIn("Stopped.", browser.contents)
        self.assertEqual(self.expected(2), self.texts())
        self.assertEqual([2, 0, 3], self.counts(browser))
        self.assertEqual([], self.left_over())

    def test_what_is_left_as_it_is_is_told_at_the_end(self):
        pages = [(name, {"text": "new"}) for name in NAMES]
        pages[0] = ("p0", {"text": 1})
        pages[3] = ("gone", {"text": "new"})
        browser = self.begin(self.document(*pages))
        ILockable(self.portal["p4"]).lock()
        transaction.commit()
        browser.getControl("Continue").click()
        browser.getControl("Continue").click()
        self.assertEqual(
            [
                ["/p0", "Text : This is not what the export writes for such a field."],
                ["/gone", "There is no such page that you may view."],
                ["/p4", "Somebody else has locked the page."],
            ],
            self.left(browser),
        )
        self.assertEqual([2, 3, 0], self.counts(browser))
        self.assertEqual({"p1": "new", "p2": "new"}, self.texts())

    def test_a_part_that_is_sent_twice_writes_once(self):
        browser = self.begin()
        action, fields = self.form(browser)
        with saved_events() as saved:
            for _time in range(2):
                self.post(action, fields)
        self.assertEqual([("p2", ["text"]), ("p3", ["text"])], saved)

    def test_large_parts(self):
        # Memory is freed on the way, after each hundred.
        self.set_limit("records_in_part", 150)
        pages = [
            (name, {"text": f"{number}", "file": portable(text_file())})
            for number in range(50)
            for name in NAMES
        ]
        browser = self.begin(self.document(*pages))
        self.assertEqual([150, 0, 100], self.counts(browser))
        browser.getControl("Continue").click()
        self.assertEqual([250, 0, 0], self.counts(browser))
        self.assertEqual(dict.fromkeys(NAMES, "49"), self.texts())

    def test_files_come_along(self):
        data = portable(text_file(b"\xff" * 1000))
        self.begin(self.document(*[(name, {"file": data}) for name in NAMES]))
        self.assertEqual(b"\xff" * 1000, self.stored(self.portal["p1"])["file"].data)


class TestWho(PartsTestCase):
    """Nobody else goes on with an import."""

    def test_others_do_not(self):
        action, fields = self.form(self.begin())
        for user in (SITE_OWNER_NAME, "editor", None):
            fields = [pair for pair in fields if pair[0] != "_authenticator"]
            self.post(action, [*fields, ("_authenticator", self.token(user))], user)
            self.assertEqual(self.expected(2), self.texts())
            self.assertEqual(1, len(self.left_over()))

    def test_nobody_without_a_token(self):
        action, fields = self.form(self.begin())
        fields = [pair for pair in fields if pair[0] != "_authenticator"]
        for more in ([], [("stop", "1")], [("_authenticator", "wrong")]):
            browser = self.post(action, [*fields, *more])
            self.assertEqual("403 Forbidden", browser.headers["status"])
        self.assertEqual(self.expected(2), self.texts())
        self.assertEqual(1, len(self.left_over()))

    def test_not_by_get(self):
        _action, fields = self.form(self.begin())
        query = "&".join(f"{name}={value}" for name, value in fields)
        self.open(f"{VIEW}?{query}")
        self.assertEqual(self.expected(2), self.texts())

    def test_an_import_that_has_ended(self):
        browser = self.begin()
        action, fields = self.form(browser)
        browser.getControl("Stop").click()
        browser = self.post(action, fields)
        self.assertIn("This import has ended.", browser.contents)
        self.assertEqual(self.expected(2), self.texts())

    def test_wrong_input(self):
        action, fields = self.form(self.begin())
        for wrong in (
            [("start", "9" * 5000)],
            [("start", "-1")],
            [("start", "99")],
            [("start", "1"), ("start", "2")],
            [("done", "²"), ("total", "x")],
            [("total", "9" * 5000)],
            [("continue", "1"), ("continue", "2")],
            [("continue", "é")],
        ):
            names = {name for name, _value in wrong}
            kept = [pair for pair in fields if pair[0] not in names]
            browser = self.post(action, [*kept, *wrong])
            self.assertEqual("200 OK", browser.headers["status"], wrong)

    def token(self, user):
        """Return a token that is good for the user."""
        if user is None:
            logout()
        else:
            is_owner = user == SITE_OWNER_NAME
            login(self.portal.aq_parent if is_owner else self.portal, user)
        return createToken()


class TestLimits(PartsTestCase):
    """A file over a limit is refused at once, and the sentence says by which."""

    def test_bytes(self):
        self.set_limit("max_bytes", len(self.text) - 1)
        browser = self.send(self.text)
        self.assertIn(
            f"The file has {len(self.text)} bytes, and {len(self.text) - 1} are the"
            " limit. Somebody who manages the site can change it in the configuration"
            " registry: collective.annotationforms.imports.max_bytes",
            self.content(browser),
        )
        self.set_limit("max_bytes", len(self.text))
        self.assertEqual(PAGES, len(self.changed(self.send(self.text))))

    def test_records(self):
        self.set_limit("max_records", PAGES - 1)
        browser = self.send(self.text)
        message = "The file has data of 5 pages, and 4 are the limit."
        self.assertIn(message, self.content(browser))
        self.assertEqual([], self.changed(browser))
        self.set_limit("max_records", PAGES)
        self.assertEqual(PAGES, len(self.changed(self.send(self.text))))

    def test_a_limit_that_was_lowered_counts_for_the_import_too(self):
        browser = self.send(self.text)
        self.set_limit("max_records", 1)
        self.say_yes(browser)
        self.assertIn("1 are the limit", browser.contents)
        self.assertEqual({}, self.texts())

    def test_a_site_that_was_not_upgraded_has_them_too(self):
        for name in ("max_bytes", "max_records", "records_in_part"):
            del getUtility(IRegistry).records[f"{PREFIX}.{name}"]
        transaction.commit()
        self.assertEqual(100, import_limit("records_in_part"))
        self.assertEqual(PAGES, len(self.changed(self.send(self.text))))

    def test_reasons_are_not_more_than_people_read(self):
        values = {f"name{number}": 1 for number in range(100)}
        ((_path, reasons),) = self.left(self.send(self.document(("p0", values))))
        self.assertEqual(50, reasons.count("There is no field"))

    def test_tables_are_not_longer_than_people_read(self):
        missing = [(f"gone{number}", {}) for number in range(600)]
        browser = self.send(self.document(*missing))
        self.assertEqual(500, len(self.left(browser)))
        self.assertIn("and not listed: 100", text_of(browser.contents))


class TestPending(PartsTestCase):
    """What is kept between the parts."""

    def begun(self, user="siteadmin"):
        form = getUtility(IRegisteredForm, name="notes")
        document = read_document(self.text.encode(), [form])
        return begin_import(self.portal, user, document)

    def test_a_part_has_its_records_only(self):
        pending = self.begun()
        found = (pending.total, pending.number_of_parts, pending.name)
        self.assertEqual((PAGES, 3, "notes"), found)
        form = getUtility(IRegisteredForm, name="notes")
        parts = [pending.document(form, number) for number in range(3)]
        paths = [[record["path"] for record in part.records] for part in parts]
        self.assertEqual([["/p0", "/p1"], ["/p2", "/p3"], ["/p4"]], paths)

    def test_what_nobody_has_ended_is_deleted_after_a_day(self):
        old = self.begun()
        imports = IAnnotations(self.portal)[KEY]
        imports[old.identifier]["begun"] = datetime.now(timezone.utc) - MAX_AGE * 2
        new = self.begun(SITE_OWNER_NAME)
        self.assertEqual([new.identifier], list(imports))

    def test_is_found_by_who_has_begun(self):
        pending = self.begun()
        found = pending_import(self.portal, "siteadmin", pending.identifier)
        self.assertEqual(pending.identifier, found.identifier)
        for user, name in (
            ("editor", pending.identifier),
            ("siteadmin", "other"),
            ("siteadmin", [pending.identifier]),
        ):
            with self.assertRaises(LookupError):
                pending_import(self.portal, user, name)
