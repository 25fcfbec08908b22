"""What guards a form, however it became a view: by ZCML, by Python, by other code."""

from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationStorageMixin
from collective.annotationforms import AnnotationView
from collective.annotationforms.tests.access.kinds import ALL
from collective.annotationforms.tests.access.kinds import EDITORS
from collective.annotationforms.tests.access.kinds import IData
from collective.annotationforms.tests.access.kinds import Kind
from collective.annotationforms.tests.access.kinds import PythonForm
from collective.annotationforms.tests.access.site import AccessTestCase
from functools import partial
from plone.app.iterate.interfaces import ICheckinCheckoutPolicy
from plone.protect.interfaces import IDisableCSRFProtection
from plone.z3cform.layout import FormWrapper
from plone.z3cform.layout import wrap_form
from Products.Five import BrowserView
from Products.Five.browser.metaconfigure import page
from typing import Any
from urllib.parse import urlencode
from z3c.form import field
from z3c.form.form import DisplayForm
from zope.component import getGlobalSiteManager
from zope.component.hooks import site
from zope.configuration.config import ConfigurationMachine
from zope.interface import alsoProvides
from zope.interface import implementer
from zope.interface import Interface
from zope.publisher.interfaces import IPublishTraverse
from zope.publisher.interfaces.browser import IBrowserRequest
from zope.publisher.interfaces.browser import IDefaultBrowserLayer

import transaction


class GuardedForm(PythonForm):
    """Under a key of its own: its classes say something of all data under it."""

    ANNOTATION_STORAGE_KEY = "example.access.guarded"


KIND = Kind("guarded-data", "no known guard", GuardedForm, ALL, EDITORS)
OUTSIDERS = ("anonymous", "reader")
PLAIN = "/++widget++plain"
BELOW = ("", PLAIN, f"{PLAIN}/@@ploneform-render-widget")


class Display(AnnotationStorageMixin, DisplayForm):
    """Shows the data; nothing says who may."""

    fields = field.Fields(IData)
    ignoreContext = False
    ANNOTATION_STORAGE_KEY = KIND.key

    def render(self):
        return "".join(widget.render() for widget in self.widgets.values())

    def __call__(self):
        self.update()
        return self.render()


class ReadyMade(AnnotationView):
    """The same, for who has the permission of the class."""

    schema = IData
    ANNOTATION_STORAGE_KEY = KIND.key


def subclass(base: type, **members: Any) -> type:
    return type(f"A{base.__name__}", (base,), members)


def renamed(form_class: type) -> type:
    """Return a form that calls itself like another view, which is public."""

    class Renamed(form_class):
        def __init__(self, context, request):
            super().__init__(context, request)
            self.__name__ = "other"

    return Renamed


def wrapper_with_property(form_class: type) -> type:
    return subclass(FormWrapper, form=property(lambda self: form_class))


def wrapper_with_init(form_class: type) -> type:
    class Wrapper(FormWrapper):
        def __init__(self, context, request):
            self.form = form_class
            super().__init__(context, request)

    return Wrapper


def wrapper_of_many(form_class: type) -> type:
    """Return a wrapper that makes another form whenever it is asked for its form."""

    class Wrapper(FormWrapper):
        def __init__(self, context, request):
            BrowserView.__init__(self, context, request)

        @property
        def form_instance(self):
            form = form_class(self.context, self.request)
            form.__name__ = self.__name__
            return form

        def __call__(self):
            form = self.form_instance
            form.update()
            return form.render()

    return Wrapper


def parent(form_class: type) -> type:
    """Return a view whose address leads on to the form."""

    @implementer(IPublishTraverse)
    class Parent(BrowserView):
        def __call__(self):
            return "Nothing here."

        def publishTraverse(self, request, name):
            form = form_class(self.context, request)
            form.__name__ = name
            return form

    return Parent


def caller(form_class: type) -> type:
    """Return a view whose code shows the form."""

    class Caller(BrowserView):
        def __call__(self):
            form = form_class(self.context, self.request)
            form.update()
            return form.render()

    return Caller


def callable_object(form_class: type) -> Any:
    return subclass(object, __call__=lambda self, *args: form_class(*args))()


#: Views that are known to be of the form, or to wrap it: what makes them of its class.
VIEWS = {
    "class": lambda form_class: form_class,
    "named": lambda form_class: subclass(form_class, __name__="named"),
    "renamed": renamed,
    "wrapped": wrap_form,
    "named-wrapper": lambda form: subclass(wrap_form(form), __name__="named-wrapper"),
    "property": wrapper_with_property,
    "init": wrapper_with_init,
}
#: Views of which that is not known.
OTHERS = {"many": wrapper_of_many, "parent": parent, "caller": caller}
#: What only Python registers as a view.
FACTORIES = {
    "function": lambda form_class: lambda *args: form_class(*args),
    "callable": callable_object,
    "partial": partial,
}


class GuardTestCase(AccessTestCase):
    def setUp(self):
        super().setUp()
        self.restore(KIND)
        self.register("other", subclass(BrowserView, __roles__=None))

    def register(self, name, factory):
        """Register a view by Python, which says nothing of who may open it."""
        registry = getGlobalSiteManager()
        arguments = (factory, (Interface, IBrowserRequest), Interface, name)
        registry.registerAdapter(*arguments)
        self.addCleanup(registry.unregisterAdapter, *arguments)

    def register_page(self, name, view, permission):
        """Register a view as ZCML does."""
        context = ConfigurationMachine()
        page(context, name, permission, Interface, class_=view)
        with site(None):
            context.execute_actions()
        self.addCleanup(
            getGlobalSiteManager().unregisterAdapter,
            required=(Interface, IDefaultBrowserLayer),
            provided=Interface,
            name=name,
        )

    def register_pages(self, form_class, permission, views=VIEWS):
        """Register all these views, and return where the form is."""
        for name, view in views.items():
            self.register_page(name, view(form_class), permission)
        return [address_of(name) for name in views]

    def shown_at(self, user, address):
        return self.shown(KIND, self.get(user, address))

    def save(self, user, address):
        """Return whether the user saves by a POST to the address."""
        text = self.texts(KIND, "forged")["plain"]
        sent = {"form.widgets.plain": text, "form.buttons.apply": "Apply"}
        self.post(user, address, **sent)
        saved = self.in_storage(self.page, KIND, "forged")
        self.as_user("manager")
        self.restore(KIND)
        return bool(saved)

    def check_closed(self, address, users):
        for user in users:
            for tail in BELOW:
                with self.subTest(user=user, address=address, tail=tail):
                    browser = self.browser_of(user)
                    browser.open(f"{self.url}/@@{address}{tail}")
                    # To the login form, or a view whose code makes the form has none.
                    self.assertRegex(browser.headers["status"], "^(302|404)")
                    self.assertEqual("", self.shown_at(user, f"@@{address}{tail}"))
                    self.assertFalse(self.save(user, f"@@{address}{tail}"))

    def check_open(self, address, user, shown, saves=False):
        with self.subTest(user=user, address=address):
            self.assertEqual(shown, self.shown_at(user, f"@@{address}"))
            # These make no form that has an address.
            if address not in ("many", "caller"):
                found = self.shown_at(user, f"@@{address}{BELOW[-1]}")
                self.assertEqual("p", found)
            self.assertEqual(saves, self.save(user, f"@@{address}"))


def address_of(name: str) -> str:
    return f"{name}/x" if name == "parent" else name


class TestNothingSaysWhoMay(GuardTestCase):
    """Then it is who may modify the page, or view it if the form only displays."""

    ways = VIEWS | OTHERS | FACTORIES

    def test_an_edit_form(self):
        for name, view in self.ways.items():
            self.register(name, view(GuardedForm))
            self.check_closed(address_of(name), OUTSIDERS)
            self.check_open(address_of(name), "editor", "pr", saves=True)

    def test_a_display_form(self):
        for name, view in self.ways.items():
            self.register(name, view(Display))
            self.check_open(address_of(name), "anonymous", "pw")
        self.portal.portal_workflow.doActionFor(self.page, "retract")
        transaction.commit()
        for name in self.ways:
            self.check_closed(address_of(name), ("anonymous",))

    def test_a_public_view_does_not_speak_for_another_form(self):
        addresses = self.register_pages(GuardedForm, "zope.Public", OTHERS)
        for address in addresses:
            self.check_closed(address, OUTSIDERS)
            self.check_open(address, "editor", "pr", saves=True)


class TestNameOfAnotherView(GuardTestCase):
    """A view that is public does not open a form that has its name, but more fields."""

    def check_closed_below(self, public, more):
        self.register_page("public", public, "zope.Public")
        self.check_open("public", "anonymous", "p", saves=True)
        self.register("more", subclass(more, __name__="public"))
        self.check_closed("more", OUTSIDERS)
        self.register("parent", parent(more))
        self.check_closed("parent/public", OUTSIDERS)

    def few_fields(self, base):
        class Few(base):
            schema = None
            fields = field.Fields(IData).select("plain")
            NOTIFY_CONTENT = False

        return Few

    def test_a_base_of_the_form(self):
        few = self.few_fields(GuardedForm)
        self.check_closed_below(
            wrap_form(few), subclass(few, fields=GuardedForm.fields)
        )

    def test_a_class_that_derives_from_the_form(self):
        self.check_closed_below(self.few_fields(GuardedForm), GuardedForm)


class TestManagersViews(GuardTestCase):
    """Who may not open a view uses nothing below it, whatever the form says."""

    def test_forms(self):
        public = subclass(Display, permission="View")
        public_form = subclass(GuardedForm, permission="View")
        for form_class in (Display, public, ReadyMade, GuardedForm, public_form):
            addresses = self.register_pages(
                form_class, "cmf.ManagePortal", VIEWS | OTHERS
            )
            for address in addresses:
                self.check_closed(address, (*OUTSIDERS, "editor"))
                self.assertIn("p", self.shown_at("manager", f"@@{address}"))

    def test_views_above_a_view(self):
        """A view of managers leads to one that is public."""

        class Above(parent(GuardedForm)):
            def publishTraverse(self, request, name):
                view = inner(self.context, request)
                view.__parent__ = self
                return view

        inner = subclass(wrap_form(subclass(Display, permission="View")))
        inner.__roles__ = None
        self.register_page("above", Above, "cmf.ManagePortal")
        self.check_closed(f"above/x{PLAIN}", (*OUTSIDERS, "editor"))
        self.assertEqual("p", self.shown_at("manager", f"@@above/x{BELOW[-1]}"))


class ReadyMadeForm(AnnotationEditForm):
    """Its class names no permission, but that it has from its base."""

    schema = IData
    ANNOTATION_STORAGE_KEY = "access.ready"


class ReadyMadeView(AnnotationView):
    schema = IData
    ANNOTATION_STORAGE_KEY = "access.ready"


class TestOtherRoutes(GuardTestCase):
    """The data of a form below a view for managers are theirs, whatever the way is."""

    key = "access.ready"

    def setUp(self):
        super().setUp()
        for form_class in (ReadyMadeForm, ReadyMadeView):
            name = form_class.__name__
            self.register_page(name, parent(form_class), "cmf.ManagePortal")
        self.save_version("first")
        self.number = self.page.version_id
        self.save_version("second")

    def save_version(self, text):
        annotation_storage(self.page, self.key)["plain"] = f"the-{text}"
        self.portal.portal_repository.save(self.page)
        transaction.commit()

    def copy_of(self, user):
        self.as_user(user)
        copied = self.page.aq_parent.manage_copyObjects([self.page.getId()])
        folder = self.folder_of(user)
        name = folder.manage_pasteObjects(copied)[0]["new_id"]
        return dict(annotation_storage(folder[name], self.key))

    def test_a_copy(self):
        for user in ("reader", "contributor", "editor"):
            self.assertEqual({}, self.copy_of(user), user)
        self.assertEqual({"plain": "the-second"}, self.copy_of("manager"))

    def test_versions(self):
        path = f"@@history?one={self.number}&two=current"
        self.assertNotIn("the-", self.get("editor", path))
        self.assertIn("the-", self.get("manager", path))
        self.post("editor", "revertversion", version_id=self.number)
        transaction.begin()
        stored = annotation_storage(self.page, self.key)
        self.assertEqual("the-second", stored["plain"])

    def test_a_class_that_names_its_permission(self):
        class Named(ReadyMadeView):
            permission = "View"
            ANNOTATION_STORAGE_KEY = "access.named"

        self.key = Named.ANNOTATION_STORAGE_KEY
        annotation_storage(self.page, self.key)["plain"] = "the-named"
        transaction.commit()
        self.assertEqual({"plain": "the-named"}, self.copy_of("reader"))


class TestPublicViews(GuardTestCase):
    """A form for visitors: ZCML and the class say so."""

    def test_forms(self):
        for permission in ("zope.Public", "zope2.View"):
            for of_class in (None, "View"):
                form_class = subclass(
                    GuardedForm, permission=of_class, NOTIFY_CONTENT=False
                )
                for address in self.register_pages(form_class, permission):
                    self.check_open(address, "anonymous", "pr", saves=True)

    def test_a_form_that_other_code_shows(self):
        form_class = subclass(GuardedForm, permission="View", NOTIFY_CONTENT=False)
        for address in self.register_pages(form_class, "zope.Public", OTHERS):
            self.check_open(address, "anonymous", "pr", saves=True)

    def test_a_view_with_less_than_the_class_asks_for(self):
        form_class = subclass(GuardedForm, permission="cmf.ModifyPortalContent")
        for address in self.register_pages(form_class, "zope.Public", VIEWS | OTHERS):
            self.check_closed(address, OUTSIDERS)


class TestWorkingCopy(GuardTestCase):
    """In a working copy, nobody uses a view that they may not open on the page."""

    def test_a_view_on_the_path(self):
        self.page.manage_permission("Modify portal content", ["Manager"], acquire=0)
        self.as_user("editor")
        folder = self.folder_of("editor")
        copied = ICheckinCheckoutPolicy(self.page).checkout(folder)
        roles = ["Editor", "Manager"]
        copied.manage_permission("Modify portal content", roles, acquire=0)
        self.as_user("manager")
        self.restore(KIND, copied)
        self.url = copied.absolute_url()
        form_class = subclass(Display, permission="View")
        pages = self.register_pages(form_class, "cmf.ModifyPortalContent", OTHERS)
        for address in pages:
            self.assertEqual("", self.get_in_copy("editor", address))
            self.assertIn("p", self.get_in_copy("manager", address))

    def get_in_copy(self, user, address):
        browser = self.browser_of(user)
        browser.open(f"{self.url}/@@{address}")
        return self.shown(KIND, self.answer(browser))


class TestToken(GuardTestCase):
    """Nothing is saved by a POST that another site has made, for visitors, too."""

    def post_without_token(self, address, **sent):
        text = self.texts(KIND, "forged")["plain"]
        sent = {"form.widgets.plain": text, "form.buttons.apply": "Apply", **sent}
        browser = self.browser_of("anonymous")
        browser.post(f"{self.url}/@@{address}", urlencode(sent))
        return browser.headers["status"], self.in_storage(self.page, KIND, "forged")

    def public_form(self, **members):
        return subclass(GuardedForm, permission="View", NOTIFY_CONTENT=False, **members)

    def test_forms(self):
        for address in self.register_pages(
            self.public_form(), "zope.Public", VIEWS | OTHERS
        ):
            for sent in ({}, {"_authenticator": ""}, {"_authenticator": "0" * 40}):
                with self.subTest(address=address, sent=sent):
                    found = self.post_without_token(address, **sent)
                    self.assertEqual(("403 Forbidden", ""), found)

    def test_a_form_whose_buttons_ask_for_none(self):
        form_class = self.public_form(enableCSRFProtection=False)
        for address in self.register_pages(form_class, "zope.Public"):
            found = self.post_without_token(address)
            self.assertEqual(("403 Forbidden", ""), found)

    def test_a_form_that_saves_without_a_button(self):
        class Saving(self.public_form()):
            def update(self):
                super().update()
                data, _errors = self.extractData()
                self.applyChanges(data)

        self.register_page("saving", Saving, "zope.Public")
        found = self.post_without_token("saving", **{"form.buttons.apply": ""})
        self.assertEqual(("403 Forbidden", ""), found)

    def test_code_may_say_that_no_browser_has_sent_it(self):
        class Service(BrowserView):
            def __call__(self):
                alsoProvides(self.request, IDisableCSRFProtection)
                form = form_class(self.context, self.request)
                form.update()
                form.applyChanges({"plain": self.request.form["text"]})

        form_class = self.public_form()
        self.register_page("service", Service, "zope.Public")
        text = self.texts(KIND, "forged")["plain"]
        browser = self.browser_of("anonymous")
        browser.post(f"{self.url}/@@service", urlencode({"text": text}))
        self.assertEqual("p", self.in_storage(self.page, KIND, "forged"))

    def test_the_form_has_its_token(self):
        for address in self.register_pages(self.public_form(), "zope.Public"):
            with self.subTest(address=address):
                browser = self.browser_of("anonymous")
                browser.open(f"{self.url}/@@{address}")
                text = self.texts(KIND, "forged")["plain"]
                browser.getControl(name="form.widgets.plain").value = text
                browser.getControl(name="form.buttons.apply").click()
                self.assertEqual("p", self.in_storage(self.page, KIND, "forged"))
                self.as_user("manager")
                self.restore(KIND)
