from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationView
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.layers import IntegrationTestCase
from plone.app.textfield import RichText
from plone.app.textfield.value import RichTextValue
from plone.app.z3cform.widgets.richtext import get_tinymce_options
from plone.supermodel import model


class IArticle(model.Schema):
    text = RichText(title="Text", required=False)


class ArticleView(AnnotationView):
    """Shows an article."""

    schema = IArticle


class ArticleForm(AnnotationEditForm):
    """Edits an article."""

    schema = IArticle


class TestRichText(FunctionalTestCase):
    """Rich text is shown as content shows it."""

    def setUp(self):
        super().setUp()
        for name, base in (("article", ArticleView), ("edit-article", ArticleForm)):
            self.register_view(name, base)

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

    def test_the_first_text_is_saved(self):
        browser = self.browser()
        browser.open(f"{self.url}/@@edit-article")
        browser.getControl(name="form.widgets.text").value = "<p>first</p>"
        browser.getControl("Save").click()
        self.assertEqual("<p>first</p>", self.stored()["text"].raw)
        browser.open(f"{self.url}/@@edit-article")
        browser.getControl("Save").click()
        self.assertIn("Nothing was changed.", browser.contents)


class TestEditor(IntegrationTestCase):
    """TinyMCE has the settings that it has in the page's own edit form."""

    def test_knows_where_the_page_is(self):
        self.portal.invokeFactory("Folder", "folder")
        self.portal["folder"].invokeFactory("Document", "inside")
        page = self.portal["folder"]["inside"]
        form = ArticleForm(page, self.request)
        form.update()
        widget = form.widgets["text"]
        self.assertEqual(
            get_tinymce_options(page, IArticle["text"], self.request),
            get_tinymce_options(widget.wrapped_context(), widget.field, self.request),
        )
