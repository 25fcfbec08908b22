from collective.annotationforms import AnnotationView
from collective.annotationforms.tests.layers import FunctionalTestCase
from plone.app.textfield import RichText
from plone.app.textfield.value import RichTextValue
from plone.supermodel import model
from zope.component import getGlobalSiteManager
from zope.interface import Interface
from zope.publisher.interfaces.browser import IBrowserRequest


class IArticle(model.Schema):
    text = RichText(title="Text", required=False)


class ArticleView(AnnotationView):
    """Shows an article."""

    schema = IArticle


class TestRichText(FunctionalTestCase):
    """Rich text is shown as content shows it."""

    def setUp(self):
        super().setUp()
        registry = getGlobalSiteManager()
        view = type("View", (ArticleView,), {"__name__": "article"})
        arguments = (view, (Interface, IBrowserRequest), Interface, "article")
        registry.registerAdapter(*arguments)
        self.addCleanup(registry.unregisterAdapter, *arguments)

    def shown(self, html):
        self.store(text=RichTextValue(html, "text/html", "text/x-html-safe"))
        browser = self.browser(None)
        browser.open(f"{self.url}/@@article")
        return self.content(browser)

    def test_the_filter_rules_of_the_site_apply(self):
        shown = self.shown("<p>safe</p><script>alert(1)</script><p onclick='x()'>y</p>")
        self.assertIn("<p>safe</p>", shown)
        self.assertNotIn("alert(1)", shown)
        self.assertNotIn("onclick", shown)

    def test_internal_links_lead_to_the_content(self):
        target = self.portal["private-page"]
        shown = self.shown(f'<a href="resolveuid/{target.UID()}">link</a>')
        self.assertIn(f'href="{target.absolute_url()}"', shown)
