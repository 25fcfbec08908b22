from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.saving.givenback import is_given_back
from collective.annotationforms.tests.layers import IntegrationTestCase
from datetime import date
from plone.supermodel import model
from z3c.form.interfaces import IDataConverter
from zope import schema
from zope.interface import Invalid


class LowerCase(schema.TextLine):
    """Reads text in its own way."""

    def fromUnicode(self, value):
        return super().fromUnicode(value.lower())


class IAll(model.Schema):
    """Fields whose converters are known, and others."""

    line = schema.TextLine(title="Line", required=False)
    text = schema.Text(title="Text", required=False)
    short = schema.TextLine(title="Short", required=False, max_length=2)
    as_typed = schema.Text(title="As typed", required=False, unicode_normalization=None)
    lower = LowerCase(title="Lower", required=False)
    password = schema.Password(title="Password", required=False)
    number = schema.Int(title="Number", required=False)
    yes = schema.Bool(title="Yes", required=False)
    day = schema.Date(title="Day", required=False)
    choice = schema.Choice(title="Choice", values=["red", "green"], required=False)
    source = schema.ASCIILine(title="ASCII", required=False)


class AllForm(AnnotationEditForm):
    schema = IAll
    ANNOTATION_STORAGE_KEY = "example.given-back"


VALUES = (
    *("", "a", "Ada", " a ", "a\n", "one\ntwo", "one\r\ntwo", "\x0b", "\xa0a", "RED"),
    *("red", "ü", "u\u0308", "\u212b", "0", "12", "selected", "2027-01-31"),
    *(
        0,
        1,
        -1,
        999,
        1000,
        -12345678,
        2**53 - 1,
        1 - 2**53,
        2**53 + 1,
        10**17 + 3,
        10**40 + 7,
        True,
        False,
    ),
    *(date(2027, 1, 31), date(1, 2, 3), date(9999, 12, 31), None),
)


class TestGivenBack(IntegrationTestCase):
    """What is said to come back from a converter does."""

    languages = ("en", "de", "de-ch", "fr", "ar", "fa", "hi", "sv", "es", "fi")

    def widgets(self, language):
        self.request.set("LANGUAGE", language)
        self.request.environ["HTTP_ACCEPT_LANGUAGE"] = language
        self.request.setupLocale()
        form = AllForm(self.page, self.request)
        form.update()
        return form.widgets

    def test_as_the_converter_has_it(self):
        said = set()
        for language in self.languages:
            for name, widget in self.widgets(language).items():
                for value in VALUES:
                    if is_given_back(widget, value):
                        said.add((name, value))
                        with self.subTest(name, value=value, language=language):
                            self.assert_same(value, self.sent(widget, value))
        # So that the test is one.
        for name, value in (
            *(("line", "Ada"), ("text", "one\ntwo"), ("as_typed", "u\u0308")),
            *(("number", -12345678), ("yes", True), ("day", date(2027, 1, 31))),
        ):
            self.assertIn((name, value), said)

    def test_what_is_read_in_another_way_is_tried(self):
        widgets = self.widgets("en")
        for name, value in (
            *(("line", " a "), ("line", ""), ("text", "u\u0308"), ("lower", "Ada")),
            *(("choice", "red"), ("number", True), ("line", 7), ("day", None)),
        ):
            with self.subTest(name, value=value):
                self.assertFalse(is_given_back(widgets[name], value))

    def sent(self, widget, value):
        converter = IDataConverter(widget)
        try:
            return converter.toFieldValue(converter.toWidgetValue(value))
        except (Invalid, ValueError):
            # See token.sent_back
            return value

    def assert_same(self, one, other):
        self.assertEqual((type(one), one), (type(other), other))
