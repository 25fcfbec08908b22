from AccessControl import Unauthorized
from collective.annotationforms.tests import sampleforms
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.layers import IntegrationTestCase
from plone.app.testing import logout
from plone.app.testing import SITE_OWNER_NAME
from typing import ClassVar
from urllib.parse import urlencode
from zope.component import getMultiAdapter

import json


PRIVATE = "what Ada told nobody"


class TestEveryWay(FunctionalTestCase):
    """Who lacks the permission reads and writes nothing, whatever way is tried."""

    # View name -> who may not use it on a published page.
    refused: ClassVar = {
        "settings": (None, "reader"),
        "plain-form": (None, "reader"),
        "store-form": (None, "reader"),
        "auto-form": (None, "reader"),
        "group-form": (None, "reader"),
        "wrapped-form": (None, "reader"),
        "wrapped-group-form": (None, "reader"),
        "wrapped-auto-form": (None, "reader"),
        "managers-settings": (None, "reader", "editor"),
        "managers-view": (None, "reader", "editor"),
        "private-view": (None, "reader", "editor"),
    }
    ways = (
        "",
        "/@@z3cform_validate_field?fname=form.widgets.name",
        "/++widget++name/@@ploneform-render-widget",
        "/++widget++form.widgets.name/@@ploneform-render-widget",
        "/++widget++name/render",
        "/++widget++name",
    )

    def setUp(self):
        super().setUp()
        for key in ("example.settings", self.key):
            self.key = key
            self.store(name=PRIVATE)

    def all_stored(self):
        found = []
        for key in ("example.settings", type(self).key):
            self.key = key
            found.append(self.stored())
        return found

    def test_reading(self):
        for view, users in self.refused.items():
            for way in self.ways:
                for user in users:
                    with self.subTest(view=view, way=way, user=user):
                        browser = self.browser(user)
                        browser.followRedirects = False
                        browser.open(f"{self.url}/@@{view}{way}")
                        self.assert_sent_to_login(browser)

    def assert_sent_to_login(self, browser):
        self.assertEqual("302 Found", browser.headers["status"])
        self.assertIn("/require_login?", browser.headers["location"])
        # Bytes if the answer was to be JSON.
        self.assertNotIn(PRIVATE, str(browser.contents))
        self.assertNotIn("Internal Server", str(browser.contents))

    def test_writing(self):
        data = {"form.widgets.name": "forged", "form.widgets.count": "1"}
        for button in ("save", "apply", "store"):
            data[f"form.buttons.{button}"] = button
        before = self.all_stored()
        for view, users in self.refused.items():
            for way in self.ways:
                for user in users:
                    with self.subTest(view=view, way=way, user=user):
                        browser = self.browser(user)
                        browser.followRedirects = False
                        browser.post(f"{self.url}/@@{view}{way}", urlencode(data))
                        self.assert_sent_to_login(browser)
                        self.assertEqual(before, self.all_stored())

    def test_those_who_may_are_not_hindered(self):
        for view in self.refused:
            if view == "private-view":
                continue
            for way in ("", "/++widget++name/@@ploneform-render-widget"):
                with self.subTest(view=view, way=way):
                    browser = self.browser()
                    browser.open(f"{self.url}/@@{view}{way}")
                    self.assertEqual("200 OK", browser.headers["status"])
                    self.assertIn(PRIVATE, browser.contents)

    def test_an_editor_is_not_hindered(self):
        for way in ("", "/++widget++name/@@ploneform-render-widget"):
            browser = self.browser("editor")
            browser.open(f"{self.url}/@@settings{way}")
            self.assertIn(PRIVATE, browser.contents)

    def test_no_action_is_executed_at_the_address_of_a_widget(self):
        for user in (None, "reader", "editor"):
            with self.subTest(user=user):
                self.browser(user).post(
                    f"{self.url}/@@sending-form/++widget++name/@@ploneform-render-widget",
                    urlencode({"form.buttons.send": "Send"}),
                )
                self.assertEqual([], sampleforms.SendingForm.sent)

    def test_inline_validation_answers_those_who_may_save(self):
        browser = self.browser("editor")
        browser.post(
            f"{self.url}/@@settings/@@z3cform_validate_field",
            urlencode({"fname": "form.widgets.count", "form.widgets.count": "many"}),
        )
        message = json.loads(browser.contents)["errmsg"]
        self.assertEqual("The entered value is not a valid integer literal.", message)

    def test_a_public_view_is_public(self):
        browser = self.browser(None)
        browser.open(f"{self.url}/@@public-view")
        self.assertIn(PRIVATE, browser.contents)

    def test_the_view_of_a_private_page_is_private(self):
        self.key = "example.settings"
        page = self.portal["private-page"]
        self.store(page, name=PRIVATE)
        browser = self.browser(None)
        browser.open(f"{page.absolute_url()}/@@settings-view")
        self.assertNotIn(PRIVATE, browser.contents)


class TestStorageIsNotPublished(FunctionalTestCase):
    """A widget leads to its storage, whose methods are not for the URL."""

    key = "example.settings"
    routes = ("context", "field/storage", "form/getContent")
    calls = (
        "",
        "/clear",
        "/popitem",
        "/remove",
        "/copy",
        "/keys",
        "/values",
        "/items",
        "/name",
        "/data",
        "/absolute_url",
        "/getPhysicalPath",
        "/pop?key=name",
        "/get?name=name",
        "/setdefault?name=added&default=forged",
        "/storable?name=name&value=forged",
        "/__getitem__?name=name",
        "/__setitem__?name=name&value=forged",
        "/__delitem__?name=name",
    )

    def setUp(self):
        super().setUp()
        self.store(name=PRIVATE)

    def test_no_call_reads_or_writes(self):
        for view in ("settings", "settings-view"):
            for route in self.routes:
                for call in self.calls:
                    for user in (None, SITE_OWNER_NAME):
                        with self.subTest(view=view, route=route, call=call, user=user):
                            self.refuse(f"@@{view}/++widget++name/{route}{call}", user)

    def refuse(self, address, user):
        browser = self.browser(user)
        browser.followRedirects = False
        browser.open(f"{self.url}/{address}")
        self.assertNotIn(PRIVATE, browser.contents)
        self.assertNotIn("200", browser.headers["status"])
        self.assertEqual({"name": PRIVATE}, self.stored())


class TestForgedRequests(FunctionalTestCase):
    """A manager is led to a page that sends a form in her name."""

    views = ("settings", "plain-form", "store-form", "auto-form", "group-form")
    views += ("wrapped-form", "wrapped-group-form", "wrapped-auto-form")

    def setUp(self):
        super().setUp()
        for key in ("example.settings", type(self).key):
            self.key = key
            self.store(name=PRIVATE, count=1)

    def all_stored(self):
        found = []
        for key in ("example.settings", type(self).key):
            self.key = key
            found.append(self.stored())
        return found

    def data(self, **more):
        buttons = {f"form.buttons.{name}": name for name in ("save", "apply", "store")}
        values = {"form.widgets.name": "forged", "form.widgets.count": "2"}
        tokens = {f"form.widgets.{name}-shown": "forged" for name in ("name", "count")}
        return urlencode({**values, **tokens, **buttons, **more})

    def test_a_post_without_or_with_a_foreign_token(self):
        before = self.all_stored()
        for view in self.views:
            for token in ({}, {"_authenticator": ""}, {"_authenticator": "0" * 40}):
                with self.subTest(view=view, token=token):
                    self.browser().post(f"{self.url}/@@{view}", self.data(**token))
                    self.assertEqual(before, self.all_stored())

    def test_a_get(self):
        before = self.all_stored()
        for view in self.views:
            with self.subTest(view=view):
                self.browser().open(f"{self.url}/@@{view}?{self.data()}")
                self.assertEqual(before, self.all_stored())

    def test_a_decision_on_a_conflict_is_no_way_around(self):
        before = self.all_stored()
        for view in self.views:
            for user in (None, "reader"):
                with self.subTest(view=view, user=user):
                    browser = self.browser(user)
                    more = {"form.widgets.name-conflict": "theirs"}
                    browser.post(f"{self.url}/@@{view}", self.data(**more))
                    self.assertNotIn(PRIVATE, browser.contents)
                    self.assertEqual(before, self.all_stored())


class TestPermission(IntegrationTestCase):
    """Which permission is asked for when code uses a form."""

    def form(self, form_class, **variables):
        return type("Form", (form_class,), variables)(self.page, self.request)

    def test_ready_made_forms_need_theirs_without_being_registered(self):
        logout()
        form = self.form(sampleforms.SettingsForm)
        self.assertRaises(Unauthorized, form.update)
        self.assertRaises(Unauthorized, form.applyChanges, {"name": "x"})
        self.assertIsNone(self.stored("example.settings"))
        self.form(sampleforms.SettingsView).update()

    def test_a_form_names_another_permission_by_title_or_id(self):
        for permission in ("Manage portal", "cmf.ManagePortal"):
            with self.subTest(permission=permission):
                form = self.form(sampleforms.SettingsForm, permission=permission)
                form.update()
        logout()
        for permission in ("Manage portal", "cmf.ManagePortal"):
            with self.subTest(permission=permission):
                form = self.form(sampleforms.SettingsForm, permission=permission)
                self.assertRaises(Unauthorized, form.update)
        for permission in ("View", "zope2.View"):
            with self.subTest(permission=permission):
                self.form(sampleforms.SettingsForm, permission=permission).update()

    def test_an_unknown_permission_is_refused(self):
        logout()
        form = self.form(sampleforms.SettingsForm, permission="No such permission")
        self.assertRaises(Unauthorized, form.update)

    def test_the_bare_mixin_needs_the_permission_of_its_view(self):
        for name, allowed in (
            ("public-view", True),
            ("plain-form", False),
            ("managers-view", False),
            ("private-view", False),
        ):
            with self.subTest(view=name):
                view = getMultiAdapter((self.page, self.request), name=name)
                logout()
                if allowed:
                    view.update()
                else:
                    self.assertRaises(Unauthorized, view.update)

    def test_the_error_names_form_and_page(self):
        view = getMultiAdapter((self.page, self.request), name="plain-form")
        logout()
        with self.assertRaisesRegex(
            Unauthorized, "not allowed to use the form plain-form of /plone/page"
        ):
            view.update()

    def test_a_form_without_a_view_is_for_who_may_modify_the_page(self):
        form = self.form(sampleforms.PlainEditForm)
        form.update()
        view = self.form(sampleforms.PlainDisplayForm)
        logout()
        self.assertRaises(Unauthorized, form.update)
        self.assertRaises(Unauthorized, form.applyChanges, {"name": "x"})
        view.update()
        self.form(sampleforms.PlainEditForm, permission="View").update()
