"""Forms on what is no content: comments, for example, or objects without a catalog."""

from BTrees.OOBTree import OOBTree
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationView
from collective.annotationforms.storage.value import identity
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.pages import BarePage
from collective.annotationforms.tests.pages import database
from OFS.Folder import Folder
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from plone.supermodel import model
from zope import schema
from zope.annotation.interfaces import IAnnotations
from zope.annotation.interfaces import IAttributeAnnotatable
from zope.interface import alsoProvides

import transaction


KEY = "example.anywhere"
SENTENCE = "The data of this form can't be used here."


class IAnything(model.Schema):
    text = schema.TextLine(title="Text", required=False)
    model.fieldset("more", label="More", fields=["number"])
    number = schema.Int(title="Number", required=False)


class AnyForm(AnnotationEditForm):
    schema = IAnything
    ANNOTATION_STORAGE_KEY = KEY
    permission = "cmf.ManagePortal"

    def nextURL(self):
        return self.context.absolute_url() + "/@@any-view"


class AnyView(AnnotationView):
    schema = IAnything
    ANNOTATION_STORAGE_KEY = KEY
    permission = "cmf.ManagePortal"


class TestObjects(FunctionalTestCase):
    """The form works where there are annotations; else it says so."""

    key = KEY

    def setUp(self):
        super().setUp()
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        self.register_view("any", AnyForm)
        self.register_view("any-view", AnyView)

    def folder(self, *interfaces):
        self.portal._setObject("ofs", Folder("ofs"))
        alsoProvides(self.portal["ofs"], *interfaces)
        return self.portal["ofs"]

    def open(self, context, view="any"):
        transaction.commit()
        browser = self.browser()
        browser.open(f"{context.absolute_url()}/@@{view}")
        self.assertIn("200", browser.headers["status"], browser.contents)
        return browser

    def check_works(self, context):
        browser = self.open(context)
        browser.getControl("Text").value = "Zoë"
        browser.getControl("Save").click()
        self.assertIn("200", browser.headers["status"], browser.contents)
        self.assertEqual({"text": "Zoë"}, self.stored(context))
        browser = self.open(context)
        browser.getControl("Text").value = "Ada"
        browser.getControl("Save").click()
        self.assertEqual("Ada", self.stored(context)["text"])
        self.assertIn("Ada", self.open(context, "any-view").contents)

    def check_refuses(self, context):
        browser = self.open(context)
        self.assertIn(SENTENCE, browser.contents)
        self.assertNotIn("form.widgets.text", browser.contents)
        self.assertNotIn("form.widgets.number", browser.contents)
        self.assertNotIn("form.buttons.save", browser.contents)
        self.assertIn(SENTENCE, self.open(context, "any-view").contents)
        browser.post(
            f"{context.absolute_url()}/@@any",
            "form.widgets.text=Zoe&form.buttons.save=Save",
        )
        self.assertIn(SENTENCE, browser.contents)
        browser.open(f"{context.absolute_url()}/@@any/++widget++text/@@download")
        self.assertIn("404", browser.headers["status"])

    def test_an_object_that_is_not_cataloged(self):
        self.check_works(self.folder(IAttributeAnnotatable))

    def test_an_object_without_annotations(self):
        self.check_refuses(self.folder())

    def test_what_is_compared_of_an_object_without_a_path(self):
        with database() as connection:
            connection.root.page = page = BarePage()
            transaction.commit()
            before = identity(page)
            connection.cacheMinimize()
            del page
            self.assertEqual(before, identity(connection.root.page))

    def test_something_else_than_a_mapping(self):
        for stored in (OOBTree(a=1), ["text"], "text"):
            with self.subTest(type(stored)):
                IAnnotations(self.page)[KEY] = stored
                self.check_refuses(self.page)
