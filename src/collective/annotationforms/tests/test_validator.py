from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationStorageMixin
from collective.annotationforms.tests import forms
from collective.annotationforms.tests.layers import IntegrationTestCase
from z3c.form import field
from z3c.form.form import EditForm
from z3c.form.validator import SimpleFieldValidator
from z3c.form.validator import WidgetValidatorDiscriminators
from zope import schema
from zope.component import getGlobalSiteManager
from zope.interface import Interface
from zope.interface import Invalid
from zope.interface import invariant


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


class OtherForm(forms.PlainEditForm):
    """The same schema, another marker."""

    ASSIGN_INTERFACES = (forms.ISecond,)


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
            NoAda, context=forms.IFirst, field=forms.ISmall["name"]
        )
        registry = getGlobalSiteManager()
        registry.registerAdapter(NoAda)
        self.addCleanup(registry.unregisterAdapter, NoAda)
        self.assertEqual(["Not Ada."], self.messages(forms.PlainEditForm))
        self.assertEqual([], self.messages(OtherForm))
        self.assertEqual([], self.messages(forms.PlainForm))
