"""How values are put together, and taken apart."""

from collective.annotationforms.storage.parts import is_plain
from collective.annotationforms.storage.parts import leaves
from collective.annotationforms.storage.parts import Part
from collective.annotationforms.storage.parts import parts
from collective.annotationforms.storage.parts import plain_copy
from collective.annotationforms.storage.parts import rebuilt
from collective.annotationforms.storage.parts import replaced
from datetime import date
from decimal import Decimal
from hypothesis import given
from hypothesis import strategies
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from plone.namedfile.file import NamedFile
from unittest import TestCase
from zope import schema
from zope.interface import implementer
from zope.interface import Interface


class ICity(Interface):
    name = schema.TextLine(title="Name")


@implementer(ICity)
class City:
    name = "Graz"


class IRow(Interface):
    city = schema.Object(title="City", schema=ICity)
    note = schema.TextLine(title="Note")


ROW = schema.Object(schema=IRow)
LINES = schema.List(value_type=schema.TextLine())
NUMBERS = schema.Dict(key_type=schema.TextLine(), value_type=schema.Int())

scalars = strategies.none() | strategies.booleans() | strategies.integers()
scalars |= strategies.text() | strategies.binary() | strategies.dates()
values = strategies.recursive(
    scalars,
    lambda inner: (
        strategies.lists(inner)
        | strategies.lists(inner).map(tuple)
        | strategies.lists(inner).map(PersistentList)
        | strategies.dictionaries(strategies.text(), inner)
    ),
    max_leaves=10,
)


class TestParts(TestCase):
    """Each part has a name, a value, and the field of the schema that it has."""

    def test_wholes(self):
        for value in (None, "text", 1, b"", NamedFile(b"", filename="a.txt"), object()):
            self.assertIsNone(parts(None, value))

    def test_sequences_and_sets(self):
        line = LINES.value_type
        expected = [Part(0, line, "a"), Part(1, line, "b")]
        for value in (["a", "b"], ("a", "b"), PersistentList("ab")):
            self.assertEqual(expected, parts(LINES, value))
        self.assertEqual([Part(0, line, "a")], parts(LINES, {"a"}))
        self.assertEqual([Part(0, None, "a")], parts(None, frozenset("a")))
        self.assertEqual([], parts(LINES, []))

    def test_mappings(self):
        number = NUMBERS.value_type
        for kind in (dict, PersistentMapping):
            self.assertEqual([Part("a", number, 1)], parts(NUMBERS, kind(a=1)))

    def test_the_row_of_a_grid(self):
        found = parts(ROW, {"note": "x", "older": 1})
        self.assertEqual(
            [Part("note", IRow["note"], "x"), Part("older", None, 1)], found
        )

    def test_objects_by_their_field_or_their_interfaces(self):
        expected = [Part("name", ICity["name"], "Graz")]
        self.assertEqual(expected, parts(IRow["city"], City()))
        self.assertEqual(expected, parts(None, City()))
        self.assertIsNone(parts(None, City))

    def test_leaves_are_found_however_deep(self):
        city = City()
        value = {"rows": [{"city": city}, ("a", {"b"})], "empty": []}
        self.assertEqual([city, "Graz", "a", "b"], list(leaves(None, value)))


class TestPlain(TestCase):
    """Text, numbers, dates and None, and what has nothing else in it."""

    plain = (
        *(None, True, 7, 1.5, "text", b"bytes", Decimal("1"), date(2027, 1, 31)),
        *([], ["a", 1], ("a",), {"a"}, frozenset("a"), {"a": 1, 2: None}),
        *([{"name": "Ada", "tags": ["a"]}], [["a"], ["b"]]),
    )

    def test_is_copied(self):
        for value in self.plain:
            with self.subTest(value=value):
                self.assertTrue(is_plain(value))
                copied = plain_copy(value)
                self.assertEqual((type(value), value), (type(copied), copied))

    def test_what_can_be_changed_is_another_one(self):
        row = {"tags": ["a"]}
        rows = [row]
        copied = plain_copy(rows)
        self.assertIsNot(rows, copied)
        self.assertIsNot(row, copied[0])
        self.assertIsNot(row["tags"], copied[0]["tags"])

    def test_everything_else_is_not(self):
        class Text(str):
            """A class of its own may have attributes."""

        file, itself = NamedFile(b"a", filename="a.txt"), []
        itself.append(itself)
        for value in (
            *(file, [file], {"a": file}, {"a": [file]}, PersistentList(), City()),
            *(Text("a"), [Text("a")], {Text("a"): 1}, [[[[["deep"]]]]], itself),
        ):
            with self.subTest(value=type(value)):
                self.assertFalse(is_plain(value))


class TestRebuilt(TestCase):
    """A container is made anew of other parts."""

    @given(values)
    def test_the_same_parts_make_the_same_value(self, value):
        self.assertEqual(value, replaced(value, lambda part: False, repr))
        found = parts(None, value)
        if found is not None:
            made = rebuilt(value, [part.value for part in found])
            self.assertEqual(list(value), list(made))
            self.assertEqual(value, type(value)(made))

    @given(values)
    def test_each_part_that_is_meant_is_replaced(self, value):
        made = replaced(value, lambda part: isinstance(part, str), lambda part: b"text")
        self.assertFalse([part for part in leaves(None, made) if isinstance(part, str)])
        self.assertEqual(len(list(leaves(None, value))), len(list(leaves(None, made))))

    def test_none_leaves_a_part_out_of_a_sequence_only(self):
        value = {"gone": "x", "rows": ["x", None, {"gone": "x"}], "set": {"x", 1}}
        made = replaced(value, lambda part: part == "x", lambda part: None)
        expected = {"gone": None, "rows": [None, {"gone": None}], "set": {1}}
        self.assertEqual(expected, made)

    def test_a_value_without_such_a_part_is_not_copied(self):
        value = {"rows": [1, 2]}
        self.assertIs(value, replaced(value, lambda part: part == "x", repr))
