from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationStorageMixin
from collective.annotationforms.tests import sampleforms
from collective.annotationforms.tests.layers import IntegrationTestCase
from plone.app.contenttypes.content import Document
from plone.app.contenttypes.interfaces import IDocument
from typing import ClassVar
from z3c.form import field
from z3c.form import util
from z3c.form.form import EditForm
from z3c.form.validator import InvariantsValidator
from z3c.form.validator import SimpleFieldValidator
from z3c.form.validator import WidgetsValidatorDiscriminators
from z3c.form.validator import WidgetValidatorDiscriminators
from zope import schema
from zope.component import getGlobalSiteManager
from zope.interface import alsoProvides
from zope.interface import Interface
from zope.interface import Invalid
from zope.interface import invariant

import copy


class IRange(Interface):
    low = schema.Int(title="Low", default=10, required=False)
    high = schema.Int(title="High", required=False)
    other = schema.Int(title="Other", default=5)

    @invariant
    def low_is_below_high(data):
        if data.high is not None and data.low > data.high:
            raise Invalid(f"{data.low} is above {data.high}.")

    @invariant
    def other_is_set(data):
        if data.other != 5:
            raise Invalid(f"Other is {data.other}.")


class RangeForm(AnnotationStorageMixin, EditForm):
    fields = field.Fields(IRange)
    ignoreContext = False


class PartOfRangeForm(RangeForm):
    fields = field.Fields(IRange).select("high")


class TestInvariants(IntegrationTestCase):
    """Invariants see input, else what is stored, else the default."""

    def errors(self, form_class, **typed):
        self.request.method = self.request.environ["REQUEST_METHOD"] = "POST"
        self.request.REQUEST_METHOD = "POST"
        for name, value in typed.items():
            self.request.form[f"form.widgets.{name}"] = value
        form = form_class(self.page, self.request)
        form.update()
        return [error.message for error in form.extractData()[1]]

    def store(self, **values):
        annotation_storage(self.page, "form_annotation_storage").update(values)

    def test_a_storage_never_saved_with_fields_omitted(self):
        self.assertEqual(["10 is above 9."], self.errors(PartOfRangeForm, high="9"))
        self.assertEqual([], self.errors(PartOfRangeForm, high="11"))

    def test_stored_values_come_before_defaults(self):
        self.store(low=20, other=6)
        self.assertEqual(
            ["20 is above 11.", "Other is 6."], self.errors(PartOfRangeForm, high="11")
        )

    def test_input_comes_before_stored_values(self):
        self.store(low=20)
        self.assertEqual([], self.errors(RangeForm, low="1", high="2", other="5"))

    def test_invalid_input_on_a_storage_never_saved(self):
        self.assertEqual(
            ["The entered value is not a valid integer literal.", "10 is above 1."],
            self.errors(RangeForm, low="many", high="1", other="5"),
        )

    def test_missing_input_on_a_storage_never_saved(self):
        self.assertEqual(
            ["Required input is missing."], self.errors(RangeForm, low="1", high="1")
        )


class NoAda(SimpleFieldValidator):
    """For the marker IFirst."""

    def validate(self, value, force=False):
        super().validate(value, force)
        if value == "Ada":
            raise Invalid("Not Ada.")


class OtherForm(sampleforms.PlainEditForm):
    """The same schema, another marker."""

    ASSIGN_INTERFACES = (sampleforms.ISecond,)


class TestMarkers(IntegrationTestCase):
    """A validator registered for a marker runs for the forms with that marker."""

    def messages(self, form_class):
        self.request.REQUEST_METHOD = "POST"
        self.request.form["form.widgets.name"] = "Ada"
        form = form_class(self.page, self.request)
        form.update()
        return [error.message for error in form.extractData()[1]]

    def test_runs_for_its_own_form_only(self):
        WidgetValidatorDiscriminators(
            NoAda, context=sampleforms.IFirst, field=sampleforms.ISmall["name"]
        )
        registry = getGlobalSiteManager()
        registry.registerAdapter(NoAda)
        self.addCleanup(registry.unregisterAdapter, NoAda)
        self.assertEqual(["Not Ada."], self.messages(sampleforms.PlainEditForm))
        self.assertEqual([], self.messages(OtherForm))
        self.assertEqual([], self.messages(sampleforms.PlainForm))


class Recorder(SimpleFieldValidator):
    """Written as for any form on a page; records what it is given."""

    seen: ClassVar = []

    def validate(self, value, force=False):
        super().validate(value, force)
        self.seen.append((self.context, value))


class RefusesAll(SimpleFieldValidator):
    """Refuses what it validates at all: changed values."""

    def validate(self, value, force=False):
        field = self.field
        self.field = copy.copy(field)
        self.field.constraint = lambda value: False
        super().validate(value, force)


class AttributeForm(EditForm):
    """The same schema on attributes of the page."""

    fields = field.Fields(sampleforms.ISmall)


class TestValidatorsForPages(IntegrationTestCase):
    """A validator registered for the page serves both kinds of form unchanged."""

    def setUp(self):
        super().setUp()
        del Recorder.seen[:]
        alsoProvides(self.page, sampleforms.ISmall)
        self.page.name, self.page.count = "attribute", 1
        storage = annotation_storage(self.page, "form_annotation_storage")
        storage.update(name="stored", count=2)

    def register(self, factory, decorate=WidgetValidatorDiscriminators, **for_):
        decorate(factory, **for_)
        registry = getGlobalSiteManager()
        registry.registerAdapter(factory)
        self.addCleanup(registry.unregisterAdapter, factory)

    def messages(self, form_class, **typed):
        self.request.REQUEST_METHOD = "POST"
        for name, value in typed.items():
            self.request.form[f"form.widgets.{name}"] = value
        form = form_class(self.page, self.request)
        form.update()
        return [error.message for error in form.extractData()[1]]

    def test_has_the_page_for_context(self):
        self.register(Recorder, context=IDocument, field=sampleforms.ISmall["name"])
        for form_class in (AttributeForm, sampleforms.PlainEditForm):
            self.messages(form_class, name="Ada", count="5")
        self.assertEqual([(self.page, "Ada"), (self.page, "Ada")], Recorder.seen)
        for context, _value in Recorder.seen:
            self.assertTrue(IDocument.providedBy(context))

    def test_is_found_for_the_class_of_the_page(self):
        self.register(Recorder, context=Document, field=sampleforms.ISmall["name"])
        self.messages(sampleforms.PlainEditForm, name="Ada")
        self.assertEqual([(self.page, "Ada")], Recorder.seen)

    def test_is_found_without_a_context(self):
        self.register(Recorder, field=sampleforms.ISmall["name"])
        self.messages(sampleforms.PlainEditForm, name="Ada")
        self.assertEqual([(self.page, "Ada")], Recorder.seen)

    def test_unchanged_is_what_the_form_stores(self):
        self.register(RefusesAll, context=IDocument, field=sampleforms.ISmall["name"])
        refused = ["Constraint not satisfied"]
        for form_class, own, other in (
            (AttributeForm, "attribute", "stored"),
            (sampleforms.PlainEditForm, "stored", "attribute"),
        ):
            with self.subTest(form=form_class):
                self.assertEqual([], self.messages(form_class, name=own))
                self.assertEqual(refused, self.messages(form_class, name=other))

    def test_the_marker_wins(self):
        self.register(RefusesAll, context=IDocument, field=sampleforms.ISmall["name"])
        self.register(
            Recorder, context=sampleforms.IFirst, field=sampleforms.ISmall["name"]
        )
        self.assertEqual([], self.messages(sampleforms.PlainEditForm, name="Ada"))
        ((context, _value),) = Recorder.seen
        self.assertTrue(sampleforms.IFirst.providedBy(context))
        self.assertEqual(self.page, context.__parent__)

    def test_a_manager_registered_for_the_page(self):
        class Manager(InvariantsValidator):
            def validateObject(self, obj):
                return (Invalid(f"{self.context.getId()} {obj.name} {obj.count}"),)

        self.register(
            Manager,
            WidgetsValidatorDiscriminators,
            context=IDocument,
            schema=util.getSpecification(sampleforms.ISmall, force=True),
        )
        messages = self.messages(sampleforms.PlainEditForm, name="Ada", count="many")
        self.assertEqual("page Ada 2", messages[-1])

    def test_a_manager_registered_for_a_marker(self):
        class Manager(InvariantsValidator):
            def validateObject(self, obj):
                return (Invalid(f"{self.context.key} {obj.name} {obj.count}"),)

        self.register(
            Manager,
            WidgetsValidatorDiscriminators,
            context=sampleforms.IFirst,
            schema=util.getSpecification(sampleforms.ISmall, force=True),
        )
        del annotation_storage(self.page, "form_annotation_storage")["count"]
        messages = self.messages(sampleforms.PlainEditForm, name="Ada", count="many")
        self.assertEqual("form_annotation_storage Ada 3", messages[-1])
