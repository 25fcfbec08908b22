"""Widgets and schemas of others take their context for content: they find the page."""

from AccessControl import getSecurityManager
from Acquisition import aq_base
from Acquisition import aq_chain
from Acquisition import aq_inner
from Acquisition import aq_parent
from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationView
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.layers import IntegrationTestCase
from plone.app.textfield import RichText
from plone.app.z3cform.widgets.contentbrowser import ContentBrowserFieldWidget
from plone.app.z3cform.widgets.link import LinkFieldWidget
from plone.app.z3cform.widgets.richtext import RichTextFieldWidget
from plone.app.z3cform.widgets.select import AjaxSelectFieldWidget
from plone.autoform import directives
from plone.base.interfaces import IPloneSiteRoot
from plone.base.navigationroot import get_navigation_root_object
from plone.base.utils import base_hasattr
from plone.supermodel import model
from plone.uuid.interfaces import IUUID
from Products.CMFCore.utils import getToolByName
from z3c.form.browser.text import TextWidget
from z3c.form.interfaces import IFieldWidget
from z3c.form.widget import FieldWidget
from zope import schema
from zope.component import getMultiAdapter
from zope.interface import implementer
from zope.interface import provider
from zope.schema.interfaces import IContextAwareDefaultFactory

import transaction


KEY = "example.context"


def page_of(context):
    """Return what code of add-ons asks its context for, in one text."""
    chain = context.aq_chain
    root = context.restrictedTraverse("@@plone_portal_state").portal()
    tool = getToolByName(context, "portal_url")
    return "|".join(
        (
            context.absolute_url(),
            context.absolute_url(1),
            context.absolute_url_path(),
            context.virtual_url_path(),
            "/".join(context.getPhysicalPath()),
            context.restrictedTraverse("@@plone_context_state").object_url(),
            context.portal_type,
            context.getPortalTypeName(),
            context.Title(),
            context.title,
            context.getId(),
            context.id,
            context.UID(),
            IUUID(context),
            context.Language(),
            context.REQUEST["URL"][:4],
            context.portal_url(),
            context.portal_catalog.getId(),
            context.aq_inner.getId(),
            context.aq_parent.getId(),
            context.aq_inner.aq_parent.getId(),
            context.unrestrictedTraverse("").getId(),
            chain[0].getId(),
            chain[1].getId(),
            next(filter(IPloneSiteRoot.providedBy, chain)).getId(),
            str(IPloneSiteRoot.providedBy(aq_chain(context)[-3])),
            root.getId(),
            tool.getRelativeContentURL(context),
            getToolByName(context, "portal_workflow").getInfoFor(
                context, "review_state"
            ),
            get_navigation_root_object(context, root).getId(),
            str(base_hasattr(context, "portal_type")),
            str(getSecurityManager().checkPermission("View", context)),
            getMultiAdapter((context, context.REQUEST), name="plone").__name__,
        )
    )


class PageWidget(TextWidget):
    """As those of many add-ons: it renders what its context is."""

    def update(self):
        super().update()
        self.title = page_of(self.context)


@implementer(IFieldWidget)
def PageFieldWidget(field, request):
    return FieldWidget(field, PageWidget(request))


@provider(IContextAwareDefaultFactory)
def default_of_page(context):
    return context.absolute_url_path()


class IContext(model.Schema):
    """Widgets with callables in their options, as real schemas have them."""

    directives.widget("line", PageFieldWidget)
    line = schema.TextLine(title="Line", required=False)
    directives.widget(
        "text",
        RichTextFieldWidget,
        pattern_options={"of_page": page_of, "deep": {"list": [page_of]}},
    )
    text = RichText(title="Text", required=False)
    directives.widget(
        "tags",
        AjaxSelectFieldWidget,
        vocabulary="plone.app.vocabularies.Keywords",
        pattern_options={"of_page": page_of},
    )
    tags = schema.Tuple(
        title="Tags", value_type=schema.TextLine(), required=False, missing_value=()
    )
    directives.widget(
        "other",
        ContentBrowserFieldWidget,
        pattern_options={"basePath": lambda context: context.absolute_url_path()},
    )
    other = schema.Choice(
        title="Other", vocabulary="plone.app.vocabularies.Catalog", required=False
    )
    directives.widget("link", LinkFieldWidget, pattern_options={"of_page": page_of})
    link = schema.TextLine(title="Link", required=False)
    path = schema.TextLine(title="Path", required=False, defaultFactory=default_of_page)


class ContextForm(AnnotationEditForm):
    schema = IContext
    ANNOTATION_STORAGE_KEY = KEY


class ContextView(AnnotationView):
    schema = IContext
    ANNOTATION_STORAGE_KEY = KEY


class TestStorage(IntegrationTestCase):
    """The storage tells what attributes of the page would, and stays a mapping."""

    def setUp(self):
        super().setUp()
        self.storage = annotation_storage(self.page, KEY)

    def test_finds_the_page(self):
        self.assertEqual(page_of(self.page), page_of(self.storage))

    def test_functions_of_acquisition(self):
        self.assertIs(self.storage, aq_inner(self.storage))
        self.assertIs(self.storage, aq_base(self.storage))
        self.assertEqual(self.page, aq_parent(self.storage))
        chain = aq_chain(self.storage)
        self.assertEqual([self.storage.key], [chain[0].key])
        self.assertEqual(self.page.aq_chain[:2], chain[1:3])

    def test_what_is_stored_comes_first(self):
        self.storage["title"] = "Stored"
        self.assertEqual("Stored", self.storage.title)
        self.assertEqual("A page", self.storage.Title())
        del self.storage["title"]
        self.assertEqual("A page", self.storage.title)

    def test_what_nobody_has(self):
        for name in (
            "nobody_has_this",
            "_p_nothing",
            "__len_hint__",
            "_getOb",
            "__of__",
        ):
            self.assertFalse(hasattr(self.storage, name), name)
        with self.assertRaisesRegex(AttributeError, "nobody_has_this"):
            self.storage.nobody_has_this  # noqa: B018

    def test_nothing_is_written(self):
        page_of(self.storage)
        self.assertIsNone(self.stored(KEY))
        self.storage.title = "x"
        self.assertEqual("A page", self.page.title)

    def test_it_is_no_page_to_others(self):
        self.assertEqual({}, dict(self.storage))
        self.assertEqual([], list(self.storage.items()))
        with self.assertRaises(TypeError):
            self.storage.__getstate__()


class TestForms(FunctionalTestCase):
    """Forms are shown, saved and viewed as on attributes."""

    key = KEY

    def test_all(self):
        self.register_view("context", ContextForm)
        self.register_view("context-view", ContextView)
        browser = self.browser()
        browser.open(f"{self.url}/@@context")
        self.assertEqual("200 OK", browser.headers["status"])
        path = self.page.absolute_url_path()
        self.assertGreater(browser.contents.count(f"|{path}|"), 3)
        self.assertEqual(path, browser.getControl("Path").value)
        browser.getControl("Line").value = "new"
        browser.getControl("Save").click()
        self.assertEqual({"line": "new"}, self.stored())
        browser.open(f"{self.url}/@@context-view")
        self.assertEqual("200 OK", browser.headers["status"])
        self.assertIn("new", browser.contents)
        transaction.abort()
