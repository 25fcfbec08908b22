"""What the publisher answers below a page, a form and a widget."""

from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationStorageMixin
from collective.annotationforms import AnnotationView
from collective.annotationforms.tests.access.kinds import IData
from collective.annotationforms.tests.access.kinds import KINDS
from collective.annotationforms.tests.access.kinds import OpenForm
from collective.annotationforms.tests.access.kinds import PythonForm
from collective.annotationforms.tests.access.kinds import PythonView
from collective.annotationforms.tests.access.site import AccessTestCase
from plone.app.contenttypes.interfaces import IDocument
from plone.autoform import directives
from plone.supermodel import model
from plone.z3cform.layout import wrap_form
from Products.Five import BrowserView
from urllib.parse import urlencode
from z3c.form import field
from z3c.form.form import EditForm
from zope import schema
from zope.component import getGlobalSiteManager
from zope.interface import Interface
from zope.publisher.interfaces.browser import IBrowserRequest

import transaction


OPEN = KINDS[0]
BELOW_A_FORM = (
    "applyChanges",
    "extractData",
    "fields",
    "fields/plain",
    "form_instance/getContent/copy",
    "getContent",
    "getContent/copy",
    "groups",
    "handle_save",
    "handlers",
    "nextURL",
    "render",
    "schema",
    "update",
    "updateWidgets",
    "w",
    "widgets",
    "widgets/plain/context/copy",
)
BELOW_A_WIDGET = (
    "context",
    "context/clear",
    "context/copy",
    "context/pop?key=plain",
    "context/remove",
    "context/setdefault?name=plain&default=forged",
    "extract",
    "field",
    "field/bind",
    "field/default",
    "field/interface",
    "field/storage",
    "field/storage/clear",
    "field/validate?value=x",
    "form",
    "form/applyChanges",
    "form/getContent/copy",
    "form/widgets/plain/context/copy",
    "render",
    "terms",
    "update",
    "value",
    "widgets",
    "@@ploneform-render-widget/context",
    "@@ploneform-render-widget/index",
    "@@download/context/context",
    "@@images/context/context",
    "@@getSource/context",
    "@@getSource/get_vocabulary",
    "@@getSource/get_context",
)
BELOW_A_PAGE = (
    "@@form-data/entries",
    "@@form-data/shown_values",
    "@@form-data/url",
    "@@form-data-delete/entry",
    "@@form-data-delete/_delete",
    "@@form-data-delete/index",
    "@@form-data-export/entry/values",
    "@@history/data_changes",
    "@@history/getVersion",
    "@@history/compared",
    "@@images/plain",
    "@@form-data-macros",
)


class AddressTestCase(AccessTestCase):
    def setUp(self):
        super().setUp()
        self.before = self.all_stored()

    def all_stored(self):
        transaction.begin()
        return {
            kind.key: {
                name: value if isinstance(value, str) else value[0].cell
                for name, value in annotation_storage(self.page, kind.key).data.items()
            }
            for kind in KINDS
        }

    def refuse(self, user, address):
        """Check that nothing is at the address for the user, and nothing is written."""
        browser = self.browser_of(user)
        browser.open(f"{self.url}/{address}")
        status = browser.headers["status"]
        with self.subTest(user=user, address=address):
            # To the login form, if it isn't an error.
            self.assertRegex(status, "^(4|302)", browser.contents)
            self.assertNotIn("as stored", str(browser.contents))
            self.assertEqual(self.before, self.all_stored())


class TestAddresses(AddressTestCase):
    """There is nothing but views, whoever asks: neither methods nor attributes."""

    def test_below_a_form(self):
        for kind in KINDS:
            for view in (kind.name, f"{kind.name}-view"):
                for path in BELOW_A_FORM:
                    for user in ("anonymous", "manager"):
                        self.refuse(user, f"@@{view}/{path}")

    def test_below_a_widget(self):
        for view in (OPEN.name, f"{OPEN.name}-view"):
            for widget in ("plain", "rows", "rows.0", "rows.0.widgets.cell"):
                for path in BELOW_A_WIDGET:
                    for user in ("anonymous", "manager"):
                        self.refuse(user, f"@@{view}/++widget++{widget}/{path}")

    def test_below_a_page(self):
        for path in BELOW_A_PAGE:
            for user in ("anonymous", "manager"):
                self.refuse(user, f"{path}?key={OPEN.key}")


class TestUnknownGuard(AddressTestCase):
    """Where nothing says who may, an address is for who may modify the page."""

    def wrapped(self, form_class):
        """Register a form by Python in a wrapper, which has no permission."""
        wrapper = wrap_form(form_class)
        self.register_view("wrapped", wrapper)
        return wrapper

    def widget(self, user, view, field="plain"):
        path = f"@@{view}/++widget++{field}/@@ploneform-render-widget"
        return "as stored" in self.get(user, path)

    def test_a_wrapper(self):
        self.wrapped(PythonForm)
        self.assertFalse(self.widget("anonymous", "wrapped"))
        self.assertFalse(self.widget("reader", "wrapped"))
        self.assertTrue(self.widget("editor", "wrapped"))

    def test_a_form_with_the_name_of_another_view(self):
        # That view is open to all; it is not this form.
        class Named(PythonForm):
            __name__ = "public"

        registry = getGlobalSiteManager()
        arguments = (Named, (IDocument, IBrowserRequest), Interface, "named")
        registry.registerAdapter(*arguments)
        self.addCleanup(registry.unregisterAdapter, *arguments)
        self.register_view(
            "public", type("Public", (BrowserView,), {"__roles__": None})
        )
        self.assertFalse(self.widget("anonymous", "named"))
        self.assertTrue(self.widget("editor", "named"))

    def test_a_view_is_for_who_may_view_the_page(self):
        self.register_view("displayed", PythonView)
        self.assertTrue(self.widget("anonymous", "displayed"))
        self.assertFalse(self.widget("anonymous", "displayed", "readers"))
        self.portal.portal_workflow.doActionFor(self.page, "retract")
        transaction.commit()
        self.assertFalse(self.widget("anonymous", "displayed"))

    def test_an_unknown_permission_is_nobodys(self):
        class Unknown(OpenForm):
            permission = "No such permission"

        self.register_view("unknown", Unknown)
        for user in ("anonymous", "editor"):
            self.assertFalse(self.widget(user, "unknown"))

    def test_the_form_itself(self):
        for user in ("anonymous", "reader"):
            self.refuse(user, "@@python-data")


class IGuardedMore(IData):
    """Guards a field that it has from its base, and one of its own, in a fieldset."""

    directives.read_permission(plain="cmf.ManagePortal", own="cmf.ManagePortal")
    directives.write_permission(plain="cmf.ManagePortal", own="cmf.ManagePortal")
    model.fieldset("more", label="More", fields=["own"])
    own = schema.TextLine(title="Own", required=False)


class IOther(model.Schema):
    plain = schema.TextLine(title="Plain, too", required=False)


class TestSchemaOfTheForm(AddressTestCase):
    """It counts what the schema says that the form uses, not that of the field."""

    def shown_to(self, user, form_class, *names):
        """Return which of the fields the user is shown, in the form and by address."""
        self.register_view("derived", form_class)
        storage = annotation_storage(self.page, form_class.ANNOTATION_STORAGE_KEY)
        storage.update({name: f"{name} is secret" for name in names})
        transaction.commit()
        whole = self.get(user, "@@derived")
        shown = [name for name in names if f"{name} is secret" in whole]
        for name in names:
            path = f"@@derived/++widget++{name}/@@ploneform-render-widget"
            found = f"{name} is secret" in self.get(user, path)
            self.assertEqual(name in shown, found, name)
        return shown

    def test_a_derived_schema(self):
        for base in (AnnotationEditForm, AnnotationView):
            members = {"schema": IGuardedMore, "ANNOTATION_STORAGE_KEY": "access.own"}
            form_class = type("Derived", (base,), members)
            names = ("plain", "own")
            self.assertEqual([], self.shown_to("editor", form_class, *names))
            found = self.shown_to("manager", form_class, *names)
            self.assertEqual(["plain", "own"], found)

    def test_fields_of_z3c_form(self):
        class Plain(AnnotationStorageMixin, EditForm):
            fields = field.Fields(IGuardedMore).select("plain", "own")
            permission = "cmf.ModifyPortalContent"
            ANNOTATION_STORAGE_KEY = "access.own"

        self.assertEqual([], self.shown_to("editor", Plain, "plain", "own"))
        found = self.shown_to("manager", Plain, "plain", "own")
        self.assertEqual(["plain", "own"], found)

    def test_a_field_of_the_same_name_in_another_schema(self):
        class Two(AnnotationEditForm):
            schema = IGuardedMore
            additionalSchemata = (IOther,)
            ANNOTATION_STORAGE_KEY = "access.own"

        self.register_view("derived", Two)
        self.assertEqual([], self.shown_to("editor", Two, "own"))


class TestFormOfAForm(AddressTestCase):
    """A form for all objects is not there for forms, widgets and views."""

    def test_addresses(self):
        for form in ("settings", "settings-view", "public-view"):
            for path in (
                f"@@{form}/@@{form}",
                f"@@{form}/++view++{form}",
                f"@@{form}/++widget++name/@@{form}",
                f"@@{form}/++widget++name/@@{form}/++widget++name",
                f"@@{form}/++widget++name/++widget++name",
                f"@@{OPEN.name}-view/@@{form}",
                f"@@{OPEN.name}-view/++widget++plain/@@{form}",
                f"@@plone/@@{form}",
            ):
                for user in ("anonymous", "manager"):
                    self.refuse(user, path)


class TestQuery(AddressTestCase):
    """What a query says of a widget or a form changes nothing of who may."""

    def test_parameters(self):
        for query in (
            {"form.widgets.readers": "x"},
            {
                "form.widgets.readers-shown": "x",
                "form.widgets.readers-conflict": "mine",
            },
            {"form.mode": "input", "mode": "input"},
            {"ajax_load": "1", "form.buttons.save": "Save"},
        ):
            path = f"@@{OPEN.name}-view/++widget++readers/@@ploneform-render-widget"
            self.refuse("anonymous", f"{path}?{urlencode(query)}")
            self.refuse("editor", f"{path}?{urlencode(query)}")
