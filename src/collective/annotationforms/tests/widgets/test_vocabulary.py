from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.tests.layers import FunctionalTestCase
from html import unescape
from plone.app.z3cform.widgets.select import AjaxSelectFieldWidget
from plone.autoform import directives
from plone.supermodel import model
from plone.z3cform.layout import wrap_form
from zope import schema
from zope.interface import provider
from zope.schema.interfaces import IContextSourceBinder
from zope.schema.vocabulary import SimpleVocabulary

import json
import re


@provider(IContextSourceBinder)
def names(page):
    return SimpleVocabulary.fromValues([page.getId(), page.aq_parent.getId()])


class ITagged(model.Schema):
    tags = schema.Tuple(title="Tags", value_type=schema.TextLine(), required=False)
    directives.widget(
        "tags", AjaxSelectFieldWidget, vocabulary="plone.app.vocabularies.Roles"
    )

    model.fieldset("more", label="More", fields=["state", "places", "guarded"])
    state = schema.Choice(
        title="State",
        vocabulary="plone.app.vocabularies.WorkflowStates",
        required=False,
    )
    directives.widget("state", AjaxSelectFieldWidget)
    places = schema.List(
        title="Places", value_type=schema.Choice(source=names), required=False
    )
    directives.widget("places", AjaxSelectFieldWidget)
    guarded = schema.Choice(
        title="Guarded", vocabulary="plone.app.vocabularies.Roles", required=False
    )
    directives.widget("guarded", AjaxSelectFieldWidget)
    directives.write_permission(guarded="cmf.ManagePortal")


class TaggedForm(AnnotationEditForm):
    schema = ITagged


class TestVocabulary(FunctionalTestCase):
    """AJAX vocabularies answer for the form's fields to whoever may use the form."""

    def setUp(self):
        super().setUp()
        for name, view in (("tagged", TaggedForm), ("wrapped", wrap_form(TaggedForm))):
            self.register_view(name, view)

    def address(self, name, view="tagged"):
        """Return the address that the form gives to the widget's JavaScript."""
        browser = self.browser()
        browser.open(f"{self.url}/@@{view}")
        pattern = rf'<[^>]*data-pat-select2="([^"]*)"[^>]*name="form.widgets.{name}"'
        other = rf'<[^>]*name="form.widgets.{name}"[^>]*data-pat-select2="([^"]*)"'
        match = re.search(pattern, browser.contents) or re.search(
            other, browser.contents
        )
        return json.loads(unescape(match[1]))["vocabularyUrl"]

    def terms(self, address, user="editor", query=""):
        browser = self.browser(user)
        browser.open(f"{address}?query={query}")
        return [item["id"] for item in json.loads(browser.contents)["results"]]

    def test_answers_whoever_may_edit(self):
        for view in ("tagged", "wrapped"):
            with self.subTest(view=view):
                self.assertIn("Manager", self.terms(self.address("tags", view)))
                self.assertIn("private", self.terms(self.address("state", view)))
                self.assertEqual(
                    ["page", "plone"], self.terms(self.address("places", view))
                )

    def test_answers_nobody_else(self):
        for name in ("tags", "state", "places"):
            for user in (None, "reader"):
                with self.subTest(field=name, user=user):
                    browser = self.browser(user)
                    browser.open(self.address(name))
                    self.assertNotIn('"results"', browser.contents)

    def test_respects_the_write_permission_of_a_field(self):
        address = self.address("guarded")
        self.assertIn("Manager", self.terms(address, user="admin"))
        browser = self.browser("editor")
        browser.open(address)
        self.assertNotIn('"results"', browser.contents)
