"""Reverting a page writes no value that the user may not write."""

from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.tests.admin import AdminTestCase
from collective.annotationforms.tests.admin import GUARDED
from collective.annotationforms.tests.admin import GuardedForm
from collective.annotationforms.tests.admin import OPTIONS
from collective.annotationforms.tests.admin import text_file
from persistent.mapping import PersistentMapping
from plone.app.testing import SITE_OWNER_NAME
from plone.namedfile.field import NamedBlobFile
from plone.supermodel import model
from zope.annotation.interfaces import IAnnotations

import transaction


LATER = {name: f"{value} later" for name, value in GUARDED.items()}
# What an editor may write of it.
OPEN = ("open", "unseen", "secret")
STAYING = ("settled", "internal")


class IManaged(model.Schema):
    file = NamedBlobFile(title="File", required=False)


class RevertTestCase(AdminTestCase):
    """A page with a version, and data that are other ones now."""

    key = GuardedForm.ANNOTATION_STORAGE_KEY

    def save(self):
        """Save a version; return its number."""
        self.portal.portal_repository.save(self.page)
        transaction.commit()
        return self.page.version_id

    def revert(self, number, user="editor"):
        """Revert the page in the list of its versions."""
        # Without a newer one, there is nothing to revert.
        self.save()
        browser = self.browser(user)
        browser.open(f"{self.url}/@@versions_history_form")
        self.form_of(browser, number).submit()
        self.assertIn("has been reverted", browser.contents)
        transaction.begin()

    def form_of(self, browser, number):
        for index in range(browser.contents.count("@@revertversion")):
            form = browser.getForm(action=r"@@revertversion$", index=index)
            if form.getControl(name="version_id").value == str(number):
                return form
        return self.fail(f"no form to revert to {number}")


class TestGuardedFields(RevertTestCase):
    """Fields that the editor may not change, in a form that she may edit."""

    def register_form(self):
        """Let ZCML know the form; without it, a view of the page has it."""
        self.register("guarded", GuardedForm, **OPTIONS | {"title": "Guarded"})

    def setUp(self):
        super().setUp()
        self.register_form()

    def test_an_editor_gets_back_what_she_may_write(self):
        self.store(**GUARDED)
        number = self.save()
        self.store(**LATER)
        self.revert(number)
        expected = {name: GUARDED[name] for name in OPEN}
        self.assertEqual(LATER | expected, self.stored())

    def test_a_manager_gets_back_all(self):
        self.store(**GUARDED)
        number = self.save()
        self.store(**LATER)
        self.revert(number, SITE_OWNER_NAME)
        self.assertEqual(GUARDED, self.stored())

    def test_what_the_version_lacks_stays_if_she_may_not_write_it(self):
        self.store(open="x")
        number = self.save()
        self.store(**LATER)
        self.revert(number)
        expected = {name: LATER[name] for name in STAYING}
        self.assertEqual({"open": "x"} | expected, self.stored())

    def test_what_the_page_lacks_does_not_come_back_if_she_may_not_write_it(self):
        self.store(**GUARDED)
        number = self.save()
        self.forget()
        self.revert(number)
        self.assertEqual({name: GUARDED[name] for name in OPEN}, self.stored())

    def test_nothing_comes_back_if_she_may_write_nothing(self):
        self.store(settled="s", internal="i")
        number = self.save()
        self.forget()
        self.revert(number)
        self.assertIsNone(self.stored())

    def test_values_that_no_field_has_are_for_managers(self):
        self.store(open="x", old="old")
        number = self.save()
        self.store(open="y", old="new", more="more")
        self.revert(number)
        expected = {"open": "x", "old": "new", "more": "more"}
        self.assertEqual(expected, self.stored())
        self.revert(number, SITE_OWNER_NAME)
        self.assertEqual({"open": "x", "old": "old"}, self.stored())

    def test_other_mappings_and_other_things_take_no_data_away(self):
        annotations = IAnnotations(self.page)
        for live in (PersistentMapping(LATER), dict(LATER)):
            for versioned in (dict(GUARDED), PersistentMapping(GUARDED), ["x"]):
                with self.subTest(live=type(live), versioned=type(versioned)):
                    annotations[self.key] = versioned
                    number = self.save()
                    annotations[self.key] = live
                    transaction.commit()
                    self.revert(number)
                    stored = dict(annotations[self.key])
                    for name in STAYING:
                        self.assertEqual(LATER[name], stored[name])

    def test_names_that_no_field_can_have_do_not_open_the_rest(self):
        annotations = IAnnotations(self.page)
        annotations[self.key] = PersistentMapping(GUARDED | {"a b": 1})
        number = self.save()
        annotations[self.key] = PersistentMapping(LATER | {"a b": 2})
        transaction.commit()
        self.revert(number)
        stored = dict(annotations[self.key])
        self.assertEqual(2, stored["a b"])
        self.assertEqual(LATER["internal"], stored["internal"])

    def test_a_role_that_she_had_on_the_page_does_not_count(self):
        self.page.manage_setLocalRoles("editor", ["Manager"])
        self.store(**GUARDED)
        number = self.save()
        self.page.manage_delLocalRoles(["editor"])
        self.store(**LATER)
        self.revert(number)
        for name in STAYING:
            self.assertEqual(LATER[name], self.stored()[name])


class TestGuardedFieldsOfUnregisteredForm(TestGuardedFields):
    """The same without ZCML of ours: the form is just a view."""

    def register_form(self):
        self.register_view("guarded", GuardedForm)


class TestFormsOfManagers(RevertTestCase):
    """Forms that the editor may not edit at all."""

    key = "example.managed"

    def managed(self, **attributes):
        attributes = {
            "schema": IManaged,
            "ANNOTATION_STORAGE_KEY": self.key,
        } | attributes
        return type("ManagedForm", (AnnotationEditForm,), attributes)

    def check_data_stay(self):
        self.store(file=text_file(b"first"))
        number = self.save()
        self.store(file=text_file(b"second"))
        self.revert(number)
        self.assertEqual(b"second", self.stored()["file"].data)
        self.forget()
        self.revert(number)
        self.assertIsNone(self.stored())
        self.revert(number, SITE_OWNER_NAME)
        self.assertEqual(b"first", self.stored()["file"].data)

    def test_registered(self):
        options = OPTIONS | {"permission": "cmf.ManagePortal"}
        self.register("managed", self.managed(), **options)
        self.check_data_stay()

    def test_a_view_with_a_permission(self):
        form = self.managed(permission="cmf.ManagePortal")
        self.register_view("managed", form)
        self.check_data_stay()

    def test_data_without_a_form(self):
        self.check_data_stay()

    def test_the_rest_of_the_page_is_reverted(self):
        self.page.title = "First"
        self.store(file=text_file(b"first"))
        annotation_storage(self.page, "example.notes")["text"] = "first"
        number = self.save()
        self.page.title = "Second"
        annotation_storage(self.page, "example.notes")["text"] = "second"
        self.revert(number)
        self.assertEqual("First", self.page.title)
        self.assertEqual(
            "first", annotation_storage(self.page, "example.notes")["text"]
        )
