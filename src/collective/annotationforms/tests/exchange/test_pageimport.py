"""What is to be done on a page, found out and done without a request."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.catalog.search import Search
from collective.annotationforms.exchange.export import records
from collective.annotationforms.exchange.export import write_json
from collective.annotationforms.exchange.importing import read_document
from collective.annotationforms.exchange.pageimport import page_import
from collective.annotationforms.testing import registered_form
from collective.annotationforms.tests.admin import OPTIONS
from collective.annotationforms.tests.admin import text_file
from collective.annotationforms.tests.fields.test_roundtrip import comparable
from collective.annotationforms.tests.layers import IntegrationTestCase
from collective.annotationforms.tests.matrix.objects import ILinkedPerson
from collective.annotationforms.tests.matrix.objects import IPerson
from collective.annotationforms.tests.matrix.objects import MakesPerson
from collective.annotationforms.tests.matrix.objects import Person
from collective.z3cform.datagridfield.row import DictRow
from io import BytesIO
from plone.namedfile.field import NamedBlobFile
from plone.supermodel import model
from z3c.form.object import getIfName
from z3c.relationfield import RelationChoice
from z3c.relationfield import RelationValue
from zope import schema
from zope.component import getGlobalSiteManager
from zope.component import getUtility
from zope.component.hooks import setSite
from zope.globalrequest import clearRequest
from zope.globalrequest import getRequest
from zope.globalrequest import setRequest
from zope.intid.interfaces import IIntIds


class IVisit(model.Schema):
    """Values that need the page, the site or a class to come back."""

    title = schema.TextLine(title="Title", required=False)
    level = schema.Choice(title="Level", values=["low", "high"], required=False)
    place = RelationChoice(
        title="Place", vocabulary="plone.app.vocabularies.Catalog", required=False
    )
    plan = NamedBlobFile(title="Plan", required=False)
    guide = schema.Object(title="Guide", schema=IPerson, required=False)
    guests = schema.List(
        title="Guests", value_type=DictRow(schema=ILinkedPerson), required=False
    )


class VisitForm(AnnotationEditForm):
    schema = IVisit
    ANNOTATION_STORAGE_KEY = "example.visit"


class PageImportTestCase(IntegrationTestCase):
    """The form "visit" is known."""

    def setUp(self):
        super().setUp()
        registration = registered_form("visit", VisitForm, **OPTIONS)
        self.form = registration.__enter__()
        self.addCleanup(registration.__exit__, None, None, None)


class TestWithoutRequest(PageImportTestCase):
    """A command or a migration has none."""

    def setUp(self):
        super().setUp()
        registry, name = getGlobalSiteManager(), getIfName(IPerson)
        registry.registerAdapter(MakesPerson, name=name)
        self.addCleanup(registry.unregisterAdapter, MakesPerson, name=name)

    def fill(self):
        """Store values; return them in the file of an export."""
        target = getUtility(IIntIds).getId(self.portal["private-page"])
        storage = self.form.storage(self.page)
        storage.update(
            title="Zoë",
            level="high",
            place=RelationValue(target),
            plan=text_file(),
            guide=Person("Zoë", 3),
            guests=[{"name": "Ada", "count": 1, "page": RelationValue(target)}],
        )
        output = BytesIO()
        write_json(output, self.form, records(Search(form=self.form)))
        return output.getvalue()

    def forget_request(self):
        """Return the page as it is where there is no request."""
        request, site = getRequest(), self.portal
        self.addCleanup(setRequest, request)
        self.addCleanup(setSite, site)
        clearRequest()
        portal = self.portal._p_jar.root()["Application"]["plone"]
        setSite(portal)
        page = portal["page"]
        self.assertFalse(hasattr(page, "REQUEST"))
        return page

    def test_a_file_is_read_checked_and_imported(self):
        content = self.fill()
        stored = dict(self.form.storage(self.page))
        self.form.storage(self.page).remove()
        page = self.forget_request()
        (todo,) = read_document(content, [self.form]).pages()
        self.assertEqual([], todo.refused)
        self.assertEqual(list(stored), list(todo.values))
        self.assertNotIn("title", self.form.storage(page))
        todo.write()
        imported = dict(self.form.storage(page))
        for name in ("title", "level"):
            self.assertEqual(stored[name], imported[name])
        self.assertEqual(stored["place"].to_id, imported["place"].to_id)
        self.assertEqual(comparable(stored["plan"]), comparable(imported["plan"]))
        guide, (guest,) = imported["guide"], imported["guests"]
        self.assertEqual((Person, "Zoë", 3), (type(guide), guide.name, guide.count))
        self.assertEqual(stored["place"].to_id, guest.pop("page").to_id)
        self.assertEqual({"name": "Ada", "count": 1}, guest)

    def test_what_is_there_already_is_found(self):
        content = self.fill()
        self.forget_request()
        (todo,) = read_document(content, [self.form]).pages()
        self.assertEqual(({}, []), (todo.values, todo.refused))
        self.assertFalse(todo.is_change)


class TestRefused(PageImportTestCase):
    """Pages that the data are not for."""

    def refused(self, page):
        record = {"path": "", "uid": page.UID(), "values": {"title": "new"}}
        return page_import(record, self.form).refused

    def test_a_page_that_does_not_have_the_form(self):
        self.portal.invokeFactory("Folder", "folder")
        self.assertEqual(
            [("", "The page does not have this form.")],
            self.refused(self.portal["folder"]),
        )
        self.assertEqual([], self.refused(self.page))
