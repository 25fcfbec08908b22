from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationStorageMixin
from collective.annotationforms import schema_view
from collective.annotationforms.interfaces import InvalidValueError
from collective.annotationforms.storage.value import detached
from collective.annotationforms.storage.value import filled_up
from collective.annotationforms.storage.value import same
from collective.annotationforms.tests.layers import IntegrationTestCase
from plone.app.textfield import RichText
from plone.app.textfield.value import RichTextValue
from plone.namedfile.file import NamedBlobFile
from unittest import TestCase
from z3c.form import field
from z3c.form.form import EditForm
from z3c.form.interfaces import IObjectFactory
from z3c.form.interfaces import NO_VALUE
from z3c.form.interfaces import NOT_CHANGED
from z3c.form.object import registerFactoryAdapter
from zope import schema
from zope.annotation.interfaces import IAnnotations
from zope.component import getGlobalSiteManager
from zope.interface import implementer
from zope.interface import Interface


class ICity(Interface):
    name = schema.TextLine(title="Name")


class IAddress(Interface):
    street = schema.TextLine(title="Street")
    number = schema.Int(title="Number")
    city = schema.Object(title="City", schema=ICity, required=False)


@implementer(ICity)
class City:
    name = None


@implementer(IAddress)
class Address:
    street = None
    number = None
    city = None


class IPerson(Interface):
    home = schema.Object(title="Home", schema=IAddress, required=False)
    others = schema.List(value_type=schema.Object(schema=IAddress), required=False)
    tags = schema.List(value_type=schema.TextLine(), required=False)
    text = RichText(title="Text", required=False)


class PersonForm(AnnotationStorageMixin, EditForm):
    fields = field.Fields(IPerson).select("home")


def address(street="Main", number=1, city="Graz"):
    made = Address()
    made.street, made.number, made.city = street, number, City()
    made.city.name = city
    return made


class Unpicklable:
    def __reduce__(self):
        raise TypeError("no way")


class TestCopies(IntegrationTestCase):
    """Values go in and out as copies: nothing is changed in place and lost."""

    def setUp(self):
        super().setUp()
        self.storage = annotation_storage(self.page, "form_annotation_storage")
        self.view = schema_view(self.storage, IPerson, writable=True)

    def test_objects_and_collections_are_copies(self):
        self.view.home = address()
        self.view.others = [address("Side")]
        self.view.tags = ["a"]
        self.view.home.street = "Changed"
        self.view.home.city.name = "Changed"
        self.view.others[0].street = "Changed"
        self.view.tags.append("b")
        self.assertEqual("Main", self.storage["home"].street)
        self.assertEqual("Graz", self.storage["home"].city.name)
        self.assertEqual("Side", self.storage["others"][0].street)
        self.assertEqual(["a"], self.storage["tags"])

    def test_the_storage_itself_gives_copies(self):
        self.storage["tags"] = tags = ["a"]
        tags.append("b")
        self.storage["tags"].append("c")
        self.storage.get("tags").append("d")
        next(iter(self.storage.values())).append("e")
        self.storage.setdefault("tags", []).append("f")
        self.storage.setdefault("more", []).append("g")
        self.assertEqual({"tags": ["a"], "more": []}, self.storage.copy())

    def test_a_copy_is_of_the_same_class(self):
        copied = detached(address())
        self.assertIs(Address, type(copied))
        self.assertIs(City, type(copied.city))

    def test_persistent_objects_are_no_copies(self):
        file = NamedBlobFile(b"data", filename="a.txt")
        self.storage["tags"] = [file, {"file": file}]
        self.assertIs(file, self.storage["tags"][0])
        self.assertIs(file, self.storage["tags"][1]["file"])

    def test_what_cannot_be_stored_is_refused_with_place_and_reason(self):
        refused = {
            "no way": [Unpicklable()],
            "it has an acquisition wrapper": {"page": self.page},
            "can't be stored": [lambda: None],
        }
        for reason, value in refused.items():
            with self.subTest(reason), self.assertRaises(InvalidValueError) as caught:
                self.storage["tags"] = value
            message = str(caught.exception)
            self.assertIn("/plone/page, field 'tags': it can't be stored", message)
            self.assertIn(reason, message)
        self.assertNotIn("form_annotation_storage", IAnnotations(self.page))


class TestFilledUp(TestCase):
    """What a converter leaves out is what was shown."""

    def test_a_value(self):
        self.assertEqual("shown", filled_up(None, NOT_CHANGED, "shown"))
        self.assertEqual("sent", filled_up(None, "sent", "shown"))

    def test_rows(self):
        field = schema.List(value_type=schema.Object(schema=IPerson))
        shown = [{"name": "Ada", "file": "one", "old": 1}, {"file": "two"}]
        sent = [{"name": "Eve", "file": NOT_CHANGED}, {"file": NO_VALUE}]
        self.assertEqual(
            [{"name": "Eve", "file": "one", "old": 1}, {"file": "two"}],
            filled_up(field, sent, shown),
        )

    def test_names_of_a_mapping_are_no_columns(self):
        self.assertEqual({"a": 1}, filled_up(schema.Dict(), {"a": 1}, {"a": 1, "b": 2}))

    def test_rows_of_which_none_were_shown(self):
        self.assertEqual(
            ({"file": None}, "text"),
            filled_up(None, ({"file": NO_VALUE}, "text"), None),
        )


class TestSame(IntegrationTestCase):
    """Objects are compared by their fields, texts without regard to line ends."""

    def test_objects(self):
        home = IPerson["home"]
        self.assertTrue(same(home, address(), address()))
        self.assertFalse(same(home, address(), address(number=2)))
        self.assertFalse(same(home, address(), address(city="Wien")))
        self.assertFalse(same(home, None, address()))
        self.assertFalse(same(home, address(), None))

    def test_collections_of_objects(self):
        others = IPerson["others"]
        self.assertTrue(same(others, [address()], [address()]))
        self.assertFalse(same(others, [address()], [address(), address()]))
        self.assertFalse(same(others, [address()], [address("Side")]))
        self.assertFalse(same(others, [address()], None))

    def test_rich_text(self):
        def text(raw, kind="text/html"):
            return RichTextValue(raw, kind, "text/x-html-safe")

        self.assertTrue(same(IPerson["text"], text("a\nb"), text("a\r\nb")))
        self.assertFalse(same(IPerson["text"], text("a"), text("b")))
        self.assertFalse(same(IPerson["text"], text("a"), text("a", "text/plain")))


class TestObjectForm(IntegrationTestCase):
    """A form with a subform."""

    def setUp(self):
        super().setUp()
        self.storage = annotation_storage(self.page, "form_annotation_storage")
        registry = getGlobalSiteManager()
        for interface, factory in ((IAddress, Address), (ICity, City)):
            registerFactoryAdapter(interface, factory)
            name = f"{interface.__module__}.{interface.__name__}"
            required = (Interface, Interface, Interface, Interface)
            self.addCleanup(
                registry.unregisterAdapter,
                required=required,
                provided=IObjectFactory,
                name=name,
            )

    def submit(self, street="Main", number="1", city="Graz"):
        self.request.REQUEST_METHOD = "POST"
        prefix = "form.widgets.home"
        self.request.form.update(
            {
                f"{prefix}-empty-marker": "1",
                f"{prefix}.widgets.street": street,
                f"{prefix}.widgets.number": number,
                f"{prefix}.widgets.city-empty-marker": "1",
                f"{prefix}.widgets.city.widgets.name": city,
                "form.buttons.apply": "Apply",
            }
        )
        form = PersonForm(self.page, self.request)
        form.update()
        return form

    def test_saves_an_object(self):
        form = self.submit()
        self.assertEqual(form.successMessage, form.status)
        self.assertTrue(same(IPerson["home"], address(), self.storage["home"]))

    def test_an_untouched_object_is_not_stored_again(self):
        self.storage["home"] = address()
        stored = self.storage.data["home"]
        form = self.submit()
        self.assertEqual(form.noChangesMessage, form.status)
        self.assertIs(stored, self.storage.data["home"])

    def test_refused_input_leaves_the_stored_object_alone(self):
        self.storage["home"] = address()
        stored = self.storage.data["home"]
        form = self.submit(street="Side", number="many", city="Wien")
        self.assertEqual(form.formErrorsMessage, form.status)
        self.assertIs(stored, self.storage.data["home"])
        self.assertTrue(same(IPerson["home"], address(), stored))

    def test_a_part_is_changed(self):
        self.storage["home"] = address()
        stored = self.storage.data["home"]
        self.submit(city="Wien")
        self.assertTrue(same(IPerson["home"], address(), stored))
        self.assertTrue(
            same(IPerson["home"], address(city="Wien"), self.storage["home"])
        )
