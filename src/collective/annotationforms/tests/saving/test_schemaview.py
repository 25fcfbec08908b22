from collective.annotationforms import annotation_storage
from collective.annotationforms import schema_view
from collective.annotationforms.interfaces import InvalidValueError
from collective.annotationforms.tests import sampleforms
from collective.annotationforms.tests.layers import IntegrationTestCase
from zope import schema
from zope.interface import Interface


class IReadOnly(Interface):
    name = schema.TextLine(title="Name", readonly=True)

    def method():
        """Not a field."""


class TestSchemaView(IntegrationTestCase):
    """Values as attributes, defaults filled in."""

    def setUp(self):
        super().setUp()
        self.storage = annotation_storage(self.page, "example")
        self.view = schema_view(self.storage, sampleforms.ISettings)

    def test_provides_the_schema_and_knows_the_page(self):
        self.assertTrue(sampleforms.ISettings.providedBy(self.view))
        self.assertEqual(self.page, self.view.__parent__)

    def test_defaults_of_fields_never_stored(self):
        self.assertEqual(3, self.view.count)
        self.assertIsNone(self.view.name)
        self.assertEqual("About A page", self.view.subject)
        self.assertIsNone(self.stored("example"))

    def test_stored_values(self):
        self.storage.update(name="Ada", count=None)
        self.assertEqual("Ada", self.view.name)
        self.assertIsNone(self.view.count)

    def test_is_read_only_unless_asked(self):
        with self.assertRaisesRegex(AttributeError, "writable=True"):
            self.view.name = "Ada"
        self.assertIsNone(self.stored("example"))

    def test_writes_when_asked(self):
        view = schema_view(self.storage, sampleforms.ISettings, writable=True)
        view.name = "Ada"
        self.assertEqual({"name": "Ada"}, dict(self.stored("example")))
        self.assertEqual("Ada", view.name)

    def test_refuses_a_value_that_does_not_fit(self):
        view = schema_view(self.storage, sampleforms.ISettings, writable=True)
        with self.assertRaises(InvalidValueError) as caught:
            view.count = "many"
        self.assertIn(
            "Annotation 'example' of /plone/page, field 'count': ",
            str(caught.exception),
        )
        self.assertIn("wrong type", str(caught.exception))
        self.assertIsNone(self.stored("example"))

    def test_refuses_names_that_are_no_fields(self):
        view = schema_view(self.storage, sampleforms.ISettings, writable=True)
        message = "ISettings has no field 'unknown'"
        with self.assertRaisesRegex(AttributeError, message):
            view.unknown  # noqa: B018
        with self.assertRaisesRegex(AttributeError, message):
            view.unknown = "Ada"
        with self.assertRaises(AttributeError):
            schema_view(self.storage, IReadOnly).method  # noqa: B018

    def test_read_only_fields_stay_so(self):
        view = schema_view(self.storage, IReadOnly, writable=True)
        with self.assertRaisesRegex(TypeError, "read-only"):
            view.name = "Ada"
