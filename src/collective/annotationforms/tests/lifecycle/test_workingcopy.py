from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import schema_view
from collective.annotationforms.catalog.relations import FROM_ATTRIBUTE
from collective.annotationforms.tests.layers import FormsLayer
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.lifecycle.test_version import IData
from collective.annotationforms.tests.lifecycle.test_version import text_file
from persistent.mapping import PersistentMapping
from plone.app.iterate.interfaces import ICheckinCheckoutPolicy
from plone.app.testing import applyProfile
from plone.app.testing import FunctionalTesting
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from zc.relation.interfaces import ICatalog
from zope.annotation.interfaces import IAnnotations
from zope.component import getUtility
from zope.intid.interfaces import IIntIds

import plone.app.iterate
import transaction


KEY = "example.working-copy"
PRIVATE_KEY = "example.working-copy.private"


class StagedForm(AnnotationEditForm):
    schema = IData
    ANNOTATION_STORAGE_KEY = KEY


class PrivateForm(AnnotationEditForm):
    """Neither in copies nor in versions, but in working copies."""

    schema = IData
    ANNOTATION_STORAGE_KEY = PRIVATE_KEY
    COPY_DATA = False
    VERSION_POLICY = "independent"


class IterateLayer(FormsLayer):
    """A site with plone.app.iterate, an item and a folderish page."""

    def setUpZope(self, app, configurationContext):
        """See plone.app.testing.PloneSandboxLayer"""
        super().setUpZope(app, configurationContext)
        self.loadZCML(package=plone.app.iterate)

    def setUpPloneSite(self, portal):
        """See plone.app.testing.PloneSandboxLayer"""
        super().setUpPloneSite(portal)
        applyProfile(portal, "plone.app.iterate:default")
        login(portal.aq_parent, SITE_OWNER_NAME)
        portal.portal_types["Folder"].behaviors += ("plone.locking",)
        portal.invokeFactory("Folder", "folderish", title="A folderish page")
        for name in ("first", "second"):
            portal.invokeFactory("Document", name, title=name)


ITERATE = FunctionalTesting(bases=(IterateLayer(),), name="Iterate:Functional")


class WorkingCopyTestCase(FunctionalTestCase):
    layer = ITERATE

    def setUp(self):
        super().setUp()
        login(self.portal.aq_parent, SITE_OWNER_NAME)

    def each_page(self):
        """Yield an item and a folderish page, with data."""
        for name in ("page", "folderish"):
            with self.subTest(page=name):
                page = self.portal[name]
                for key in (KEY, PRIVATE_KEY):
                    self.fill(annotation_storage(page, key))
                transaction.commit()
                yield page

    def fill(self, storage):
        storage.update(name="Ada", file=text_file(b"live"), rows=[{"a": 1}])
        schema_view(storage, IData, writable=True).related = self.portal["first"]

    def check_out(self, page):
        copied = ICheckinCheckoutPolicy(page).checkout(self.portal)
        transaction.commit()
        return copied

    def check_in(self, copied):
        checked_in = ICheckinCheckoutPolicy(copied).checkin("Done.")
        transaction.commit()
        return checked_in

    def cancel(self, copied):
        ICheckinCheckoutPolicy(copied).cancelCheckout()
        transaction.commit()

    def content(self, page, key=KEY):
        """Return the values in a form that can be compared, None without data."""
        if key not in IAnnotations(page):
            return None
        storage = annotation_storage(page, key)
        file = storage.get("file")
        return {
            **storage.copy(),
            "file": file and file.data,
            "related": self.targets(page, key),
        }

    def targets(self, page, key):
        """Return the targets that the relation catalog knows."""
        query = {
            "from_id": getUtility(IIntIds).getId(page),
            "from_attribute": FROM_ATTRIBUTE,
        }
        found = getUtility(ICatalog).findRelations(query)
        related = annotation_storage(page, key).data.get("related")
        return [item.to_object.getId() for item in found if item is related]

    def objects(self, page):
        """Return all of our objects that are stored, but for the page itself."""
        stored = [IAnnotations(page)[key] for key in (KEY, PRIVATE_KEY)]
        files = [data["file"] for data in stored]
        return {
            item._p_oid
            for item in [
                *stored,
                *files,
                *[file._blob for file in files],
                *[data["related"] for data in stored],
            ]
        }

    def relations(self):
        return len(list(getUtility(ICatalog).findRelations({})))


LIVE = {"name": "Ada", "file": b"live", "rows": [{"a": 1}], "related": ["first"]}


class TestCheckOut(WorkingCopyTestCase):
    def test_a_working_copy_has_data_of_its_own_from_the_start(self):
        for page in self.each_page():
            copied = self.check_out(page)
            for key in (KEY, PRIVATE_KEY):
                self.assertEqual(LIVE, self.content(page, key))
                self.assertEqual(LIVE, self.content(copied, key))
                self.assertIs(PersistentMapping, type(IAnnotations(copied)[key]))
            self.assertEqual(set(), self.objects(page) & self.objects(copied))

    def test_changes_of_the_working_copy_do_not_show_on_the_page(self):
        for page in self.each_page():
            copied = self.check_out(page)
            storage = annotation_storage(copied, KEY)
            storage.update(name="Grace", file=text_file(b"changed"))
            storage["rows"][0]["a"] = 2
            view = schema_view(storage, IData, writable=True)
            view.related = self.portal["second"]
            del IAnnotations(copied)[PRIVATE_KEY]
            transaction.commit()
            self.assertEqual(LIVE, self.content(page))
            self.assertEqual(LIVE, self.content(page, PRIVATE_KEY))
            self.assertEqual(["second"], self.targets(copied, KEY))

    def test_relations_in_the_working_copy_belong_to_it(self):
        for page in self.each_page():
            copied = self.check_out(page)
            relation = annotation_storage(copied, KEY)["related"]
            self.assertEqual(copied, relation.from_object)
            self.assertIs(copied.aq_base, relation.__parent__)


class TestCheckIn(WorkingCopyTestCase):
    def test_changes_additions_and_removals_are_brought_over(self):
        for page in self.each_page():
            copied = self.check_out(page)
            storage = annotation_storage(copied, KEY)
            storage.update(name="Grace", file=text_file(b"changed"), more="new")
            schema_view(storage, IData, writable=True).related = self.portal["second"]
            del storage["rows"]
            checked_in = self.check_in(copied)
            self.assertEqual(page, checked_in)
            self.assertEqual(
                {
                    "name": "Grace",
                    "file": b"changed",
                    "more": "new",
                    "related": ["second"],
                },
                self.content(page),
            )
            self.assertEqual(LIVE, self.content(page, PRIVATE_KEY))

    def test_relations_belong_to_the_page_again(self):
        for page in self.each_page():
            before = self.relations()
            self.check_in(self.check_out(page))
            self.assertEqual(LIVE, self.content(page))
            relation = annotation_storage(page, KEY)["related"]
            self.assertEqual(page, relation.from_object)
            self.assertIs(page.aq_base, relation.__parent__)
            self.assertEqual(before, self.relations())

    def test_all_data_was_removed_in_the_working_copy(self):
        for page in self.each_page():
            before = self.relations()
            copied = self.check_out(page)
            annotation_storage(copied, KEY).clear()
            annotation_storage(copied, PRIVATE_KEY).clear()
            del IAnnotations(copied)[PRIVATE_KEY]
            self.check_in(copied)
            self.assertEqual({}, annotation_storage(page, KEY).copy())
            self.assertNotIn(PRIVATE_KEY, IAnnotations(page))
            self.assertEqual(before - 2, self.relations())

    def test_data_that_is_new_in_the_working_copy(self):
        for name in ("page", "folderish"):
            with self.subTest(page=name):
                page = self.portal[name]
                copied = self.check_out(page)
                self.fill(annotation_storage(copied, KEY))
                self.check_in(copied)
                self.assertEqual(LIVE, self.content(page))

    def test_annotations_of_others_are_left_to_iterate(self):
        for page in self.each_page():
            IAnnotations(page)["example.mapping"] = PersistentMapping(a=1)
            copied = self.check_out(page)
            del IAnnotations(copied)["example.mapping"]
            self.check_in(copied)
            self.assertEqual({"a": 1}, dict(IAnnotations(page)["example.mapping"]))


class TestCancel(WorkingCopyTestCase):
    def test_the_page_is_as_it_was(self):
        for page in self.each_page():
            before = self.relations()
            objects = self.objects(page)
            copied = self.check_out(page)
            storage = annotation_storage(copied, KEY)
            storage.update(name="Grace", file=text_file(b"changed"))
            schema_view(storage, IData, writable=True).related = self.portal["second"]
            self.cancel(copied)
            for key in (KEY, PRIVATE_KEY):
                self.assertEqual(LIVE, self.content(page, key))
            self.assertEqual(objects, self.objects(page))
            self.assertEqual(before, self.relations())


class TestIndex(WorkingCopyTestCase):
    """The catalog index of form data follows."""

    def found(self, key):
        brains = self.portal.portal_catalog.unrestrictedSearchResults(
            annotation_forms=key
        )
        return {brain.getPath() for brain in brains}

    def test_check_out_and_check_in(self):
        for page in self.each_page():
            path = "/".join(page.getPhysicalPath())
            copied = self.check_out(page)
            copied_path = "/".join(copied.getPhysicalPath())
            for key in (KEY, PRIVATE_KEY):
                self.assertLessEqual({path, copied_path}, self.found(key))
            annotation_storage(copied, KEY).remove()
            transaction.commit()
            self.assertNotIn(copied_path, self.found(KEY))
            self.check_in(copied)
            self.assertNotIn(path, self.found(KEY))
            self.assertIn(path, self.found(PRIVATE_KEY))
            self.assertNotIn(copied_path, self.found(PRIVATE_KEY))
