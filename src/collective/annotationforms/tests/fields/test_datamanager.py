from collective.annotationforms import annotation_storage
from collective.annotationforms.fields.datamanager import (
    register_for_persistent_mappings,
)
from collective.annotationforms.tests import sampleforms
from collective.annotationforms.tests.layers import IntegrationTestCase
from persistent.mapping import PersistentMapping
from plone.testing.zca import UNIT_TESTING
from tempfile import NamedTemporaryFile
from z3c.form.datamanager import DictionaryField
from z3c.form.interfaces import IDataManager
from zope.component import getGlobalSiteManager
from zope.component import getMultiAdapter
from zope.configuration.config import ConfigurationConflictError
from zope.configuration.xmlconfig import string as load_zcml
from zope.schema.interfaces import IField

import os
import unittest


NAMESPACE = 'xmlns="http://namespaces.zope.org/zope"'


class TestDataManager(IntegrationTestCase):
    """DictionaryField serves our storage and any PersistentMapping."""

    def test_of_a_storage(self):
        storage = annotation_storage(self.page, "example", (sampleforms.IFirst,))
        manager = getMultiAdapter((storage, sampleforms.ISmall["count"]), IDataManager)
        self.assertIsInstance(manager, DictionaryField)
        self.assertEqual("default", manager.query("default"))
        self.assertEqual(3, manager.get())
        self.assertIsNone(self.stored("example"))
        manager.set(None)
        self.assertIsNone(manager.get())
        self.assertEqual({"count": None}, dict(self.stored("example")))

    def test_of_a_persistent_mapping(self):
        mapping = PersistentMapping()
        manager = getMultiAdapter((mapping, sampleforms.ISmall["count"]), IDataManager)
        manager.set(1)
        self.assertEqual({"count": 1}, dict(mapping))


class TestOtherAddOn(unittest.TestCase):
    """Other add-ons may follow the recipe to the letter."""

    layer = UNIT_TESTING
    ours = '<include package="collective.annotationforms.fields" />'
    recipe = '<include package="collective.annotationforms.tests.recipe" />'
    same_recipe = """
        <adapter
            factory="z3c.form.datamanager.DictionaryField"
            for="persistent.mapping.PersistentMapping
                 zope.schema.interfaces.IField"
            />
    """

    def load(self, *includes):
        """Load what is included side by side, as Plone includes its add-ons."""
        files = []
        for include in (
            '<include package="zope.component" file="meta.zcml" />',
            *includes,
        ):
            with NamedTemporaryFile("w", suffix=".zcml", delete=False) as zcml:
                self.addCleanup(os.unlink, zcml.name)
                zcml.write(f"<configure {NAMESPACE}>{include}</configure>")
            files.append(f'<include file="{zcml.name}" />')
        load_zcml(f"<configure {NAMESPACE}>{''.join(files)}</configure>")

    def managed_by(self):
        field = sampleforms.ISmall["count"]
        return type(getMultiAdapter((PersistentMapping(), field), IDataManager))

    def test_both_are_loaded_in_any_order(self):
        for first, second in ((self.ours, self.recipe), (self.recipe, self.ours)):
            with self.subTest(first=first):
                self.load(first, second)
                self.assertIs(DictionaryField, self.managed_by())

    def test_two_that_follow_the_recipe_do_conflict(self):
        # What the test above would see if ours was a plain <adapter>.
        with self.assertRaises(ConfigurationConflictError):
            self.load(self.recipe, self.same_recipe)

    def test_what_somebody_else_registered_is_left_alone(self):
        class OwnField(DictionaryField):
            pass

        discriminators = (PersistentMapping, IField)
        registry = getGlobalSiteManager()
        registry.registerAdapter(OwnField, discriminators, IDataManager)
        register_for_persistent_mappings()
        self.assertIs(OwnField, self.managed_by())
