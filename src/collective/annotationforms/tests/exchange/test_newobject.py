"""The factory that z3c.form would take for a new object, found without a request."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.exchange.newobject import new_object
from collective.annotationforms.interfaces import IAnnotationFormsLayer
from collective.annotationforms.testing import registered_form
from collective.annotationforms.tests.admin import OPTIONS
from collective.annotationforms.tests.layers import IntegrationTestCase
from collective.annotationforms.tests.matrix.objects import IPerson
from collective.annotationforms.tests.matrix.objects import Person
from plone.app.contenttypes.interfaces import IDocument
from plone.app.contenttypes.interfaces import INewsItem
from plone.app.z3cform.interfaces import IPloneFormLayer
from plone.browserlayer.utils import register_layer
from plone.supermodel import model
from z3c.form.interfaces import IEditForm
from z3c.form.interfaces import IObjectFactory
from z3c.form.interfaces import IObjectWidget
from z3c.form.interfaces import ITextWidget
from z3c.form.interfaces import IWidget
from z3c.form.object import getIfName
from zope import schema
from zope.component import getGlobalSiteManager
from zope.interface import Interface
from zope.interface import Invalid
from zope.publisher.interfaces.browser import IBrowserRequest
from zope.publisher.interfaces.browser import IDefaultBrowserLayer


class ISquad(model.Schema):
    leader = schema.Object(title="Leader", schema=IPerson, required=False)


class SquadForm(AnnotationEditForm):
    schema = ISquad
    ANNOTATION_STORAGE_KEY = "example.squad"


class OtherForm(SquadForm):
    """Not the form of the data."""


class IAddOnLayer(IDefaultBrowserLayer):
    """The layer of another add-on."""


class MadePerson(Person):
    """What the factory makes."""


def make_person(page, request, form, widget):
    return lambda values: MadePerson(values["name"].title())


class TestNewObject(IntegrationTestCase):
    """A factory is registered for page, request, form and widget."""

    def setUp(self):
        super().setUp()
        registration = registered_form("squad", SquadForm, **OPTIONS)
        form = registration.__enter__()
        self.addCleanup(registration.__exit__, None, None, None)
        self.storage = form.storage(self.page)

    def made(self, *required, stored=None):
        """Return what is made if a factory is registered for these interfaces."""
        registry, name = getGlobalSiteManager(), getIfName(IPerson)
        arguments = (make_person, required, IObjectFactory, name)
        registry.registerAdapter(*arguments)
        try:
            return new_object(ISquad["leader"], {"name": "zoë"}, self.storage, stored)
        finally:
            registry.unregisterAdapter(*arguments)

    def assert_found(self, *required):
        self.assertEqual("Zoë", self.made(*required).name)

    def assert_not_found(self, *required):
        with self.assertRaises(Invalid):
            self.made(*required)

    def test_of_the_page(self):
        self.assert_found(IDocument, IPloneFormLayer, IEditForm, IWidget)
        self.assert_not_found(INewsItem, IPloneFormLayer, IEditForm, IWidget)

    def test_of_a_layer_of_the_site(self):
        for layer in (IBrowserRequest, IDefaultBrowserLayer, IAnnotationFormsLayer):
            self.assert_found(Interface, layer, Interface, IWidget)
        self.assert_not_found(Interface, IAddOnLayer, Interface, IWidget)
        register_layer(IAddOnLayer, "example.addon")
        self.assert_found(Interface, IAddOnLayer, Interface, IWidget)

    def test_of_the_form(self):
        self.assert_found(Interface, Interface, SquadForm, IWidget)
        self.assert_not_found(Interface, Interface, OtherForm, IWidget)

    def test_of_the_widget(self):
        self.assert_found(Interface, Interface, Interface, IObjectWidget)
        self.assert_not_found(Interface, Interface, Interface, ITextWidget)

    def test_it_goes_before_the_class_of_what_is_stored(self):
        required = (Interface, Interface, Interface, IWidget)
        self.assertIs(MadePerson, type(self.made(*required, stored=Person("Ada"))))
        required = (INewsItem, Interface, Interface, IWidget)
        self.assertIs(Person, type(self.made(*required, stored=Person("Ada"))))
