from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationStorageMixin
from collective.annotationforms import schema_view
from collective.annotationforms.fields.default import ask_once
from collective.annotationforms.forms.storagefield import field_of_storage
from collective.annotationforms.tests import sampleforms
from collective.annotationforms.tests.layers import IntegrationTestCase
from plone.app.contenttypes.interfaces import IDocument
from z3c.form import field
from z3c.form.form import EditForm
from z3c.form.interfaces import IDataManager
from z3c.form.widget import ComputedWidgetAttribute
from zope import schema
from zope.component import getGlobalSiteManager
from zope.component import getMultiAdapter
from zope.interface import Interface
from zope.interface import provider
from zope.schema.interfaces import IContextAwareDefaultFactory
from zope.schema.interfaces import IContextSourceBinder
from zope.schema.vocabulary import SimpleVocabulary


seen = []
asked = []


@provider(IContextAwareDefaultFactory)
def factory(context):
    seen.append(context)
    asked.append(context)
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


class TestFactory(IntegrationTestCase):
    """What a factory has given is kept for the form, and for nobody else."""

    def setUp(self):
        super().setUp()
        self.form = ComputedForm(self.page, self.request)
        self.form.update()
        self.field = self.form.fields["made"].field
        del asked[:]

    def test_is_not_called_again(self):
        self.form.update()
        self.form.updateWidgets()
        storage = self.form.getContent()
        for made in (IComputed["made"], self.field):
            manager = getMultiAdapter((storage, made), IDataManager)
            self.assertEqual("from a factory", manager.get())
        self.assertEqual("from a factory", self.field.bind(storage).default)
        self.assertEqual("from a factory", self.field.default)
        self.assertEqual([], asked)

    def test_is_called_again_for_a_storage_without_a_form(self):
        storage = annotation_storage(self.page, "form_annotation_storage")
        view = schema_view(storage, IComputed)
        self.assertEqual(["from a factory"] * 2, [view.made, view.made])
        self.assertEqual(2, len(asked))

    def test_is_called_for_the_page_of_another_storage(self):
        other = self.portal["private-page"]
        storage = annotation_storage(other, "form_annotation_storage")
        made = field_of_storage(self.field, storage)
        ask_once(made, storage)
        self.assertEqual("from a factory", made.default)
        self.assertEqual([other], asked)

    def test_a_list_that_is_changed_in_place_is_that_of_the_caller(self):
        class ILists(Interface):
            tags = schema.List(title="Tags", defaultFactory=list, required=False)

        storage = annotation_storage(self.page, "example.lists")
        tags = field_of_storage(ILists["tags"], storage)
        ask_once(tags, storage)
        tags.default.append("a")
        self.assertEqual([], tags.default)
