"""What can be stored is found out as ZODB does it, before anything is written."""

from collections import namedtuple
from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.interfaces import InvalidValueError
from collective.annotationforms.storage.written import as_written
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.layers import IntegrationTestCase
from dataclasses import dataclass
from enum import Enum
from functools import partial
from hypothesis import given
from hypothesis import strategies as st
from persistent import Persistent
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from plone.namedfile.file import NamedBlobFile
from plone.supermodel import model
from threading import Lock
from types import MappingProxyType
from unittest import TestCase
from weakref import ref
from ZODB.MappingStorage import DB
from zope import schema
from zope.schema.vocabulary import SimpleTerm
from zope.schema.vocabulary import SimpleVocabulary

import transaction


KEY = "example.written"


class Colour(Enum):
    """An enum that can be found by its name."""

    RED = "red"


class Outer:
    """A class with others in it, which ZODB can't find by their names."""

    class Inner:
        """A nested class."""

    class Level(Enum):
        """A nested enum."""

        HIGH = 1

    @dataclass
    class Point:
        """A nested data class."""

        x: int = 0

    class Stored(Persistent):
        """A nested persistent class."""

    Pair = namedtuple("Pair", "a b")


class Holder:
    """An object that holds another one."""

    def __init__(self, held):
        self.held = held


class Kept(Persistent):
    """A persistent object that holds another one."""

    def __init__(self, held):
        self.held = held


class Failing:
    """An object that can be written, but not be made again."""

    def __new__(cls, needed):
        return super().__new__(cls)


class Error(Exception):
    """As many exceptions: written by their arguments, of which there are others."""

    def __init__(self, one, two):
        super().__init__(f"{one} {two}")


def local_object():
    class Local:
        pass

    return Local()


def nested(depth):
    value = []
    for _number in range(depth):
        value = [value]
    return value


def not_stored():
    """Return what ZODB can't store, by what it is."""
    return {
        "nested class": Outer.Inner,
        "object of a nested class": Outer.Inner(),
        "nested enum": Outer.Level.HIGH,
        "nested data class": Outer.Point(),
        "nested persistent class": Outer.Stored(),
        "nested named tuple": Outer.Pair(1, 2),
        "local class": local_object(),
        "lambda": lambda: None,
        "partial": partial(lambda: None),
        "generator": (number for number in ()),
        "iterator of a file": open(__file__),
        "lock": Lock(),
        "module": transaction,
        "weak reference": ref(Outer),
        "proxy": MappingProxyType({}),
        "keys": {"a": 1}.keys(),
        "not made again": Failing(1),
        "exception": Error(1, 2),
        "too deep": nested(5000),
    }


PLACES = (
    lambda value: value,
    lambda value: [value],
    lambda value: {"a": [(value,)]},
    Holder,
    lambda value: [Holder({"a": Holder(value)})],
    Kept,
    lambda value: PersistentList([PersistentMapping(a=value)]),
    lambda value: [Kept(PersistentList([Holder(value)]))],
)


class TestStorage(IntegrationTestCase):
    """A clear error, and nothing is written."""

    def test_refused_wherever_it_is(self):
        storage = annotation_storage(self.page, KEY)
        for number, place in enumerate(PLACES):
            for name, value in not_stored().items():
                with self.subTest(name, place=number):
                    message = "^Annotation .*, field 'x': it can't be stored: "
                    with self.assertRaisesRegex(InvalidValueError, message):
                        storage["x"] = place(value)
        self.assertIsNone(self.stored(KEY))

    def test_a_storage_is_no_value(self):
        storage = annotation_storage(self.page, KEY)
        with self.assertRaisesRegex(InvalidValueError, "made for one request"):
            storage["x"] = [annotation_storage(self.page, "other")]

    def test_what_is_stored_is_committed(self):
        storage = annotation_storage(self.page, KEY)
        for number, value in enumerate(
            (
                Colour.RED,
                Colour,
                Outer,
                len,
                range(3),
                {Colour.RED: [Holder(Kept(Holder(1)))]},
                NamedBlobFile(b"data", filename="a.txt"),
                bytearray(b"a"),
            )
        ):
            storage[f"x{number}"] = value
        transaction.savepoint()
        self.assertIs(Colour.RED, storage["x0"])
        self.assertEqual(1, storage["x5"][Colour.RED][0].held.held.held)

    def test_objects_that_are_stored_are_not_looked_at(self):
        kept = Kept(1)
        annotation_storage(self.page, KEY)["x"] = kept
        transaction.savepoint()
        kept._p_deactivate()
        as_written([kept])
        self.assertIsNone(kept._p_changed)
        kept.held = lambda: None
        with self.assertRaisesRegex(ValueError, "it can't be stored: "):
            as_written([kept])
        transaction.abort()


class TestAsZodbDoes(TestCase):
    """The answer is that of a commit."""

    def setUp(self):
        self.connection = DB().open()
        self.addCleanup(self.connection.db().close)
        self.addCleanup(self.connection.close)
        self.addCleanup(transaction.abort)

    def is_committed(self, value):
        self.connection.root()["x"] = value
        try:
            transaction.commit()
        # Whatever it is, a commit fails.
        except Exception:
            transaction.abort()
            return False
        return True

    def is_taken(self, value):
        try:
            as_written(value)
        except ValueError:
            return False
        return True

    def answers(self, value):
        # In this order: an object that was not committed may have a connection.
        return self.is_taken(value), self.is_committed(value)

    def test_what_is_known(self):
        for name, value in not_stored().items():
            if name in ("not made again", "exception"):
                # They are committed, but nobody can read them.
                continue
            with self.subTest(name):
                self.assertEqual((False, False), self.answers(value))

    def test_anything(self):
        leaves = st.sampled_from(
            [
                *(lambda: None, local_object(), Outer.Level.HIGH, Lock()),
                *("a", 1, None, b"a", 1.5, Colour.RED, Outer),
            ]
        )
        values = st.recursive(
            leaves,
            lambda inner: (
                st.lists(inner, max_size=2)
                | st.builds(Holder, inner)
                | st.builds(Kept, inner)
                | st.lists(inner, max_size=2).map(PersistentList)
            ),
            max_leaves=4,
        )

        @given(values)
        def check(value):
            self.assertEqual(*self.answers(value))

        check()


VALUES = {"plain": "a", "nested": Outer.Level.HIGH, "inner": Outer.Inner()}
TERMS = SimpleVocabulary(
    [SimpleTerm(value, name, name.title()) for name, value in VALUES.items()]
)


class IChosen(model.Schema):
    """What a vocabulary has need not be what a database takes."""

    chosen = schema.Choice(title="Chosen", vocabulary=TERMS, required=False)
    many = schema.List(
        title="Many", value_type=schema.Choice(vocabulary=TERMS), required=False
    )


class ChosenForm(AnnotationEditForm):
    schema = IChosen
    ANNOTATION_STORAGE_KEY = KEY


class TestForm(FunctionalTestCase):
    """The form says why, and nothing is stored."""

    key = KEY

    def test_chosen(self):
        self.register_view("chosen", ChosenForm)
        for name in ("nested", "inner"):
            browser = self.browser()
            browser.open(f"{self.url}/@@chosen")
            browser.getControl("Chosen").value = [name]
            browser.getControl("Save").click()
            self.assertEqual("200 OK", browser.headers["status"])
            self.assertIn("“Chosen” can't be saved: it can't be ", browser.contents)
            self.assertIsNone(self.stored())
        browser.getControl("Chosen").value = ["plain"]
        browser.getControl("Save").click()
        self.assertEqual({"chosen": "a"}, self.stored())
