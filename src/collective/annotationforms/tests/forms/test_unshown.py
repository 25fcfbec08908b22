"""Fields that can't be shown, whatever is the reason: all others can be."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationView
from collective.annotationforms.tests.layers import FunctionalTestCase
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from plone.app.z3cform.widgets.select import SelectFieldWidget
from plone.autoform import directives
from plone.namedfile.field import NamedBlobFile
from plone.supermodel import model
from z3c.form.browser.checkbox import CheckBoxFieldWidget
from z3c.form.browser.radio import RadioFieldWidget
from z3c.form.browser.text import TextWidget
from z3c.form.interfaces import IFieldWidget
from z3c.form.object import registerFactoryAdapter
from z3c.form.widget import FieldWidget
from zope import schema
from zope.annotation.interfaces import IAnnotations
from zope.interface import implementer
from zope.interface import Interface

import transaction


KEY = "example.unshown"
#: What can't be shown for its field, by the kind of the field.
NOTE = "This field can't be shown"


class FailingWidget(TextWidget):
    fails_in = "update"

    def update(self):
        if self.fails_in == "update":
            raise RuntimeError("a fault")
        super().update()

    def render(self):
        raise AttributeError("a fault")


class WidgetFailingLate(FailingWidget):
    fails_in = "render"


@implementer(IFieldWidget)
def FailingFieldWidget(field, request):
    return FieldWidget(field, FailingWidget(request))


@implementer(IFieldWidget)
def FailingLateFieldWidget(field, request):
    return FieldWidget(field, WidgetFailingLate(request))


class IUnshown(model.Schema):
    name = schema.TextLine(title="Name", required=False)
    gone = schema.Choice(title="Gone", vocabulary="no.such.vocabulary", required=False)
    several = schema.List(
        title="Several",
        value_type=schema.Choice(vocabulary="no.such.vocabulary"),
        required=False,
    )
    directives.widget("radio", RadioFieldWidget)
    radio = schema.Choice(title="Radio", values=["a", "b"], required=False)
    directives.widget("checks", CheckBoxFieldWidget)
    checks = schema.Set(
        title="Checks", value_type=schema.Choice(values=["a", "b"]), required=False
    )
    directives.widget("menu", SelectFieldWidget)
    menu = schema.Choice(title="Menu", values=["a", "b"], required=False)
    ajax = schema.Choice(title="Ajax", values=["a", "b"], required=False)
    directives.widget("failing", FailingFieldWidget)
    failing = schema.TextLine(title="Failing", required=True)
    directives.widget("late", FailingLateFieldWidget)
    late = schema.TextLine(title="Late", required=True)
    model.fieldset("more", label="More", fields=["other_gone", "last"])
    other_gone = schema.Choice(
        title="Other", vocabulary="no.such.vocabulary", required=True
    )
    last = schema.TextLine(title="Last", required=False)


class UnshownForm(AnnotationEditForm):
    schema = IUnshown
    ANNOTATION_STORAGE_KEY = KEY


class UnshownView(AnnotationView):
    schema = IUnshown
    ANNOTATION_STORAGE_KEY = KEY


STORED = {
    "name": "Ada",
    "gone": "x",
    "several": ["x", "y"],
    "radio": "gone",
    "checks": {"a", "gone"},
    "menu": "gone",
    "ajax": "gone",
    "failing": "f",
    "late": "l",
    "other_gone": "z",
    "last": "Last",
}


class IFiled(Interface):
    title = schema.TextLine(title="Title", required=False)
    file = NamedBlobFile(title="File", required=False)


@implementer(IFiled)
class Filed:
    title = None
    file = None

    def __init__(self, values=None):
        pass


class IFileds(model.Schema):
    """Converters of z3c.form fail with objects whose files are kept."""

    filed = schema.List(
        title="Filed", value_type=schema.Object(schema=IFiled), required=False
    )
    model.fieldset("inner", label="Inner", fields=["more"])
    more = schema.Tuple(
        title="More", value_type=schema.Object(schema=IFiled), required=False
    )
    named = schema.Dict(
        title="Named",
        key_type=schema.TextLine(),
        value_type=schema.Object(schema=IFiled),
        required=False,
    )
    count = schema.Int(title="Count", required=False)


class FiledForm(AnnotationEditForm):
    schema = IFileds
    ANNOTATION_STORAGE_KEY = KEY


class TestUnshown(FunctionalTestCase):
    """The form and its view show what they can, and say which fields they can't."""

    key = KEY

    def setUp(self):
        super().setUp()
        self.register_view("unshown", UnshownForm)
        self.register_view("unshown-view", UnshownView)

    def open(self, view, user="editor"):
        browser = self.browser(user)
        browser.open(f"{self.url}/@@{view}")
        self.assertEqual("200 OK", browser.headers["status"], browser.contents)
        return browser

    def test_the_form_shows_all_others(self):
        self.store(**STORED)
        browser = self.open("unshown")
        values = [
            browser.getControl(name=f"form.widgets.{name}").value
            for name in ("name", "last")
        ]
        self.assertEqual(["Ada", "Last"], values)
        for name in ("gone", "several", "failing", "late", "other_gone"):
            html = browser.contents.partition(f'id="formfield-form-widgets-{name}"')[2]
            self.assertIn(NOTE, html.partition('id="formfield-')[0], name)
        self.assertEqual(5, browser.contents.count(NOTE))

    def test_a_save_keeps_what_can_not_be_shown(self):
        self.store(**STORED)
        browser = self.open("unshown")
        browser.getControl(name="form.widgets.name").value = "Grace"
        browser.getControl(name="form.widgets.radio").value = ["a"]
        browser.getControl("Save").click()
        self.assertIn("Changes saved.", browser.contents)
        stored = self.stored()
        for name in ("gone", "several", "failing", "late", "other_gone", "last"):
            self.assertEqual(STORED[name], stored[name], name)
        self.assertEqual(("Grace", "a"), (stored["name"], stored["radio"]))

    def test_after_an_error_in_another_field(self):
        registerFactoryAdapter(IFiled, Filed)
        self.register_view("filed", FiledForm)
        for name, value in (
            ("filed", [Filed(), Filed()]),
            ("more", (Filed(),)),
            ("named", {"a": Filed()}),
        ):
            with self.subTest(name):
                IAnnotations(self.page).pop(KEY, None)
                self.store(**{name: value})
                browser = self.open("filed")
                browser.getControl(name="form.widgets.count").value = "no"
                browser.getControl("Save").click()
                self.assertIn("There were some errors", browser.contents)
                browser.getControl(name="form.widgets.count").value = "3"
                browser.getControl("Save").click()
                stored = self.stored()
                self.assertEqual(3, stored["count"])
                self.assertEqual(len(value), len(stored[name]))

    def test_the_view_shows_all_others(self):
        self.store(**STORED)
        contents = self.open("unshown-view").contents
        for text in ("Ada", "Last", NOTE):
            self.assertIn(text, contents)

    def test_nothing_is_stored_yet(self):
        browser = self.open("unshown")
        self.assertIn(NOTE, browser.contents)
        browser.getControl(name="form.widgets.name").value = "Grace"
        browser.getControl("Save").click()
        self.assertEqual({"name": "Grace"}, self.stored())

    def test_something_else_than_a_mapping(self):
        for value in ("text", 7, ["list"], PersistentList(["a"]), object):
            with self.subTest(type(value).__name__):
                IAnnotations(self.page)[KEY] = value
                transaction.commit()
                for view in ("unshown", "unshown-view"):
                    contents = self.open(view).contents
                    self.assertIn("can't be used here", contents)

    def test_values_of_other_types(self):
        for value in (7, ["list"], {"a": 1}, PersistentMapping(a=1), object()):
            with self.subTest(type(value).__name__):
                if type(value) is object:
                    value = Exception
                IAnnotations(self.page)[KEY] = PersistentMapping(
                    dict.fromkeys(STORED, value), name="Ada"
                )
                transaction.commit()
                browser = self.open("unshown")
                browser.getControl(name="form.widgets.name").value = "Grace"
                browser.getControl("Save").click()
                self.assertIn("Changes saved.", browser.contents)
                self.open("unshown-view")
