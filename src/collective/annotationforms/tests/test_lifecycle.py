from collective.annotationforms import annotation_storage
from collective.annotationforms.tests import forms
from collective.annotationforms.tests.layers import IntegrationTestCase
from contextlib import contextmanager
from persistent.mapping import PersistentMapping
from zope.annotation.interfaces import IAnnotations

import sys
import transaction


KEY = "example.settings"


@contextmanager
def package_gone():
    """Make the package and the module of the markers impossible to import."""
    names = [
        name
        for name in sys.modules
        if name.split(".tests")[0] == "collective.annotationforms"
        or name.startswith("collective.annotationforms.")
    ]
    gone = {name: sys.modules[name] for name in names}
    sys.modules.update(dict.fromkeys(names))
    try:
        yield
    finally:
        sys.modules.update(gone)


class TestLifecycle(IntegrationTestCase):
    """Pages with data are copied and versioned, with the package or without."""

    def setUp(self):
        super().setUp()
        form = forms.SettingsForm(self.page, self.request)
        form.getContent().update(name="Ada", sizes=["small"])
        transaction.savepoint()

    def copied_page(self):
        self.portal.manage_pasteObjects(self.portal.manage_copyObjects(["page"]))
        return self.portal["copy_of_page"]

    def test_a_copy_has_data_of_its_own(self):
        copied = annotation_storage(self.copied_page(), KEY)
        copied["name"] = "Grace"
        self.assertEqual("Ada", annotation_storage(self.page, KEY)["name"])
        self.assertEqual("Grace", copied["name"])

    def test_a_page_is_copied_without_the_package(self):
        with package_gone():
            stored = IAnnotations(self.copied_page())[KEY]
        self.assertIs(PersistentMapping, type(stored))
        self.assertEqual({"name": "Ada", "sizes": ["small"]}, dict(stored))

    def test_a_page_is_versioned_without_the_package(self):
        repository = self.portal.portal_repository
        with package_gone():
            repository.save(self.page, comment="With Ada")
            number = self.page.version_id
            IAnnotations(self.page)[KEY]["name"] = "Grace"
            repository.save(self.page, comment="With Grace")
            version = repository.retrieve(self.page, number).object
            stored = IAnnotations(version)[KEY]
        self.assertEqual({"name": "Ada", "sizes": ["small"]}, dict(stored))
        self.assertEqual("Grace", IAnnotations(self.page)[KEY]["name"])

    def test_the_record_names_no_class_but_persistent_mapping(self):
        stored = self.stored(KEY)
        record, _serial = self.page._p_jar._storage.load(stored._p_oid)
        self.assertIn(b"persistent.mapping", record)
        for name in (b"collective", b"zope.interface", b"IFirst", b"ISecond"):
            self.assertNotIn(name, record)
