"""Whose data are under a key: registered forms, classes, and what is left."""

from collective.annotationforms.registry import form_of
from collective.annotationforms.registry import LeftOver
from collective.annotationforms.registry import UnregisteredForm
from collective.annotationforms.testing import registered_form
from collective.annotationforms.tests import sampleforms
from collective.annotationforms.tests.layers import IntegrationTestCase
from plone.app.contenttypes.interfaces import IDocument
from plone.app.contenttypes.interfaces import IFolder
from plone.dexterity.interfaces import IDexterityContent
from zope.schema import getFieldNamesInOrder

import gc


KEY = "example.registry"


class EditForm(sampleforms.SettingsForm):
    ANNOTATION_STORAGE_KEY = KEY
    COPY_DATA = False
    NOTIFY_CONTENT = False
    RESPECT_LOCK = False
    VERSION_POLICY = "independent"


class View(sampleforms.SettingsView):
    """Of the same data, and without a word on copies."""

    ANNOTATION_STORAGE_KEY = KEY


class OpenForm(sampleforms.SettingsForm):
    ANNOTATION_STORAGE_KEY = KEY


OPTIONS = {"title": "Example", "permission": "cmf.ModifyPortalContent"}


def settings(form):
    return (
        form.copy_data,
        form.version_policy,
        form.notify_content,
        form.respect_lock,
    )


DEFAULTS = (True, "versioned", True, True)


class TestFormOf(IntegrationTestCase):
    """One form for the data under a key of a page, whatever is known of it."""

    def test_classes_count_where_no_form_is_registered(self):
        form = form_of(self.page, KEY)
        self.assertIsInstance(form, UnregisteredForm)
        self.assertLessEqual({EditForm, OpenForm, View}, set(form.classes))
        self.assertEqual((False, "independent", False, False), settings(form))
        self.assertEqual(EditForm.ASSIGN_INTERFACES, form.markers)
        self.assertEqual(getFieldNamesInOrder(EditForm.schema), list(form.fields))
        self.assertTrue(form.is_known)

    def test_a_registered_form_decides_for_its_key(self):
        with registered_form("example", OpenForm, for_=IDocument, **OPTIONS) as form:
            self.assertIs(form, form_of(self.page, KEY))
            self.assertEqual(DEFAULTS, settings(form))
            # On pages of other types, too: a page may have changed.
            self.assertIs(form, form_of(self.portal, KEY))

    def test_the_form_for_the_most_specific_interface(self):
        general = registered_form("all", EditForm, for_=IDexterityContent, **OPTIONS)
        special = registered_form("zdocuments", OpenForm, for_=IDocument, **OPTIONS)
        other = registered_form("folders", EditForm, for_=IFolder, **OPTIONS)
        with general, special as form, other:
            self.assertIs(form, form_of(self.page, KEY))

    def test_a_class_that_is_gone_has_no_say(self):
        key = "example.gone"
        members = {"ANNOTATION_STORAGE_KEY": key, "COPY_DATA": False}
        gone = type("Gone", (sampleforms.SettingsForm,), members)
        self.assertFalse(form_of(self.page, key).copy_data)
        del gone
        gc.collect()
        self.assertTrue(form_of(self.page, key).copy_data)

    def test_a_key_that_is_computed_is_nobodys(self):
        computed = property(lambda form: KEY)
        members = {"ANNOTATION_STORAGE_KEY": computed}
        form = type("Computed", (sampleforms.SettingsForm,), members)
        self.assertNotIn(form, form_of(self.page, KEY).classes)

    def test_what_is_left_is_a_form_without_fields(self):
        form = form_of(self.page, "example.no-form")
        self.assertEqual(LeftOver("example.no-form"), form)
        self.assertEqual("example.no-form", form.title)
        self.assertEqual({}, form.fields)
        self.assertEqual(DEFAULTS, settings(form))
        self.assertFalse(form.is_known)
        form.storage(self.page)["name"] = "Ada"
        self.assertEqual({"name": "Ada"}, dict(self.stored("example.no-form")))
