"""What the publisher answers below a page, a form and a widget."""

from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationStorageMixin
from collective.annotationforms import AnnotationView
from collective.annotationforms.testing import registered_form
from collective.annotationforms.tests.access.kinds import GUARD
from collective.annotationforms.tests.access.kinds import IData
from collective.annotationforms.tests.access.kinds import KINDS
from collective.annotationforms.tests.access.kinds import OpenForm
from collective.annotationforms.tests.access.kinds import PythonForm
from collective.annotationforms.tests.access.kinds import PythonView
from collective.annotationforms.tests.access.kinds import READ
from collective.annotationforms.tests.access.site import AccessTestCase
from plone.app.contenttypes.interfaces import IDocument
from plone.app.contenttypes.interfaces import INewsItem
from plone.app.textfield import RichText
from plone.app.z3cform.widgets.select import AjaxSelectFieldWidget
from plone.autoform import directives
from plone.namedfile.field import NamedBlobFile
from plone.namedfile.field import NamedBlobImage
from plone.namedfile.file import NamedBlobFile as NamedBlobFileValue
from plone.supermodel import model
from plone.supermodel.model import finalizeSchemas
from plone.z3cform.interfaces import IDeferSecurityCheck
from plone.z3cform.layout import wrap_form
from Products.Five import BrowserView
from urllib.parse import urlencode
from webob import Request
from z3c.form import field
from z3c.form.form import DisplayForm
from z3c.form.form import EditForm
from z3c.relationfield.schema import RelationChoice
from zope import schema
from zope.component import getGlobalSiteManager
from zope.interface import alsoProvides
from zope.interface import implementer
from zope.interface import Interface
from zope.publisher.interfaces.browser import IBrowserRequest

import re
import transaction


OPEN = KINDS[0]
USERS_VOCABULARY = "plone.app.vocabularies.Users"
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
    # What a storage has of its page.
    "context/REQUEST",
    "context/Title",
    "context/absolute_url",
    "context/aq_chain",
    "context/aq_inner",
    "context/aq_parent/Title",
    "context/manage_main",
    "context/plain",
    "context/portal_catalog",
    "context/portal_catalog/searchResults",
    "context/restrictedTraverse?path=%40%40view",
    "context/setTitle?title=as+stored",
    "context/@@view",
    "field/storage/Title",
    "field/storage/aq_parent",
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


class IOpened(IGuardedMore):
    """Opens a field that its base guards, and guards another one."""

    directives.read_permission(plain="zope2.View", writers="cmf.ManagePortal")
    directives.write_permission(plain="zope2.View")


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

    def test_the_most_derived_schema_wins(self):
        # As in plone.autoform.
        for form_class in (AnnotationEditForm, AnnotationView):
            members = {"schema": IOpened, "ANNOTATION_STORAGE_KEY": "access.own"}
            form_class = type("Opened", (form_class,), members)
            found = self.shown_to("editor", form_class, "plain", "own", "writers")
            self.assertEqual(["plain"], found)

        class Plain(AnnotationStorageMixin, EditForm):
            fields = field.Fields(IOpened).select("plain", "own")
            permission = "cmf.ModifyPortalContent"
            ANNOTATION_STORAGE_KEY = "access.own"

        self.assertEqual(["plain"], self.shown_to("editor", Plain, "plain", "own"))

    def test_an_export_asks_the_same(self):
        class Opened(AnnotationEditForm):
            schema = IOpened
            ANNOTATION_STORAGE_KEY = "access.own"

        storage = annotation_storage(self.page, "access.own")
        storage.update(plain="the-plain", own="the-own", writers="the-writers")
        transaction.commit()
        with registered_form(
            "opened",
            Opened,
            for_=IDocument,
            title="Opened",
            permission="cmf.ModifyPortalContent",
            view_permission="zope2.View",
        ):
            for user, expected in (
                ("editor", {"plain"}),
                ("manager", {"plain", "own", "writers"}),
            ):
                for path in ("@@form-data-export?key=access.own", "@@opened-view"):
                    found = re.findall(r"the-(\w+)", self.get(user, path))
                    self.assertEqual(expected, set(found), path)

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


class IChoosing(model.Schema):
    directives.widget("user", AjaxSelectFieldWidget, vocabulary=USERS_VOCABULARY)
    user = schema.TextLine(title="User", required=False)
    related = RelationChoice(
        title="Page", vocabulary="plone.app.vocabularies.Catalog", required=False
    )
    users = schema.List(
        title="Users",
        value_type=schema.Choice(vocabulary=USERS_VOCABULARY),
        required=False,
    )


class ChoosingView(AnnotationView):
    schema = IChoosing
    ANNOTATION_STORAGE_KEY = "access.choosing"


class ChoosingForm(AnnotationEditForm):
    schema = IChoosing
    ANNOTATION_STORAGE_KEY = "access.choosing"


class TestTerms(AddressTestCase):
    """Terms are for who may choose one: they name users and pages."""

    QUESTIONS = ("", "?query=e", '?attributes=["UID","Title"]')

    def setUp(self):
        super().setUp()
        self.register_view("choosing-view", ChoosingView)
        self.register_view("choosing", ChoosingForm)

    def test_a_view_has_none(self):
        for name in ("user", "related", "users"):
            for question in self.QUESTIONS:
                address = f"@@choosing-view/++widget++{name}/@@getSource{question}"
                for user in ("anonymous", "manager"):
                    self.refuse(user, address)

    def test_a_form_has_them_for_editors(self):
        for question in self.QUESTIONS:
            address = f"@@choosing/++widget++user/@@getSource{question}"
            self.refuse("anonymous", address)
            self.assertIn('"results"', self.get("editor", address))


class TestNoWidget(AddressTestCase):
    """There is nothing where a form has no widget; what is sent can't cause errors."""

    NAMES = ("rows.AA", "rows.TT.cell", "rows.x.y", "rows.", ".", "rows..", "rows.0.")
    COUNTS = ("abc", "1e3", "", "-1", "1 ", "٣", "9" * 20, "100000", ("1", "2"))

    def setUp(self):
        super().setUp()
        self.register_view("wrapped", wrap_form(PythonForm))

    def test_names(self):
        for view in (OPEN.name, f"{OPEN.name}-view", "python-data", "wrapped"):
            for name in self.NAMES:
                for user in ("anonymous", "manager"):
                    self.refuse(user, f"@@{view}/++widget++{name}")

    def test_a_number_of_rows_that_is_none(self):
        for count in self.COUNTS:
            data = {"form.widgets.rows.count": count, "fname": "form.widgets.rows"}
            for path in (
                OPEN.name,
                f"{OPEN.name}/@@z3cform_validate_field",
                f"{OPEN.name}/++widget++plain",
                f"{OPEN.name}/++widget++rows/@@ploneform-render-widget",
                "wrapped/++widget++plain",
            ):
                with self.subTest(count=count, path=path):
                    for user in ("anonymous", "manager"):
                        self.post(user, path, **data)
                    self.refuse("manager", f"{path}?{urlencode(data, doseq=True)}")

    def test_rows_of_which_nothing_was_sent(self):
        data = {"form.widgets.rows.count": "2", "form.widgets.rows.1.widgets.cell": "x"}
        browser = self.browser_of("manager")
        self.as_user("manager")
        data["_authenticator"] = self.token()
        browser.post(f"{self.url}/@@{OPEN.name}", urlencode(data))
        self.assertEqual("400 Bad Request", browser.headers["status"])
        self.assertIn("is not the number of rows that were sent", browser.contents)

    def test_a_field_that_is_called_count(self):
        class ICounting(model.Schema):
            count = schema.TextLine(title="Count", required=False)
            rows = schema.List(
                title="Rows", value_type=schema.TextLine(), required=False
            )

        class CountingForm(AnnotationEditForm):
            schema = ICounting
            ANNOTATION_STORAGE_KEY = "access.counting"

        self.register_view("counting", CountingForm)
        data = {"form.widgets.count": "many", "form.buttons.save": "Save"}
        self.post("manager", "@@counting", **data)
        self.assertEqual(
            "many", annotation_storage(self.page, "access.counting")["count"]
        )


class PlainView(AnnotationStorageMixin, DisplayForm):
    """Fields of z3c.form, which knows no permissions of fields."""

    fields = field.Fields(IData)
    ignoreContext = False
    ANNOTATION_STORAGE_KEY = PythonForm.ANNOTATION_STORAGE_KEY

    def __call__(self):
        self.update()
        return "".join(widget.render() for widget in self.widgets.values())


class TestLeftMark(AddressTestCase):
    """The mark of a traversal opens nothing but what is asked when it has ended."""

    def test_a_form_in_the_page_of_an_error(self):
        class Failing(BrowserView):
            """Fails like a form on the way to a widget, and shows another form."""

            __roles__ = None

            def __call__(self):
                alsoProvides(self.request, IDeferSecurityCheck)
                shown = PlainView(self.context, self.request)
                return shown()

        self.register_view("failing", Failing)
        found = self.get("anonymous", "@@failing")
        self.assertEqual("pw", self.shown(KINDS[3], found))

    def test_a_path_that_code_traverses(self):
        class Traversing(BrowserView):
            """Traverses what a text may name, such as the path of a picture."""

            __roles__ = None

            def __call__(self):
                path = self.request.form["path"]
                return self.context.unrestrictedTraverse(path).render()

        self.register_view("traversing", Traversing)
        self.register_view("shown", PlainView)
        for name, shown in (("plain", "p"), ("readers", ""), ("rows", "")):
            path = f"@@shown/++widget++{name}"
            browser = self.browser_of("anonymous")
            browser.open(f"{self.url}/@@traversing?{urlencode({'path': path})}")
            self.assertEqual(shown, self.shown(KINDS[3], browser.contents), name)


class TestMethod(AddressTestCase):
    """What is to read only writes nothing, whoever asks."""

    def ask(self, user, method, path):
        """Send a request with any method."""
        browser = self.browser_of(user)
        request = Request.blank(f"{self.url}/{path}")
        request.method = method
        for name, value in browser.testapp.extra_environ.items():
            request.environ[name] = value
        for name, value in getattr(browser, "_req_headers", {}).items():
            request.headers[name] = value
        return request.get_response(browser.testapp.app)

    def test_a_save_by_get(self):
        class Public(AnnotationStorageMixin, EditForm):
            fields = field.Fields(IData).select("plain")
            permission = "View"
            ANNOTATION_STORAGE_KEY = OPEN.key
            # The page would want to know who changed it.
            NOTIFY_CONTENT = False

        self.register_view("public", Public)
        self.register_view("wrapped-public", wrap_form(Public))
        names = {"form.widgets.plain": "forged", "fname": "form.widgets.plain"}
        for user in ("anonymous", "editor"):
            self.as_user(user)
            token = {"_authenticator": self.token()}
            if user == "editor":
                self.assertEqual(200, self.ask(user, "HEAD", OPEN.name).status_int)
            for method in ("HEAD", "OPTIONS", "get", "BREW"):
                for view in ("public", OPEN.name):
                    buttons = {"form.buttons.apply": "x", "form.buttons.save": "x"}
                    query = urlencode({**names, **buttons, **token})
                    self.ask(user, method, f"@@{view}?{query}")
                    self.assertEqual(self.before, self.all_stored(), method)
            for view in ("public", "wrapped-public", OPEN.name):
                for button in ("form.buttons.apply", "form.buttons.save"):
                    for tail in ("", "/@@z3cform_validate_field", "/++widget++plain"):
                        for extra in ({}, token):
                            query = urlencode({**names, button: "Save", **extra})
                            browser = self.browser_of(user)
                            browser.open(f"{self.url}/@@{view}{tail}?{query}")
                            self.assertEqual(self.before, self.all_stored(), view)
        self.post("anonymous", "@@public", **names, **{"form.buttons.apply": "Apply"})
        transaction.begin()
        self.assertEqual("forged", annotation_storage(self.page, OPEN.key)["plain"])


class IMedia(model.Schema):
    text = RichText(title="Text", required=False)
    texts = schema.List(title="Texts", value_type=RichText(), required=False)
    image = NamedBlobImage(title="Image", required=False)
    images = schema.List(title="Images", value_type=NamedBlobImage(), required=False)


class MediaForm(AnnotationEditForm):
    schema = IMedia
    ANNOTATION_STORAGE_KEY = "access.media"


class TestMedia(AddressTestCase):
    """A browser does not say what a text or a file is."""

    def setUp(self):
        super().setUp()
        self.register_view("media", MediaForm)

    def save(self, **values):
        sent = {f"form.widgets.{name}": value for name, value in values.items()}
        found = self.post("editor", "@@media", **sent, **{"form.buttons.save": "Save"})
        transaction.begin()
        return found, dict(annotation_storage(self.page, "access.media"))

    def test_the_type_of_a_text(self):
        for name, sent in (
            ("nonsense", {"text": "x", "text.mimeType": "nonsense"}),
            ("text/x-html-safe", {"text": "x", "text.mimeType": "text/x-html-safe"}),
            (
                "image/svg+xml",
                {
                    "texts.count": "1",
                    "texts.0": "x",
                    "texts.0.mimeType": "image/svg+xml",
                },
            ),
        ):
            found, stored = self.save(**sent)
            self.assertIn(f"does not allow the type “{name}”", found)
            self.assertEqual({}, stored)
        _found, stored = self.save(**{"text": "x", "text.mimeType": "text/html"})
        self.assertEqual("x", stored["text"].raw)

    def test_text_for_a_picture(self):
        for sent in (
            {"image": "<html>", "image.action": "replace"},
            {"images.count": "1", "images.0": "%PDF", "images.0.action": "replace"},
        ):
            found, stored = self.save(**sent)
            self.assertIn("errors", found)
            self.assertEqual({}, stored)


class ITold(model.Schema):
    """Fields that are in the view, but not to be displayed."""

    plain = schema.TextLine(title="Plain", required=False)
    hidden = schema.TextLine(title="Hidden", required=False)
    inner = schema.TextLine(title="Inner", required=False)
    typed = schema.TextLine(title="Typed", required=False)
    file = NamedBlobFile(title="File", required=False)
    rows = schema.List(title="Rows", value_type=schema.TextLine(), required=False)
    word = schema.Password(title="Word", required=False)
    words = schema.List(title="Words", value_type=schema.Password(), required=False)
    directives.mode(hidden="hidden", inner="hidden", typed="input", file="input")
    directives.mode(rows="hidden", word="input", words="input")
    directives.read_permission(inner=GUARD, typed=GUARD, file=GUARD, rows=GUARD)
    model.fieldset("more", label="More", fields=["inner", "typed", "word"])


class ToldForm(AnnotationEditForm):
    schema = ITold
    ANNOTATION_STORAGE_KEY = "access.told"


class ToldView(AnnotationView):
    schema = ITold
    ANNOTATION_STORAGE_KEY = "access.told"


class PlainToldView(PlainView):
    fields = field.Fields(ITold)
    ANNOTATION_STORAGE_KEY = "access.told"

    def updateWidgets(self, prefix=None):
        self.fields["inner"].mode = self.fields["rows"].mode = "hidden"
        self.fields["hidden"].mode = "hidden"
        self.fields["typed"].mode = self.fields["word"].mode = "input"
        self.fields["words"].mode = self.fields["file"].mode = "input"
        super().updateWidgets(prefix)


class TestModes(AddressTestCase):
    """A view shows a field to who may read it, whatever mode the field has."""

    def setUp(self):
        super().setUp()
        finalizeSchemas(ITold)
        self.register_view("told-view", ToldView)
        self.register_view("plain-told-view", PlainToldView)
        storage = annotation_storage(self.page, "access.told")
        for name in ("plain", "hidden", "inner", "typed", "word"):
            storage[name] = f"the-{name}"
        storage["rows"], storage["words"] = ["the-rows"], ["the-words"]
        storage["file"] = NamedBlobFileValue(b"the-file", filename="the-name.txt")
        transaction.commit()

    def told(self, user, path):
        found = self.get(user, path)
        return set(re.findall(r"the-(\w+)", found))

    def test_pages(self):
        for view in ("told-view", "plain-told-view"):
            for user in ("anonymous", "reader", "editor"):
                self.assertEqual({"plain"}, self.told(user, f"@@{view}"), view)
            found = self.told("manager", f"@@{view}")
            self.assertEqual(set(), {"word", "words"} & found)
            self.assertLess({"plain", "inner", "typed"}, found)

    def test_addresses(self):
        for view in ("told-view", "plain-told-view"):
            for name in ITold.names():
                for path in ("", "/@@ploneform-render-widget", "/@@download"):
                    for user in ("anonymous", "editor"):
                        address = f"@@{view}/++widget++{name}{path}"
                        expected = {"plain"} if name == "plain" else set()
                        if path != "/@@download":
                            self.assertEqual(expected, self.told(user, address))
                        else:
                            self.assertEqual(set(), self.told(user, address))

    def test_what_an_edit_form_displays_is_for_who_may_view_the_data(self):
        class IShown(model.Schema):
            plain = schema.TextLine(title="Plain", required=False)
            shown = schema.TextLine(title="Shown", required=False)
            directives.mode(shown="display")

        class ShownForm(AnnotationEditForm):
            schema = IShown
            ANNOTATION_STORAGE_KEY = "access.shown"

        storage = annotation_storage(self.page, "access.shown")
        storage.update(plain="the-plain", shown="the-shown")
        transaction.commit()
        for permission, found in (
            (READ, {"plain"}),
            ("zope2.View", {"plain", "shown"}),
        ):
            with registered_form(
                "shown",
                ShownForm,
                for_=IDocument,
                title="Shown",
                permission="cmf.ModifyPortalContent",
                view_permission=permission,
            ):
                self.assertEqual(found, self.told("editor", "@@shown"))


class TestOmittedForSomeForms(AddressTestCase):
    """A directive for forms with an interface counts for the view of the data, too."""

    def test_the_view(self):
        class IMyForm(Interface):
            pass

        class IMine(model.Schema):
            plain = schema.TextLine(title="Plain", required=False)
            inner = schema.TextLine(title="Inner", required=False)
            directives.omitted(IMyForm, "inner")

        @implementer(IMyForm)
        class MyForm(AnnotationEditForm):
            schema = IMine
            ANNOTATION_STORAGE_KEY = "access.mine"

        storage = annotation_storage(self.page, "access.mine")
        storage.update(plain="the-plain", inner="the-inner")
        transaction.commit()
        with registered_form(
            "mine",
            MyForm,
            for_=IDocument,
            title="Mine",
            permission="cmf.ModifyPortalContent",
            view_permission="zope2.View",
        ):
            for path in ("@@mine-view", "@@form-data-export?key=access.mine"):
                found = self.get("anonymous", path)
                self.assertIn("the-plain", found)
                self.assertNotIn("the-inner", found)


class TestViewOfOtherPages(AddressTestCase):
    """A view that is registered for other pages opens nothing on this one."""

    def test_a_copy(self):
        class Guarded(AnnotationStorageMixin, EditForm):
            fields = field.Fields(IData)
            permission = "Manage portal"
            ANNOTATION_STORAGE_KEY = "access.elsewhere"

        class GuardedView(AnnotationView):
            schema = IData
            ANNOTATION_STORAGE_KEY = "access.elsewhere"

        self.register_view("guarded", Guarded)
        registry = getGlobalSiteManager()
        arguments = (GuardedView, (INewsItem, IBrowserRequest), Interface, "guarded-v")
        registry.registerAdapter(*arguments)
        self.addCleanup(registry.unregisterAdapter, *arguments)
        annotation_storage(self.page, "access.elsewhere")["plain"] = "the-plain"
        transaction.commit()
        self.as_user("contributor")
        folder = self.folder_of("contributor")
        copied = self.page.aq_parent.manage_copyObjects(["page"])
        name = folder.manage_pasteObjects(copied)[0]["new_id"]
        self.assertEqual({}, dict(annotation_storage(folder[name], "access.elsewhere")))


class ISent(model.Schema):
    """A field of each kind of widget."""

    line = schema.TextLine(title="Line", required=False)
    number = schema.Int(title="Number", required=False)
    real = schema.Float(title="Real", required=False)
    decimal = schema.Decimal(title="Decimal", required=False)
    day = schema.Date(title="Day", required=False)
    moment = schema.Datetime(title="Moment", required=False)
    time = schema.Time(title="Time", required=False)
    delta = schema.Timedelta(title="Delta", required=False)
    uri = schema.URI(title="URI", required=False)
    bool = schema.Bool(title="Bool", required=False)
    bytes = schema.BytesLine(title="Bytes", required=False)
    text = RichText(title="Text", required=False)
    file = NamedBlobFile(title="File", required=False)
    choice = schema.Choice(title="Choice", values=["a", "b"], required=False)
    several = schema.Set(
        title="Several", value_type=schema.Choice(values=["a", "b"]), required=False
    )
    numbers = schema.List(title="Numbers", value_type=schema.Int(), required=False)
    times = schema.List(title="Times", value_type=schema.Time(), required=False)
    files = schema.List(title="Files", value_type=NamedBlobFile(), required=False)
    named = schema.Dict(
        title="Named",
        key_type=schema.TextLine(),
        value_type=schema.Float(),
        required=False,
    )
    widgets = schema.List(title="Widgets", value_type=schema.Int(), required=False)


class SentForm(AnnotationEditForm):
    schema = ISent
    ANNOTATION_STORAGE_KEY = "access.sent"


class TestSent(AddressTestCase):
    """What no widget could have sent is refused, and writes nothing."""

    ROWS = ("numbers", "times", "files", "named", "widgets")

    def setUp(self):
        super().setUp()
        self.register_view("sent", SentForm)

    def queries(self):
        for name in ISent.names():
            for tail in ("", ".0", ".0.a", ".key.0", ".action", ".mimeType", ".count"):
                for kind in ("", ":record", ":int", ":list", ":json", ":bytes"):
                    for times in (1, 2):
                        query = [(f"form.widgets.{name}{tail}{kind}", "1")] * times
                        if name in self.ROWS:
                            query.append((f"form.widgets.{name}.count", "1"))
                        yield name, query
        for name in self.ROWS:
            for mark in ("-y", "-empty-marker", ""):
                key = f"form.widgets.{name}"
                yield name, [(f"{key}.count", "1"), (f"{key}.0{mark}", "")]

    def test_nothing_is_an_error(self):
        self.as_user("manager")
        token = self.token()
        browser = self.browser_of("manager")
        for name, query in self.queries():
            for path in ("@@sent", f"@@sent/++widget++{name}"):
                button = [("form.buttons.save", "Save"), ("_authenticator", token)]
                browser.post(f"{self.url}/{path}", urlencode(query + button))
                with self.subTest(path=path, query=query):
                    if ":int" not in str(query) and ":json" not in str(query):
                        self.assertNotRegex(browser.headers["status"], "^5")
        transaction.begin()
        stored = dict(annotation_storage(self.page, "access.sent"))
        text = stored.pop("text", None)
        self.assertIn(type(text and text.raw), (str, type(None)))
        self.assertNotIn("[", str(stored.get("bytes")))
        self.assertEqual("200 OK", self.opened("@@sent"))

    def opened(self, path):
        browser = self.browser_of("manager")
        browser.open(f"{self.url}/{path}")
        return browser.headers["status"]

    def test_cookies(self):
        for count in ("100000", "x", "1"):
            for name in self.ROWS:
                browser = self.browser_of("anonymous")
                browser.addHeader("Cookie", f"form.widgets.{name}.count={count}")
                browser.post(f"{self.url}/@@sent/++widget++line", "a=1")
                self.assertEqual("400 Bad Request", browser.headers["status"])


class TestViewOfThePage(AddressTestCase):
    """Who may not view the page reads no form on it, whatever roles they have."""

    def test_a_reviewer_of_the_form(self):
        self.portal.portal_workflow.doActionFor(self.page, "retract")
        self.page.manage_permission("View", ["Manager"], acquire=0)
        transaction.commit()
        for kind in KINDS:
            for view in (kind.name, f"{kind.name}-view"):
                for path in ("", "/++widget++plain/@@ploneform-render-widget"):
                    self.refuse("confidant", f"@@{view}{path}")
