"""Data that the published recipe has made."""

from Acquisition import aq_base
from collective.annotationforms.tests.admin import AdminTestCase
from collective.annotationforms.tests.admin import KEY
from persistent.mapping import PersistentMapping
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from z3c.relationfield import RelationValue
from zc.relation.interfaces import ICatalog
from zope.annotation.interfaces import IAnnotations
from zope.component import getUtility
from zope.interface import alsoProvides
from zope.interface import Interface
from zope.intid.interfaces import IIntIds

import transaction


class IMarker(Interface):
    """What the recipe has marked its mapping with."""


class TestRecipe(AdminTestCase):
    """The next save of the form puts them in order, and nothing before."""

    def setUp(self):
        super().setUp()
        for name in ("first", "second"):
            self.add_page(name)
        mapping = PersistentMapping(
            text="before",
            other=aq_base(self.portal["first"]),
            more=[{"page": aq_base(self.portal["second"])}],
        )
        alsoProvides(mapping, IMarker)
        IAnnotations(self.page)[KEY] = mapping
        transaction.commit()

    def mapping(self):
        transaction.begin()
        return IAnnotations(self.page)[KEY]

    def targets(self):
        query = {"from_id": getUtility(IIntIds).getId(self.page)}
        found = getUtility(ICatalog).findRelations(query)
        return sorted(relation.to_object.getId() for relation in found)

    def test_nothing_is_written_before(self):
        before = self.mapping()._p_serial
        browser = self.open("notes", "editor", self.page)
        browser.getControl("Save").click()
        for view in ("notes-view", "form-data"):
            self.open(view, SITE_OWNER_NAME, self.page)
        self.open("form-data-download?form=notes&format=json")
        self.assertEqual(before, self.mapping()._p_serial)
        self.assertTrue(IMarker.providedBy(self.mapping()))

    def test_a_save_makes_it_clean(self):
        browser = self.open("notes", "editor", self.page)
        browser.getControl("Text").value = "after"
        browser.getControl("Save").click()
        mapping = self.mapping()
        self.assertEqual("after", mapping["text"])
        self.assert_clean(mapping)
        self.assertEqual(["first", "second"], self.targets())
        record, _serial = mapping._p_jar._storage.load(mapping._p_oid)
        self.assertNotIn(b"IMarker", record)

    def assert_clean(self, mapping):
        self.assertFalse(IMarker.providedBy(mapping))
        self.assertNotIn("__provides__", vars(mapping))
        found = (mapping["other"], mapping["more"][0]["page"])
        self.assertEqual([RelationValue] * 2, list(map(type, found)))
        names = [relation.to_object.getId() for relation in found]
        self.assertEqual(["first", "second"], names)

    def test_a_copy_has_no_clone_of_the_target(self):
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        browser = self.open("notes", "editor", self.page)
        browser.getControl("Text").value = "after"
        browser.getControl("Save").click()
        transaction.begin()
        ids = self.portal.manage_copyObjects(["page"])
        copied = self.portal.manage_pasteObjects(ids)[0]["new_id"]
        transaction.commit()
        self.assert_clean(IAnnotations(self.portal[copied])[KEY])

    def test_content_that_is_gone_stays(self):
        self.portal.manage_delObjects(["first"])
        transaction.commit()
        browser = self.open("notes", "editor", self.page)
        browser.getControl("Text").value = "after"
        browser.getControl("Save").click()
        mapping = self.mapping()
        self.assertEqual("after", mapping["text"])
        self.assertIs(RelationValue, type(mapping["more"][0]["page"]))
