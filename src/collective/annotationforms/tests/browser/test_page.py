"""The tab "Form data" of a page."""

from collective.annotationforms.catalog.index import INDEX
from collective.annotationforms.interfaces import IStorageSavedEvent
from collective.annotationforms.tests.admin import AdminTestCase
from collective.annotationforms.tests.admin import GUARDED
from collective.annotationforms.tests.admin import GuardedForm
from collective.annotationforms.tests.admin import INotes
from collective.annotationforms.tests.admin import KEY
from collective.annotationforms.tests.admin import LEFT_OVER
from collective.annotationforms.tests.admin import NotesForm
from collective.annotationforms.tests.admin import OPTIONS
from collective.annotationforms.tests.admin import text_file
from collective.annotationforms.tests.layers import IntegrationTestCase
from collective.annotationforms.tests.pages import Page
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from plone.base.interfaces import IPloneSiteRoot
from plone.i18n.interfaces import ILanguageSchema
from plone.locking.interfaces import ILockable
from plone.registry.interfaces import IRegistry
from urllib.parse import urlencode
from z3c.relationfield import RelationValue
from zc.relation.interfaces import ICatalog
from zope.annotation.interfaces import IAnnotations
from zope.component import getGlobalSiteManager
from zope.component import getUtility
from zope.component import queryMultiAdapter
from zope.intid.interfaces import IIntIds
from zope.lifecycleevent.interfaces import IObjectModifiedEvent

import json
import re
import transaction


TAB = 'id="contentview-form-data"'


class TestTab(AdminTestCase):
    """Who sees the tab, and on which pages."""

    whole_pages = True

    def has_tab(self, user, page=None):
        return TAB in self.open("view", user, page or self.page).contents

    def test_editors_and_managers_have_it_readers_do_not(self):
        self.assertTrue(self.has_tab(SITE_OWNER_NAME))
        self.assertTrue(self.has_tab("editor"))
        self.assertFalse(self.has_tab("reader"))

    def test_who_may_view_the_data_has_it(self):
        class OtherForm(NotesForm):
            ANNOTATION_STORAGE_KEY = "example.other"

        options = OPTIONS | {"view_permission": "zope2.View"}
        self.register("other", OtherForm, **options)
        self.assertTrue(self.has_tab("reader"))

    def test_pages_without_a_form_have_none(self):
        self.portal.invokeFactory("Folder", "folder")
        transaction.commit()
        self.assertFalse(self.has_tab("siteadmin", self.portal["folder"]))

    def test_managers_have_it_where_a_form_has_left_data(self):
        self.portal.invokeFactory("Folder", "folder")
        folder = self.portal["folder"]
        self.leave_data(folder, name="Ada")
        self.assertTrue(self.has_tab("siteadmin", folder))
        self.assertFalse(self.has_tab("editor", folder))


class TestNames(AdminTestCase):
    """Who is meant by what, on pages about form data."""

    whole_pages = True

    def test_full_names_are_shown(self):
        name = "Zoë Müller"
        self.portal.portal_membership.getMemberById("editor").setMemberProperties(
            {"fullname": name}
        )
        transaction.commit()
        browser = self.open("notes", "editor", self.page)
        browser.getControl("Text").value = "Call Ada"
        browser.getControl("Save").click()
        for browser in (
            self.open("form-data", page=self.page),
            self.open("form-data-controlpanel"),
            self.open("form-data-pages?form=notes"),
        ):
            self.assertRegex(browser.contents, rf">{name}</div>")
            self.assertNotIn(">editor</div>", browser.contents)

    def test_the_byline_of_the_page_is_on_its_own_views_only(self):
        self.store(text="Call Zoë")
        for view, has_byline in (
            ("view", True),
            ("form-data", False),
            (f"form-data-delete?key={KEY}", False),
            ("notes", False),
            ("notes-view", False),
        ):
            contents = self.open(view, "siteadmin", self.page).contents
            self.assertEqual(has_byline, "label-by-author" in contents, view)


class TestSiteRoot(AdminTestCase):
    """The site root is content like any other."""

    whole_pages = True
    key = "example.site"

    def setUp(self):
        super().setUp()

        class SiteForm(NotesForm):
            ANNOTATION_STORAGE_KEY = self.key

        options = OPTIONS | {"for_": IPloneSiteRoot, "title": "Site notes"}
        self.register("site-notes", SiteForm, **options)

    def test_its_data_are_edited_listed_found_and_deleted(self):
        browser = self.open("site-notes")
        browser.getControl("Text").value = "Call Zoë"
        browser.getControl("Save").click()
        self.assertEqual({"text": "Call Zoë"}, self.stored(self.portal))
        browser = self.browser()
        browser.open(self.portal.absolute_url())
        browser.getLink("Form data").click()
        self.assertIn("1 of 6", browser.contents)
        self.assertIn("/plone", self.found())
        browser.getLink("Delete Site notes").click()
        browser.getControl("Delete").click()
        self.assertIsNone(self.stored(self.portal))
        self.assertEqual([], self.found())

    def found(self):
        """Return the paths that the catalog finds."""
        transaction.begin()
        found = self.portal.portal_catalog(**{INDEX: self.key})
        return [brain.getPath() for brain in found]


class TestOtherObjects(IntegrationTestCase):
    """What can be annotated and is no content has no tab: a portlet, a tile."""

    def test_they_have_no_pages(self):
        views = ("form-data", "form-data-export", "form-data-delete")
        for view in views:
            for context, has_view in ((self.page, True), (Page(), False)):
                found = queryMultiAdapter((context, self.request), name=view)
                self.assertEqual(has_view, found is not None, view)


class TestList(AdminTestCase):
    """The list of forms and of what they have stored."""

    def row(self, browser):
        match = re.search(r"(?s)<tbody>(.*)</tbody>", browser.contents)
        return " ".join(re.sub("<[^>]*>", " ", match[1]).split())

    def test_an_editor_sees_what_is_stored_without_the_fields_for_others(self):
        self.store(text="Zoë", level="high", internal="x")
        browser = self.open("form-data", "editor", self.page)
        row = self.row(browser)
        self.assertTrue(row.startswith("Notes What to keep in mind."), row)
        self.assertIn("2 of 6", row)
        self.assertTrue(row.endswith("View Notes Edit Notes Export Notes Delete Notes"))

    def test_nothing_stored_is_nothing_to_export_and_delete(self):
        row = self.row(self.open("form-data", "editor", self.page))
        self.assertIn("Never", row)
        self.assertIn("0 of 6", row)
        self.assertTrue(row.endswith("View Notes Edit Notes"), row)

    def test_the_last_change(self):
        browser = self.open("notes", "editor", self.page)
        browser.getControl("Text").value = "Call Zoë"
        browser.getControl("Save").click()
        row = self.row(self.open("form-data", "editor", self.page))
        self.assertNotIn("Never", row)
        self.assertIn("editor", row)

    def test_links_lead_to_the_pages_of_the_form(self):
        self.store(text="Zoë")
        browser = self.open("form-data", "editor", self.page)
        browser.getLink("Edit Notes").click()
        self.assertEqual("Zoë", browser.getControl("Text").value)
        browser = self.open("form-data", "editor", self.page)
        browser.getLink("View Notes").click()
        self.assertIn("Zoë", self.content(browser))

    def test_readers_and_visitors_are_refused(self):
        for user in ("reader", None):
            self.assertTrue(self.refused(self.open("form-data", user, self.page)))

    def test_managers_see_the_values_that_a_form_has_left(self):
        self.leave_data(name="<Ada>", sizes=[1, 2])
        row = self.row(self.open("form-data", "siteadmin", self.page))
        self.assertIn(f"{LEFT_OVER} No form for these data is installed.", row)
        self.assertIn("name &lt;Ada&gt; sizes 1, 2", row)
        self.assertTrue(row.endswith(f"Export {LEFT_OVER} Delete {LEFT_OVER}"), row)
        self.assertNotIn(
            LEFT_OVER, self.row(self.open("form-data", "editor", self.page))
        )

    def test_annotations_of_others_are_not_shown(self):
        self.leave_data(name="Ada")
        annotations = IAnnotations(self.page)
        ILockable(self.page).lock()
        annotations["other"] = {"name": "Ada"}
        annotations["another"] = type(annotations[LEFT_OVER])({1: "Ada"})
        transaction.commit()
        row = self.row(self.open("form-data", "siteadmin", self.page))
        self.assertIn(LEFT_OVER, row)
        self.assertIn("plone.locking", annotations)
        self.assertEqual(1, row.count("Delete"))

    def test_what_the_pages_share_is_no_page(self):
        for context in (self.page, self.portal):
            browser = self.open("form-data-macros", SITE_OWNER_NAME, context)
            self.assertTrue(self.refused(browser))

    def test_looking_writes_nothing(self):
        browser = self.open("form-data", "editor", self.page)
        self.assertNotIn("Confirming User Action", browser.contents)
        self.assertIsNone(self.stored())


class TestLanguages(AdminTestCase):
    """The pages speak the languages that the package is translated into."""

    def test_the_list(self):
        language = getUtility(IRegistry).forInterface(
            ILanguageSchema, prefix="plone", check=False
        )
        language.use_request_negotiation = True
        language.available_languages = ["en", "de", "fi", "es", "fr"]
        transaction.commit()
        for code, heading, filled in (
            ("en", "Form data", "0 of 6"),
            ("de", "Formulardaten", "0 von 6"),
            ("fi", "Lomaketiedot", "0 / 6"),
            ("es", "Datos de formularios", "0 de 6"),
            ("fr", "Données de formulaires", "0 sur 6"),
        ):
            with self.subTest(language=code):
                browser = self.browser("editor")
                browser.addHeader("Accept-Language", code)
                browser.open(f"{self.url}/@@form-data")
                self.assertIn(f">{heading}</h1>", browser.contents)
                self.assertIn(filled, browser.contents)


class TestExport(AdminTestCase):
    """The data of one form as JSON."""

    def export(self, user="editor", key=KEY):
        return self.open(f"form-data-export?key={key}", user, self.page)

    def test_has_the_values_that_the_user_may_see(self):
        self.store(text="Zoë", internal="x", file=text_file())
        browser = self.export()
        self.assertEqual("application/json", browser.headers["content-type"])
        self.assertEqual(
            'attachment; filename="page-notes.json"',
            browser.headers["content-disposition"],
        )
        self.assertEqual(
            {
                "form": "notes",
                "key": KEY,
                "pages": [
                    {
                        "path": "/page",
                        "uid": self.page.UID(),
                        "title": "A page",
                        "values": {
                            "text": "Zoë",
                            "file": {
                                "filename": "hello.txt",
                                "content-type": "text/plain",
                                "encoding": "base64",
                                "data": "SGVsbG8=",
                            },
                        },
                    }
                ],
                "left_out": {"pages": 0, "values": 0},
            },
            json.loads(browser.contents),
        )

    def test_managers_export_what_a_form_has_left(self):
        self.leave_data(name="Ada")
        exported = json.loads(self.export("siteadmin", LEFT_OVER).contents)
        self.assertIsNone(exported["form"])
        self.assertEqual({"name": "Ada"}, exported["pages"][0]["values"])

    def test_others_get_nothing(self):
        self.store(text="Zoë")
        self.leave_data(name="Ada")
        for user, key in (("reader", KEY), (None, KEY), ("editor", LEFT_OVER)):
            with self.subTest(user=user, key=key):
                contents = self.export(user, key).contents
                self.assertNotIn("Zoë", contents)
                self.assertNotIn('"Ada"', contents)


class TestDelete(AdminTestCase):
    """It asks first, and needs a token."""

    def delete(self, user="editor", key=KEY):
        return self.open(f"form-data-delete?key={key}", user, self.page)

    def test_asks_and_deletes(self):
        self.store(text="Zoë", file=text_file())
        browser = self.delete()
        content = self.content(browser)
        for expected in ("Text", "Zoë", "File", "hello.txt", "A page"):
            self.assertIn(expected, content)
        self.assertIsNotNone(self.stored())
        browser.getControl("Delete").click()
        self.assertEqual(f"{self.url}/@@form-data", browser.url)
        self.assertIn("Deleted: Notes", browser.contents)
        self.assertIsNone(self.stored())
        self.assertNotIn(KEY, IAnnotations(self.page))

    def test_cancel(self):
        self.store(text="Zoë")
        browser = self.delete()
        browser.getLink("Cancel").click()
        self.assertEqual(f"{self.url}/@@form-data", browser.url)
        self.assertEqual({"text": "Zoë"}, self.stored())

    def test_managers_delete_what_a_form_has_left(self):
        self.leave_data(name="Ada")
        browser = self.delete("siteadmin", LEFT_OVER)
        browser.getControl("Delete").click()
        transaction.begin()
        self.assertNotIn(LEFT_OVER, IAnnotations(self.page))

    def test_tells_all_who_are_concerned(self):
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        target = RelationValue(getUtility(IIntIds).getId(self.portal["private-page"]))
        self.store(text="Zoë", other=target)
        events = []
        for event in (IStorageSavedEvent, IObjectModifiedEvent):
            getGlobalSiteManager().registerHandler(events.append, (event,))
            self.addCleanup(
                getGlobalSiteManager().unregisterHandler, events.append, (event,)
            )
        relations = {"from_id": getUtility(IIntIds).getId(self.page)}
        self.assertEqual(1, len(list(getUtility(ICatalog).findRelations(relations))))
        self.delete().getControl("Delete").click()
        transaction.begin()
        self.assertEqual([], list(getUtility(ICatalog).findRelations(relations)))
        saved, modified = events
        self.assertEqual(
            {"text": ("Zoë", None)}.items() & saved.changes.items(),
            {"text": ("Zoë", None)}.items(),
        )
        self.assertEqual({"text", "other"}, set(saved.changes))
        (attributes,) = modified.descriptions
        self.assertEqual(INotes, attributes.interface)
        self.assertEqual(("text", "other"), attributes.attributes)

    def test_respects_a_lock(self):
        self.store(text="Zoë")
        browser = self.delete()
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        ILockable(self.page).lock()
        transaction.commit()
        browser.getControl("Delete").click()
        self.assertIn("somebody else has locked the page", browser.contents)
        self.assertEqual({"text": "Zoë"}, self.stored())

    def test_needs_a_token(self):
        self.store(text="Zoë")
        for token in ({}, {"_authenticator": "0" * 40}):
            browser = self.browser("editor")
            data = {"key": KEY, **token}
            browser.post(f"{self.url}/@@form-data-delete", urlencode(data))
            self.assertEqual("403 Forbidden", browser.headers["status"])
            self.assertEqual({"text": "Zoë"}, self.stored())

    def test_a_get_deletes_nothing(self):
        self.store(text="Zoë")
        browser = self.delete()
        token = browser.getControl(name="_authenticator").value
        self.delete(key=f"{KEY}&_authenticator={token}&submit=1")
        self.assertEqual({"text": "Zoë"}, self.stored())

    def test_others_are_refused(self):
        self.store(text="Zoë")
        self.leave_data(name="Ada")
        token = self.delete().getControl(name="_authenticator").value
        for user, key in (("reader", KEY), (None, KEY), ("editor", LEFT_OVER)):
            with self.subTest(user=user, key=key):
                data = {"key": key, "_authenticator": token}
                browser = self.browser(user)
                browser.post(f"{self.url}/@@form-data-delete", urlencode(data))
                self.assertEqual({"text": "Zoë"}, self.stored())
                self.assertIn(LEFT_OVER, IAnnotations(self.page))


class TestDeleteGuarded(AdminTestCase):
    """What the user may not change stays, and the page says so."""

    key = GuardedForm.ANNOTATION_STORAGE_KEY

    def setUp(self):
        super().setUp()
        self.register("guarded", GuardedForm, **OPTIONS | {"title": "Guarded"})

    def ask(self, user="editor", **values):
        self.store(**values)
        return self.open(f"form-data-delete?key={self.key}", user, self.page)

    def parts(self, browser):
        """Return what the page says that goes, and what it says that stays."""
        going, _heading, staying = self.content(browser).partition("What stays")
        return going.partition("What goes")[2], staying

    def test_an_editor_deletes_what_one_may_change(self):
        browser = self.ask(**GUARDED)
        going, staying = self.parts(browser)
        self.assertIn("Open", going)
        self.assertIn("o-value", going)
        self.assertIn("Values that you may not see go, too.", going)
        self.assertIn("Settled", staying)
        self.assertIn("Values that you may not see", staying)
        for hidden in ("Unseen", "Internal", "u-value", "i-value"):
            self.assertNotIn(hidden, going + staying)
        browser.getControl("Delete").click()
        self.assertIn("Deleted: Guarded", browser.contents)
        told = "Values that were kept, since you may not change them: 2"
        self.assertIn(told, browser.contents)
        self.assertEqual({"settled": "s-value", "internal": "i-value"}, self.stored())

    def test_passwords_are_never_shown(self):
        for user in ("editor", SITE_OWNER_NAME):
            going, staying = self.parts(self.ask(user, **GUARDED))
            self.assertIn("Secret", going)
            self.assertNotIn("p-value", going + staying)

    def test_a_manager_deletes_all(self):
        browser = self.ask(SITE_OWNER_NAME, **GUARDED)
        self.assertNotIn("What stays", browser.contents)
        browser.getControl("Delete").click()
        self.assertNotIn("Values that were kept", browser.contents)
        self.assertIsNone(self.stored())

    def test_who_may_delete_nothing_is_refused(self):
        token = self.ask(open="x").getControl(name="_authenticator").value
        self.forget()
        browser = self.ask(settled="s-value")
        self.assertTrue(self.refused(browser))
        browser = self.browser("editor")
        data = {"key": self.key, "_authenticator": token}
        browser.post(f"{self.url}/@@form-data-delete", urlencode(data))
        self.assertTrue(self.refused(browser))
        self.assertEqual({"settled": "s-value"}, self.stored())
