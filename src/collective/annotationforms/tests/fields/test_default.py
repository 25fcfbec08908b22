from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationStorageMixin
from collective.annotationforms.tests import sampleforms
from collective.annotationforms.tests.layers import IntegrationTestCase
from plone.app.contenttypes.interfaces import IDocument
from z3c.form import field
from z3c.form.form import EditForm
from z3c.form.widget import ComputedWidgetAttribute
from zope import schema
from zope.component import getGlobalSiteManager
from zope.interface import Interface
from zope.interface import provider
from zope.schema.interfaces import IContextAwareDefaultFactory
from zope.schema.interfaces import IContextSourceBinder
from zope.schema.vocabulary import SimpleVocabulary


seen = []


@provider(IContextAwareDefaultFactory)
def factory(context):
    seen.append(context)
    return "from a factory"


@provider(IContextSourceBinder)
def source(context):
    seen.append(context)
    return SimpleVocabulary.fromValues([context.getId()])


class IComputed(Interface):
    made = schema.TextLine(title="Made", defaultFactory=factory, required=False)
    fixed = schema.TextLine(title="Fixed", default="fixed", required=False)
    place = schema.Choice(title="Place", source=source, required=False)


class ComputedForm(AnnotationStorageMixin, EditForm):
    fields = field.Fields(IComputed)
    ASSIGN_INTERFACES = (sampleforms.IFirst,)


class TestDefault(IntegrationTestCase):
    """Defaults are shown for fields never stored and are computed for the page."""

    def setUp(self):
        super().setUp()
        del seen[:]

    def shown(self, **stored):
        annotation_storage(self.page, "form_annotation_storage").update(stored)
        form = ComputedForm(self.page, self.request)
        form.update()
        return {name: widget.value for name, widget in form.widgets.items()}

    def register_default(self, **discriminators):
        default = ComputedWidgetAttribute(
            lambda adapter: f"for {adapter.context.getId()}", **discriminators
        )
        registry = getGlobalSiteManager()
        registry.registerAdapter(default, name="default")
        self.addCleanup(registry.unregisterAdapter, default, name="default")

    def test_factories_and_sources_get_the_page(self):
        shown = self.shown()
        self.assertEqual("from a factory", shown["made"])
        self.assertTrue(seen)
        for context in seen:
            self.assertTrue(IDocument.providedBy(context), context)

    def test_a_value_from_a_source_that_needs_the_page(self):
        self.assertEqual(["page"], self.shown(place="page")["place"])

    def test_stored_empty_is_not_replaced(self):
        shown = self.shown(made=None, fixed="")
        self.assertEqual("", shown["made"])
        self.assertEqual("", shown["fixed"])

    def test_a_default_registered_for_any_form(self):
        self.register_default(field=IComputed["fixed"])
        self.assertEqual("for page", self.shown()["fixed"])

    def test_a_default_registered_for_the_page(self):
        self.register_default(context=IDocument, field=IComputed["fixed"])
        self.assertEqual("for page", self.shown()["fixed"])
        self.assertEqual("", self.shown(fixed=None)["fixed"])

    def test_a_default_registered_for_the_marker_does_not_return_either(self):
        default = ComputedWidgetAttribute(
            lambda adapter: "for the marker",
            context=sampleforms.IFirst,
            field=IComputed["fixed"],
        )
        registry = getGlobalSiteManager()
        registry.registerAdapter(default, name="default")
        self.addCleanup(registry.unregisterAdapter, default, name="default")
        self.assertEqual("for the marker", self.shown()["fixed"])
        self.assertEqual("", self.shown(fixed=None)["fixed"])

    def test_the_fields_of_the_form_class_are_left_alone(self):
        self.shown()
        self.assertIs(IComputed["made"], ComputedForm.fields["made"].field)
        self.assertIsNone(ComputedForm.fields["made"].showDefault)
        self.assertNotIn("storage", vars(IComputed["made"]))
