"""Small things that tell something: names, counts, and what the catalog answers."""

from AccessControl.ZopeGuards import guarded_getattr
from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.catalog.formindex import FormDataIndex
from collective.annotationforms.catalog.inventory import INDEX
from collective.annotationforms.catalog.search import keys_in_use
from collective.annotationforms.catalog.search import Search
from collective.annotationforms.registry import form_of
from collective.annotationforms.testing import registered_form
from collective.annotationforms.tests.access.kinds import KINDS
from collective.annotationforms.tests.access.kinds import USERS
from collective.annotationforms.tests.access.site import AccessTestCase
from plone.app.contenttypes.interfaces import IDocument
from plone.supermodel import model
from Products.PluginIndexes.KeywordIndex.KeywordIndex import KeywordIndex
from urllib.parse import urlencode
from z3c.relationfield import RelationChoice
from z3c.relationfield import RelationList
from z3c.relationfield import RelationValue
from zope import schema
from zope.component import getUtility
from zope.intid.interfaces import IIntIds

import json
import transaction


CATALOG = "plone.app.vocabularies.Catalog"
OPEN, VIEWED, *_ = KINDS
NO_MANAGERS = USERS[:-1]
PROFILE = "collective.annotationforms:default"


class TestNames(AccessTestCase):
    """Who has changed the data is told to who may change them."""

    def test_the_tab(self):
        plain = {"form.widgets.plain": "new", "form.buttons.save": "Save"}
        self.post("manager", f"@@{OPEN.name}", **plain)
        for user in USERS:
            with self.subTest(user=user):
                row = self.get(user, "@@form-data").partition("<tbody>")[2]
                may_know = user in ("editor", "confidant", "manager")
                self.assertEqual(may_know, "admin" in row)
                # When it was is no secret.
                self.assertNotIn("Never", row.partition("</tr>")[0])


class IRelated(model.Schema):
    plain = schema.TextLine(title="Plain", required=False)
    one = RelationChoice(title="One", vocabulary=CATALOG, required=False)
    more = RelationList(
        title="More", value_type=RelationChoice(vocabulary=CATALOG), required=False
    )


class RelatedForm(AnnotationEditForm):
    schema = IRelated
    ANNOTATION_STORAGE_KEY = "access.related"


class TestTargets(AccessTestCase):
    """Pages that one may not view are not named where others refer to them."""

    def setUp(self):
        super().setUp()
        registration = registered_form(
            "related",
            RelatedForm,
            for_=IDocument,
            title="Related",
            permission="cmf.ModifyPortalContent",
            view_permission="zope2.View",
        )
        registration.__enter__()
        self.addCleanup(registration.__exit__, None, None, None)
        english = self.portal["en"]
        english.invokeFactory("Document", "hidden-page", title="Xylophone")
        self.target = english["hidden-page"]
        of = getUtility(IIntIds).getId
        relations = [RelationValue(of(self.target)), RelationValue(of(self.page))]
        annotation_storage(self.page, "access.related").update(
            plain="x", one=RelationValue(of(self.target)), more=relations
        )
        self.portal.portal_repository.save(self.page)
        annotation_storage(self.page, "access.related")["one"] = None
        for permission in ("View", "Access contents information"):
            self.target.manage_permission(permission, ["Manager"], acquire=0)
        self.target.reindexObjectSecurity()
        transaction.commit()

    def test_pages_that_show_values(self):
        for path in (
            "@@related-view",
            "@@form-data",
            "@@form-data-delete?key=access.related",
            "@@history?one=current&two=0",
        ):
            for user in USERS:
                with self.subTest(path=path, user=user):
                    found = self.get(user, path)
                    is_told = "Xylophone" in found or "hidden-page" in found
                    expected = user == "manager" and path != "@@form-data"
                    self.assertEqual(expected, is_told)

    def test_the_export(self):
        for user in USERS:
            text = self.get(user, "@@form-data-export?key=access.related")
            found = json.loads(text)["pages"][0]["values"]["more"]
            # Editors see it in the form, and would lose it by an import.
            all_of_them = user in ("editor", "confidant", "manager")
            targets = [self.target.UID()] if all_of_them else []
            self.assertEqual([*targets, self.page.UID()], found, user)


class TestCounts(AccessTestCase):
    """How much is left out is told to who manages form data."""

    def test_the_tab(self):
        for user in NO_MANAGERS:
            with self.subTest(user=user):
                self.assertNotIn("may not see", self.get(user, "@@form-data"))

    def test_the_export_of_a_page(self):
        for user in NO_MANAGERS:
            with self.subTest(user=user):
                text = self.get(user, f"@@form-data-export?key={OPEN.key}")
                self.assertEqual(
                    {"pages": 0, "values": 0}, json.loads(text)["left_out"]
                )

    def test_words_of_hidden_pages(self):
        english = self.portal["en"]
        english.invokeFactory("Document", "hidden", title="Xylophone")
        hidden = english["hidden"]
        self.restore(OPEN, hidden)
        hidden.manage_permission("View", [], acquire=0)
        hidden.manage_permission("Access contents information", [], acquire=0)
        hidden.reindexObject()
        transaction.commit()
        path = f"@@form-data-pages?form={OPEN.name}&text="
        answers = {
            self.get("manager", path + word, self.portal).count("not see")
            for word in ("xylophone", "nothing")
        }
        self.assertEqual(1, len(answers))


class TestIndex(AccessTestCase):
    """The index of form data answers who manages form data, and our own code."""

    def setUp(self):
        super().setUp()
        self.page.reindexObject()
        transaction.commit()
        self.catalog = self.portal.portal_catalog

    def queries(self):
        yield {INDEX: OPEN.key}
        yield {INDEX: [OPEN.key, VIEWED.key]}
        yield {INDEX: {"query": [OPEN.key, VIEWED.key], "operator": "or"}}
        yield {INDEX: {"query": "", "range": "min"}}
        yield {INDEX: {"query": ["a", "z"], "range": "min:max"}}
        yield {INDEX: {"query": OPEN.key, "operator": "and"}}

    def test_searches(self):
        for query in self.queries():
            for user in USERS:
                with self.subTest(query=query, user=user):
                    self.as_user(user)
                    for search in (
                        self.catalog.searchResults,
                        self.catalog.unrestrictedSearchResults,
                    ):
                        self.assertEqual(user == "manager", bool(search(query)))

    def test_what_is_not_in_it(self):
        everything = {"UID": self.page.UID()}
        for user in NO_MANAGERS:
            self.as_user(user)
            for wrong in ({"not": [OPEN.key]}, {"not": ["no such key"]}):
                found = self.catalog.searchResults(everything | {INDEX: wrong})
                with self.subTest(user=user, wrong=wrong):
                    self.assertEqual(0, len(found))

    def test_by_url(self):
        for user in USERS:
            for path in (
                f"portal_catalog/uniqueValuesFor?{urlencode({'name': INDEX})}",
                f"portal_catalog/Indexes/{INDEX}/uniqueValues",
                f"portal_catalog/Indexes/{INDEX}/items",
                "portal_catalog/getIndexDataForUID?uid=/plone/en/page",
            ):
                with self.subTest(user=user, path=path):
                    text = self.get(user, path, self.portal)
                    if user != "manager":
                        self.assertNotIn("access.", text)

    def test_restricted_code(self):
        for user in NO_MANAGERS:
            self.as_user(user)
            unique = guarded_getattr(self.catalog, "uniqueValuesFor")
            self.assertEqual([], list(unique(INDEX)))

    def test_our_code_asks_as_anybody(self):
        for user in USERS:
            self.as_user(user)
            self.assertLessEqual({kind.key for kind in KINDS}, set(keys_in_use()))
            search = Search(form=form_of(self.page, OPEN.key))
            self.assertEqual(1, search.count())
            self.assertEqual(1, len(search.pages()))

    def test_writing_as_anybody_keeps_it_up_to_date(self):
        self.as_user("confidant")
        form_of(self.page, OPEN.key).storage(self.page).remove()
        transaction.commit()
        self.assertEqual(0, Search(form=form_of(self.page, OPEN.key)).count())
        self.restore(OPEN)
        self.assertEqual(1, Search(form=form_of(self.page, OPEN.key)).count())

    def test_upgrade(self):
        setup = self.portal.portal_setup
        self.catalog.delIndex(INDEX)
        old = KeywordIndex(INDEX, extra={"indexed_attrs": INDEX})
        self.catalog.addIndex(INDEX, old)
        self.catalog.reindexObject(self.page, idxs=[INDEX])
        transaction.commit()
        for _time in range(2):
            setup.setLastVersionForProfile(PROFILE, "1004")
            setup.upgradeProfile(PROFILE)
            transaction.commit()
            (index,) = [
                index for index in self.catalog.getIndexObjects() if index.id == INDEX
            ]
            self.assertIsInstance(index.aq_base, FormDataIndex)
            self.assertLessEqual({kind.key for kind in KINDS}, set(keys_in_use()))
            self.as_user("anonymous")
            self.assertEqual((), tuple(self.catalog.uniqueValuesFor(INDEX)))
            self.as_user("manager")
