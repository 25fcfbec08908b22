from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationStorageMixin
from collective.annotationforms import schema_view
from collective.annotationforms.tests.layers import FormsLayer
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.lifecycle.test_version import text_file
from plone.app.iterate.interfaces import ICheckinCheckoutPolicy
from plone.app.multilingual.dx import directives
from plone.app.multilingual.interfaces import IPloneAppMultilingualInstalled
from plone.app.multilingual.interfaces import ITranslationManager
from plone.app.testing import applyProfile
from plone.app.testing import FunctionalTesting
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from plone.autoform.directives import omitted
from plone.namedfile.field import NamedBlobFile
from plone.supermodel import model
from plone.supermodel.model import finalizeSchemas
from Products.CMFCore.utils import getToolByName
from z3c.form import field
from z3c.form.form import EditForm
from z3c.form.group import Group
from z3c.relationfield import RelationChoice
from z3c.relationfield import RelationList
from zope import schema
from zope.annotation.interfaces import IAnnotations
from zope.interface import alsoProvides

import plone.app.iterate
import plone.app.multilingual
import transaction


KEY = "example.translated"
PLAIN_KEY = "example.translated.plain"
VOCABULARY = "plone.app.vocabularies.Catalog"


class ITranslated(model.Schema):
    omitted("rows")
    directives.languageindependent("number", "file", "rows", "one", "several")
    name = schema.TextLine(title="Name", required=False)
    number = schema.Int(title="Number", required=False)
    file = NamedBlobFile(title="File", required=False)
    rows = schema.List(title="Rows", required=False)
    one = RelationChoice(title="One", vocabulary=VOCABULARY, required=False)
    several = RelationList(
        title="Several",
        value_type=RelationChoice(vocabulary=VOCABULARY),
        required=False,
    )


class IMore(model.Schema):
    directives.languageindependent("more")
    more = schema.TextLine(title="More", required=False)


class TranslatedForm(AnnotationEditForm):
    schema = ITranslated
    additionalSchemata = (IMore,)
    ANNOTATION_STORAGE_KEY = KEY


class MoreGroup(Group):
    fields = field.Fields(IMore)


class PlainForm(AnnotationStorageMixin, EditForm):
    fields = field.Fields(ITranslated).select("name", "number")
    groups = (MoreGroup,)
    ANNOTATION_STORAGE_KEY = PLAIN_KEY


class MultilingualLayer(FormsLayer):
    """A site in English and Spanish, with a page in both."""

    def setUpZope(self, app, configurationContext):
        """See plone.app.testing.PloneSandboxLayer"""
        super().setUpZope(app, configurationContext)
        self.loadZCML(package=plone.app.iterate)
        self.loadZCML(package=plone.app.multilingual)
        self.loadZCML("overrides.zcml", package=plone.app.multilingual)
        # As on a site that starts: the directives are known now.
        for translated in (ITranslated, IMore):
            finalizeSchemas(translated)

    def setUpPloneSite(self, portal):
        """See plone.app.testing.PloneSandboxLayer"""
        super().setUpPloneSite(portal)
        login(portal.aq_parent, SITE_OWNER_NAME)
        getToolByName(portal, "portal_languages").addSupportedLanguage("es")
        applyProfile(portal, "plone.app.iterate:default")
        applyProfile(portal, "plone.app.multilingual:default")
        # Pages get the language of their folder in requests with the browser layer.
        alsoProvides(portal.REQUEST, IPloneAppMultilingualInstalled)
        for name in ("page", "target", "lonely"):
            portal["en"].invokeFactory("Document", name, title="A page")


MULTILINGUAL = FunctionalTesting(
    bases=(MultilingualLayer(),), name="Multilingual:Functional"
)


class TranslationTestCase(FunctionalTestCase):
    layer = MULTILINGUAL
    key = KEY

    def setUp(self):
        super().setUp()
        alsoProvides(self.layer["request"], IPloneAppMultilingualInstalled)
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        self.translate(self.portal["en"]["target"])
        self.page = self.portal["en"]["page"]
        self.storage = annotation_storage(self.page, KEY)

    def translate(self, page=None):
        translation = ITranslationManager(page or self.page).add_translation("es")
        transaction.commit()
        return translation

    def stored_in(self, page, key=KEY):
        return annotation_storage(page, key).copy()


class TestWrite(TranslationTestCase):
    """What is written to one translation is written to all, if it is marked so."""

    def test_marked_fields_are_shared_both_ways(self):
        translation = self.translate()
        self.storage.update(name="Ada", number=1, more="x")
        self.assertEqual({"number": 1, "more": "x"}, self.stored_in(translation))
        other = annotation_storage(translation, KEY)
        other.update(name="Grace", number=2)
        self.assertEqual({"name": "Ada", "number": 2, "more": "x"}, self.storage.copy())
        del other["number"]
        self.assertEqual({"name": "Ada", "more": "x"}, self.storage.copy())

    def test_fields_of_z3c_form(self):
        translation = self.translate()
        storage = annotation_storage(self.page, PLAIN_KEY)
        storage.update(name="Ada", number=1, more="x")
        self.assertEqual(
            {"number": 1, "more": "x"}, self.stored_in(translation, PLAIN_KEY)
        )

    def test_data_of_no_form_is_not_shared(self):
        translation = self.translate()
        annotation_storage(self.page, "example.no-form")["number"] = 1
        self.assertNotIn("example.no-form", IAnnotations(translation))

    def test_each_translation_has_files_and_rows_of_its_own(self):
        translation = self.translate()
        self.storage.update(file=text_file(b"first"), rows=[{"a": 1}])
        shared = annotation_storage(translation, KEY)
        transaction.commit()
        self.assertEqual(b"first", shared["file"].data)
        self.assertNotEqual(self.storage["file"]._p_oid, shared["file"]._p_oid)
        self.assertNotEqual(
            self.storage["file"]._blob._p_oid, shared["file"]._blob._p_oid
        )
        self.storage["rows"][0]["a"] = 2
        self.assertEqual([{"a": 1}], shared["rows"])

    def test_relations_lead_to_the_translations(self):
        translation = self.translate()
        target, other = self.portal["en"]["target"], self.portal["es"]["target"]
        lonely = self.portal["en"]["lonely"]
        view = schema_view(self.storage, ITranslated, writable=True)
        view.one = target
        view.several = [lonely, target]
        shared = schema_view(annotation_storage(translation, KEY), ITranslated)
        self.assertEqual(other, shared.one)
        self.assertEqual([lonely, other], shared.several)
        relation = annotation_storage(translation, KEY)["one"]
        self.assertEqual(translation, relation.from_object)

    def test_a_form(self):
        self.register_view("translated", TranslatedForm)
        translation = self.translate()
        browser = self.browser()
        browser.open(f"{translation.absolute_url()}/@@translated")
        browser.getControl(name="form.widgets.number").value = "5"
        browser.getControl(name="form.buttons.save").click()
        self.assertEqual({"number": 5}, self.stored())
        browser.open(f"{self.page.absolute_url()}/@@translated")
        self.assertEqual("5", browser.getControl(name="form.widgets.number").value)

    def test_a_page_without_translations(self):
        self.storage["number"] = 1
        self.assertEqual({"number": 1}, self.storage.copy())


class TestNewTranslation(TranslationTestCase):
    """A page that becomes a translation gets what it shares."""

    def setUp(self):
        super().setUp()
        self.storage.update(name="Ada", number=1, file=text_file(b"first"))
        view = schema_view(self.storage, ITranslated, writable=True)
        view.one = self.portal["en"]["target"]
        transaction.commit()

    def check(self, translation):
        transaction.begin()
        view = schema_view(annotation_storage(translation, KEY), ITranslated)
        self.assertIsNone(view.name)
        self.assertEqual(1, view.number)
        self.assertEqual(b"first", view.file.data)
        self.assertEqual(self.portal["es"]["target"], view.one)

    def test_made_by_code(self):
        self.check(self.translate())

    def test_added_by_an_editor(self):
        browser = self.browser()
        address = f"{self.portal['es'].absolute_url()}/++addtranslation++"
        browser.open(address + self.page.UID())
        browser.getControl(name="form.widgets.IDublinCore.title").value = "Una"
        browser.getControl(name="form.buttons.save").click()
        self.assertIn("/es/una", browser.url)
        self.check(self.portal["es"]["una"])

    def test_connected_later(self):
        self.portal["es"].invokeFactory("Document", "otra", title="Otra")
        translation = self.portal["es"]["otra"]
        ITranslationManager(self.page).register_translation("es", translation)
        transaction.commit()
        self.check(translation)

    def test_reverted_to_a_version(self):
        repository = self.portal.portal_repository
        translation = self.translate()
        self.storage.update(name="Ada", number=1, file=text_file(b"first"))
        repository.save(self.page)
        number = self.page.version_id
        self.storage.update(name="Grace", number=2, file=text_file(b"second"))
        transaction.commit()
        repository.revert(self.page, number)
        self.assertEqual("Ada", self.storage["name"])
        shared = annotation_storage(translation, KEY)
        self.assertNotEqual("Ada", shared.get("name"))
        self.assertEqual(1, shared["number"])
        self.assertEqual(b"first", shared["file"].data)
        self.assertIsNot(self.storage["file"], shared["file"])
        transaction.commit()

    def test_checked_in(self):
        translation = self.translate()
        copied = ICheckinCheckoutPolicy(self.page).checkout(self.portal["en"])
        annotation_storage(copied, KEY)["number"] = 2
        self.assertEqual(1, annotation_storage(translation, KEY)["number"])
        ICheckinCheckoutPolicy(copied).checkin("")
        self.assertEqual(2, self.storage["number"])
        self.assertEqual(2, annotation_storage(translation, KEY)["number"])


class TestNotInstalled(TranslationTestCase):
    """Nothing is shared in a site that has the package but does not use it."""

    def test_the_marking_has_no_effect(self):
        translation = self.translate()
        applyProfile(self.portal, "plone.app.multilingual:uninstall")
        self.storage["number"] = 1
        self.assertEqual({}, self.stored_in(translation))
