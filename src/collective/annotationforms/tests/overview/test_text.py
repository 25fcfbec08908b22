"""Values as people read them in tables."""

from collective.annotationforms import annotation_storage
from collective.annotationforms.fields.password import BULLETS
from collective.annotationforms.fields.text import text_of
from collective.annotationforms.overview.entry import Entry
from collective.annotationforms.overview.text import table_style
from collective.annotationforms.registry import LeftOver
from collective.annotationforms.tests.admin import LEVELS
from collective.annotationforms.tests.layers import IntegrationTestCase
from datetime import date
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from decimal import Decimal
from plone.app.testing import logout
from plone.app.textfield.value import RichTextValue
from z3c.relationfield import RelationValue
from zope import schema
from zope.component import getUtility
from zope.interface import implementer
from zope.interface import Interface
from zope.intid.interfaces import IIntIds


class IAccount(Interface):
    name = schema.TextLine(title="Name")
    secret = schema.Password(title="Secret")


@implementer(IAccount)
class Account:
    name = "Ada"
    secret = "s3cret"  # noqa: S105

    def __init__(self):
        vars(self).update(name=self.name, secret=self.secret)


class TestTableStyle(IntegrationTestCase):
    """Each type of value, in the language of the request."""

    def test_dates_that_plone_can_not_write(self):
        odd = timezone(timedelta(hours=5, minutes=13))
        for value in (
            datetime.max,
            datetime.min,
            datetime.max.replace(tzinfo=timezone.utc),
            datetime.min.replace(tzinfo=odd),
            datetime(2020, 1, 1, tzinfo=odd),
            date.max,
            date.min,
        ):
            self.assertIn(str(value.year), self.text(None, value))

    def text(self, field, value):
        return text_of(field, value, table_style(self.page, self.request))

    def test_values(self):
        level = schema.Choice(vocabulary=LEVELS)
        rich = RichTextValue("<p>A &amp; B</p>", "text/html", "text/x-html-safe")
        target = RelationValue(getUtility(IIntIds).getId(self.page))
        for field, value, text in (
            (None, None, ""),
            (None, True, "Yes"),
            (None, Decimal("1.10"), "1.10"),
            (None, date(2027, 1, 31), "Jan 31, 2027"),
            (None, [1, False], "1, No"),
            (None, {"b", "a"}, "a, b"),
            (None, rich, "A & B"),
            (None, target, "A page"),
            (level, "high", "Urgent"),
            (schema.Set(value_type=level), {"high", "low"}, "Not urgent, Urgent"),
            # A row of a grid is written as in CSV.
            (None, {"on": date(2027, 1, 31), "is": [True]}, "on: 2027-01-31, is: true"),
        ):
            with self.subTest(value=value):
                self.assertEqual(text, self.text(field, value))

    def test_what_is_no_value_of_a_choice_is_written_as_it_is(self):
        for field in (schema.Choice(vocabulary=LEVELS), schema.Choice(vocabulary="no")):
            self.assertEqual("gone", self.text(field, "gone"))
            self.assertEqual("a: 1", self.text(field, {"a": 1}))

    def test_passwords_are_not_shown_wherever_they_are(self):
        password = schema.Password(title="Secret")
        row = schema.Object(title="Row", schema=IAccount)
        for field, value, text in (
            (password, "s3cret", BULLETS),
            (password, "", ""),
            (schema.List(value_type=password), ["s3cret"], BULLETS),
            (schema.Dict(value_type=password), {"a": "s3cret"}, f"a: {BULLETS}"),
            (row, {"name": "Ada", "secret": "s3cret"}, f"name: Ada, secret: {BULLETS}"),
            (row, Account(), f"Name: Ada, Secret: {BULLETS}"),
            (schema.List(value_type=row), [Account()], f"Name: Ada, Secret: {BULLETS}"),
        ):
            with self.subTest(value=value):
                self.assertEqual(text, self.text(field, value))

    def test_long_text_is_cut(self):
        self.assertEqual("x" * 120, self.text(None, "x" * 120))
        self.assertEqual("x" * 120 + " …", self.text(None, "x" * 121))


class TestEntry(IntegrationTestCase):
    """The data of a form on a page."""

    def test_counts_what_is_left_out_for_who_manages_form_data_only(self):
        annotation_storage(self.page, "example.data").update(one=1, two=2)
        form = LeftOver("example.data")
        self.assertEqual(0, Entry(self.page, form).left_out)
        logout()
        entry = Entry(self.page, form)
        self.assertEqual(({}, 0), (entry.values, entry.left_out))
