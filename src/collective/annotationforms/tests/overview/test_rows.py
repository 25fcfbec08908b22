"""The table of the pages that have data of a form."""

from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.tests.admin import AdminTestCase
from collective.annotationforms.tests.admin import INotes
from zope.interface import Interface

import transaction


class AnywhereForm(AnnotationEditForm):
    schema = INotes
    ANNOTATION_STORAGE_KEY = "example.anywhere"


class TestRows(AdminTestCase):
    """Content of all types: files have no workflow, the site has no dates."""

    def setUp(self):
        super().setUp()
        self.register(
            "anywhere",
            AnywhereForm,
            for_=Interface,
            title="Anywhere",
            permission="cmf.ModifyPortalContent",
        )
        for name in ("File", "Image", "Folder", "Link", "Document"):
            self.portal.invokeFactory(name, name.lower(), title=f"A {name}")
        self.contents = [self.portal, *self.portal.contentValues()]
        for content in self.contents:
            storage = annotation_storage(content, AnywhereForm.ANNOTATION_STORAGE_KEY)
            storage["text"] = f"text of {content.getId()}"
        self.portal.reindexObject()
        transaction.commit()

    def test_each_has_a_row(self):
        for query in ("", "&sort=state", "&sort=modified&descending=1", "&sort=path"):
            found = self.open(f"form-data-pages?form=anywhere{query}").contents
            for content in self.contents:
                self.assertIn(f"text of {content.getId()}", found)

    def test_state(self):
        found = self.open("form-data-pages?form=anywhere&state=private").contents
        self.assertIn("text of document", found)
        self.assertNotIn("text of file", found)

    def test_the_other_pages(self):
        for view in ("form-data-controlpanel", "form-data-cleanup?form=anywhere"):
            self.assertIn("200", self.open(view).headers["status"])
        for form in ("csv", "json"):
            path = f"form-data-download?form=anywhere&format={form}"
            self.assertIn("text of image", str(self.open(path).contents))
        for content in self.contents:
            found = self.open("form-data", page=content).contents
            self.assertIn("Anywhere", found)
