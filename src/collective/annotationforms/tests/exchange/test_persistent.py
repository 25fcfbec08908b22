"""Persistent and other containers, in values: lists and mappings, there and back."""

from BTrees.IOBTree import IOBTree
from BTrees.OOBTree import OOBTree
from BTrees.OOBTree import OOTreeSet
from collections import deque
from collections import OrderedDict
from collections import UserList
from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.exchange.portable import portable
from collective.annotationforms.exchange.portable import restored
from collective.annotationforms.fields.text import text_of
from collective.annotationforms.tests.admin import OPTIONS
from collective.annotationforms.tests.exchange.test_importing import ImportTestCase
from collective.annotationforms.tests.fields.test_roundtrip import SETTINGS
from collective.annotationforms.tests.layers import IntegrationTestCase
from hypothesis import given
from hypothesis import strategies as st
from persistent import Persistent
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from plone.supermodel import model
from zope import schema
from zope.interface import implementer
from zope.interface import Interface

import json
import transaction


KEY = "example.persistent"
PLAIN = st.recursive(
    st.integers() | st.text("ab", max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3)
    ),
    max_leaves=6,
)


class IPoint(Interface):
    tags = schema.List(title="Tags", value_type=schema.TextLine(), required=False)


@implementer(IPoint)
class Point(Persistent):
    tags = None


class PersistentLines(schema.List):
    """A field that wants its values to notice changes."""

    _type = PersistentList


class PersistentNames(schema.Dict):
    """The same for a mapping."""

    _type = PersistentMapping


class IContainers(model.Schema):
    """Containers of several kinds."""

    lines = schema.List(title="Lines", value_type=schema.TextLine(), required=False)
    own_lines = PersistentLines(
        title="Own lines", value_type=schema.TextLine(), required=False
    )
    names = schema.Dict(
        title="Names",
        key_type=schema.TextLine(),
        value_type=schema.List(value_type=schema.Int()),
        required=False,
    )
    own_names = PersistentNames(
        title="Own names",
        key_type=schema.TextLine(),
        value_type=schema.Int(),
        required=False,
    )
    numbers = schema.Set(title="Numbers", value_type=schema.Int(), required=False)
    point = schema.Object(title="Point", schema=IPoint, required=False)


class ContainersForm(AnnotationEditForm):
    schema = IContainers
    ANNOTATION_STORAGE_KEY = KEY


def persistent(value):
    """Return the value with persistent containers in place of plain ones."""
    if isinstance(value, list):
        return PersistentList(map(persistent, value))
    if isinstance(value, dict):
        return PersistentMapping({name: persistent(value[name]) for name in value})
    return value


class TestPortable(IntegrationTestCase):
    """The kind of the container does not matter."""

    def test_any_nesting(self):
        @SETTINGS
        @given(PLAIN)
        def check(value):
            self.assertEqual(portable(value), portable(persistent(value)))
            self.assertEqual(text_of(None, value), text_of(None, persistent(value)))

        check()

    def test_kinds(self):
        for value, written in (
            (PersistentList([1, (2,)]), [1, [2]]),
            (UserList([1, deque([2])]), [1, [2]]),
            (OOBTree({"a": PersistentList([1])}), {"a": [1]}),
            (IOBTree({1: OrderedDict(b=2)}), {"1": {"b": 2}}),
            (OOTreeSet([2, 1]), [1, 2]),
            ([{"a": PersistentMapping(b=frozenset([1]))}], [{"a": {"b": [1]}}]),
        ):
            with self.subTest(value=value):
                self.assertEqual(written, portable(value))

    def test_fields_get_what_they_want(self):
        storage = annotation_storage(self.page, KEY)
        for name, value in (
            ("own_lines", PersistentList(["a", "b"])),
            ("own_names", PersistentMapping(a=1)),
            ("lines", ["a"]),
            ("names", {"a": [1]}),
            ("numbers", {1, 2}),
        ):
            field = IContainers[name]
            found = restored(field, portable(value, field), storage)
            self.assertIs(type(value), type(found))
            self.assertEqual(value, found)
            field.validate(found)


class TestImport(ImportTestCase):
    """An export is imported on a page that has such values, and on another one."""

    key = KEY

    def setUp(self):
        super().setUp()
        self.register("containers", ContainersForm, **OPTIONS)
        point = Point()
        point.tags = PersistentList(["a"])
        self.values = {
            "lines": PersistentList(["a", "b"]),
            "own_lines": PersistentList(["c"]),
            "names": PersistentMapping(a=PersistentList([1, 2])),
            "own_names": PersistentMapping(a=1),
            "numbers": OOTreeSet([1, 2]),
            "point": point,
        }
        self.add_page("a", **self.values)
        self.add_page("b")

    def exported(self):
        url = "form-data-download?form=containers&format=json"
        return json.loads(self.open(url).contents)

    def test_unchanged(self):
        document = self.exported()
        self.assertEqual(
            {
                "lines": ["a", "b"],
                "own_lines": ["c"],
                "names": {"a": [1, 2]},
                "own_names": {"a": 1},
                "numbers": [1, 2],
                "point": {"tags": ["a"]},
            },
            document["pages"][0]["values"],
        )
        browser = self.send(json.dumps(document))
        self.assertEqual(([], []), (self.changed(browser), self.left(browser)))

    def test_changed(self):
        document = self.exported()
        values = document["pages"][0]["values"]
        values["lines"].append("new")
        values["own_lines"].append("new")
        values["names"]["b"] = [3]
        values["own_names"]["b"] = 2
        values["numbers"] = [1, 3]
        values["point"]["tags"] = ["new"]
        browser = self.do_import(json.dumps(document))
        self.assertEqual([], self.left(browser))
        stored = self.stored(self.portal["a"])
        self.assertEqual(["a", "b", "new"], stored["lines"])
        self.assertEqual(PersistentList(["c", "new"]), stored["own_lines"])
        self.assertEqual({"a": [1, 2], "b": [3]}, stored["names"])
        self.assertEqual(PersistentMapping(a=1, b=2), stored["own_names"])
        self.assertEqual({1, 3}, stored["numbers"])
        self.assertEqual(["new"], stored["point"].tags)

    def test_another_page(self):
        document = self.exported()
        record = document["pages"][0]
        record.update(path="/b", uid=self.portal["b"].UID())
        # Nothing tells on that page how to make an object.
        del record["values"]["point"]
        browser = self.do_import(json.dumps(document))
        self.assertEqual([], self.left(browser))
        self.assertEqual(
            {**record["values"], "numbers": {1, 2}},
            {
                name: getattr(value, "data", value)
                for name, value in self.stored(self.portal["b"]).items()
            },
        )
        transaction.abort()
