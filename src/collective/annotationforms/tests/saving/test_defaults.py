"""Defaults that are others each time: what was shown is compared, and stored."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationStorageMixin
from collective.annotationforms import AnnotationView
from collective.annotationforms.tests import sampleforms
from collective.annotationforms.tests.layers import FunctionalTestCase
from datetime import datetime
from itertools import count
from plone.keyring.interfaces import IKeyManager
from plone.supermodel import model
from uuid import uuid4
from z3c.form import field
from z3c.form.form import EditForm
from z3c.form.group import Group
from z3c.form.group import GroupForm
from z3c.form.object import registerFactoryAdapter
from z3c.form.widget import ComputedWidgetAttribute
from zope import schema
from zope.component import getGlobalSiteManager
from zope.component import getUtility
from zope.interface import implementer
from zope.interface import Interface
from zope.interface import Invalid
from zope.interface import invariant
from zope.interface import provider
from zope.schema.fieldproperty import FieldProperty
from zope.schema.interfaces import IContextAwareDefaultFactory

import transaction


KEY = "example.defaults"
calls: list[str] = []
numbers = count(1)
#: A default that somebody may change between a GET and a POST.
settings = {"default": "first"}


def number():
    calls.append("number")
    return next(numbers)


def identifier():
    calls.append("identifier")
    return uuid4().hex


def time():
    calls.append("time")
    return datetime.now()


@provider(IContextAwareDefaultFactory)
def place(context):
    calls.append("place")
    return f"{context.getId()} {uuid4().hex}"


def registered(adapter):
    calls.append("registered")
    return f"{adapter.context.getId()} {uuid4().hex}"


def tags():
    calls.append("tags")
    return [uuid4().hex]


def configured():
    return settings["default"]


class IDefaults(model.Schema):
    """A field for each kind of default; all but `text` are others each time."""

    text = schema.TextLine(title="Text", required=False)
    number = schema.Int(title="Number", defaultFactory=number, required=False)
    identifier = schema.TextLine(title="Id", defaultFactory=identifier)
    time = schema.Datetime(title="Time", defaultFactory=time, required=False)
    place = schema.TextLine(title="Place", defaultFactory=place, required=False)
    registered = schema.TextLine(title="Registered", required=False)
    tags = schema.List(
        title="Tags",
        value_type=schema.TextLine(),
        defaultFactory=tags,
        required=False,
    )

    model.fieldset("inner", label="Inner", fields=["identifier", "tags"])

    @invariant
    def not_refused(data):
        # Reads what was not sent, too.
        if data.text == "refused" and data.identifier and data.number:
            raise Invalid("This is refused.")


class IMore(model.Schema):
    more = schema.TextLine(title="More", defaultFactory=identifier, required=False)


class DefaultsForm(AnnotationEditForm):
    schema = IDefaults
    additionalSchemata = (IMore,)
    ANNOTATION_STORAGE_KEY = KEY


class DefaultsView(AnnotationView):
    schema = IDefaults
    additionalSchemata = (IMore,)
    ANNOTATION_STORAGE_KEY = KEY


class OmittedForm(DefaultsForm):
    """Its invariant reads a field that the form does not have."""

    def updateFields(self):
        super().updateFields()
        self.fields = self.fields.omit("number")


class InnerGroup(Group):
    fields = field.Fields(IDefaults).select("identifier")


class NativeGroupForm(AnnotationStorageMixin, GroupForm, EditForm):
    """Groups of z3c.form itself."""

    fields = field.Fields(IDefaults).select("text", "number")
    groups = (InnerGroup,)
    ANNOTATION_STORAGE_KEY = KEY


class IConfigured(model.Schema):
    text = schema.TextLine(title="Text", required=False)
    value = schema.TextLine(title="Value", defaultFactory=configured, required=False)


class ConfiguredForm(AnnotationEditForm):
    schema = IConfigured
    ANNOTATION_STORAGE_KEY = KEY


class IPart(Interface):
    name = schema.TextLine(title="Name", defaultFactory=identifier, required=False)


@implementer(IPart)
class Part:
    name = FieldProperty(IPart["name"])


class IWithPart(model.Schema):
    text = schema.TextLine(title="Text", required=False)
    part = schema.Object(title="Part", schema=IPart, required=False)


class PartForm(AnnotationEditForm):
    schema = IWithPart
    ANNOTATION_STORAGE_KEY = KEY


class DefaultsTestCase(FunctionalTestCase):
    """Forms with defaults, opened and saved by HTTP."""

    key = KEY

    def setUp(self):
        super().setUp()
        settings["default"] = "first"
        self.register_view("defaults", DefaultsForm)
        self.register_default(registered, field=IDefaults["registered"])
        del calls[:]

    def register_default(self, function, **discriminators):
        default = ComputedWidgetAttribute(function, **discriminators)
        registry = getGlobalSiteManager()
        registry.registerAdapter(default, name="default")
        self.addCleanup(registry.unregisterAdapter, default, name="default")

    def open(self, name="defaults"):
        browser = self.browser()
        browser.open(f"{self.url}/@@{name}")
        self.assertEqual("200 OK", browser.headers["status"])
        return browser

    def shown(self, browser, *names):
        """Return what the form has in its inputs, by the name of the field."""
        found = {}
        for name in names:
            widget = f"form.widgets.{name}"
            found[name] = browser.getControl(name=widget).value
        return found

    def save(self, browser):
        browser.getControl("Save").click()
        self.assertNotIn("changed this field", browser.contents)
        return self.stored()


class TestCalls(DefaultsTestCase):
    """A factory is called once for a form and a request."""

    every = sorted(
        [
            *("identifier", "identifier", "number", "place"),
            *("registered", "tags", "time"),
        ]
    )

    def test_to_open_the_form(self):
        self.open()
        self.assertEqual(self.every, sorted(calls))

    def test_to_open_the_read_only_page(self):
        self.register_view("defaults-view", DefaultsView)
        self.open("defaults-view")
        self.assertEqual(self.every, sorted(calls))

    def test_to_save(self):
        browser = self.open()
        del calls[:]
        self.save(browser)
        self.assertEqual(self.every, sorted(calls))

    def test_to_refuse(self):
        browser = self.open()
        browser.getControl("Text").value = "refused"
        del calls[:]
        browser.getControl("Save").click()
        self.assertIn("This is refused.", browser.contents)
        for name in ("number", "place", "registered", "tags", "time"):
            self.assertLessEqual(calls.count(name), 1, name)
        self.assertLessEqual(calls.count("identifier"), 2)

    def test_at_the_address_of_a_widget(self):
        browser = self.open()
        del calls[:]
        browser.open(
            f"{self.url}/@@defaults/++widget++form.widgets.tags/@@getVocabulary"
        )
        for name in {*calls} - {"identifier"}:
            self.assertEqual(1, calls.count(name), name)

    def test_what_is_stored_has_no_default(self):
        texts = dict.fromkeys(("identifier", "more", "place", "registered"), "a")
        self.store(**texts, number=0, time=datetime(2020, 2, 29), tags=["a"])
        self.open()
        self.assertEqual([], calls)

    def test_groups_of_z3c_form(self):
        self.register_view("native", NativeGroupForm)
        self.open("native")
        self.assertEqual(["identifier", "number"], sorted(calls))


class TestUntouched(DefaultsTestCase):
    """What was shown is stored if the editor saves, and conflicts with nothing."""

    def test_what_was_shown_is_stored(self):
        browser = self.open()
        names = ("number", "identifier", "place", "registered")
        shown = self.shown(browser, *names)
        more = browser.getControl(name="form.widgets.IMore.more").value
        tags = browser.getControl(name="form.widgets.tags").value
        stored = self.save(browser)
        self.assertEqual(
            {**shown, "number": int(shown["number"].replace(",", ""))},
            {name: stored[name] for name in names},
        )
        self.assertEqual(more, stored["more"])
        self.assertEqual(tags.splitlines(), stored["tags"])
        self.assertIsInstance(stored["time"], datetime)
        self.assertNotIn("text", stored)

    def test_and_shown_from_then_on(self):
        stored = self.save(self.open())
        del calls[:]
        browser = self.open()
        shown = self.shown(browser, "identifier")
        self.assertEqual(stored["identifier"], shown["identifier"])
        self.assertEqual(stored, self.save(browser))
        self.assertEqual([], calls)

    def test_in_groups_of_z3c_form(self):
        self.register_view("native", NativeGroupForm)
        browser = self.open("native")
        shown = self.shown(browser, "identifier", "number")
        browser.getControl("Apply").click()
        self.assertNotIn("changed this field", browser.contents)
        stored = self.stored()
        self.assertEqual(shown["identifier"], stored["identifier"])

    def test_after_an_error_it_is_what_was_shown_first(self):
        browser = self.open()
        shown = self.shown(browser, "identifier", "place")
        browser.getControl("Text").value = "refused"
        browser.getControl("Save").click()
        self.assertIn("This is refused.", browser.contents)
        self.assertEqual(shown, self.shown(browser, "identifier", "place"))
        browser.getControl("Text").value = "accepted"
        stored = self.save(browser)
        self.assertEqual("accepted", stored["text"])
        self.assertEqual(shown, {name: stored[name] for name in shown})

    def test_of_two_windows_the_first_one_counts(self):
        one, two = self.open(), self.open()
        first = self.save(one)
        two.getControl("Text").value = "of the second"
        self.assertEqual({**first, "text": "of the second"}, self.save(two))

    def test_two_windows_that_change_it(self):
        one, two = self.open(), self.open()
        one.getControl(name="form.widgets.identifier").value = "one"
        self.save(one)
        two.getControl(name="form.widgets.identifier").value = "two"
        two.getControl("Save").click()
        self.assertIn("You changed this in another window", two.contents)
        self.assertEqual("one", self.stored()["identifier"])

    def test_a_part_of_an_object(self):
        registerFactoryAdapter(IPart, Part)
        self.register_view("with-part", PartForm)
        browser = self.open("with-part")
        name = browser.getControl(name="form.widgets.part.widgets.name").value
        self.assertEqual(name, self.save(browser)["part"].name)

    def test_a_field_that_the_form_does_not_have_is_not_stored(self):
        self.register_view("omitted", OmittedForm)
        self.assertNotIn("number", self.save(self.open("omitted")))

    def test_registered_for_a_marker_of_the_storage(self):
        class Form(ConfiguredForm):
            ASSIGN_INTERFACES = (sampleforms.IFirst,)

        self.register_view("marked", Form)
        self.register_default(
            lambda adapter: f"{adapter.context.key} {uuid4().hex}",
            context=sampleforms.IFirst,
            field=IConfigured["value"],
        )
        browser = self.open("marked")
        shown = self.shown(browser, "value")
        self.assertEqual(shown, self.save(browser))


class TestChangedDefault(DefaultsTestCase):
    """As long as a field is unstored, a changed default is nobody's edit."""

    def setUp(self):
        super().setUp()
        self.register_view("configured", ConfiguredForm)
        self.configured = self.open("configured")

    def type(self, text):
        self.configured.getControl("Value").value = text

    def test_the_same_default_is_not_stored(self):
        self.configured.getControl("Save").click()
        self.assertIn("Nothing was changed.", self.configured.contents)
        self.assertIsNone(self.stored())

    def test_left_alone(self):
        settings["default"] = "second"
        self.assertEqual({"value": "first"}, self.save(self.configured))

    def test_typed(self):
        settings["default"] = "second"
        self.type("mine")
        self.assertEqual({"value": "mine"}, self.save(self.configured))

    def test_typed_what_is_the_default_meanwhile(self):
        settings["default"] = "second"
        self.type("second")
        self.assertEqual({"value": "second"}, self.save(self.configured))

    def test_so_after_an_error_too(self):
        class Form(ConfiguredForm):
            def extractData(self, setErrors=True):
                data, errors = super().extractData(setErrors)
                return data, errors if self.request.get("right") else (*errors, 1)

        self.register_view("configured", Form)
        settings["default"] = "second"
        self.type("second")
        self.configured.getControl("Save").click()
        self.register_view("configured", ConfiguredForm)
        self.assertEqual({"value": "second"}, self.save(self.configured))

    def test_emptied(self):
        settings["default"] = None
        self.type("")
        self.assertEqual({"value": None}, self.save(self.configured))

    def test_a_token_of_another_key_of_the_site(self):
        manager = getUtility(IKeyManager)
        for _number in range(6):
            manager.rotate()
        transaction.commit()
        self.configured.getControl("Save").click()
        self.assertIn("Nothing was changed.", self.configured.contents)
        settings["default"] = "second"
        self.configured = self.open("configured")
        self.type("first")
        self.assertEqual({"value": "first"}, self.save(self.configured))

    def test_somebody_else_has_stored_another_value(self):
        settings["default"] = "second"
        self.store(value="theirs")
        self.type("second")
        self.configured.getControl("Save").click()
        self.assertIn("changed this field", self.configured.contents)
        self.assertEqual({"value": "theirs"}, self.stored())
