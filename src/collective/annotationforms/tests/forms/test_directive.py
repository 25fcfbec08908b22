from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationStorageMixin
from collective.annotationforms.interfaces import IAnnotationFormsLayer
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.registry import forms_of_page
from collective.annotationforms.registry import registered_forms
from collective.annotationforms.testing import registered_form
from collective.annotationforms.tests import sampleforms
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.layers import IntegrationTestCase
from plone.app.contenttypes.interfaces import IDocument
from plone.app.contenttypes.interfaces import IFolder
from z3c.form.form import EditForm
from zope import schema
from zope.component import getUtility
from zope.component import queryMultiAdapter
from zope.component import queryUtility
from zope.configuration import xmlconfig
from zope.configuration.config import ConfigurationConflictError
from zope.configuration.exceptions import ConfigurationError
from zope.interface import Interface
from zope.interface.verify import verifyObject
from zope.publisher.browser import TestRequest
from zope.publisher.interfaces.browser import IDefaultBrowserLayer

import collective.annotationforms.tests


MODULE = "collective.annotationforms.tests.forms.test_directive"
ZCML = """\
<configure
    xmlns="http://namespaces.zope.org/zope"
    xmlns:annotationforms="http://namespaces.plone.org/annotationforms"
    i18n_domain="test">
  <include package="collective.annotationforms" file="meta.zcml" />
  {}
</configure>
"""
FORM = """
  <annotationforms:form
      name="{name}"
      class="{class_}"
      for="plone.app.contenttypes.interfaces.{for_}"
      title="Notes"
      permission="{permission}"
      />
"""


class IMore(Interface):
    """A second schema."""

    extra = schema.TextLine(title="Extra", required=False)


class NotesForm(AnnotationEditForm):
    schema = sampleforms.ISmall
    additionalSchemata = (IMore,)
    label = "Notes"
    ANNOTATION_STORAGE_KEY = "example.notes"
    ASSIGN_INTERFACES = (sampleforms.IFirst,)


class OtherForm(NotesForm):
    """The same key."""


class NoSchema(AnnotationEditForm):
    ANNOTATION_STORAGE_KEY = "example.notes"


class NoKey(NotesForm):
    ANNOTATION_STORAGE_KEY = ""


class NoTuple(NotesForm):
    ASSIGN_INTERFACES = sampleforms.IFirst


class MixedForm(AnnotationStorageMixin, EditForm):
    """No form of plone.autoform, but it has a schema."""

    schema = sampleforms.ISmall


OPTIONS = {
    "for_": IDocument,
    "title": "Notes",
    "permission": "cmf.ModifyPortalContent",
}


def directive(
    name="notes",
    class_="NotesForm",
    for_="IDocument",
    permission="cmf.ModifyPortalContent",
):
    """Return ZCML that registers a form of this module."""
    class_ = f"{MODULE}.{class_}"
    return FORM.format(name=name, class_=class_, for_=for_, permission=permission)


class TestRefused(IntegrationTestCase):
    """What stops Zope from starting, and where the message points to."""

    def load(self, *directives):
        # Nothing is registered: the actions that do so come after what is tested.
        context = xmlconfig.ConfigurationMachine()
        xmlconfig.registerCommonDirectives(context)
        context.package = collective.annotationforms.tests
        xmlconfig.string(ZCML.format("".join(directives)), context, "forms.zcml")

    def assertRefused(self, message, *directives, error=ConfigurationError):
        with self.assertRaisesRegex(error, message) as caught:
            self.load(*directives)
        self.assertIn('File "forms.zcml", line 7', str(caught.exception))

    def test_a_class_that_is_no_form(self):
        self.assertRefused("is no form on a storage", directive(class_="IMore"))

    def test_a_form_without_a_schema(self):
        self.assertRefused("has no schema", directive(class_="NoSchema"))

    def test_a_form_without_a_key(self):
        self.assertRefused("An annotation key is a string", directive(class_="NoKey"))

    def test_markers_that_are_no_tuple(self):
        self.assertRefused("A tuple of interfaces", directive(class_="NoTuple"))

    def test_an_unknown_permission(self):
        self.assertRefused("my.unknown", directive(permission="my.unknown"))

    def test_two_forms_with_one_name(self):
        self.assertRefused(
            "Conflicting configuration actions",
            directive(),
            directive(class_="MixedForm", for_="IFolder"),
            error=ConfigurationConflictError,
        )

    def test_two_forms_with_one_key_for_the_same_pages(self):
        self.assertRefused(
            "Conflicting configuration actions",
            directive(),
            directive(name="other", class_="OtherForm"),
            error=ConfigurationConflictError,
        )

    def test_a_form_without_a_title(self):
        without = directive().replace('title="Notes"', "")
        self.assertRefused("Missing parameter: *'title'", without)

    def test_nothing_of_these_was_registered(self):
        self.assertIsNone(queryUtility(IRegisteredForm, name="notes"))


class TestRegistered(IntegrationTestCase):
    """What the directive makes."""

    def setUp(self):
        super().setUp()
        registration = registered_form("notes", NotesForm, **OPTIONS)
        self.form = registration.__enter__()
        self.addCleanup(registration.__exit__, None, None, None)

    def test_the_registry_knows_the_form(self):
        verifyObject(IRegisteredForm, self.form)
        self.assertIs(self.form, getUtility(IRegisteredForm, name="notes"))
        self.assertEqual("example.notes", self.form.key)
        self.assertEqual(sampleforms.ISmall, self.form.schema)
        self.assertEqual(["name", "count", "extra"], list(self.form.fields))
        self.assertEqual("cmf.ModifyPortalContent", self.form.view_permission)
        self.assertEqual("notes-view", self.form.view_name)

    def test_gives_the_storage_that_the_form_has(self):
        storage = self.form.storage(self.page)
        self.assertTrue(sampleforms.IFirst.providedBy(storage))
        storage["name"] = "Ada"
        form = NotesForm(self.page, self.request)
        self.assertEqual({"name": "Ada"}, dict(form.getContent()))

    def test_is_a_form_of_these_pages_and_this_layer_only(self):
        self.portal.invokeFactory("Folder", "folder")
        self.assertIn(self.form, registered_forms(self.request))
        self.assertIn(self.form, forms_of_page(self.page, self.request))
        self.assertNotIn(self.form, forms_of_page(self.portal["folder"], self.request))
        self.assertNotIn(self.form, registered_forms(TestRequest()))

    def test_is_gone_afterwards(self):
        with registered_form("more", MixedForm, **OPTIONS | {"for_": IFolder}) as more:
            self.assertEqual({"name", "count"}, set(more.fields))
        self.assertIsNone(queryUtility(IRegisteredForm, name="more"))
        for name in ("more", "more-view"):
            self.assertIsNone(queryMultiAdapter((self.portal, self.request), name=name))


class TestPages(FunctionalTestCase):
    """The edit page and the read-only page."""

    key = "example.notes"

    def register(self, **options):
        registration = registered_form("notes", NotesForm, **OPTIONS | options)
        registration.__enter__()
        self.addCleanup(registration.__exit__, None, None, None)

    def status(self, view, user=None):
        browser = self.browser(user)
        browser.open(f"{self.url}/@@{view}")
        if "/login" in browser.url:
            return "login"
        return browser.headers["status"]

    def test_what_is_saved_is_shown(self):
        self.register(description="What to keep in mind.")
        browser = self.browser("editor")
        browser.open(f"{self.url}/@@notes")
        browser.getControl("Name").value = "Zoë"
        browser.getControl("Extra").value = "<b>"
        browser.getControl("Save").click()
        self.assertEqual({"name": "Zoë", "extra": "<b>"}, self.stored())
        browser.open(f"{self.url}/@@notes-view")
        content = self.content(browser)
        for expected in ("Notes</h1>", "What to keep in mind.", "Zoë", "&lt;b&gt;"):
            self.assertIn(expected, content)

    def test_the_data_is_not_public_unless_it_is_said(self):
        self.register()
        for view in ("notes", "notes-view"):
            self.assertEqual("login", self.status(view))
            self.assertEqual("200 OK", self.status(view, "editor"))

    def test_another_permission_to_view(self):
        self.register(view_permission="zope2.View")
        self.assertEqual("login", self.status("notes"))
        self.assertEqual("200 OK", self.status("notes-view"))

    def test_another_layer(self):
        self.register(layer=IDefaultBrowserLayer)
        self.assertEqual("200 OK", self.status("notes", "editor"))

    def test_the_layer_of_the_add_on_by_default(self):
        self.register()
        registered = getUtility(IRegisteredForm, name="notes")
        self.assertEqual(IAnnotationFormsLayer, registered.layer)
