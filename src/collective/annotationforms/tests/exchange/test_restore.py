"""A value that was exported as JSON is read back as it was."""

from collective.annotationforms.exchange.bounds import check_literal
from collective.annotationforms.exchange.bounds import check_number
from collective.annotationforms.exchange.portable import portable
from collective.annotationforms.exchange.portable import restored
from collective.annotationforms.storage.storage import annotation_storage
from collective.annotationforms.tests.fields.test_roundtrip import CASES
from collective.annotationforms.tests.fields.test_roundtrip import comparable
from collective.annotationforms.tests.fields.test_roundtrip import File
from collective.annotationforms.tests.fields.test_roundtrip import LOSSY
from collective.annotationforms.tests.fields.test_roundtrip import MANY
from collective.annotationforms.tests.fields.test_roundtrip import Page
from collective.annotationforms.tests.fields.test_roundtrip import SETTINGS
from collective.annotationforms.tests.layers import IntegrationTestCase
from collective.annotationforms.tests.matrix.objects import IFiledPerson
from collective.annotationforms.tests.matrix.objects import ILinkedPerson
from collective.annotationforms.tests.matrix.objects import IPerson
from collective.annotationforms.tests.matrix.objects import MakesPerson
from collective.annotationforms.tests.matrix.objects import Person
from collective.z3cform.datagridfield.row import DictRow
from contextlib import suppress
from datetime import date
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from decimal import Decimal
from hypothesis import given
from hypothesis import reject
from hypothesis import strategies as st
from plone.app.textfield import RichText
from plone.namedfile.file import NamedBlobFile
from z3c.form.interfaces import IDataManager
from z3c.form.object import getIfName
from z3c.relationfield.schema import RelationChoice
from zope import schema
from zope.component import getGlobalSiteManager
from zope.component import getMultiAdapter
from zope.interface import Invalid
from zope.schema.interfaces import ValidationError

import json


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes))
ZONES = OFFSETS.map(timezone)
# What shows them adds and takes away some hours.
DAYS = (datetime(1, 1, 2), datetime(9999, 12, 30))
DECIMAL_CHOICES = [Decimal("1.10"), Decimal(2)]

FILE_PARTS = st.none() | st.integers() | st.text()
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda items: st.lists(items) | st.dictionaries(st.text(), items),
    max_leaves=4,
) | st.fixed_dictionaries(
    dict.fromkeys(
        ("filename", "data", "content-type", "output-type", "encoding"), FILE_PARTS
    )
)


def is_shown(number):
    try:
        check_literal(str(number))
        check_number(number)
    except Invalid:
        return False
    return True


DECIMALS = st.decimals(allow_nan=False, allow_infinity=False).filter(is_shown)

# Of the types that widgets can't express in full, those that they can show.
SHOWN = {
    "BytesLine": st.text().map(str.encode),
    "Decimal": DECIMALS,
    "Datetime": st.datetimes(*DAYS),
}

# Values that no widget can express, but code can store.
MORE = {
    # Of those types, the site allows one.
    "RichText": (
        RichText(allowed_mime_types=("text/html", "text/plain")),
        CASES["RichText"][1],
    ),
    "DatetimeWithZone": (schema.Datetime(), st.datetimes(*DAYS, timezones=ZONES)),
    "TimeWithZone": (schema.Time(), st.times(timezones=ZONES)),
    # One that is a whole number comes back as an int.
    "Rational": (
        schema.Rational(),
        st.fractions().filter(lambda value: value.denominator != 1),
    ),
    "Bytes": (schema.Bytes(), st.binary()),
    "ChoiceOfDecimals": (
        schema.Choice(values=DECIMAL_CHOICES),
        st.sampled_from(DECIMAL_CHOICES),
    ),
    "ListOfTuples": (
        schema.List(value_type=schema.Tuple(value_type=schema.Date())),
        st.lists(st.lists(st.dates()).map(tuple)),
    ),
    "SetOfTuples": (
        schema.Set(value_type=schema.Tuple(value_type=schema.Int())),
        st.sets(st.lists(st.integers()).map(tuple)),
    ),
    "DictOfInts": (
        schema.Dict(key_type=schema.Int(), value_type=schema.Decimal()),
        st.dictionaries(st.integers(), DECIMALS),
    ),
    "DictOfDates": (
        schema.Dict(key_type=schema.Date(), value_type=schema.Set()),
        st.dictionaries(st.dates(), st.sets(st.integers())),
    ),
    "DictOfBools": (
        schema.Dict(key_type=schema.Bool(), value_type=schema.Bool()),
        st.dictionaries(st.booleans(), st.booleans()),
    ),
    "Rows": (
        schema.List(value_type=DictRow(schema=IPerson)),
        st.lists(
            st.fixed_dictionaries(
                {"name": st.text("abc", max_size=6), "count": st.none() | st.integers()}
            )
        ),
    ),
}


class RestoreTestCase(IntegrationTestCase):
    """Stores a value, and the one that is made of its JSON."""

    def setUp(self):
        super().setUp()
        self.storage = annotation_storage(self.page, "restore")

    def stored(self, field, value):
        """Return what a form would store."""
        getMultiAdapter((self.storage, field), IDataManager).set(value)
        return self.storage.data[field.__name__]

    def restored(self, field, stored, old=None):
        text = json.dumps(portable(stored, field), allow_nan=False)
        return restored(field, json.loads(text), self.storage, old)

    def real(self, field, drawn):
        if isinstance(drawn, list):
            return [self.real(field, item) for item in drawn]
        if isinstance(drawn, Page):
            return self.portal[drawn.path]
        if isinstance(drawn, File):
            return field._type(data=drawn.data, filename=drawn.filename)
        return drawn


class TestFieldTypes(RestoreTestCase):
    """Tests for each field type are made below."""

    examples = SETTINGS

    def check_any(self, field):
        """Check that any JSON gives a value, or is refused with a message."""
        field = field.bind(self.page)
        field.__name__ = "value"

        @self.examples
        @given(ANY_JSON)
        def check(data):
            # Validation errors are of this class, too.
            with suppress(Invalid):
                field.validate(restored(field, data, self.storage))

        check()

    def check(self, field, strategy):
        field = field.bind(self.page)
        field.__name__ = "value"

        @self.examples
        @given(strategy)
        def check(drawn):
            value = self.real(field, drawn)
            try:
                field.validate(value)
            except ValidationError:
                reject()
            stored = self.stored(field, value)
            before = comparable(stored)
            value = self.restored(field, stored)
            field.validate(value)
            self.assertEqual(before, comparable(self.stored(field, value)))

        check()


def made_test(check, *arguments):
    return lambda self: getattr(self, check)(*arguments)


for title, (field, strategy) in (CASES | MORE).items():
    if title != "JSONField":
        # There, numbers that JSON does not have come back as text.
        strategy = (LOSSY | SHOWN).get(title, strategy)
    test = made_test("check", field, strategy)
    setattr(TestFieldTypes, f"test_{title}", test)
    setattr(TestFieldTypes, f"test_{title}_any", made_test("check_any", field))


class TestFieldTypesOften(TestFieldTypes):
    """The same with more values."""

    level = 2
    examples = MANY


class TestObjects(RestoreTestCase):
    """Objects are made as z3c.form makes them, or as what is stored is."""

    field = schema.Object(__name__="value", schema=IPerson)

    def assert_zoe(self, person):
        self.assertIs(Person, type(person))
        self.assertEqual(("Zoë", 3), (person.name, person.count))

    def test_by_the_factory(self):
        registry = getGlobalSiteManager()
        name = getIfName(IPerson)
        registry.registerAdapter(MakesPerson, name=name)
        self.addCleanup(registry.unregisterAdapter, MakesPerson, name=name)
        person = Person()
        person.name, person.count = "Zoë", 3
        self.assert_zoe(self.restored(self.field, person))

    def test_by_the_class_of_what_is_stored(self):
        self.assert_zoe(self.restored(self.field, Person("Zoë", 3), Person("Ada", 1)))
        field = schema.List(__name__="value", value_type=self.field)
        (made,) = self.restored(field, [Person("Zoë", 3)], [Person("Ada", 1)])
        self.assert_zoe(made)

    def test_not_known(self):
        with self.assertRaises(Invalid) as raised:
            self.restored(self.field, Person("Zoë", 3))
        message = raised.exception.args[0]
        self.assertEqual("Nothing tells how to make an object of ${schema}.", message)
        self.assertEqual({"schema": getIfName(IPerson)}, message.mapping)

    def test_attributes_of_an_object_that_is_not_loaded_are_exported(self):
        self.page.person = Person("Zoë", 3)
        self.page._p_jar.savepoint()
        self.page.person._p_deactivate()
        expected = {"name": "Zoë", "count": 3}
        self.assertEqual(expected, portable(self.page.person))


class TestRows(RestoreTestCase):
    """Rows of data grids with more than text in them."""

    def rows(self, row):
        return schema.List(__name__="value", value_type=DictRow(schema=row))

    def test_relations(self):
        field = self.rows(ILinkedPerson)
        rows = [{"name": "Zoë", "count": 3, "page": self.page}]
        value = self.restored(field, self.stored(field, rows))
        field.bind(self.page).validate(value)
        self.assertEqual(rows, value)

    def test_a_relation_whose_target_is_gone(self):
        field = self.rows(ILinkedPerson)
        row = {"name": "Zoë", "count": 3, "page": self.portal["private-page"]}
        stored = self.stored(field, [row])
        self.portal.manage_delObjects(["private-page"])
        self.assertEqual([{**row, "page": None}], self.restored(field, stored))

    def test_files(self):
        field = self.rows(IFiledPerson)
        file = NamedBlobFile(b"\xff", "text/plain", "a.txt")
        rows = [{"name": "Zoë", "count": None, "file": file}]
        (row,) = self.restored(field, self.stored(field, rows))
        field.bind(self.page).validate([row])
        self.assertEqual(comparable(file), comparable(row.pop("file")))
        self.assertEqual({"name": "Zoë", "count": None}, row)


class TestWrongData(RestoreTestCase):
    """What the export does not write is refused with a message."""

    def test_is_refused(self):
        lines = schema.TextLine()
        numbers = schema.Dict(key_type=schema.Int(), value_type=lines)
        for field, data in (
            (lines, 1),
            (schema.Date(), "tomorrow"),
            (schema.Date(), 1),
            (schema.Datetime(), "2027"),
            (schema.Time(), "25:00"),
            (schema.Timedelta(), "1e99"),
            (schema.Timedelta(), "NaN"),
            (schema.Decimal(), "one"),
            (schema.Bytes(), "ä"),
            (schema.List(value_type=lines), "abc"),
            (schema.List(value_type=lines), [1]),
            (schema.Set(), [[]]),
            (schema.Choice(values=[1]), [1]),
            (schema.Choice(values=[1]), "1"),
            (numbers, {"{": "a"}),
            (numbers, {"a": "a"}),
            (numbers, []),
            (schema.Object(schema=IPerson), {"age": 1}),
            (schema.Object(schema=IPerson), {"": 1}),
            (schema.Object(schema=IPerson), "Person"),
            (RelationChoice(vocabulary="plone.app.vocabularies.Catalog"), ""),
            (RelationChoice(vocabulary="plone.app.vocabularies.Catalog"), "a" * 32),
            (CASES["RichText"][0], "text"),
            (CASES["RichText"][0], {"data": "text"}),
            (CASES["NamedFile"][0], "text"),
            (CASES["NamedFile"][0], {"data": "SGVsbG8="}),
            (
                CASES["NamedFile"][0],
                {"data": "SGVsbG8=", "content-type": "text/plain", "filename": 1},
            ),
        ):
            with self.subTest(field=field, data=data), self.assertRaises(Invalid):
                restored(field, data, self.storage)

    def test_dates_are_read_as_they_are_written(self):
        field = schema.Date()
        value = restored(field, "2027-01-31", self.storage)
        self.assertEqual(date(2027, 1, 31), value)
