"""Columns that stored rows lack: factories of defaults may draw anew each time."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.tests.matrix.gridpage import GridPage
from collective.annotationforms.tests.rowforms import KEY
from collective.annotationforms.tests.saving import test_rows
from collective.z3cform.datagridfield.datagridfield import DataGridFieldFactory
from collective.z3cform.datagridfield.row import DictRow
from datetime import datetime
from itertools import count
from plone.autoform import directives
from plone.supermodel import model
from uuid import uuid4
from z3c.form.object import registerFactoryAdapter
from zope import schema
from zope.interface import implementer
from zope.interface import Interface
from zope.schema.fieldproperty import FieldProperty


numbers = count(1)


class IInner(model.Schema):
    name = schema.TextLine(title="Name", required=False)
    code = schema.TextLine(title="Code", defaultFactory=lambda: uuid4().hex)


class IGrown(model.Schema):
    """A row of which all columns but the first were added later."""

    title = schema.TextLine(title="Title", required=False)
    code = schema.TextLine(title="Code", defaultFactory=lambda: uuid4().hex)
    number = schema.Int(title="Number", defaultFactory=lambda: next(numbers))
    time = schema.Datetime(title="Time", defaultFactory=datetime.now, required=False)
    usual = schema.TextLine(title="Usual", defaultFactory=lambda: "usual")
    directives.widget("inner", DataGridFieldFactory)
    inner = schema.List(
        title="Inner", value_type=DictRow(schema=IInner), required=False
    )
    seen = schema.Int(
        title="Seen",
        defaultFactory=lambda: next(numbers),
        readonly=True,
        required=False,
    )


class IMember(Interface):
    name = schema.TextLine(title="Name", required=False)
    code = schema.TextLine(title="Code", defaultFactory=lambda: uuid4().hex)


@implementer(IMember)
class Member:
    name = FieldProperty(IMember["name"])
    code = FieldProperty(IMember["code"])

    def __init__(self, values=None, name=None):
        self.name = name


class Usual(Member):
    code = "of the class"


class IGrownRows(model.Schema):
    directives.widget("rows", DataGridFieldFactory)
    rows = schema.List(title="Rows", value_type=DictRow(schema=IGrown), required=False)
    members = schema.List(
        title="Members", value_type=schema.Object(schema=IMember), required=False
    )
    count = schema.Int(title="Count", required=False)


class GrownForm(AnnotationEditForm):
    schema = IGrownRows
    ANNOTATION_STORAGE_KEY = KEY


class IUsual(model.Schema):
    title = schema.TextLine(title="Title", required=False)
    usual = schema.TextLine(title="Usual", defaultFactory=lambda: "usual")
    seen = schema.Int(title="Seen", default=7, readonly=True, required=False)


class IUsualRows(model.Schema):
    directives.widget("rows", DataGridFieldFactory)
    rows = schema.List(title="Rows", value_type=DictRow(schema=IUsual), required=False)


class UsualForm(AnnotationEditForm):
    schema = IUsualRows
    ANNOTATION_STORAGE_KEY = KEY


class TestNewColumns(test_rows.RowsTestCase):
    def setUp(self):
        super().setUp()
        registerFactoryAdapter(IMember, Member)
        self.register_view("rows", GrownForm)
        self.store(
            rows=[
                {"title": "a", "inner": [{"name": "x"}, {"name": "y"}]},
                {"title": "b", "code": "B"},
            ],
            members=[Member(name="m"), Member(name="n")],
        )

    def saved(self, form, user=None):
        browser = super().saved(form, user)
        self.assertNotIn("changed this field", browser.contents)
        return browser

    def codes(self):
        rows = self.rows()
        inner = [one.get("code") for one in rows[0]["inner"]]
        members = [vars(one).get("code") for one in self.stored()["members"]]
        return [one.get("code") for one in rows], inner, members

    def shown(self, form):
        grid = GridPage(form, "rows")
        inner = GridPage(form, "rows.0.widgets.inner")
        members = [
            form.sent(f"form.widgets.members.{number}.widgets.code")[0]
            for number in range(2)
        ]
        return grid.texts("code"), inner.texts("code"), members

    def test_what_was_shown_is_stored(self):
        form = self.open()
        shown = self.shown(form)
        self.assertEqual(5, len({*shown[0], *shown[1], *shown[2]} - {"B"}))
        self.saved(form)
        self.assertEqual(shown, self.codes())
        before = self.rows()
        self.assertIn("Nothing was changed", self.saved(self.open()).contents)
        self.assertEqual(before, self.rows())

    def test_a_row_is_changed(self):
        form = self.open()
        shown = self.shown(form)
        GridPage(form, "rows").type(1, "title", "B")
        self.saved(form)
        self.assertEqual(shown, self.codes())
        self.assertEqual(["a", "B"], [one["title"] for one in self.rows()])
        self.assertNotIn("seen", self.rows()[0])

    def test_rows_are_sorted_and_inserted(self):
        form = self.open()
        (first, second), inner, _members = self.shown(form)
        grid = GridPage(form, "rows")
        grid.move(1, 0)
        grid.insert(0, title="new")
        self.saved(form)
        self.assertEqual([second, first], [one["code"] for one in self.rows()[1:]])
        self.assertEqual(inner, [one["code"] for one in self.rows()[2]["inner"]])

    def test_after_an_error_it_is_what_was_shown_first(self):
        form = self.open()
        shown = self.shown(form)
        form.fill("form.widgets.count", "three")
        self.send(form)
        form = self.again()
        self.assertEqual(shown, self.shown(form))
        form.fill("form.widgets.count", "3")
        self.saved(form)
        self.assertEqual(shown, self.codes())

    def test_of_two_windows_the_first_one_counts(self):
        form, other = self.open(), self.open(self.other)
        shown = self.shown(form)
        self.saved(form)
        other.fill("form.widgets.count", "3")
        self.saved(other, self.other)
        self.assertEqual(shown, self.codes())
        self.assertEqual(3, self.stored()["count"])

    def test_somebody_else_has_changed_a_row(self):
        form, other = self.open(), self.open(self.other)
        GridPage(other, "rows").type(0, "title", "theirs")
        self.saved(other, self.other)
        GridPage(form, "rows").type(0, "title", "mine")
        self.assertIn("changed this field", self.send(form).contents)
        self.assertEqual("theirs", self.rows()[0]["title"])
        form = self.again()
        form.fill("form.widgets.rows-conflict", "mine")
        self.saved(form)
        self.assertEqual("mine", self.rows()[0]["title"])

    def test_the_same_default_is_not_stored(self):
        self.register_view("rows", UsualForm)
        self.store(rows=[{"title": "a"}])
        self.assertIn("Nothing was changed", self.saved(self.open()).contents)
        self.assertEqual([{"title": "a"}], self.rows())
        form = self.open()
        GridPage(form, "rows").type(0, "title", "b")
        self.saved(form)
        self.assertEqual([{"title": "b", "usual": "usual"}], self.rows())

    def test_an_attribute_of_the_class_is_no_default(self):
        self.store(rows=[], members=[Usual(name="m")])
        self.assertIn("Nothing was changed", self.saved(self.open()).contents)
        self.assertNotIn("code", vars(self.stored()["members"][0]))

    def test_no_factory_is_asked_for_what_is_stored(self):
        self.store(rows=[{"code": "A"}])
        form = self.open()
        self.assertEqual(["A"], GridPage(form, "rows").texts("code"))
