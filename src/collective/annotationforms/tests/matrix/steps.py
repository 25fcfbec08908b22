"""The columns of the table: what each field type is put through."""

from collective.annotationforms.tests.matrix.case import StoredFile
from collective.annotationforms.tests.matrix.describe import described
from collective.annotationforms.tests.matrix.formkinds import NAMES
from collective.annotationforms.tests.matrix.page import FormPage
from collective.annotationforms.tests.matrix.page import multipart
from collective.annotationforms.tests.matrix.walk import WalkingTestCase
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from urllib.parse import quote
from zc.relation.interfaces import ICatalog
from zope.component import getUtility
from zope.intid.interfaces import IIntIds

import json
import transaction


#: What each kind of form says if there is nothing to save.
NO_CHANGES = {"edit": "Nothing was changed.", "wrapped": "No changes were applied."}


class FieldsTestCase(WalkingTestCase):
    """The steps, a method for each; see walk.STEPS."""

    def step_opens(self):
        if self.case.before is not None:
            self.store(**dict.fromkeys(NAMES, self.case.before))
        stored = self.stored()
        self.user.open(self.url)
        before = self.last_transaction()
        self.opened = {view: self.open(view, "") for view in self.forms}
        self.open("view", "")
        self.assertEqual(before, self.last_transaction())
        self.assertEqual(stored, self.stored())

    def step_default(self):
        shown = first(self.case.default_shown, self.case.cleared)
        for form in self.opened.values():
            self.assert_shows(form, shown)
        for found in self.displayed():
            self.assertIn(self.case.default_displayed, found)

    def step_untouched(self):
        before = self.last_transaction()
        self.send_untouched()
        self.assertEqual(before, self.last_transaction())

    def send_untouched(self):
        """Save the opened forms as they are."""
        for view, form in self.opened.items():
            self.send(form)
            self.assertIn(NO_CHANGES[view], self.user.contents)
            if view == "wrapped":
                self.opened[view] = self.form()

    def step_saved(self):
        self.fill(self.opened["edit"], self.case.typed)
        self.send(self.opened["edit"])
        self.assertIn("Changes saved.", self.user.contents)
        self.shown_after_save = self.displayed()
        self.assertEqual(self.both(self.case.stored), self.values())

    def step_restart(self):
        self.layer["app"]._p_jar.cacheMinimize()
        self.assertEqual(self.both(self.case.stored), self.values())

    def step_edit(self):
        shown = first(self.case.shown, self.case.typed)
        for view in self.forms:
            self.opened[view] = self.open(view)
            self.assert_shows(self.opened[view], shown)

    def step_display(self):
        for found in self.shown_after_save:
            self.assertIn(self.case.displayed, found)

    def step_kept(self):
        before = self.last_write()
        self.send_untouched()
        self.assertEqual(before, self.last_write())

    def step_refused(self):
        for form in self.opened.values():
            before = self.values()
            self.fill(form, self.case.bad)
            self.send(form)
            refused = self.form()
            self.assertIn("There were some errors.", self.user.contents)
            for name in NAMES:
                self.assertIn(self.case.message, refused.widget_html(name))
            self.assert_shows(refused, first(self.case.kept, self.case.bad))
            self.assertEqual(before, self.values())

    def step_inline(self):
        for view in self.forms:
            form = self.open(view)
            self.fill(form, self.case.typed)
            self.assertEqual(["", ""], self.inline(form))
            self.fill(form, self.case.bad)
            self.assertEqual([self.case.message] * 2, self.inline(form))

    def inline(self, form):
        """Return what inline validation says on both fields."""
        messages = []
        for name, fieldset in zip(NAMES, ([], [("fset", "0")]), strict=True):
            pairs = [*form.values(), ("fname", f"form.widgets.{name}"), *fieldset]
            pairs = [pair for pair in pairs if isinstance(pair[1], str)]
            body, content_type = multipart(pairs)
            self.user.post(
                f"{form.address}/@@z3cform_validate_field", body, content_type
            )
            self.check_status()
            messages.append(json.loads(self.user.contents)["errmsg"])
        return messages

    def step_merged(self):
        before = self.stored()
        for view in self.forms:
            form = self.open(view)
            self.forget("value")
            self.send(form, follow=False)
            kept = self.values()
            self.store(**before)
            self.assert_no_errors()
            self.assertEqual({"grouped": described(before["grouped"])}, kept)

    def assert_no_errors(self):
        if "There were some errors." in str(self.user.contents):
            page = FormPage.document_of(self.user.contents)
            self.fail(page.xpath("//form//*[contains(@class, 'error')]//text()"))

    def step_conflict(self):
        before = self.stored()
        for choice in ("theirs", "mine"):
            try:
                self.conflict(choice, before)
            finally:
                self.store(**before)

    def conflict(self, choice, before):
        form = self.open("edit")
        # Whatever the editor saw, it was something else than what is stored now.
        form.fill("form.widgets.value-shown", "another")
        self.fill(form, first(self.case.other, self.case.typed), names=["value"])
        self.forget("value")
        self.send(form)
        form = self.form()
        self.assertIn("has changed this field", form.widget_html("value"))
        self.assertNotIn("has changed", form.widget_html("grouped"))
        self.assertEqual({"grouped": described(before["grouped"])}, self.values())
        form.fill("form.widgets.value-conflict", choice)
        self.send(form, follow=False)
        self.assert_no_errors()
        expected = {"grouped": described(before["grouped"])}
        if choice == "mine":
            mine = first(self.case.other_stored, self.case.stored)
            expected["value"] = described(mine)
        self.assertEqual(expected, self.values())

    def step_cleared(self):
        before = self.stored()
        form = self.open("edit")
        self.fill(form, self.case.cleared)
        self.send(form)
        try:
            self.assertEqual(self.both(self.case.empty), self.values())
            for found in self.displayed():
                self.assertNotIn(self.case.displayed, found)
                if self.case.default_displayed:
                    self.assertNotIn(self.case.default_displayed, found)
            form = self.open("edit")
            self.assert_shows(form, first(self.case.empty_shown, self.case.cleared))
        finally:
            self.store(**before)

    def step_copied(self):
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        before = self.values()
        self.portal.manage_pasteObjects(self.portal.manage_copyObjects(["page"]))
        transaction.commit()
        copied = self.portal["copy_of_page"]
        self.assertEqual(before, self.values(copied))
        self.assertEqual(set(), self.oids(self.page) & self.oids(copied))
        self.portal.manage_delObjects(["copy_of_page"])
        transaction.commit()
        self.layer["app"]._p_jar.cacheMinimize()
        self.assertEqual(before, self.values())

    def step_versioned(self):
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        before = self.values()
        values = self.stored()
        repository = self.portal.portal_repository
        repository.save(self.page, comment="with data")
        number = self.page.version_id
        transaction.commit()
        self.forget()
        version = repository.retrieve(self.page, number).object
        try:
            found = self.data(version)
            found = {name: described(found[name]) for name in NAMES}
            self.assertEqual(before, found)
            repository.revert(self.page, number)
            transaction.commit()
            self.assertEqual(before, self.values())
        finally:
            transaction.abort()
            self.store(**values)

    def step_replaced(self):
        before = self.stored()
        form = self.open("edit")
        self.fill(form, self.case.other, names=["value"])
        self.fill(form, self.case.bad, names=["grouped"])
        self.send(form)
        self.assertIn("There were some errors.", self.user.contents)
        self.assertEqual(self.both(self.case.stored), self.values())
        form = self.form()
        self.fill(form, self.case.other, names=["grouped"])
        self.send(form)
        try:
            self.assertEqual(self.both(self.case.other_stored), self.values())
        finally:
            self.store(**before)

    def step_downloaded(self):
        for view in (*self.forms, "view"):
            allowed = view == "view"
            self.open(view)
            page = FormPage.document_of(self.user.contents)
            addresses = page.xpath("//article//a/@href | //article//img/@src")
            links = {address for address in addresses if "/@@download/" in address}
            self.assertEqual(len(NAMES), len(links), view)
            images = page.xpath('//article//img/@src[contains(., "++widget++")]')
            if "image" in file_in(self.case.stored).content_type:
                self.assertEqual(len(NAMES), len(images), view)
            for link in {*links, *images}:
                for browser in (self.user, *[self.browser(None)] * allowed):
                    browser.open(link)
                    self.assertEqual("200 OK", browser.headers["status"])
                    if link in links:
                        self.check_download(browser)
                    else:
                        self.assertIn("image/", browser.headers["content-type"])
                if not allowed:
                    self.check_refused(link)

    def check_download(self, browser):
        file = file_in(self.case.stored)
        headers = browser.headers
        contents = browser.contents
        if isinstance(contents, str):
            contents = contents.encode()
        self.assertEqual(file.data, contents)
        self.assertIn(file.content_type, headers["content-type"])
        self.assertIn(quote(file.filename), headers["content-disposition"])

    def check_refused(self, link):
        stranger = self.browser(None)
        stranger.followRedirects = False
        stranger.open(link)
        self.assertEqual("302 Found", stranger.headers["status"])
        self.assertIn("text/html", stranger.headers["content-type"])
        self.assertIn("/require_login?", stranger.headers["location"])

    def step_cataloged(self):
        self.assertEqual(["/plone/page"] * 2, self.sources())

    def sources(self):
        """Return the paths of the pages that the catalog knows as sources."""
        transaction.begin()
        query = {"to_id": getUtility(IIntIds).getId(self.portal["target-a"])}
        relations = getUtility(ICatalog).findRelations(query)
        return [relation.from_path for relation in relations]

    def step_page(self):
        before = self.values()
        self.user.open(f"{self.url}/@@edit")
        form = self.form()
        form.fill("form.widgets.IDublinCore.title", "Another title")
        self.send(form)
        self.assertIn("Changes saved", self.user.contents)
        self.assertEqual(before, self.values())
        self.assertEqual("Another title", self.page.title)
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        self.portal.manage_delObjects(["page"])
        transaction.commit()
        self.assertNotIn("page", self.portal)
        self.assertEqual([], self.sources())


def first(*values):
    """Return the first that is not None."""
    return next(value for value in values if value is not None)


def file_in(stored):
    """Return the file that is stored, or the one in the only row."""
    while not isinstance(stored, StoredFile):
        (row,) = stored
        stored = row["file"] if isinstance(row, dict) else row
    return stored
