"""Forms that were registered without our layer, where the profile is not installed.

Such a form works there, so what its widgets serve has to be the same, and as safe.
"""

from collective.annotationforms.interfaces import IAnnotationFormsLayer
from collective.annotationforms.tests import sampleforms
from collective.annotationforms.tests.widgets.test_conflict import CONFLICT
from collective.annotationforms.tests.widgets.test_conflict import ConflictTestCase
from collective.annotationforms.tests.widgets.test_file import FilesTestCase
from collective.annotationforms.tests.widgets.test_file import png
from collective.annotationforms.tests.widgets.test_vocabulary import TaggedForm
from io import BytesIO
from PIL import Image
from plone.app.testing import applyProfile
from plone.browserlayer.utils import registered_layers

import transaction


def uninstall(portal):
    applyProfile(portal, "collective.annotationforms:uninstall")
    transaction.commit()
    assert IAnnotationFormsLayer not in registered_layers()


class TestConflict(ConflictTestCase):
    """The second of two saves does not win silently."""

    def setUp(self):
        super().setUp()
        uninstall(self.portal)
        self.register_view("layerless", sampleforms.SettingsForm)

    def test_a_change_of_somebody_else_is_kept_and_shown(self):
        self.store(name="Ada", notes="old")
        first, second = self.open("layerless"), self.open("layerless", "editor")
        self.save(first, name="Zoë", notes="new")
        self.save(second, name="Grace")
        self.assertIn(CONFLICT, self.field(second, "name"))
        self.assertEqual({"name": "Zoë", "notes": "new"}, self.stored())
        self.choose(second, "name", "mine")
        self.save(second)
        self.assertEqual({"name": "Grace", "notes": "new"}, self.stored())


class TestFiles(FilesTestCase):
    """Files and images are served with the permission of the form."""

    def setUp(self):
        super().setUp()
        uninstall(self.portal)
        self.fill()

    def test_who_may_use_the_form_gets_them(self):
        links = self.links("files")
        contents = {self.get(link).contents for link in links["a"]}
        self.assertEqual({"first", "other"}, contents & {"first", "other", "guarded"})
        (preview,) = links["img"]
        image = Image.open(BytesIO(self.get(preview)._response.body))
        self.assertEqual((400, 200), image.size)
        (shown,) = self.links("files-view")["img"]
        self.assertEqual(png(), self.get(shown)._response.body)

    def test_nobody_else_does(self):
        for view, name, what in (
            ("files", "file", "@@download"),
            ("files-view", "other", "@@download/other.txt"),
            ("files", "image", "@@images/thumb"),
            ("public-files", "guarded", "@@download"),
        ):
            for user in (None, "reader"):
                with self.subTest(view=view, name=name, what=what, user=user):
                    address = f"{self.url}/@@{view}/++widget++{name}/{what}"
                    browser = self.get(address, user)
                    self.assertRegex(browser.url, r"/login\?|insufficient-privileges")

    def test_without_a_file(self):
        self.forget()
        for what in ("@@download", "@@images/thumb"):
            browser = self.get(f"{self.url}/@@files/++widget++image/{what}")
            self.assertEqual("404 Not Found", browser.headers["status"])


class TestVocabulary(FilesTestCase):
    """AJAX vocabularies answer whoever may use the form."""

    def test_terms(self):
        uninstall(self.portal)
        self.register_view("tagged", TaggedForm)
        for name, user, answers in (
            ("tags", "editor", True),
            ("places", "editor", True),
            ("guarded", "editor", False),
            ("tags", "reader", False),
            ("tags", None, False),
        ):
            with self.subTest(name=name, user=user):
                address = f"{self.url}/@@tagged/++widget++{name}/@@getSource"
                contents = self.get(f"{address}?query=", user).contents
                self.assertEqual(answers, '"results"' in contents)
