"""Any valid value of a field survives the form, the storage and the database."""

from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationStorageMixin
from collective.annotationforms.tests.layers import FUNCTIONAL
from dataclasses import dataclass
from datetime import datetime
from datetime import timedelta
from functools import partial
from hypothesis import given
from hypothesis import HealthCheck
from hypothesis import reject
from hypothesis import settings
from hypothesis import strategies as st
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from plone.app.textfield import RichText
from plone.app.textfield.interfaces import IRichTextValue
from plone.app.textfield.value import RichTextValue
from plone.app.z3cform.interfaces import IPloneFormLayer
from plone.autoform.form import AutoExtensibleForm
from plone.dexterity.interfaces import IDexterityContent
from plone.namedfile import field as namedfile
from plone.namedfile.interfaces import INamed
from plone.schema import Email
from plone.schema import JSONField
from typing import Any
from unicodedata import normalize
from z3c.form.form import EditForm
from z3c.form.interfaces import IDataConverter
from z3c.form.interfaces import IDataManager
from z3c.relationfield import RelationValue
from z3c.relationfield.schema import RelationChoice
from z3c.relationfield.schema import RelationList
from zope import schema
from zope.component import getMultiAdapter
from zope.interface import alsoProvides
from zope.interface import Interface
from zope.interface.interface import InterfaceClass
from zope.schema.interfaces import ValidationError

import transaction
import unittest


KEY = "roundtrip"

# The same values in each run: a failure is one that the change at hand has caused.
SETTINGS = settings(
    max_examples=15,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
#: More of them, for the tests at level 2.
MANY = settings(SETTINGS, max_examples=100)


@dataclass(frozen=True)
class Page:
    """Stands for a page of the site."""

    path: str


@dataclass(frozen=True)
class File:
    """Stands for a file: files are made with a site only."""

    data: bytes
    filename: str


def stripped(characters):
    # Widgets strip what was typed; fields of text store it in NFC.
    text = st.text(characters, min_size=1)
    return text.map(partial(normalize, "NFC")).map(str.strip).filter(bool)


# No browser sends control characters in a line, and nothing stores surrogates.
LINES = stripped(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")))
ASCII = stripped(st.characters(min_codepoint=32, max_codepoint=126))
TEXTS = st.lists(LINES, min_size=1).map("\r\n".join)
WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8)
DOTTED = st.lists(WORDS, min_size=2, max_size=4).map(".".join)
URIS = st.builds("https://{}.example.org/{}".format, WORDS, WORDS)
# Widgets show three decimal places, minutes, and whole seconds of a timedelta; they
# read an integer by way of a float.
INTS = st.integers(-(2**53), 2**53)
DECIMALS = st.decimals(-(10**9), 10**9, places=3)
DATETIMES = st.datetimes().map(lambda value: value.replace(second=0, microsecond=0))
TIMES = DATETIMES.map(datetime.time)
TIMEDELTAS = st.timedeltas().map(lambda value: timedelta(value.days, value.seconds))
COLOURS = ["red", "green", "blue"]
NUMBERS = [1, 2, 3]
PAGES = st.sampled_from([Page("page"), Page("private-page")])
FILES = st.builds(File, st.binary(max_size=20), WORDS.map("{}.txt".format))
IMAGES = st.builds(File, st.binary(max_size=20), WORDS.map("{}.gif".format))
JSON = st.dictionaries(
    LINES,
    st.recursive(
        st.none() | st.booleans() | st.integers() | LINES,
        lambda items: st.lists(items) | st.dictionaries(LINES, items),
        max_leaves=4,
    ),
)


def colour():
    return schema.Choice(values=COLOURS)


def some(values):
    return st.lists(st.sampled_from(values), unique=True, min_size=1)


# A field type, and its valid values as far as its widget can express them.
CASES = {
    "TextLine": (schema.TextLine(), LINES),
    "Text": (schema.Text(), TEXTS),
    "SourceText": (schema.SourceText(), TEXTS),
    "ASCIILine": (schema.ASCIILine(), ASCII),
    "BytesLine": (schema.BytesLine(), ASCII.map(str.encode)),
    "Password": (schema.Password(), LINES),
    "URI": (schema.URI(), URIS),
    "Id": (schema.Id(), DOTTED | URIS),
    "DottedName": (schema.DottedName(), DOTTED),
    "Email": (Email(), st.builds("{}@{}.org".format, WORDS, WORDS)),
    "Int": (schema.Int(), INTS),
    "Float": (schema.Float(), DECIMALS.map(float)),
    "Decimal": (schema.Decimal(), DECIMALS),
    "Bool": (schema.Bool(), st.booleans()),
    "Date": (schema.Date(), st.dates()),
    "Datetime": (schema.Datetime(), DATETIMES),
    "Time": (schema.Time(), TIMES),
    "Timedelta": (schema.Timedelta(), TIMEDELTAS),
    "Choice": (colour(), st.sampled_from(COLOURS)),
    "ChoiceOfNumbers": (schema.Choice(values=NUMBERS), st.sampled_from(NUMBERS)),
    "TupleOfLines": (
        schema.Tuple(value_type=schema.TextLine()),
        st.lists(LINES, min_size=1).map(tuple),
    ),
    "ListOfLines": (
        schema.List(value_type=schema.TextLine()),
        st.lists(LINES, min_size=1),
    ),
    "SetOfLines": (
        schema.Set(value_type=schema.TextLine()),
        st.sets(LINES, min_size=1),
    ),
    "FrozenSetOfLines": (
        schema.FrozenSet(value_type=schema.TextLine()),
        st.frozensets(LINES, min_size=1),
    ),
    "ListOfInts": (
        schema.List(value_type=schema.Int()),
        st.lists(INTS, min_size=1),
    ),
    "TupleOfChoices": (schema.Tuple(value_type=colour()), some(COLOURS).map(tuple)),
    "ListOfChoices": (schema.List(value_type=colour()), some(COLOURS)),
    "SetOfChoices": (schema.Set(value_type=colour()), some(COLOURS).map(set)),
    "FrozenSetOfChoices": (
        schema.FrozenSet(value_type=colour()),
        some(COLOURS).map(frozenset),
    ),
    "Dict": (
        schema.Dict(key_type=schema.TextLine(), value_type=schema.Int()),
        st.dictionaries(LINES, INTS, min_size=1),
    ),
    "JSONField": (JSONField(), JSON),
    "RichText": (
        RichText(),
        st.builds(
            RichTextValue,
            TEXTS,
            st.sampled_from(["text/html", "text/plain"]),
            st.just("text/x-html-safe"),
        ),
    ),
    "NamedFile": (namedfile.NamedFile(), FILES),
    "NamedImage": (namedfile.NamedImage(), IMAGES),
    "NamedBlobFile": (namedfile.NamedBlobFile(), FILES),
    "NamedBlobImage": (namedfile.NamedBlobImage(), IMAGES),
    "RelationChoice": (
        RelationChoice(vocabulary="plone.app.vocabularies.Catalog"),
        PAGES,
    ),
    "RelationList": (
        RelationList(
            value_type=RelationChoice(vocabulary="plone.app.vocabularies.Catalog")
        ),
        st.lists(PAGES, min_size=1, unique=True),
    ),
}


# All valid values of the types that widgets can't express in full: what is lost, or
# refused, is the same with z3c.form's own storage.
LOSSY = {
    "TextLine": st.text(),
    "Text": st.text(),
    "BytesLine": st.binary(),
    "Int": st.integers(),
    "Float": st.floats(allow_nan=False, allow_infinity=False),
    "Decimal": st.decimals(allow_nan=False, allow_infinity=False),
    "Datetime": st.datetimes(),
    "Time": st.times(),
    "Timedelta": st.timedeltas(),
    "TupleOfLines": st.lists(st.text()).map(tuple),
    "SetOfLines": st.sets(st.text()),
    "Dict": st.dictionaries(st.text(), st.integers()),
    "JSONField": st.dictionaries(st.text(), st.floats() | st.text()),
}

EMPTY = (None, "", b"", (), [], set(), frozenset(), {}, 0, False)


class AttributeForm(AutoExtensibleForm, EditForm):
    """z3c.form's own way: the value is an attribute of the page."""


class StorageForm(AnnotationStorageMixin, AttributeForm):
    """The same form, the value is in the storage."""

    ANNOTATION_STORAGE_KEY = KEY


class RoundtripTest(unittest.TestCase):
    """Tests for each field type are made below."""

    layer = FUNCTIONAL
    examples = SETTINGS

    def setUp(self):
        self.portal = self.layer["portal"]
        self.page = self.portal["page"]
        self.request = self.layer["request"]
        alsoProvides(self.request, IPloneFormLayer)
        login(self.portal.aq_parent, SITE_OWNER_NAME)

    def forms(self, interface):
        """Return the form that stores an attribute, and the one with a storage."""
        alsoProvides(self.page, interface)
        for base in (AttributeForm, StorageForm):
            form = type("Form", (base,), {"schema": interface})(self.page, self.request)
            form.update()
            yield form

    def check_survives(self, interface, strategy):
        """Check that values come back from form and database as they were."""
        field = interface["value"]
        _attribute_form, form = self.forms(interface)

        @self.examples
        @given(strategy)
        def check(drawn):
            value = self.real(field, drawn)
            field.bind(self.page).validate(value)
            self.assertEqual(comparable(value), shown_again(form, value))
            stored = comparable(annotation_storage(self.page, KEY)["value"])
            transaction.commit()
            self.assertEqual(stored, self.reopened())

        check()

    def check_as_attribute(self, interface, strategy):
        """Check that values come back as they do from an attribute."""
        field = interface["value"].bind(self.page)
        attribute_form, storage_form = self.forms(interface)

        @self.examples
        @given(strategy)
        def check(value):
            try:
                field.validate(value)
            except ValidationError:
                reject()
            self.assertEqual(
                outcome(attribute_form, value), outcome(storage_form, value)
            )

        check()

    def check_empty(self, interface):
        """Check that empty values come back as they do from an attribute."""
        field = interface["value"].bind(self.page)
        field.required = False
        attribute_form, storage_form = self.forms(interface)
        for value in EMPTY:
            with self.subTest(value=value):
                try:
                    field.validate(value)
                except (TypeError, ValidationError):
                    # The catalog's vocabulary raises TypeError for what is no content.
                    continue
                self.assertEqual(
                    outcome(attribute_form, value), outcome(storage_form, value)
                )

    def real(self, field, drawn):
        """Return the value that stands for itself, or that `drawn` stands for."""
        if isinstance(drawn, list):
            return [self.real(field, item) for item in drawn]
        if isinstance(drawn, Page):
            return self.portal[drawn.path]
        if isinstance(drawn, File):
            return field._type(data=drawn.data, filename=drawn.filename)
        return drawn

    def reopened(self):
        """Return what another connection reads."""
        connection = self.portal._p_jar.db().open()
        try:
            page = connection.root()["Application"]["plone"]["page"]
            return comparable(annotation_storage(page, KEY)["value"])
        finally:
            connection.close()


def shown_again(form, value: Any) -> Any:
    """Return what the form has in the end when it shows and saves, twice."""
    widget = form.widgets["value"]
    converter = IDataConverter(widget)
    manager = getMultiAdapter((form.getContent(), widget.field), IDataManager)
    manager.set(converter.toFieldValue(converter.toWidgetValue(value)))
    return comparable(converter.toFieldValue(converter.toWidgetValue(manager.query())))


def outcome(form, value: Any) -> Any:
    """Return the same, or the class of the error."""
    try:
        return shown_again(form, value)
    except (ArithmeticError, TypeError, ValidationError, ValueError) as error:
        return type(error)


def comparable(value: Any) -> Any:
    """Return something that is equal for equal values, of equal types, only."""
    if isinstance(value, (list, tuple)):
        return type(value), [comparable(item) for item in value]
    if isinstance(value, RelationValue):
        return "relation", value.to_id
    if IDexterityContent.providedBy(value):
        return value.getPhysicalPath()
    if INamed.providedBy(value):
        return type(value), value.data, value.filename, value.contentType
    if IRichTextValue.providedBy(value):
        return value.raw, value.mimeType, value.outputMimeType
    return type(value), value


def made_test(check, *arguments):
    return lambda self: getattr(self, check)(*arguments)


for title, (field, strategy) in CASES.items():
    # The page provides it, and is stored: it must be found in this module.
    name = f"I{title}"
    interface = InterfaceClass(name, (Interface,), {"value": field}, None, __name__)
    globals()[name] = interface
    tests = {
        f"test_{title}": made_test("check_survives", interface, strategy),
        f"test_{title}_empty": made_test("check_empty", interface),
    }
    if title in LOSSY:
        tests[f"test_{title}_lossy"] = made_test(
            "check_as_attribute", interface, LOSSY[title]
        )
    for name, test in tests.items():
        setattr(RoundtripTest, name, test)


class ManyRoundtripsTest(RoundtripTest):
    """The same with more values."""

    level = 2
    examples = MANY
