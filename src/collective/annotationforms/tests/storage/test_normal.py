"""When two values are the same: one rule for tokens, saves and histories."""

from collective.annotationforms.storage.value import normal
from collective.annotationforms.storage.value import same
from datetime import date
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from decimal import Decimal
from hypothesis import given
from hypothesis import strategies
from math import nan
from plone.app.textfield.value import RichTextValue
from plone.namedfile.file import NamedFile
from unittest import TestCase
from zope import schema
from zope.interface import implementer
from zope.interface import Interface


class ICity(Interface):
    name = schema.Text(title="Name")


@implementer(ICity)
class City:
    def __init__(self, name):
        self.name = name


def text(raw, kind="text/html"):
    return RichTextValue(raw, kind, "text/x-html-safe")


CITY = schema.Object(schema=ICity)
CITIES = schema.List(value_type=CITY)
NOON = datetime(2020, 2, 29, 12)

SAME = (
    (None, "a\r\nb\r\n", "a\nb\n"),
    (None, [{"a\r\n": "x\r\ny"}], [{"a\n": "x\ny"}]),
    (None, {"a": 1, "b": 2}, {"b": 2, "a": 1}),
    (None, ["a", "b"], ("a", "b")),
    (None, {"b", "a"}, frozenset("ab")),
    (None, Decimal("1.0"), Decimal("1.00")),
    (None, [Decimal("100")], [Decimal("1E+2")]),
    (None, nan, float("nan")),
    (None, Decimal("NaN"), Decimal("NaN")),
    (None, timedelta(hours=1), timedelta(minutes=60)),
    (None, text("a\nb"), text("a\r\nb")),
    (None, NamedFile(b"x", "a/b", "f"), NamedFile(b"x", "a/b", "f")),
    (CITY, City("a\nb"), City("a\r\nb")),
    (CITIES, [City("a")], (City("a"),)),
)
NOT_SAME = (
    (None, 1, 1.0),
    (None, 1, True),
    (None, 0, False),
    (None, 0, None),
    (None, "", None),
    (None, [], None),
    (None, [1], [True]),
    (None, {"a": 1}, {"a": 1.0}),
    (None, 1, Decimal(1)),
    (None, "1", 1),
    (None, b"a", "a"),
    (None, ["a", "b"], ["b", "a"]),
    (None, ["a"], {"a"}),
    (None, ["a"], "a"),
    (None, date(2020, 2, 29), datetime(2020, 2, 29)),
    (None, NOON, NOON.replace(tzinfo=timezone.utc)),
    (None, "a\rb", "a\nb"),
    (None, text("a"), text("a", "text/plain")),
    (None, text("a"), "a"),
    (None, NamedFile(b"x", "a/b", "f"), NamedFile(b"y", "a/b", "f")),
    (None, NamedFile(b"x", "a/b", "f"), NamedFile(b"x", "a/b", "g")),
    (CITY, City("a"), City("b")),
    (CITY, City("a"), None),
    (CITIES, [City("a")], [City("a"), City("a")]),
    (None, lambda: 1, lambda: 1),
)

scalars = strategies.none() | strategies.booleans() | strategies.integers(-2, 2)
scalars |= strategies.sampled_from([0.0, 1.0, -1.0, "", "1", b"", Decimal(1)])
values = strategies.recursive(
    scalars,
    lambda inner: (
        strategies.lists(inner, max_size=2)
        | strategies.dictionaries(strategies.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=4,
)


class TestSame(TestCase):
    """The normal form, and its repr in digests, tell the same."""

    def test_the_same(self):
        for field, one, other in SAME:
            with self.subTest(one=one, other=other):
                self.assertTrue(same(field, one, other))
                self.assertEqual(repr(normal(field, one)), repr(normal(field, other)))

    def test_not_the_same(self):
        for field, one, other in NOT_SAME:
            with self.subTest(one=one, other=other):
                self.assertFalse(same(field, one, other))
                self.assertTrue(same(field, one, one))
                self.assertNotEqual(
                    repr(normal(field, one)), repr(normal(field, other))
                )

    @given(values, values)
    def test_normal_form_and_repr_agree(self, one, other):
        forms = normal(None, one), normal(None, other)
        self.assertEqual(forms[0] == forms[1], repr(forms[0]) == repr(forms[1]))
        if repr(one) == repr(other):
            self.assertTrue(same(None, one, other))
