"""An add-on tells how the values of a field of its own become JSON, and come back."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.exchange.portable import PortableField
from collective.annotationforms.interfaces import IPortableField
from collective.annotationforms.tests.admin import OPTIONS
from collective.annotationforms.tests.exchange.test_importing import ImportTestCase
from dataclasses import dataclass
from plone.app.testing import SITE_OWNER_NAME
from plone.supermodel import model
from zope import schema
from zope.component import adapter
from zope.component import getGlobalSiteManager
from zope.interface import implementer
from zope.interface import Invalid
from zope.schema.interfaces import IField

import csv
import json
import re


class IColour(IField):
    """What the add-on registers its adapter for."""


@dataclass(frozen=True)
class Colour:
    """What the field stores."""

    red: int
    green: int
    blue: int


@implementer(IColour)
class ColourField(schema.Field):
    """Takes colours only."""

    _type = Colour


@implementer(IPortableField)
@adapter(IColour)
@dataclass
class PortableColour:
    """In JSON, a colour is what it is in CSS."""

    field: IField

    def to_json(self, value):
        return f"#{value.red:02x}{value.green:02x}{value.blue:02x}"

    def from_json(self, data, storage, stored):
        if not isinstance(data, str) or not re.fullmatch("#[0-9a-f]{6}", data):
            raise Invalid(f"No colour: {data}")
        return Colour(*bytes.fromhex(data[1:]))


class ISign(model.Schema):
    colour = ColourField(title="Colour", required=False)
    stripes = schema.List(title="Stripes", value_type=ColourField(), required=False)
    meanings = schema.Dict(
        title="Meanings",
        key_type=ColourField(),
        value_type=schema.TextLine(),
        required=False,
    )


class SignForm(AnnotationEditForm):
    schema = ISign
    ANNOTATION_STORAGE_KEY = "example.sign"


ORANGE = Colour(255, 128, 0)
BLACK = Colour(0, 0, 0)


class TestFieldOfAnAddOn(ImportTestCase):
    """The pages ask the adapter, wherever the field is in a value."""

    key = SignForm.ANNOTATION_STORAGE_KEY

    def setUp(self):
        super().setUp()
        registry = getGlobalSiteManager()
        registry.registerAdapter(PortableColour)
        self.addCleanup(registry.unregisterAdapter, PortableColour)
        self.register("sign", SignForm, **OPTIONS)
        self.values = {
            "colour": ORANGE,
            "stripes": [ORANGE, BLACK],
            "meanings": {ORANGE: "wait"},
        }
        self.store(**self.values)

    def download(self, format_):
        view = f"form-data-download?form=sign&format={format_}"
        return self.open(view, SITE_OWNER_NAME).contents

    def test_its_values_go_and_come_back(self):
        text = self.download("json")
        self.assertEqual(
            {
                "colour": "#ff8000",
                "stripes": ["#ff8000", "#000000"],
                "meanings": {"#ff8000": "wait"},
            },
            json.loads(text)["pages"][0]["values"],
        )
        self.forget()
        browser = self.do_import(text, SITE_OWNER_NAME)
        self.assertEqual([["/page", "Colour Stripes Meanings"]], self.changed(browser))
        self.assertEqual(self.values, self.stored())

    def test_what_is_stored_already_is_not_imported(self):
        self.assertEqual([], self.changed(self.send(self.download("json"))))

    def test_what_it_refuses_is_told(self):
        text = self.document(("page", {"colour": "red"}), form="sign")
        browser = self.send(text)
        self.assertEqual([["/page", "Colour : No colour: red"]], self.left(browser))
        self.assertEqual(self.values, self.stored())

    def test_without_it_the_type_of_the_value_counts(self):
        getGlobalSiteManager().unregisterAdapter(PortableColour)
        self.assertIs(PortableField, type(IPortableField(ISign["colour"])))
        (page,) = json.loads(self.download("json"))["pages"]
        expected = {"red": 255, "green": 128, "blue": 0}
        self.assertEqual(expected, page["values"]["colour"])

    def test_its_values_are_in_csv_and_in_tables(self):
        (line,) = csv.DictReader(self.download("csv").splitlines())
        self.assertEqual("#ff8000", line["colour"])
        self.assertEqual("#ff8000; #000000", line["stripes"])
        contents = self.open("form-data-pages?form=sign").contents
        self.assertIn("#ff8000, #000000", contents)
