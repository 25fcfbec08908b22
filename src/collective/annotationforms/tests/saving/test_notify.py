from AccessControl import getSecurityManager
from AccessControl import Unauthorized
from AccessControl.users import SpecialUser
from Acquisition import aq_base
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.interfaces import IAnnotationFormsLayer
from collective.annotationforms.interfaces import IStorageSavedEvent
from collective.annotationforms.tests import sampleforms
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.layers import IntegrationTestCase
from collective.annotationforms.tests.layers import PASSWORD
from collective.annotationforms.tests.pages import registered_objects
from DateTime import DateTime
from OFS.LockItem import LockItem
from plone.app.contenttypes.interfaces import IDocument
from plone.app.iterate.interfaces import ITERATE_LOCK
from plone.app.testing import login
from plone.app.testing import logout
from plone.app.testing import SITE_OWNER_NAME
from plone.locking.interfaces import ILockable
from z3c.form import field
from z3c.form.interfaces import ActionExecutionError
from zope import schema
from zope.annotation.interfaces import IAnnotations
from zope.component import getGlobalSiteManager
from zope.interface import alsoProvides
from zope.interface import Interface
from zope.lifecycleevent.interfaces import IObjectModifiedEvent

import transaction


class IAnything(Interface):
    thing = schema.Field(title="Thing", required=False)
    name = schema.TextLine(title="Name", required=False)


class IMore(Interface):
    more = schema.TextLine(title="More", required=False)


class AnythingForm(sampleforms.PlainEditForm):
    fields = field.Fields(IAnything).select("name")


class QuietForm(sampleforms.PlainEditForm):
    NOTIFY_CONTENT = False


class Unpicklable:
    def __reduce__(self):
        raise TypeError("no way")


class TestEvents(IntegrationTestCase):
    """A save tells once what it changed."""

    def events(self, interface):
        """Return a list that is filled with the events that are notified."""
        found = []
        self.handle(interface, found.append)
        return found

    def handle(self, interface, handler):
        registry = getGlobalSiteManager()
        registry.registerHandler(handler, (interface,))
        self.addCleanup(registry.unregisterHandler, handler, (interface,))

    def apply(self, form_class=sampleforms.PlainEditForm, **data):
        form = form_class(self.page, self.request)
        form.update()
        form.applyChanges(data)
        return form

    def test_names_key_page_and_changes(self):
        self.apply(name="Ada", count=4)
        events = self.events(IStorageSavedEvent)
        form = self.apply(name="Grace", count=4)
        (event,) = events
        self.assertEqual({"name": ("Ada", "Grace")}, event.changes)
        self.assertEqual("form_annotation_storage", event.key)
        self.assertEqual(self.page, event.page)
        self.assertEqual(form.getContent(), event.storage)

    def test_comes_after_the_last_write(self):
        seen = []
        self.handle(IStorageSavedEvent, lambda event: seen.append({**event.storage}))
        self.apply(name="Ada", count=4)
        self.assertEqual([{"name": "Ada", "count": 4}], seen)

    def test_there_is_none_without_a_change(self):
        self.apply(name="Ada")
        events = self.events(IStorageSavedEvent)
        modified = self.events(IObjectModifiedEvent)
        self.apply(name="Ada")
        self.assertEqual([[], []], [events, modified])

    def test_groups_and_plain_forms_tell_once_too(self):
        for form_class in (
            sampleforms.PlainGroupForm,
            sampleforms.PlainForm,
            sampleforms.AutoForm,
        ):
            with self.subTest(form=form_class):
                IAnnotations(self.page).pop("form_annotation_storage", None)
                events = self.events(IStorageSavedEvent)
                self.apply(form_class, name="Ada", count=4)
                (event,) = events
                self.assertEqual(
                    {"name": (None, "Ada"), "count": (None, 4)}, event.changes
                )

    def test_additional_schemata_are_named_as_in_the_storage(self):
        class Form(sampleforms.AutoForm):
            additionalSchemata = (IMore,)

        prefixed = f"{IMore.__name__}.more"
        self.apply(Form, **{"name": "Ada", prefixed: "one"})
        events = self.events(IStorageSavedEvent)
        modified = self.events(IObjectModifiedEvent)
        self.apply(Form, **{"name": "Ada", prefixed: "two"})
        (event,) = events
        self.assertEqual({"more": ("one", "two")}, event.changes)
        (event,) = [event for event in modified if event.object == self.page]
        (description,) = event.descriptions
        self.assertEqual(
            (IMore, ("more",)), (description.interface, description.attributes)
        )

    def test_the_page_is_modified_once(self):
        modified = self.events(IObjectModifiedEvent)
        self.apply(name="Ada", count=4)
        (event,) = [event for event in modified if event.object == self.page]
        (description,) = event.descriptions
        self.assertEqual(sampleforms.ISmall, description.interface)
        self.assertEqual({"name", "count"}, set(description.attributes))

    def test_date_and_catalog_follow(self):
        long_ago = DateTime("2020-01-01")
        self.page.setModificationDate(long_ago)
        self.page.reindexObject(idxs=["modified"])
        self.apply(QuietForm, name="Ada")
        self.assertEqual(long_ago, self.page.modified())
        self.apply(name="Grace")
        self.assertGreater(self.page.modified(), DateTime() - 1)
        catalog = self.portal.portal_catalog
        (brain,) = catalog(path="/plone/page", modified=self.range(DateTime() - 1))
        self.assertEqual(self.page.modified(), brain.modified)

    def range(self, since):
        return {"query": since, "range": "min"}

    def test_a_version_is_made(self):
        before = self.page.version_id
        self.apply(name="Ada")
        self.assertEqual(before + 1, self.page.version_id)

    def test_a_quiet_form_writes_the_mapping_only(self):
        self.apply(QuietForm, name="Ada")
        # Gives the new mapping its place in the database.
        transaction.savepoint()
        self.apply(QuietForm, name="Grace", count=3)
        self.assertEqual(
            [self.stored("form_annotation_storage")],
            registered_objects(self.page._p_jar),
        )

    def test_a_value_that_cannot_be_stored_is_refused_and_nothing_is_stored(self):
        events = self.events(IStorageSavedEvent)
        form = self.apply(AnythingForm)
        with self.assertRaises(ActionExecutionError) as caught:
            form.applyChanges({"name": "Ada", "thing": Unpicklable()})
        message = caught.exception.error.args[0]
        self.assertEqual("“${field}” can't be saved: ${reason}.", message)
        self.assertEqual(
            {"field": "thing", "reason": "it can't be stored: no way"}, message.mapping
        )
        self.assertIsNone(self.stored("form_annotation_storage"))
        self.assertEqual([], events)


class OpenForm(AnnotationEditForm):
    """A form for whoever may view the page."""

    schema = IAnything
    permission = "View"
    ANNOTATION_STORAGE_KEY = "example.open"

    def updateFields(self):
        super().updateFields()
        self.fields = self.fields.select("name")


class TestVisitor(FunctionalTestCase):
    """Who may use the form, but not edit the page, saves it: the page is told."""

    key = "example.open"

    def setUp(self):
        super().setUp()
        self.register_view("open-form", OpenForm)
        self.portal.acl_users.userFolderAddUser("member", PASSWORD, ["Member"], [])
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        self.page.setModificationDate(DateTime("2020-01-01"))
        self.page.reindexObject(idxs=["modified"])
        self.page.portal_repository.save(self.page)
        self.version = self.page.version_id
        logout()
        transaction.commit()

    def save(self, user, name="Ada"):
        browser = self.browser(user)
        browser.open(f"{self.url}/@@open-form")
        browser.getControl("Name").value = name
        browser.getControl("Save").click()
        return browser

    def versions(self):
        transaction.begin()
        history = self.portal.portal_historiesstorage.getHistory(
            self.page.cmf_uid(), countPurged=False
        )
        return [entry.metadata["sys_metadata"] for entry in history]

    def handle(self, handler):
        registry = getGlobalSiteManager()
        required = (IDocument, IObjectModifiedEvent)
        registry.registerHandler(handler, required)
        self.addCleanup(registry.unregisterHandler, handler, required)

    def test_saves_and_the_page_is_told(self):
        for number, user in enumerate((None, "member", "reader", "editor"), 1):
            with self.subTest(user=user):
                browser = self.save(user, f"{user}")
                self.assertIn("Changes saved.", browser.contents)
                self.assertEqual({"name": f"{user}"}, self.stored())
                self.assertEqual(self.version + number, self.page.version_id)
                self.assertGreater(self.page.modified(), DateTime() - 1)
                (brain,) = self.portal.portal_catalog.unrestrictedSearchResults(
                    path="/plone/page"
                )
                self.assertEqual(self.page.modified(), brain.modified)

    def test_the_version_names_the_user(self):
        self.save("member")
        self.assertEqual("member", self.versions()[-1]["principal"])

    def test_a_page_without_versions_so_far(self):
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        tool = self.portal.portal_repository
        tool.removePolicyFromContentType("Document", "at_edit_autoversion")
        self.portal.invokeFactory("Document", "new", title="New")
        page = self.portal["new"]
        self.portal.portal_workflow.doActionFor(page, "publish")
        self.assertFalse(hasattr(aq_base(page), "version_id"))
        tool.addPolicyForContentType("Document", "at_edit_autoversion")
        logout()
        transaction.commit()
        browser = self.browser(None)
        browser.open(f"{page.absolute_url()}/@@open-form")
        browser.getControl("Name").value = "Ada"
        browser.getControl("Save").click()
        self.assertIn("Changes saved.", browser.contents)
        transaction.begin()
        self.assertEqual(0, page.version_id)

    def test_subscribers_act_for_the_user(self):
        found = []
        asked = (
            "View",
            "Modify portal content",
            "Manage portal",
            "CMFEditions: Revert to previous versions",
            "CMFEditions: Save new version",
        )

        def look(page, event):
            manager = getSecurityManager()
            found.append(manager.getUser().getId())
            others = (page, self.portal, self.portal["private-page"])
            found.extend(
                (name, *(bool(manager.checkPermission(name, item)) for item in others))
                for name in asked
            )
            found.append([bool(page.restrictedTraverse("@@edit", None))])

        self.handle(look)
        self.save("member")
        self.assertEqual(
            [
                "member",
                ("View", True, True, False),
                ("Modify portal content", False, False, False),
                ("Manage portal", False, False, False),
                ("CMFEditions: Revert to previous versions", False, False, False),
                ("CMFEditions: Save new version", True, False, False),
                [False],
            ],
            found,
        )

    def test_nothing_is_granted_afterwards(self):
        login(self.portal, "member")
        before = getSecurityManager()

        def fail(page, event):
            raise ValueError("a subscriber that fails")

        form = OpenForm(self.page, self.layer["request"])
        alsoProvides(form.request, IAnnotationFormsLayer)
        form.update()
        form.applyChanges({"name": "Ada"})
        self.assertIs(before, getSecurityManager())
        self.handle(fail)
        with self.assertRaises(ValueError):
            form.applyChanges({"name": "Grace"})
        self.assertIs(before, getSecurityManager())
        with self.assertRaises(Unauthorized):
            self.page.portal_repository.save(self.page)

    def test_no_version_is_made_where_none_would_be(self):
        tool = self.portal.portal_repository
        tool.removePolicyFromContentType("Document", "at_edit_autoversion")
        transaction.commit()
        browser = self.save(None)
        self.assertIn("Changes saved.", browser.contents)
        self.assertEqual(self.version, self.page.version_id)
        # A change note would make one all the same; who sends one writes none.
        data = "form.widgets.name=Eve&form.buttons.save=Save&_authenticator="
        browser.open(f"{self.url}/@@open-form")
        token = browser.getControl(name="_authenticator").value
        note = "&form.widgets.IVersionable.changeNote=A+note"
        browser.post(f"{self.url}/@@open-form", f"{data}{token}{note}")
        self.assertEqual({"name": "Eve"}, self.stored())
        self.assertEqual(self.version, self.page.version_id)

    def test_who_may_not_view_the_page_saves_nothing(self):
        page = self.portal["private-page"]
        browser = self.browser(None)
        browser.open(f"{page.absolute_url()}/@@open-form")
        self.assertNotIn("form.widgets.name", browser.contents)


class TestLock(FunctionalTestCase):
    """A page that somebody else has locked is not changed by its forms either."""

    def lock(self, user):
        container = self.portal.aq_parent if user == SITE_OWNER_NAME else self.portal
        login(container, user)
        ILockable(self.page).lock()
        transaction.commit()

    def save(self, view="plain-form"):
        browser = self.browser()
        browser.open(f"{self.url}/@@{view}")
        browser.getControl(name="form.widgets.name").value = "typed"
        browser.getControl("Apply").click()
        return browser

    def test_of_somebody_else(self):
        self.lock("editor")
        browser = self.save()
        self.assertIn("editor has locked the page", self.content(browser))
        self.assertIsNone(self.stored())
        self.assertEqual("typed", browser.getControl(name="form.widgets.name").value)
        ILockable(self.page).unlock()
        transaction.commit()
        browser.getControl("Apply").click()
        self.assertEqual({"name": "typed"}, self.stored())

    def test_of_oneself(self):
        self.lock(SITE_OWNER_NAME)
        self.save()
        self.assertEqual({"name": "typed"}, self.stored())

    def test_of_oneself_by_a_check_out(self):
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        ILockable(self.page).lock(ITERATE_LOCK, children=True)
        transaction.commit()
        self.save()
        self.assertEqual({"name": "typed"}, self.stored())

    def test_of_somebody_else_by_a_check_out(self):
        login(self.portal, "editor")
        ILockable(self.page).lock(ITERATE_LOCK, children=True)
        transaction.commit()
        browser = self.save()
        self.assertIn("saved: editor has locked the page", self.content(browser))
        self.assertIsNone(self.stored())

    def lock_by_webdav(self, creator):
        item = LockItem(creator, owner="<D:href>somebody</D:href>")
        self.page.wl_setLock(item.getLockToken(), item)
        transaction.commit()

    def test_by_webdav(self):
        users = self.portal.acl_users
        self.lock_by_webdav(users.getUserById("editor"))
        browser = self.save()
        self.assertIn("saved: editor has locked the page", self.content(browser))
        self.assertIsNone(self.stored())
        self.page.wl_clearLocks()
        self.lock_by_webdav(self.layer["app"].acl_users.getUser(SITE_OWNER_NAME))
        self.save()
        self.assertEqual({"name": "typed"}, self.stored())

    def test_of_nobody_that_is_known(self):
        self.lock_by_webdav(SpecialUser("System Processes", "", ["Manager"], []))
        self.assertIsNone(ILockable(self.page).lock_info()[0]["creator"])
        browser = self.save()
        self.assertIn("saved: somebody else has locked the page", self.content(browser))
        self.assertIsNone(self.stored())

    def test_of_oneself_and_of_somebody_else(self):
        self.lock(SITE_OWNER_NAME)
        self.lock_by_webdav(self.portal.acl_users.getUserById("editor"))
        browser = self.save()
        self.assertIn("saved: editor has locked the page", self.content(browser))
        self.assertIsNone(self.stored())

    def test_can_be_ignored(self):
        class Form(sampleforms.PlainEditForm):
            RESPECT_LOCK = False

        self.register_view("ignores-locks", Form)
        self.lock("editor")
        self.save("ignores-locks")
        self.assertEqual({"name": "typed"}, self.stored())

    def test_a_save_without_a_change_is_no_matter(self):
        self.lock("editor")
        browser = self.browser()
        browser.open(f"{self.url}/@@plain-form")
        browser.getControl("Apply").click()
        self.assertIn("No changes were applied.", self.content(browser))
