from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationStorageMixin
from collective.annotationforms import AnnotationView
from collective.annotationforms import schema_view
from collective.annotationforms.fields.password import BULLETS
from collective.annotationforms.fields.text import text_of
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.lifecycle.test_version import text_file
from html import unescape
from plone.app.testing import applyProfile
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from plone.app.textfield import RichText
from plone.app.textfield.value import RichTextValue
from plone.autoform import directives
from plone.namedfile.field import NamedBlobFile
from plone.supermodel import model
from z3c.form import field
from z3c.form.form import DisplayForm
from z3c.relationfield import RelationChoice
from zope import schema
from zope.interface import implementer
from zope.schema.interfaces import ISource
from zope.schema.vocabulary import SimpleTerm
from zope.schema.vocabulary import SimpleVocabulary

import re
import transaction
import unittest


KEY = "example.compared"
INDEPENDENT_KEY = "example.compared.independent"
COLOURS = SimpleVocabulary(
    [SimpleTerm("r", title="Red"), SimpleTerm("g", title="Green")]
)


class ICompared(model.Schema):
    name = schema.TextLine(title="Name", required=False)
    colour = schema.Choice(title="Colour", vocabulary=COLOURS, required=False)
    file = NamedBlobFile(title="File", required=False)
    text = RichText(title="Text", required=False)
    tags = schema.List(title="Tags", value_type=schema.TextLine(), required=False)
    related = RelationChoice(
        title="Related", vocabulary="plone.app.vocabularies.Catalog", required=False
    )
    pin = schema.Password(title="PIN", required=False)
    hidden = schema.TextLine(title="Hidden", required=False)
    directives.read_permission(hidden="cmf.ManagePortal")


class IGuarded(model.Schema):
    guarded = schema.TextLine(title="Guarded", required=False)


class ComparedView(AnnotationView):
    schema = ICompared
    ANNOTATION_STORAGE_KEY = KEY


class GuardedForm(AnnotationEditForm):
    schema = IGuarded
    ANNOTATION_STORAGE_KEY = KEY
    permission = "cmf.ManagePortal"


class UsedByOthers(AnnotationStorageMixin, DisplayForm):
    """Not a view: whatever uses it is to check the permission, so nobody knows it."""

    fields = field.Fields(schema.TextLine(__name__="inner", title="Inner"))
    ANNOTATION_STORAGE_KEY = KEY


class IndependentView(AnnotationView):
    schema = IGuarded
    ANNOTATION_STORAGE_KEY = INDEPENDENT_KEY
    VERSION_POLICY = "independent"


class CompareTestCase(FunctionalTestCase):
    key = KEY

    def setUp(self):
        super().setUp()
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        self.register_view("compared-view", ComparedView)
        self.register_view("guarded", GuardedForm)
        self.register_view("independent", IndependentView)
        self.view = schema_view(
            annotation_storage(self.page, KEY), ICompared, writable=True
        )
        self.before = self.save()

    def save(self):
        self.portal.portal_repository.save(self.page)
        transaction.commit()
        return self.page.version_id

    def compared(self, one="current", two="current", user="editor"):
        """Return the differences on the page: title -> text, tags left out."""
        browser = self.browser(user)
        browser.open(f"{self.url}/@@history?one={one}&two={two}")
        self.assertEqual("200 OK", browser.headers["status"])
        found = re.findall(
            r'(?s)<legend>([^<]*)</legend>\s*<div class="fieldDiff inline-diff">(.*?)'
            r'<div class="fieldDiff code-diff"',
            browser.contents,
        )
        return {
            title: " ".join(unescape(re.sub("<.*?>", " ", text)).split())
            for title, text in found
        }


class TestCompare(CompareTestCase):
    """The page that compares versions shows what the user may see of the data."""

    def fill(self):
        self.view.name = "Ada <b>"
        self.view.colour = "r"
        self.view.file = text_file(b"first")
        self.view.text = RichTextValue("<p>One</p>", "text/html", "text/x-html-safe")
        self.view.tags = ["a", "b"]
        self.view.related = self.portal["private-page"]

    def test_two_versions(self):
        self.fill()
        first = self.save()
        self.view.name = "Grace"
        self.view.colour = "g"
        self.view.tags = ["a"]
        second = self.save()
        self.assertEqual(
            {"Name": "Ada <b> Grace", "Colour": "Red Green", "Tags": "a b a"},
            self.compared(one=second, two=first),
        )
        self.assertEqual({}, self.compared(one=first, two=first))

    def test_a_version_older_than_the_data(self):
        self.fill()
        transaction.commit()
        digest = "a7937b64"
        self.assertEqual(
            {
                "Name": "Ada <b>",
                "Colour": "Red",
                "File": f"file.txt (5 bytes, SHA-256 {digest})",
                "Text": "<p>One</p>",
                "Tags": "a b",
                "Related": "/plone/private-page",
            },
            self.compared(two=self.before),
        )
        self.assertEqual({}, self.compared(one=self.before, two=self.before))

    def test_passwords_are_not_shown(self):
        self.view.pin = "one-secret"
        first = self.save()
        self.assertEqual({"PIN": BULLETS}, self.compared(one=first, two=self.before))
        self.view.pin = "two-secret"
        self.assertEqual({}, self.compared(one=self.save(), two=first))

    def test_the_same_fields_of_the_page_are_compared_as_ever(self):
        self.page.title = "Another title"
        self.view.name = "Ada"
        transaction.commit()
        found = self.compared(two=self.before)
        self.assertEqual(["Title", "Name"], list(found))

    def test_independent_data_does_not_differ(self):
        storage = annotation_storage(self.page, INDEPENDENT_KEY)
        storage["guarded"] = "Ada"
        first = self.save()
        storage["guarded"] = "Grace"
        transaction.commit()
        self.assertEqual({}, self.compared(one=self.before, two=first))
        self.assertEqual({}, self.compared(two=first))

    def test_only_what_the_user_may_see(self):
        storage = annotation_storage(self.page, KEY)
        storage.update(name="Ada", hidden="x", guarded="y", inner="z")
        transaction.commit()
        self.assertEqual(["Name"], list(self.compared(two=self.before)))
        self.assertEqual(
            {"Name", "Hidden", "Guarded", "Inner"},
            set(self.compared(two=self.before, user=SITE_OWNER_NAME)),
        )
        for user in (None, "reader"):
            browser = self.browser(user)
            browser.open(f"{self.url}/@@history?two={self.before}")
            self.assertNotIn("Ada", browser.contents)

    def test_fields_whose_terms_are_gone(self):
        @implementer(ISource)
        class Source:
            def __contains__(self, value):
                return True

        class IGone(model.Schema):
            word = schema.Choice(title="Word", vocabulary="no.such", required=False)
            words = schema.Set(
                title="Words",
                value_type=schema.Choice(vocabulary="no.such"),
                required=False,
            )
            source = schema.Choice(title="Source", source=Source(), required=False)
            plain = schema.TextLine(title="Plain", required=False)

        class GoneView(AnnotationView):
            schema = IGone
            ANNOTATION_STORAGE_KEY = "example.compared.gone"

        self.register_view("gone", GoneView)
        storage = annotation_storage(self.page, GoneView.ANNOTATION_STORAGE_KEY)
        versions = []
        for turn in ("one", "two"):
            storage.update(word=turn, words={turn}, source=turn, plain=turn)
            versions.append(self.save())
        found = self.compared(*versions)
        for title in ("Word", "Words", "Source", "Plain"):
            self.assertIn(title, found)

    def test_a_copy_has_no_versions(self):
        self.portal.manage_pasteObjects(self.portal.manage_copyObjects(["page"]))
        transaction.commit()
        for query in ("one=0&two=current", "one=0", "", "one=current&two=current"):
            browser = self.browser()
            copied = self.portal["copy_of_page"].absolute_url()
            browser.open(f"{copied}/@@history?{query}")
            self.assertEqual("404 Not Found", browser.headers["status"])

    def test_html_is_escaped(self):
        self.view.name = "<script>"
        transaction.commit()
        browser = self.browser()
        browser.open(f"{self.url}/@@history?two={self.before}")
        self.assertIn("&lt;script&gt;", browser.contents)
        self.assertNotIn("<ins><script>", browser.contents)

    def test_without_the_add_on_it_is_the_page_of_plone(self):
        self.page.title = "Another title"
        self.view.name = "Ada"
        applyProfile(self.portal, "collective.annotationforms:uninstall")
        transaction.commit()
        self.assertEqual(["Title"], list(self.compared(two=self.before)))


class TestVersionsPage(CompareTestCase):
    """Plone's list of versions, and the preview of one, work with data."""

    def test_the_list_and_the_preview(self):
        self.view.file = text_file(b"first")
        self.view.related = self.portal["private-page"]
        number = self.save()
        self.view.related = None
        self.save()
        database = self.layer["app"]._p_jar.db()
        # Plone stores settings of its portlets when they are shown for the first time.
        self.browser("editor").open(self.url)
        before = database.lastTransaction()
        for view in ("versions_history_form", "@@historyview", "@@history"):
            browser = self.browser("editor")
            browser.open(f"{self.url}/{view}?version_id={number}&one={number}")
            self.assertEqual("200 OK", browser.headers["status"])
            self.assertNotIn("Confirming User Action", browser.contents)
        self.assertEqual(before, database.lastTransaction())

    def test_revert_by_button(self):
        self.view.name = "Ada"
        self.view.file = text_file(b"first")
        number = self.save()
        self.view.name = "Grace"
        self.view.file = None
        self.save()
        # No form lets an editor change what is only shown.
        browser = self.browser()
        browser.open(f"{self.url}/versions_history_form?version_id={number}")
        form = browser.getForm(action="revertversion", index=0)
        self.assertEqual(str(number), form.getControl(name="version_id").value)
        form.submit()
        self.assertIn("has been reverted", browser.contents)
        stored = self.stored()
        self.assertEqual("Ada", stored["name"])
        self.assertEqual(b"first", stored["file"].data)


class Part:
    def __init__(self, name):
        self.name = name


class TestText(unittest.TestCase):
    """Values as text."""

    def test_values(self):
        tags = schema.Set(value_type=schema.Choice(vocabulary=COLOURS))
        part = schema.Object(schema=ICompared)
        for field_, value, text in (
            (schema.Int(), 0, "0"),
            (schema.Bool(), False, "False"),
            (schema.Text(), None, ""),
            (tags, {"r", "g"}, "Green\nRed"),
            (schema.Choice(vocabulary=COLOURS), "gone", "gone"),
            (None, [{"a": 1, "b": None}], "a: 1\nb: "),
        ):
            with self.subTest(value=value):
                self.assertEqual(text, text_of(field_, value))
        self.assertIn("Name: Ada\n", text_of(part, Part("Ada")))
