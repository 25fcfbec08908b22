"""The history of a page says which form was saved."""

from collective.annotationforms.registry import form_of
from collective.annotationforms.saving.changenote import KEY as NOTE
from collective.annotationforms.saving.save import saving
from collective.annotationforms.tests.admin import AdminTestCase
from collective.annotationforms.tests.admin import KEY
from plone.registry.interfaces import IRegistry
from zope.annotation.interfaces import IAnnotations
from zope.component import getUtility

import transaction


class TestHistory(AdminTestCase):
    """What editors read in the history of the page."""

    def setUp(self):
        super().setUp()
        self.page = self.add_page("a", "Alpha", publish=True)

    def comments(self):
        """Return the comments of the versions, the last one first."""
        transaction.begin()
        repository = self.portal.portal_repository
        history = repository.getHistoryMetadata(self.portal["a"])
        return [
            history.retrieve(number)["metadata"]["sys_metadata"]["comment"]
            for number in reversed(range(history.getLength(countPurged=False)))
        ]

    def save(self, **values):
        browser = self.open("notes", "editor", self.page)
        for label, value in values.items():
            browser.getControl(label).value = value
        browser.getControl("Save").click()

    def test_a_save_in_the_form(self):
        self.save(Text="one")
        self.assertEqual("Form data edited: Notes", self.comments()[0])

    def test_a_deletion(self):
        self.save(Text="one")
        browser = self.open(f"form-data-delete?key={KEY}", "editor", self.page)
        browser.getControl("Delete").click()
        self.assertEqual("Form data deleted: Notes", self.comments()[0])

    def test_an_edit_of_the_page_itself_is_as_ever(self):
        self.save(Text="one")
        browser = self.open("edit", "editor", self.page)
        browser.getControl("Title").value = "Other"
        browser.getControl("Save").click()
        self.assertNotIn("Form data", self.comments()[0] or "")

    def test_is_in_the_language_of_the_site(self):
        getUtility(IRegistry)["plone.default_language"] = "en"
        transaction.commit()
        self.save(Text="one")
        self.assertEqual("Form data edited: Notes", self.comments()[0])

    def test_a_type_without_versions_of_its_own_gets_none(self):
        repository = self.portal.portal_repository
        repository.removePolicyFromContentType("Document", "at_edit_autoversion")
        transaction.commit()
        before = self.comments()
        self.save(Text="one")
        self.assertEqual(before, self.comments())

    def test_a_note_that_was_typed_stays(self):
        request = self.layer["request"]
        IAnnotations(request)[NOTE] = "Typed"
        page = self.portal["a"]
        form = form_of(page, KEY)
        storage = form.storage(page)
        with saving(storage, form):
            storage["text"] = "one"
        transaction.commit()
        self.assertEqual("Typed", IAnnotations(request)[NOTE])
        self.assertEqual("Typed", self.comments()[0])

    def test_the_tab_leads_to_the_history(self):
        self.save(Text="one")
        browser = self.open("form-data", "editor", self.page)
        browser.getLink("History of the page").click()
        self.assertIn("Form data edited: Notes", browser.contents)

    def test_not_for_who_may_not_see_it(self):
        self.portal.manage_permission("CMFEditions: Access previous versions", [])
        transaction.commit()
        contents = self.open("form-data", "editor", self.page).contents
        self.assertNotIn("History of the page", contents)
