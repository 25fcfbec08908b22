"""Numbers that are infinite, or none: refused, and repaired where they are stored."""

from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import schema_view
from collective.annotationforms.interfaces import InvalidValueError
from collective.annotationforms.tests.admin import AdminTestCase
from collective.annotationforms.tests.admin import OPTIONS
from collective.annotationforms.tests.layers import IntegrationTestCase
from collective.annotationforms.tests.matrix.layer import FUNCTIONAL
from collective.z3cform.datagridfield.datagridfield import DataGridFieldFactory
from collective.z3cform.datagridfield.row import DictRow
from decimal import Decimal
from persistent.mapping import PersistentMapping
from plone.autoform import directives
from plone.supermodel import model
from z3c.form.browser.text import TextFieldWidget
from z3c.form.browser.textlines import TextLinesFieldWidget
from z3c.form.interfaces import IObjectFactory
from z3c.form.object import registerFactoryAdapter
from zope import schema
from zope.annotation.interfaces import IAnnotations
from zope.component import getGlobalSiteManager
from zope.interface import implementer
from zope.interface import Interface

import transaction


KEY = "example.numbers"


class ISize(Interface):
    width = schema.Float(title="Width", required=False, min=0.0)
    height = schema.Decimal(title="Height", required=False, max=Decimal(9))


@implementer(ISize)
class Size:
    width = None
    height = None

    def __init__(self, **values):
        vars(self).update(values)


class INumbers(model.Schema):
    """Numbers that have limits, and numbers in other values."""

    note = schema.TextLine(title="Note", required=False)
    count = schema.Int(title="Count", required=False)
    ratio = schema.Float(title="Ratio", required=False)
    limited = schema.Float(title="Limited", required=False, min=0.0, max=9.0)
    price = schema.Decimal(title="Price", required=False)
    cheap = schema.Decimal(
        title="Cheap", required=False, min=Decimal(0), max=Decimal(9)
    )
    directives.widget("waves", TextFieldWidget)
    waves = schema.Complex(title="Waves", required=False)
    prices = schema.List(
        title="Prices", value_type=schema.Decimal(min=Decimal(0)), required=False
    )
    directives.widget("ratios", TextLinesFieldWidget)
    ratios = schema.List(title="Ratios", value_type=schema.Float(), required=False)
    named = schema.Dict(
        title="Named",
        key_type=schema.TextLine(),
        value_type=schema.Float(),
        required=False,
    )
    by_price = schema.Dict(
        title="By price",
        key_type=schema.Decimal(),
        value_type=schema.TextLine(),
        required=False,
    )
    size = schema.Object(title="Size", schema=ISize, required=False)
    directives.widget("sizes", DataGridFieldFactory)
    sizes = schema.List(
        title="Sizes", value_type=DictRow(title="Size", schema=ISize), required=False
    )


class NumbersForm(AnnotationEditForm):
    schema = INumbers
    label = "Numbers"
    ANNOTATION_STORAGE_KEY = KEY


def with_numbers(number):
    """Return values by the names of fields, each with the number somewhere."""
    decimal, floating = Decimal(number), float(number)
    return {
        "ratio": floating,
        "limited": floating,
        "price": decimal,
        "cheap": decimal,
        "waves": complex(1, floating),
        "prices": [Decimal(1), decimal],
        "ratios": [1.5, floating],
        "named": {"a": floating},
        "by_price": {decimal: "a"},
        "size": Size(width=floating, height=decimal),
        "sizes": [{"width": floating, "height": decimal}],
    }


NUMBERS = ("NaN", "Infinity", "-Infinity")


class TestCode(IntegrationTestCase):
    """Where the validation of a field is asked, it refuses such numbers."""

    def test_attributes_of_a_schema(self):
        view = schema_view(annotation_storage(self.page, KEY), INumbers, writable=True)
        for number in NUMBERS:
            for name, value in with_numbers(number).items():
                message = rf"field '{name}': (it has the number .*|Value is too .*|.*)$"
                refused = self.assertRaisesRegex(InvalidValueError, message)
                with self.subTest(name, number=number), refused:
                    setattr(view, name, value)
        with self.assertRaisesRegex(InvalidValueError, "the number sNaN, which is not"):
            view.price = Decimal("sNaN")
        self.assertIsNone(self.stored(KEY))

    def test_numbers_are_stored(self):
        view = schema_view(annotation_storage(self.page, KEY), INumbers, writable=True)
        for name, value in with_numbers("1.5").items():
            setattr(view, name, value)
        self.assertEqual(1.5, view.limited)
        self.assertEqual(Decimal("1.5"), view.size.height)


class TestForm(AdminTestCase):
    """The form opens, shows what is stored, and another number can be typed."""

    layer = FUNCTIONAL
    key = KEY

    def setUp(self):
        super().setUp()
        registerFactoryAdapter(ISize, Size)
        registry = getGlobalSiteManager()
        required = (Interface,) * 4
        name = f"{ISize.__module__}.{ISize.__name__}"
        self.addCleanup(
            registry.unregisterAdapter, None, required, IObjectFactory, name
        )
        self.register("numbers", NumbersForm, **OPTIONS)

    def leave(self, **values):
        """Store what no form takes."""
        IAnnotations(self.page)[KEY] = PersistentMapping(values)
        transaction.commit()

    def shown(self, view):
        browser = self.open(view, "editor", self.page)
        self.assertEqual("200 OK", browser.headers["status"], view)
        return browser

    def test_all_pages_show_what_is_stored(self):
        views = ("numbers", "numbers-view", "form-data", f"form-data-delete?key={KEY}")
        for number in NUMBERS:
            for name, value in with_numbers(number).items():
                with self.subTest(name, number=number):
                    self.leave(**{name: value})
                    texts = [self.shown(view).contents for view in views]
                    for text in (texts[0], texts[1], texts[3]):
                        self.assertRegex(text, f"(?i){number.strip('-')[:3]}")

    def test_repair(self):
        for name, label in (
            ("ratio", "Ratio"),
            ("limited", "Limited"),
            ("price", "Price"),
            ("cheap", "Cheap"),
        ):
            for number in NUMBERS:
                with self.subTest(name, number=number):
                    self.leave(note="a", **{name: with_numbers(number)[name]})
                    browser = self.shown("numbers")
                    control = browser.getControl(label, index=0)
                    self.assertIn(number[:3].lower(), control.value.lower())
                    control.value = "1.5"
                    browser.getControl("Save").click()
                    self.assertEqual(1.5, float(self.stored()[name]))

    def test_repair_of_parts(self):
        self.leave(**with_numbers("NaN"))
        browser = self.shown("numbers")
        for name in (
            "ratio",
            "limited",
            "price",
            "cheap",
            "prices.1",
            "named.0",
            "by_price.key.0",
            "size.widgets.width",
            "size.widgets.height",
            "sizes.0.widgets.width",
            "sizes.0.widgets.height",
        ):
            browser.getControl(name=f"form.widgets.{name}").value = "2.5"
        browser.getControl(name="form.widgets.waves").value = "1j"
        browser.getControl(name="form.widgets.ratios").value = "2.5\n2.5"
        browser.getControl("Save").click()
        stored = self.stored()
        self.assertEqual([Decimal(1), Decimal("2.5")], stored["prices"])
        self.assertEqual({Decimal("2.5"): "a"}, stored["by_price"])
        self.assertEqual(2.5, stored["size"].width)
        self.assertEqual([{"width": 2.5, "height": Decimal("2.5")}], stored["sizes"])

    def test_typed(self):
        for number in ("NaN", "inf", "-inf", "1e999", "Infinity", "sNaN"):
            for name in ("ratio", "limited", "price", "cheap", "ratios", "waves"):
                with self.subTest(name, number=number):
                    browser = self.shown("numbers")
                    control = browser.getControl(name=f"form.widgets.{name}")
                    control.value = number
                    browser.getControl("Save").click()
                    self.assertEqual("200 OK", browser.headers["status"])
                    self.assertIn("There were some errors", browser.contents)
                    self.assertIsNone(self.stored())

    def test_other_fields_are_saved_where_no_input_has_the_number(self):
        self.leave(waves=complex(1, float("nan")), ratios=[float("nan")])
        browser = self.shown("numbers")
        browser.getControl("Note").value = "new"
        browser.getControl("Save").click()
        self.assertEqual("new", self.stored()["note"])
        self.assertEqual("nan", str(self.stored()["ratios"][0]))

    def test_numbers_of_any_size(self):
        for name, number in (
            ("count", 10**400),
            ("price", Decimal("1.99999")),
            ("price", Decimal("1e5000")),
        ):
            self.leave(**{name: number})
            browser = self.shown("numbers")
            control = browser.getControl(name=f"form.widgets.{name}")
            self.assertNotEqual("", control.value)
