"""Forms with relations to pages that are gone, or that the editor may not view."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationView
from collective.annotationforms.storage.relation import relation_to
from collective.annotationforms.tests.layers import PASSWORD
from collective.annotationforms.tests.matrix.gridpage import GridPage
from collective.annotationforms.tests.rowforms import KEY
from collective.annotationforms.tests.saving import test_rows
from collective.z3cform.datagridfield.datagridfield import DataGridFieldFactory
from collective.z3cform.datagridfield.row import DictRow
from plone.app.testing import login
from plone.app.testing import logout
from plone.app.testing import SITE_OWNER_NAME
from plone.app.z3cform.widgets.select import SelectFieldWidget
from plone.autoform import directives
from plone.supermodel import model
from plone.uuid.interfaces import IUUID
from z3c.form.browser.checkbox import CheckBoxFieldWidget
from z3c.form.object import registerFactoryAdapter
from z3c.relationfield import RelationChoice
from z3c.relationfield import RelationList
from z3c.relationfield.interfaces import IRelationValue
from zope import schema
from zope.interface import implementer
from zope.interface import Interface

import transaction


CATALOG = "plone.app.vocabularies.Catalog"


class ILink(model.Schema):
    name = schema.TextLine(title="Name", required=False)
    page = RelationChoice(title="Page", vocabulary=CATALOG, required=False)
    pages = RelationList(
        title="Pages", value_type=RelationChoice(vocabulary=CATALOG), required=False
    )


class IRequiredLink(model.Schema):
    name = schema.TextLine(title="Name", required=False)
    page = RelationChoice(title="Page", vocabulary=CATALOG)


class INote(Interface):
    name = schema.TextLine(title="Name", required=False)
    page = RelationChoice(title="Page", vocabulary=CATALOG, required=False)


@implementer(INote)
class Note:
    name = None
    page = None

    def __init__(self, values=None, **more):
        vars(self).update(more)


class ILinks(model.Schema):
    text = schema.TextLine(title="Text", required=False)
    target = RelationChoice(title="Target", vocabulary=CATALOG, required=False)
    targets = RelationList(
        title="Targets", value_type=RelationChoice(vocabulary=CATALOG), required=False
    )
    directives.widget("rows", DataGridFieldFactory)
    rows = schema.List(title="Rows", value_type=DictRow(schema=ILink), required=False)


class IMenus(model.Schema):
    """A menu shows the pages that it finds."""

    text = schema.TextLine(title="Text", required=False)
    directives.widget("target", SelectFieldWidget)
    target = RelationChoice(title="Target", vocabulary=CATALOG, required=False)
    directives.widget("targets", CheckBoxFieldWidget)
    targets = RelationList(
        title="Targets", value_type=RelationChoice(vocabulary=CATALOG), required=False
    )


class IMoreLinks(model.Schema):
    """Without a target, or with one, these can't be saved, on attributes neither.

    z3c.form looks for the page of a vocabulary at the object.
    """

    directives.widget("needed", DataGridFieldFactory)
    needed = schema.List(
        title="Needed", value_type=DictRow(schema=IRequiredLink), required=False
    )
    notes = schema.List(
        title="Notes", value_type=schema.Object(schema=INote), required=False
    )
    note = schema.Object(title="Note", schema=INote, required=False)


class LinksForm(AnnotationEditForm):
    schema = ILinks
    ANNOTATION_STORAGE_KEY = KEY


class LinksView(AnnotationView):
    schema = ILinks
    ANNOTATION_STORAGE_KEY = KEY


class MenusForm(AnnotationEditForm):
    schema = IMenus
    ANNOTATION_STORAGE_KEY = KEY


class MoreLinksForm(AnnotationEditForm):
    schema = IMoreLinks
    ANNOTATION_STORAGE_KEY = KEY


class MoreLinksView(AnnotationView):
    schema = IMoreLinks
    ANNOTATION_STORAGE_KEY = KEY


def values(*targets):
    """Return values of all fields that refer to the pages."""
    return {
        "target": relation_to(targets[0]),
        "targets": [relation_to(target) for target in targets],
        "rows": [
            {"name": "row", "page": relation_to(one), "pages": [relation_to(one)]}
            for one in targets
        ],
        "needed": [{"name": "row", "page": relation_to(one)} for one in targets],
        "notes": [Note(name="note", page=relation_to(one)) for one in targets],
        "note": Note(name="note", page=relation_to(targets[0])),
    }


def names(value):
    """Return the names of the pages in a value."""
    if isinstance(value, dict):
        return [name for item in value.values() for name in names(item)]
    if isinstance(value, list):
        return [name for item in value for name in names(item)]
    is_page = IRelationValue.providedBy(value) and value.to_object is not None
    return [value.to_object.getId()] if is_page else []


class TargetsTestCase(test_rows.RowsTestCase):
    """A page with relations to one that its editor may view, and to another."""

    def setUp(self):
        super().setUp()
        registerFactoryAdapter(INote, Note)
        self.register_view("rows", LinksForm)
        self.register_view("links-view", LinksView)
        self.register_view("more", MoreLinksForm)
        self.register_view("more-view", MoreLinksView)
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        for name in ("open", "closed", "third"):
            self.portal.invokeFactory("Document", name, title=f"Title of {name}")
        for name in ("open", "third"):
            self.portal.portal_workflow.doActionFor(self.portal[name], "publish")
        # An editor of the whole site may view drafts.
        self.portal.acl_users.userFolderAddUser("writer", PASSWORD, ["Member"], [])
        self.page.manage_setLocalRoles("writer", ["Editor"])
        self.page.reindexObjectSecurity()
        self.refer("closed", "open")
        self.user = self.browser("writer")

    def refer(self, *names):
        self.store(**values(*map(self.portal.get, names)))

    def uuid(self, name):
        return IUUID(self.portal[name])

    def names(self, name):
        return names(self.stored()[name])

    def check_that_all_open(self, user):
        for view in ("rows", "links-view", "more", "more-view"):
            with self.subTest(view):
                user.handleErrors = False
                user.open(f"{self.url}/@@{view}")
                self.assertIn("200", user.headers["status"])

    def check_an_untouched_save(self, user):
        before = {name: self.names(name) for name in self.stored()}
        browser = self.saved(self.open(user), user)
        self.assertTrue("Nothing was changed" in browser.contents)
        form = self.open(user)
        form.fill("form.widgets.text", "typed")
        self.saved(form, user)
        self.assertEqual("typed", self.stored()["text"])
        for name, found in before.items():
            self.assertEqual(found, self.names(name), name)


class TestGoneTargets(TargetsTestCase):
    def setUp(self):
        super().setUp()
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        self.portal.manage_delObjects(["closed"])
        transaction.commit()

    def test_all_can_be_opened(self):
        for user in (self.user, self.other):
            self.check_that_all_open(user)

    def test_and_saved(self):
        for user in (self.user, self.other):
            self.check_an_untouched_save(user)


class TestHiddenTargets(TargetsTestCase):
    def test_all_can_be_opened(self):
        self.check_that_all_open(self.user)

    def test_and_saved(self):
        for user in (self.user, self.other):
            self.check_an_untouched_save(user)

    def test_the_catalog_lags_behind(self):
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        self.portal.portal_workflow.doActionFor(self.portal["closed"], "publish")
        self.portal["closed"].manage_permission("View", ["Manager"])
        transaction.commit()
        logout()
        self.open()
        self.check_an_untouched_save(self.user)

    def test_others_are_changed(self):
        form = self.open()
        uuids = form.sent("form.widgets.targets")[0].split(";")
        form.fill("form.widgets.targets", ";".join([self.uuid("third"), *uuids]))
        GridPage(form, "rows").move(1, 0)
        GridPage(form, "rows").type(1, "name", "new")
        self.saved(form)
        self.assertEqual(["third", "closed", "open"], self.names("targets"))
        self.assertEqual(["open"] * 2 + ["closed"] * 2, self.names("rows"))
        self.assertEqual("new", self.stored()["rows"][1]["name"])

    def test_they_are_removed(self):
        form = self.open()
        form.fill("form.widgets.target", "")
        form.fill("form.widgets.targets", self.uuid("open"))
        GridPage(form, "rows").type(0, "page", self.uuid("third"))
        self.saved(form)
        # A row has not shown the one in its list.
        self.assertEqual(["third", "closed", "open", "open"], self.names("rows"))
        form = self.open()
        GridPage(form, "rows").delete(0)
        self.saved(form)
        for name in ("target", "targets", "rows"):
            self.assertNotIn("closed", self.names(name))
        self.assertEqual(["open"], self.names("targets"))

    def test_menus_do_not_show_them(self):
        self.register_view("rows", MenusForm)
        self.check_an_untouched_save(self.user)

    def test_one_that_is_there_twice(self):
        self.refer("closed", "open", "closed", "open")
        self.check_an_untouched_save(self.user)

    def test_nobody_learns_that_one_is_there(self):
        self.store(
            rows=[
                {
                    "name": "row",
                    "pages": [relation_to(self.portal[n]) for n in ("open", "closed")],
                }
            ]
        )
        before = self.names("rows")
        for guess in (self.uuid("closed"), self.uuid("page")[::-1]):
            form = self.open()
            sent = f"{guess};{self.uuid('open')}"
            GridPage(form, "rows").type(0, "pages", sent)
            self.assertIn("Nothing was changed", self.saved(form).contents)
            self.assertEqual(before, self.names("rows"))

    def test_nobody_adds_one(self):
        self.refer("open", "third")
        form = self.open()
        form.fill("form.widgets.target", self.uuid("closed"))
        form.fill("form.widgets.targets", self.uuid("closed"))
        for name in ("page", "pages"):
            GridPage(form, "rows").type(0, name, self.uuid("closed"))
        self.send(form)
        for name in ("target", "targets", "rows"):
            self.assertNotIn("closed", self.names(name))

    def test_somebody_else_has_changed_another_field(self):
        form, other = self.open(), self.open(self.other)
        other.fill("form.widgets.text", "theirs")
        self.saved(other, self.other)
        form.fill("form.widgets.targets", self.uuid("closed"))
        self.saved(form)
        self.assertEqual("theirs", self.stored()["text"])
        self.assertEqual(["closed"], self.names("targets"))
