from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationStorageMixin
from collective.annotationforms.fields.datamanager import StorageField
from collective.annotationforms.forms.fieldwidgets import StorageWidgets
from collective.annotationforms.tests.layers import IntegrationTestCase
from collective.annotationforms.tests.matrix.layer import FUNCTIONAL
from collective.z3cform.datagridfield.datagridfield import DataGridFieldWidgetFactory
from collective.z3cform.datagridfield.row import DictRow
from unittest.mock import patch
from z3c.form import field
from z3c.form.field import FieldWidgets
from z3c.form.form import EditForm
from z3c.form.interfaces import DISPLAY_MODE
from z3c.form.interfaces import HIDDEN_MODE
from zope import schema
from zope.component import getMultiAdapter
from zope.i18n.negotiator import Negotiator
from zope.interface import Interface
from zope.interface import providedBy


class IRow(Interface):
    name = schema.TextLine(title="Name", required=False)


class IFields(Interface):
    line = schema.TextLine(title="Line", required=False)
    needed = schema.TextLine(title="Needed")
    hidden = schema.TextLine(title="Hidden", required=False)
    shown = schema.TextLine(title="Shown", required=False)
    fixed = schema.TextLine(title="Fixed", readonly=True, required=False)
    several = schema.Set(
        title="Several", value_type=schema.Choice(values=["a", "b"]), required=False
    )


class IGrid(Interface):
    rows = schema.List(title="Rows", value_type=DictRow(schema=IRow), required=False)


class FieldsForm(AnnotationStorageMixin, EditForm):
    prefix = "my-form."
    fields = field.Fields(IFields)
    fields["hidden"].mode = HIDDEN_MODE
    fields["shown"].mode = DISPLAY_MODE


class GridForm(AnnotationStorageMixin, EditForm):
    fields = field.Fields(IGrid)
    fields["rows"].widgetFactory = DataGridFieldWidgetFactory


#: What widgets are told, and what they find by it.
TOLD = (
    *("name", "id", "label", "mode", "required", "value", "ignoreContext"),
    *("ignoreRequest", "showDefault", "context", "form"),
)


class TestMarkedWidgets(IntegrationTestCase):
    """Widgets are what z3c.form makes of the same fields."""

    def setUp(self):
        super().setUp()
        key = FieldsForm.ANNOTATION_STORAGE_KEY
        self.storage = annotation_storage(self.page, key)
        self.storage.update({"line": "stored", "several": {"a"}, "fixed": "x"})

    def widgets(self, form, cls):
        """Return the widgets that a class makes of the fields of an updated form."""
        made = cls(form, self.request, form.getContent())
        made.mode, made.ignoreContext = form.mode, form.ignoreContext
        made.ignoreRequest, made.ignoreReadonly = form.ignoreRequest, False
        made.update()
        return made

    def test_as_z3c_form_makes_them(self):
        for members in ({}, {"mode": DISPLAY_MODE}, {"ignoreContext": True}):
            with self.subTest(members):
                form = type("Form", (FieldsForm,), members)(self.page, self.request)
                form.update()
                ours = self.widgets(form, StorageWidgets)
                theirs = self.widgets(form, FieldWidgets)
                self.assertEqual(list(theirs), list(ours))
                self.assertEqual(theirs.hasRequiredFields, ours.hasRequiredFields)
                for one, other in zip(ours.values(), theirs.values(), strict=True):
                    self.assertEqual(
                        [getattr(other, name) for name in TOLD],
                        [getattr(one, name) for name in TOLD],
                    )
                    self.assertIs(ours, one.__parent__)
                    self.assertEqual(other.__name__, one.__name__)
                    extra = set(providedBy(other)) - set(providedBy(one))
                    self.assertEqual(set(), extra)

    def test_a_data_manager_may_refuse_to_write(self):
        with patch.object(StorageField, "canWrite", lambda manager: False):
            form = FieldsForm(self.page, self.request)
            form.update()
        self.assertEqual(DISPLAY_MODE, form.widgets["line"].mode)
        self.assertEqual(HIDDEN_MODE, form.widgets["hidden"].mode)

    def test_updated_again(self):
        form = FieldsForm(self.page, self.request)
        form.update()
        widget = form.widgets["line"]
        form.widgets.update()
        self.assertIs(widget, form.widgets["line"])


class TestLanguage(IntegrationTestCase):
    """What is the same for all widgets is found once."""

    def test_the_language_is_asked_for_once(self):
        form = FieldsForm(self.page, self.request)
        form.update()
        negotiate, asked = Negotiator.getLanguage, []

        def counted(negotiator, languages, env):
            asked.append(languages)
            return negotiate(negotiator, languages, env)

        with patch.object(Negotiator, "getLanguage", counted):
            for name in ("line", "needed"):
                discriminators = (form.widgets[name], self.request)
                getMultiAdapter(discriminators, name="ploneform-render-widget")()
        self.assertEqual(1, len(asked))


class TestRows(IntegrationTestCase):
    """A data grid reads what is stored for each row, without us."""

    layer = FUNCTIONAL

    def reads(self, form):
        """Return how often the form reads a field to be opened."""
        found = []
        query = StorageField.query

        def counted(manager, *arguments):
            found.append(manager.field.__name__)
            return query(manager, *arguments)

        with patch.object(StorageField, "query", counted):
            form.update()
            form.widgets.extract()
        return len(found)

    def test_rows_are_not_read_for_each_of_them(self):
        storage = annotation_storage(self.page, GridForm.ANNOTATION_STORAGE_KEY)
        reads = []
        for number in (2, 20):
            storage["rows"] = [{"name": str(row)} for row in range(number)]
            reads.append(self.reads(GridForm(self.page, self.request)))
        self.assertEqual(reads[0], reads[1])
