"""What a permission was asked for is kept by no cache that others share."""

from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationView
from collective.annotationforms.testing import registered_form
from collective.annotationforms.tests.access.site import AccessTestCase
from collective.annotationforms.tests.widgets.test_file import png
from plone.app.contenttypes.interfaces import IDocument
from plone.autoform import directives
from plone.namedfile.field import NamedBlobFile
from plone.namedfile.field import NamedBlobImage
from plone.namedfile.file import NamedBlobFile as FileValue
from plone.namedfile.file import NamedBlobImage as ImageValue
from plone.supermodel import model
from plone.supermodel.model import finalizeSchemas
from plone.z3cform.layout import wrap_form
from zope import schema

import transaction


GUARD = "cmf.ManagePortal"


class ICached(model.Schema):
    line = schema.TextLine(title="Line", required=False)
    choice = schema.Choice(title="Choice", values=["a", "b"], required=False)
    file = NamedBlobFile(title="File", required=False)
    image = NamedBlobImage(title="Image", required=False)
    open_file = NamedBlobFile(title="Open file", required=False)
    directives.read_permission(file=GUARD, image=GUARD)


class CachedForm(AnnotationEditForm):
    schema = ICached
    ANNOTATION_STORAGE_KEY = "access.cached"


class CachedView(AnnotationView):
    schema = ICached
    ANNOTATION_STORAGE_KEY = "access.cached"
    permission = "zope2.View"


PAGES = (
    "@@cached",
    "@@cached-view",
    "@@wrapped-cached",
    "@@python-cached",
    "@@cached-view/++widget++line/@@ploneform-render-widget",
    "@@wrapped-cached/++widget++line/@@ploneform-render-widget",
    "@@cached/++widget++choice/@@getSource",
    "@@cached-view/++widget++file/@@download",
    "@@cached-view/++widget++file/@@download/secret.pdf",
    "@@cached-view/++widget++image/@@download/x.png",
    "@@cached-view/++widget++image/@@images/thumb",
    "@@cached-view/++widget++open_file/@@download",
    "@@form-data",
    "@@form-data-export?key=access.cached",
    "@@form-data-delete?key=access.cached",
    "@@history?one=current&two=0",
)
SITE_PAGES = (
    "@@form-data-controlpanel",
    "@@form-data-pages?form=cached",
    "@@form-data-preview?form=cached",
    "@@form-data-download?form=cached&format=csv",
    "@@form-data-download?form=cached&format=json",
    "@@form-data-cleanup?form=cached",
    "@@form-data-import",
    "@@foreign-connections-controlpanel",
    "@@foreign-connections.json",
)
OPEN_PAGES = (
    "@@cached-view",
    "@@python-cached",
    "@@cached-view/++widget++line/@@ploneform-render-widget",
    "@@cached-view/++widget++open_file/@@download",
)


class TestCaching(AccessTestCase):
    """The header Cache-Control of each page and file."""

    def setUp(self):
        super().setUp()
        finalizeSchemas(ICached)
        registration = registered_form(
            "cached",
            CachedForm,
            for_=IDocument,
            title="Cached",
            permission="cmf.ModifyPortalContent",
            view_permission="zope2.View",
        )
        registration.__enter__()
        self.addCleanup(registration.__exit__, None, None, None)
        self.register_view("wrapped-cached", wrap_form(CachedForm))
        self.register_view("python-cached", CachedView)
        annotation_storage(self.page, "access.cached").update(
            line="text",
            file=FileValue(b"%PDF", "application/pdf", "secret.pdf"),
            image=ImageValue(png(), "image/png", "x.png"),
            open_file=FileValue(b"%PDF", "application/pdf", "open.pdf"),
        )
        self.portal.portal_repository.save(self.page)
        transaction.commit()

    def check(self, user, page, path):
        browser = self.browser_of(user)
        browser.open(f"{page.absolute_url()}/{path}")
        self.assertRegex(browser.headers["status"], "^200", (user, path))
        found = browser.headers.get("cache-control") or ""
        self.assertRegex(found, "private|no-store", (user, path))
        self.assertNotIn("public", found)

    def test_who_is_logged_in(self):
        for path in PAGES:
            self.check("manager", self.page, path)
        for path in SITE_PAGES:
            self.check("manager", self.portal, path)
        for path in OPEN_PAGES:
            self.check("reader", self.page, path)

    def test_parts_of_files(self):
        browser = self.browser_of("manager")
        browser.addHeader("Range", "bytes=0-1")
        browser.open(f"{self.url}/@@cached-view/++widget++file/@@download/secret.pdf")
        self.assertRegex(browser.headers["status"], "^206")
        self.assertEqual("private, no-store", browser.headers["cache-control"])

    def test_an_image_may_be_kept_by_the_browser(self):
        browser = self.browser_of("manager")
        browser.open(f"{self.url}/@@cached-view/++widget++image/@@images/thumb")
        self.assertIn("max-age=60", browser.headers["cache-control"])

    def test_going_back_to_a_form_that_was_typed_in(self):
        for path in ("@@cached", "@@wrapped-cached"):
            browser = self.browser_of("editor")
            browser.open(f"{self.url}/{path}")
            self.assertEqual("private, no-cache", browser.headers["cache-control"])

    def test_what_everybody_may_see(self):
        for path in OPEN_PAGES:
            browser = self.browser_of("anonymous")
            browser.open(f"{self.url}/{path}")
            self.assertRegex(browser.headers["status"], "^200", path)
            found = browser.headers.get("cache-control") or ""
            self.assertNotRegex(found, "private|no-store", path)

    def test_pages_of_others(self):
        browser = self.browser_of("manager")
        browser.open(f"{self.url}/@@search")
        self.assertNotIn("no-store", browser.headers.get("cache-control") or "")
