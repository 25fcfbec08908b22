"""The modifier that is stored in portal_modifier, and sites that have an old one."""

from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.lifecycle.version import StorageModifier
from collective.annotationforms.setuphandlers import MODIFIER_ID
from collective.annotationforms.setuphandlers import MODIFIER_TITLE
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.lifecycle.test_version import text_file
from OFS.SimpleItem import SimpleItem
from OFS.Uninstalled import broken_klasses
from pickle import dumps
from pickle import loads
from pickletools import genops
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from plone.namedfile.field import NamedBlobFile
from plone.supermodel import model
from Products.CMFEditions.Modifiers import ConditionalModifier
from Products.CMFEditions.Modifiers import ConditionalTalesModifier
from Products.CMFEditions.setuphandlers import removeBrokenModifiers
from types import ModuleType
from unittest import mock
from unittest import TestCase
from ZODB.blob import Blob
from zope import schema
from Zope2.App.ClassFactory import ClassFactory

import sys
import transaction


PROFILE = "collective.annotationforms:default"
OLD_MODULE = "collective.annotationforms.version"
# What "python -m pickletools" shows of it: GLOBAL, EMPTY_TUPLE, NEWOBJ.
STORED = b"\x80\x03ccollective.annotationforms\nStorageModifier\n)\x81."


class IPaper(model.Schema):
    name = schema.TextLine(title="Name", required=False)
    file = NamedBlobFile(title="File", required=False)


class PaperForm(AnnotationEditForm):
    schema = IPaper
    ANNOTATION_STORAGE_KEY = "example.paper"


class TestName(TestCase):
    """What is stored outlives the code."""

    def test_the_name_under_which_it_is_stored_is_that_of_the_package(self):
        texts = [argument for _code, argument, _at in genops(dumps(StorageModifier()))]
        self.assertIn("collective.annotationforms", texts)
        self.assertIn("StorageModifier", texts)
        self.assertNotIn("collective.annotationforms.lifecycle.version", texts)

    def test_what_is_stored_is_loaded(self):
        self.assertIs(StorageModifier, type(loads(STORED)))  # noqa: S301


class TestUpgrade(FunctionalTestCase):
    """A site has stored a modifier whose module is gone."""

    key = "example.paper"

    def setUp(self):
        super().setUp()
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        self.registry = self.portal.portal_modifier
        self.repository = self.portal.portal_repository
        # Classes that are gone are those of Zope, as on a site.
        reader = self.portal._p_jar._reader
        patch = mock.patch.object(reader, "_factory", ClassFactory)
        patch.start()
        self.addCleanup(patch.stop)

    def store_old(self, wrapper=ConditionalModifier, position=2, **settings):
        """Store what was stored before: the class of the module that is gone."""
        module = ModuleType(OLD_MODULE)
        module.StorageModifier = type(
            "StorageModifier", (StorageModifier,), {"__module__": OLD_MODULE}
        )
        with mock.patch.dict(sys.modules, {OLD_MODULE: module}):
            old = wrapper(MODIFIER_ID, module.StorageModifier(), MODIFIER_TITLE)
            old.edit(**{"enabled": True, "title": MODIFIER_TITLE, **settings})
            self.registry.unregister(MODIFIER_ID)
            self.registry.register(MODIFIER_ID, old, position)
            self.portal.portal_setup.setLastVersionForProfile(PROFILE, "1001")
            transaction.commit()
            self.portal._p_jar.cacheMinimize()
            self.assertFalse(self.registry[MODIFIER_ID].isBroken())
            self.addCleanup(broken_klasses.clear)
        self.portal._p_jar.cacheMinimize()

    def upgrade(self):
        setup = self.portal.portal_setup
        setup.upgradeProfile(PROFILE)
        transaction.commit()
        self.portal._p_jar.cacheMinimize()
        self.assertEqual(
            (setup.getVersionForProfile(PROFILE),),
            setup.getLastVersionForProfile(PROFILE),
        )

    def fill(self, text):
        self.store(name=text, file=text_file(text.encode()))

    def save_version(self):
        self.repository.save(self.page)
        transaction.commit()
        return self.page.version_id

    def revert(self, number):
        self.repository.revert(self.page, number)
        transaction.commit()

    def data(self, number):
        version = self.repository.retrieve(self.page, number).object
        stored = annotation_storage(version, self.key)
        return stored["name"], stored["file"].data

    def test_it_is_broken_first_and_then_no_version_can_be_saved(self):
        self.store_old()
        with self.assertLogs("OFS.Uninstalled", "WARNING") as logs:
            self.assertTrue(self.registry[MODIFIER_ID].isBroken())
        self.assertIn(f"from module '{OLD_MODULE}'", logs.output[0])
        self.portal._p_jar.cacheMinimize()
        # Zope keeps another class for the second time, and that one can't be made.
        with self.assertRaisesRegex(TypeError, "object.__new__.StorageModifier."):
            self.save_version()
        transaction.abort()
        self.upgrade()
        self.fill("afterwards")
        self.assertEqual(("afterwards", b"afterwards"), self.data(self.save_version()))

    def test_versions_have_the_data_again(self):
        self.store_old()
        self.fill("meanwhile")
        meanwhile = self.save_version()
        self.assertEqual(("meanwhile", b""), self.data(meanwhile))
        self.upgrade()
        self.assertIs(StorageModifier, type(self.registry[MODIFIER_ID].getModifier()))
        self.fill("afterwards")
        afterwards = self.save_version()
        self.assertEqual(("afterwards", b"afterwards"), self.data(afterwards))
        self.fill("live")
        self.revert(afterwards)
        self.assertEqual(b"afterwards", self.stored()["file"].data)

    def test_versions_from_before_have_their_data_again(self):
        self.fill("before")
        before = self.save_version()
        self.store_old()
        self.fill("live")
        self.upgrade()
        self.assertEqual(("before", b"before"), self.data(before))

    def test_a_page_that_was_reverted_meanwhile_gets_its_file_by_another_revert(self):
        self.fill("before")
        before = self.save_version()
        self.fill("live")
        self.store_old()
        self.revert(before)
        self.assertNotIsInstance(self.stored()["file"]._blob, Blob)
        self.upgrade()
        self.revert(before)
        self.assertEqual(b"before", self.stored()["file"].data)

    def test_place_and_settings_stay(self):
        condition = "python: object.getId() == 'page'"
        for wrapper, settings in (
            (ConditionalModifier, {"enabled": False, "title": "My title"}),
            (ConditionalTalesModifier, {"condition": condition}),
            (ConditionalTalesModifier, {"condition": condition, "enabled": False}),
        ):
            with self.subTest(settings=settings):
                self.store_old(wrapper, **settings)
                order = self.registry.objectIds()
                self.upgrade()
                renewed = self.registry[MODIFIER_ID]
                self.assertEqual(order, self.registry.objectIds())
                self.assertIs(wrapper, type(renewed.aq_base))
                self.assertEqual(settings.get("enabled", True), renewed.isEnabled())
                self.assertEqual(settings.get("title", MODIFIER_TITLE), renewed.title)
                if wrapper is ConditionalTalesModifier:
                    self.assertEqual(condition, renewed.getTalesCondition())
                self.assertFalse(renewed.isBroken())

    def test_one_that_is_not_broken_is_stored_by_its_new_name(self):
        self.portal.portal_setup.setLastVersionForProfile(PROFILE, "1001")
        self.upgrade()
        stored = self.registry[MODIFIER_ID].aq_base
        stored._p_activate()
        record, _serial = stored._p_jar._storage.load(stored._p_oid)
        self.assertIn(b"collective.annotationforms", record)
        self.assertNotIn(b"collective.annotationforms.", record)

    def test_one_that_is_not_there_any_more(self):
        self.store_old()
        removeBrokenModifiers(self.portal)
        self.assertNotIn(MODIFIER_ID, self.registry)
        self.upgrade()
        self.assertTrue(self.registry[MODIFIER_ID].isEnabled())

    def test_one_of_which_nothing_can_be_read(self):
        self.registry.unregister(MODIFIER_ID)
        self.registry.orderedFolderSetObject(MODIFIER_ID, SimpleItem(MODIFIER_ID))
        self.portal.portal_setup.setLastVersionForProfile(PROFILE, "1001")
        self.upgrade()
        self.assertTrue(self.registry[MODIFIER_ID].isEnabled())
