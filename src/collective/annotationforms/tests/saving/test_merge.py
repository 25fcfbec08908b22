from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationStorageMixin
from collective.annotationforms.saving.changed import changed_values
from collective.annotationforms.saving.merge import merged_value
from collective.annotationforms.saving.merge import ValueConflict
from collective.annotationforms.saving.token import token_name
from collective.annotationforms.saving.token import token_of
from collective.annotationforms.tests.layers import IntegrationTestCase
from datetime import date
from decimal import Decimal
from plone.namedfile.field import NamedFile
from plone.namedfile.file import NamedFile as FileValue
from z3c.form import field
from z3c.form.browser.checkbox import CheckBoxFieldWidget
from z3c.form.form import EditForm
from z3c.form.interfaces import NOT_CHANGED
from zope import schema
from zope.interface import Interface


class IFields(Interface):
    line = schema.TextLine(title="Line", required=False)
    text = schema.Text(title="Text", default="a\nb", required=False)
    number = schema.Int(title="Number", required=False)
    amount = schema.Decimal(title="Amount", default=Decimal("1.5"), required=False)
    flag = schema.Bool(title="Flag", default=True, required=False)
    day = schema.Date(title="Day", default=date(2020, 2, 29), required=False)
    choice = schema.Choice(title="Choice", values=["a", "b"], required=False)
    several = schema.Set(
        title="Several",
        value_type=schema.Choice(values=["a", "b"]),
        default={"a"},
        required=False,
    )
    ratio = schema.Float(title="Ratio", required=False)
    file = NamedFile(title="File", required=False)
    lines = schema.List(title="Lines", value_type=schema.TextLine(), required=False)


class FieldsForm(AnnotationStorageMixin, EditForm):
    fields = field.Fields(IFields)
    fields["several"].widgetFactory = CheckBoxFieldWidget


DEFAULTS = {
    "line": None,
    "text": "a\r\nb",
    "number": None,
    "amount": Decimal("1.50"),
    "flag": True,
    "day": date(2020, 2, 29),
    "choice": None,
    "several": {"a"},
    "lines": None,
    "ratio": None,
    "file": None,
}
OTHERS = {
    "line": "x",
    "text": "a\n\nb",
    "number": 0,
    "amount": None,
    "flag": False,
    "day": None,
    "choice": "a",
    "several": set(),
    "lines": ["x"],
    "ratio": 0.5,
    "file": FileValue(b"data", filename="a.txt"),
}


class TestChangedValues(IntegrationTestCase):
    """Only what differs from what was shown is a change."""

    def changes(self, data, **stored):
        annotation_storage(self.page, FieldsForm.ANNOTATION_STORAGE_KEY).update(stored)
        form = FieldsForm(self.page, self.request)
        form.update()
        return changed_values(form, data)

    def test_nothing_stored_and_nothing_typed(self):
        self.assertEqual({}, self.changes(DEFAULTS))

    def test_nothing_stored_and_all_typed(self):
        self.assertEqual(OTHERS, self.changes(OTHERS))

    def test_each_field_by_itself(self):
        for name, value in OTHERS.items():
            with self.subTest(field=name):
                self.assertEqual({name: value}, self.changes({**DEFAULTS, name: value}))

    def test_what_is_stored_is_no_change(self):
        self.assertEqual({}, self.changes(OTHERS, **OTHERS))

    def test_back_to_the_default_is_a_change(self):
        self.assertEqual(DEFAULTS, self.changes(DEFAULTS, **OTHERS))

    def test_not_changed_is_no_change(self):
        self.assertEqual({}, self.changes({"line": NOT_CHANGED}))

    def test_data_that_no_widget_showed_is_kept(self):
        self.assertEqual({"extra": 1}, self.changes({"extra": 1}))


class TestMergedValue(IntegrationTestCase):
    """What an untouched field sends back is recognized, whatever it is."""

    def setUp(self):
        super().setUp()
        self.storage = annotation_storage(self.page, FieldsForm.ANNOTATION_STORAGE_KEY)
        form = FieldsForm(self.page, self.request)
        form.update()
        self.widget = form.widgets["line"]

    def test_the_value_that_was_shown(self):
        # Enough of them that their digests begin with each character there is.
        for number in range(300):
            self.storage["line"] = f"{number}"
            self.request.form[token_name(self.widget)] = token_of(self.widget)
            self.storage["line"] = "theirs"
            self.assertEqual("theirs", merged_value(self.widget, f"{number}"))
            with self.assertRaises(ValueConflict):
                merged_value(self.widget, "mine")

    def test_a_default_that_was_shown(self):
        self.request.form[token_name(self.widget)] = token_of(self.widget)
        self.assertIsNone(merged_value(self.widget, None))
        self.assertEqual("mine", merged_value(self.widget, "mine"))
        self.storage["line"] = None
        with self.assertRaises(ValueConflict):
            merged_value(self.widget, "mine")
