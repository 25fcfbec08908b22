"""Passwords are bullets wherever people read values, also as parts of others."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationView
from collective.annotationforms.fields.password import BULLETS
from collective.annotationforms.fields.password import hide_passwords
from collective.annotationforms.fields.text import LINES
from collective.annotationforms.fields.text import text_of
from collective.annotationforms.overview.text import table_style
from collective.annotationforms.tests.admin import AdminTestCase
from collective.annotationforms.tests.admin import NotesForm
from collective.annotationforms.tests.admin import OPTIONS
from collective.annotationforms.tests.layers import IntegrationTestCase
from dataclasses import replace
from plone.app.z3cform.widgets.text import TextFieldWidget
from plone.autoform import directives
from plone.supermodel import model
from types import SimpleNamespace
from z3c.form.browser.multi import multiFieldWidgetFactory
from z3c.form.interfaces import DISPLAY_MODE
from z3c.form.interfaces import HIDDEN_MODE
from z3c.form.interfaces import INPUT_MODE
from zope import schema
from zope.interface import implementer

import unittest


KEY = "example.secrets"
SECRET = "s3kr1t"  # noqa: S105


class IAccount(model.Schema):
    name = schema.TextLine(title="Name", required=False)
    pin = schema.Password(title="PIN", required=False)


@implementer(IAccount)
class Account:
    name = "Ada"
    pin = SECRET


class ITree(model.Schema):
    """Has a field of its own kind before the one that counts."""

    branches = schema.List(value_type=schema.Object(schema=model.Schema))
    pin = schema.Password()


ITree["branches"].value_type.schema = ITree


class ISecrets(model.Schema):
    name = schema.TextLine(title="Name", required=False)
    pin = schema.Password(title="PIN", required=False)
    shown = schema.Password(title="By a widget for text", required=False)
    directives.widget("shown", TextFieldWidget)
    none = schema.Password(title="None", required=False)
    lines = schema.List(title="Lines", value_type=schema.Password(), required=False)
    many = schema.List(title="Many", value_type=schema.Password(), required=False)
    directives.widget("many", multiFieldWidgetFactory)
    named = schema.Dict(
        title="Named",
        key_type=schema.TextLine(),
        value_type=schema.Password(),
        required=False,
    )
    account = schema.Object(title="Account", schema=IAccount, required=False)
    accounts = schema.List(
        title="Accounts", value_type=schema.Object(schema=IAccount), required=False
    )


VALUES = {
    "name": "Visible",
    "pin": SECRET,
    "shown": SECRET,
    "lines": [SECRET],
    "many": [SECRET],
    "named": {"one": SECRET},
    "account": Account(),
    "accounts": [Account()],
}


class SecretsForm(AnnotationEditForm):
    schema = ISecrets
    label = "Secrets"
    ANNOTATION_STORAGE_KEY = KEY


class SecretsView(AnnotationView):
    schema = ISecrets
    ANNOTATION_STORAGE_KEY = KEY


class TestText(IntegrationTestCase):
    """A text has bullets, as many for each password, unless passwords are asked for."""

    fields = (
        (schema.Password(), SECRET, BULLETS),
        (schema.Password(), "x", BULLETS),
        (schema.Password(), "", ""),
        (schema.Password(), None, ""),
        (schema.Password(), ["no", "text"], BULLETS),
        (schema.List(value_type=schema.Password()), [SECRET, None], f"{BULLETS}, "),
        (schema.Set(value_type=schema.Password()), {SECRET}, BULLETS),
        (
            schema.Dict(key_type=schema.Password(), value_type=schema.Int()),
            {SECRET: 1},
            f"{BULLETS}: 1",
        ),
        (
            schema.Object(schema=IAccount),
            {"name": "Ada", "pin": SECRET},
            f"name: Ada, pin: {BULLETS}",
        ),
        (schema.Object(schema=IAccount), Account(), f"Name: Ada, PIN: {BULLETS}"),
        (
            schema.List(value_type=schema.Object(schema=IAccount)),
            [{"pin": SECRET}],
            f"pin: {BULLETS}",
        ),
        (None, [Account()], f"Name: Ada, PIN: {BULLETS}"),
    )

    def test_in_lines(self):
        for field, value, text in self.fields:
            with self.subTest(field=field, value=value):
                expected = text.replace(", ", "\n")
                self.assertEqual(expected, text_of(field, value))

    def test_in_a_table(self):
        style = table_style(self.page, self.request)
        for field, value, _text in self.fields:
            with self.subTest(field=field, value=value):
                self.assertNotIn(SECRET, text_of(field, value, style))
        self.assertEqual(BULLETS, text_of(schema.Password(), SECRET, style))

    def test_on_request(self):
        style = replace(LINES, passwords=True)
        for field, value, text in self.fields:
            if value and SECRET in str(value):
                with self.subTest(field=field, value=value):
                    expected = text.replace(", ", "\n").replace(BULLETS, SECRET)
                    self.assertEqual(
                        expected, text_of(field, value, style).replace("None", "")
                    )


class TestPages(AdminTestCase):
    """The pages for editors and admins, and the view of the form."""

    key = KEY

    def setUp(self):
        super().setUp()
        self.register("secrets", SecretsForm, **OPTIONS | {"title": "Secrets"})
        self.register_view("secrets-view", SecretsView)
        self.store(**VALUES)

    def test_the_view_of_the_form(self):
        browser = self.browser("editor")
        browser.open(f"{self.url}/@@secrets-view")
        self.assertIn("Visible", browser.contents)
        self.assertNotIn(SECRET, browser.contents)
        # Wherever there is one, and nowhere else.
        self.assertEqual(7, browser.contents.count(BULLETS))

    def test_a_widget_of_the_view(self):
        browser = self.browser("editor")
        for name in (*ISecrets, "many.0", "accounts.0", "account.widgets.pin"):
            with self.subTest(name=name):
                address = f"{self.url}/@@secrets-view/++widget++{name}"
                browser.open(f"{address}/@@ploneform-render-widget")
                self.assertEqual("200 OK", browser.headers["status"])
                self.assertNotIn(SECRET, browser.contents)

    def test_the_pages_for_admins(self):
        for address in (
            f"{self.url}/@@form-data",
            f"{self.url}/@@form-data-delete?key={KEY}",
            f"{self.portal.absolute_url()}/@@form-data-pages?form=secrets",
        ):
            with self.subTest(address=address):
                browser = self.browser("siteadmin")
                browser.open(address)
                self.assertEqual("200 OK", browser.headers["status"])
                self.assertNotIn(SECRET, browser.contents)


class TestWidgets(unittest.TestCase):
    """Widgets are told by their field, whatever class they have."""

    def shown(self, field, value=SECRET, mode=DISPLAY_MODE):
        widget = SimpleNamespace(field=field, value=value, mode=mode)
        hide_passwords(widget)
        return widget.value

    def test_fields(self):
        password = schema.Password()
        account = schema.Object(schema=IAccount)
        for field, shown in (
            (password, BULLETS),
            (schema.TextLine(), SECRET),
            (schema.Set(value_type=password), BULLETS),
            (schema.List(), SECRET),
            (schema.Dict(key_type=password, value_type=schema.Int()), BULLETS),
            (schema.Dict(), SECRET),
            (account, BULLETS),
            (schema.Object(schema=ITree), BULLETS),
            (schema.List(value_type=account), BULLETS),
            (None, SECRET),
        ):
            with self.subTest(field=field):
                self.assertEqual(shown, self.shown(field))

    def test_nothing_is_no_password(self):
        for value in (None, "", [], ()):
            self.assertEqual("", self.shown(schema.Password(), value))

    def test_what_is_typed_is_left_alone(self):
        for mode in (INPUT_MODE, HIDDEN_MODE):
            self.assertEqual(SECRET, self.shown(schema.Password(), mode=mode))


class TestExport(AdminTestCase):
    """Passwords go out only if somebody who manages form data asks for them."""

    key = KEY

    def setUp(self):
        super().setUp()
        self.register("secrets", SecretsForm, **OPTIONS)
        account = Account()
        account.pin = SECRET
        self.store(name="Ada", pin=SECRET, many=[SECRET], account=account)

    def exported(self, query, user="siteadmin", page=None):
        contents = self.open(query, user, page).contents
        return contents if isinstance(contents, str) else contents.decode()

    def test_without_a_request_for_them(self):
        for query in (
            "form-data-download?form=secrets&format=json",
            "form-data-download?form=secrets&format=csv",
            "form-data-download?form=secrets&format=json&passwords=",
            "form-data-preview?form=secrets",
            "form-data-preview?form=secrets&passwords=1",
        ):
            contents = self.exported(query)
            self.assertIn("Ada", contents, query)
            self.assertNotIn(SECRET, contents, query)
        contents = self.exported("form-data-download?form=secrets&format=json")
        self.assertIn('"left_out": {"pages": 0, "values": 3}', contents)
        self.assertNotIn('"pin"', contents)

    def test_on_request(self):
        for export_format in ("json", "csv"):
            query = f"form-data-download?form=secrets&format={export_format}"
            contents = self.exported(f"{query}&passwords=1")
            self.assertEqual(3, contents.count(SECRET), contents)

    def test_the_export_of_a_page(self):
        for user in ("editor", "siteadmin"):
            query = f"form-data-export?key={KEY}&passwords=1"
            contents = self.exported(query, user, self.page)
            self.assertIn("Ada", contents)
            self.assertNotIn(SECRET, contents)

    def test_the_page_offers_it_where_there_are_some(self):
        browser = self.open("form-data-preview?form=secrets")
        browser.getControl("With passwords").selected = True
        browser.getControl(name="format").value = ["json"]
        browser.getControl("Download").click()
        self.assertIn(SECRET.encode(), browser.contents)
        self.register("notes", NotesForm, **OPTIONS)
        browser = self.open("form-data-preview?form=notes")
        self.assertNotIn("With passwords", browser.contents)
