from Acquisition import aq_base
from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import schema_view
from collective.annotationforms.catalog.relations import FROM_ATTRIBUTE
from collective.annotationforms.catalog.relations import recatalog_page
from collective.annotationforms.exchange.export import CELL
from collective.annotationforms.exchange.portable import portable
from collective.annotationforms.fields.text import text_of
from collective.annotationforms.interfaces import InvalidValueError
from collective.annotationforms.storage.parts import leaves
from collective.annotationforms.storage.value import normal
from collective.annotationforms.tests.layers import IntegrationTestCase
from persistent.mapping import PersistentMapping
from plone.app.linkintegrity.browser.info import DeleteConfirmationInfo
from plone.app.textfield import RichText
from plone.app.textfield.value import RichTextValue
from plone.supermodel import model
from Products.CMFPlone.relationhelper import rebuild_relations
from z3c.form.interfaces import IDataManager
from z3c.relationfield import RelationChoice
from z3c.relationfield import RelationList
from z3c.relationfield import RelationValue
from z3c.relationfield.event import _setRelation
from z3c.relationfield.interfaces import IRelationValue
from zc.relation.interfaces import ICatalog
from zope import schema
from zope.annotation.interfaces import IAnnotations
from zope.component import getMultiAdapter
from zope.component import getUtility
from zope.event import notify
from zope.interface import alsoProvides
from zope.interface import directlyProvidedBy
from zope.interface import implementer
from zope.interface import Interface
from zope.interface import provider
from zope.intid.interfaces import IIntIds
from zope.lifecycleevent import ObjectModifiedEvent
from zope.schema.interfaces import IContextSourceBinder
from zope.schema.vocabulary import SimpleVocabulary

import transaction


KEY = "example.related"
VOCABULARY = "plone.app.vocabularies.Catalog"


class IPart(model.Schema):
    target = RelationChoice(title="Target", vocabulary=VOCABULARY, required=False)


@implementer(IPart)
class Part:
    target = None


@provider(IContextSourceBinder)
def pages(context):
    folder = context.__parent__
    return SimpleVocabulary.fromValues([folder["first"], folder["second"]])


def is_page(value):
    return value.getId() == "first"


class IRelated(model.Schema):
    one = RelationChoice(title="One", vocabulary=VOCABULARY, required=False)
    several = RelationList(
        title="Several",
        value_type=RelationChoice(vocabulary=VOCABULARY),
        required=False,
    )
    rows = schema.List(title="Rows", required=False)
    guarded = RelationChoice(
        title="Guarded", source=pages, constraint=is_page, required=False
    )
    text = RichText(title="Text", required=False)
    part = schema.Object(title="Part", schema=IPart, required=False)


class RelatedForm(AnnotationEditForm):
    schema = IRelated
    ANNOTATION_STORAGE_KEY = KEY


class RelationTestCase(IntegrationTestCase):
    def setUp(self):
        super().setUp()
        for name in ("first", "second", "third"):
            self.portal.invokeFactory("Document", name, title=name)
        self.storage = annotation_storage(self.page, KEY)
        self.view = schema_view(self.storage, IRelated, writable=True)

    def targets(self, page=None, **query):
        """Return the ids of the targets in the catalog, as the page's relations."""
        query["from_id"] = getUtility(IIntIds).getId(page or self.page)
        relations = getUtility(ICatalog).findRelations(query)
        return sorted(relation.to_object.getId() for relation in relations)

    def cataloged(self):
        return len(list(getUtility(ICatalog).findRelations({})))


class TestRelation(RelationTestCase):
    """Relations are stored as RelationValue and found in the catalog."""

    def test_stores_relations_and_returns_content(self):
        first, second = self.portal["first"], self.portal["second"]
        self.view.one = first
        self.view.several = [second, first]
        self.assertIs(RelationValue, type(self.storage["one"]))
        self.assertEqual(
            [RelationValue, RelationValue], list(map(type, self.storage["several"]))
        )
        self.assertEqual(first, self.view.one)
        self.assertEqual([second, first], self.view.several)

    def test_empty_values(self):
        self.assertIsNone(self.view.one)
        self.view.one = None
        self.view.several = None
        self.assertIsNone(self.view.one)
        self.assertEqual([], self.view.several)
        self.assertEqual({"one": None, "several": []}, dict(self.storage))

    def test_is_cataloged_with_the_page_as_source(self):
        self.view.one = self.portal["first"]
        self.assertEqual(["first"], self.targets(from_attribute=FROM_ATTRIBUTE))
        self.view.one = self.portal["second"]
        self.assertEqual(["second"], self.targets())
        self.view.several = [self.portal["first"], self.portal["third"]]
        self.assertEqual(["first", "second", "third"], self.targets())
        self.view.one = None
        del self.storage["several"]
        self.assertEqual([], self.targets())

    def test_stays_when_the_page_is_modified(self):
        self.view.one = self.portal["first"]
        notify(ObjectModifiedEvent(self.page))
        self.assertEqual(["first"], self.targets())

    def test_follows_a_move_of_the_target(self):
        self.view.one = self.portal["first"]
        self.portal.invokeFactory("Folder", "folder")
        transaction.savepoint()
        cut = self.portal.manage_cutObjects(["first"])
        self.portal["folder"].manage_pasteObjects(cut)
        self.assertEqual("/plone/folder/first", self.path(self.view.one))

    def path(self, content):
        return "/".join(content.getPhysicalPath())

    def test_a_deleted_target_is_gone(self):
        self.view.one = self.portal["first"]
        self.view.several = [self.portal["first"], self.portal["second"]]
        self.portal.manage_delObjects(["first"])
        self.assertIsNone(self.view.one)
        self.assertEqual([self.portal["second"]], self.view.several)

    def test_deleting_the_target_warns(self):
        self.view.one = self.portal["first"]
        info = DeleteConfirmationInfo(self.portal, self.request)
        (breach,) = info.get_breaches([self.portal["first"]])
        (source,) = breach["sources"]
        self.assertEqual(self.page.absolute_url(), source["url"])

    def test_deleting_the_page_cleans_the_catalog(self):
        before = self.cataloged()
        self.view.one = self.portal["first"]
        self.view.several = [self.portal["second"]]
        self.view.text = RichTextValue(
            '<a href="third">third</a>', "text/html", "text/html"
        )
        self.assertEqual(before + 3, self.cataloged())
        self.portal.manage_delObjects(["page"])
        self.assertEqual(before, self.cataloged())

    def test_a_copy_has_relations_of_its_own_and_no_copy_of_the_target(self):
        self.view.one = self.portal["first"]
        transaction.savepoint()
        self.portal.manage_pasteObjects(self.portal.manage_copyObjects(["page"]))
        copied = self.portal["copy_of_page"]
        self.assertEqual(["first"], self.targets(copied))
        view = schema_view(annotation_storage(copied, KEY), IRelated, writable=True)
        self.assertEqual(self.portal["first"], view.one)
        view.one = self.portal["second"]
        self.assertEqual(["second"], self.targets(copied))
        self.assertEqual(["first"], self.targets())
        self.assertEqual(self.portal["first"], self.view.one)

    def test_the_record_of_the_data_does_not_contain_the_target(self):
        self.portal["first"].description = "a marked description"
        self.view.one = self.portal["first"]
        self.view.several = [self.portal["second"]]
        transaction.savepoint()
        jar = self.page._p_jar
        for persistent in (self.stored(KEY), self.storage["one"]):
            record, _serial = jar._storage.load(persistent._p_oid)
            self.assertNotIn(b"a marked description", record)
            self.assertNotIn(b"ImplicitAcquisitionWrapper", record)

    def test_relations_in_rows_are_cataloged(self):
        intids = getUtility(IIntIds)
        rows = [
            {"name": "a", "target": RelationValue(intids.getId(self.portal["first"]))},
            {"name": "b", "target": None},
        ]
        self.storage["rows"] = rows
        self.assertEqual(["first"], self.targets())
        self.storage.clear()
        self.assertEqual([], self.targets())

    def test_relations_in_an_object_are_cataloged(self):
        part = Part()
        field = IPart["target"]
        getMultiAdapter((part, field), IDataManager).set(self.portal["first"])
        self.storage["part"] = part
        self.assertEqual(["first"], self.targets(from_attribute=FROM_ATTRIBUTE))
        self.portal.manage_pasteObjects(self.portal.manage_copyObjects(["page"]))
        self.assertEqual(["first"], self.targets(self.portal["copy_of_page"]))
        self.storage["part"] = Part()
        self.assertEqual([], self.targets())

    def test_content_in_rows_is_stored_as_relations(self):
        first, second = self.portal["first"], self.portal["second"]
        rows = [
            {"name": "a", "target": first, "more": (first, second)},
            {"name": "b", "target": None, "more": ()},
        ]
        self.view.rows = rows
        stored = self.storage["rows"]
        self.assertIs(RelationValue, type(stored[0]["target"]))
        self.assertEqual(["first", "first", "second"], self.targets())
        self.assertEqual(rows, self.view.rows)
        self.portal.manage_delObjects(["first"])
        self.assertEqual(
            [{"name": "a", "target": None, "more": (second,)}, rows[1]], self.view.rows
        )

    def test_the_catalog_tells_neither_form_nor_field(self):
        self.view.one = self.portal["first"]
        self.view.text = RichTextValue(
            '<a href="second">second</a>', "text/html", "text/html"
        )
        found = list(getUtility(ICatalog).findRelations({}))
        self.assertEqual(2, len(found))
        for relation in found:
            self.assertEqual(FROM_ATTRIBUTE, relation.from_attribute)
            self.assertNotIn(KEY, repr(relation))

    def test_the_same_target_in_two_fields(self):
        self.view.one = self.portal["first"]
        self.view.several = [self.portal["first"]]
        self.assertEqual(["first", "first"], self.targets())
        self.view.one = None
        self.assertEqual(["first"], self.targets())
        self.view.several = []
        self.assertEqual([], self.targets())

    def test_relations_that_were_cataloged_by_their_fields(self):
        self.view.one = self.portal["first"]
        self.view.several = [self.portal["second"], self.portal["third"]]
        catalog = getUtility(ICatalog)
        for relation in list(catalog.findRelations({})):
            catalog.unindex(relation)
            key, name = relation.annotation_origin
            del relation.annotation_origin
            _setRelation(self.page, f"{key}.{name}", relation)
        for _time in range(2):
            recatalog_page(self.page)
            self.assertEqual(
                ["first", "second", "third"],
                self.targets(from_attribute=FROM_ATTRIBUTE),
            )
            self.assertEqual(3, self.cataloged())
        self.view.several = []
        self.assertEqual(["first"], self.targets())

    def relation_to(self, name):
        return RelationValue(getUtility(IIntIds).getId(self.portal[name]))

    def test_relations_are_set_as_behaviors_take_them(self):
        self.view.one = self.relation_to("first")
        self.view.several = [self.relation_to("second"), self.portal["third"]]
        self.view.rows = [{"target": self.relation_to("first")}]
        self.assertEqual(self.portal["first"], self.view.one)
        self.assertEqual(
            [self.portal["second"], self.portal["third"]], self.view.several
        )
        self.assertEqual(["first", "first", "second", "third"], self.targets())
        self.view.guarded = self.relation_to("first")
        self.assertEqual(self.portal["first"], self.view.guarded)
        for name in ("second", "third"):
            with self.assertRaises(InvalidValueError):
                self.view.guarded = self.relation_to(name)
        del self.storage["guarded"]
        transaction.savepoint()
        self.view.one = self.storage["several"][0]
        self.assertEqual(["first", "second", "second", "third"], self.targets())
        for relation in self.storage["several"]:
            self.assertIsNotNone(relation.from_object)

    def test_a_relation_in_two_places_is_two(self):
        self.view.one = self.portal["first"]
        self.view.several = [self.portal["second"], self.portal["third"]]
        part = Part()
        part.target = self.relation_to("third")
        self.storage["part"] = part
        other = annotation_storage(self.portal["private-page"], KEY)
        for name in ("with a copy", "with a savepoint"):
            with self.subTest(name):
                other.update(self.storage)
                self.assertEqual(4, len(self.targets()))
                self.assertEqual(4, len(self.targets(self.portal["private-page"])))
                self.assert_all_own(self.page, self.storage)
                self.assert_all_own(self.portal["private-page"], other)
                transaction.savepoint()
        other["two"] = other["one"]
        other["three"] = [other["one"], *other["several"], other["part"]]
        self.assertEqual(9, len(self.targets(self.portal["private-page"])))
        self.assert_all_own(self.portal["private-page"], other)
        other.remove()
        self.assertEqual([], self.targets(self.portal["private-page"]))
        self.assertEqual(4, len(self.targets()))

    def assert_all_own(self, page, storage):
        found = [leaf for value in storage.values() for leaf in leaves(None, value)]
        found = [leaf for leaf in found if isinstance(leaf, RelationValue)]
        self.assertEqual(len(found), len(set(map(id, found))))
        for relation in found:
            self.assertEqual(page.getId(), relation.from_object.getId())

    def test_relations_of_content_are_copied(self):
        relation = self.relation_to("first")
        _setRelation(self.page, "relatedItems", relation)
        self.view.one = relation
        self.storage["rows"] = [{"target": relation}]
        self.assertEqual("relatedItems", relation.from_attribute)
        self.assertEqual(["first"], self.targets(from_attribute="relatedItems"))
        self.assertEqual(["first"] * 3, self.targets())

    def test_what_is_set_again_is_kept(self):
        self.view.several = [self.portal["first"], self.portal["second"]]
        transaction.savepoint()
        before = self.storage["several"]
        self.storage["several"] = before[::-1]
        self.assertIs(before[0], self.storage["several"][1])
        self.assertEqual(["first", "second"], self.targets())

    def test_relations_of_others_are_left_alone(self):
        relation = RelationValue(getUtility(IIntIds).getId(self.portal["first"]))
        _setRelation(self.page, "other.name", relation)
        IAnnotations(self.page)["other.key"] = PersistentMapping(mine=relation)
        transaction.savepoint()
        self.portal.manage_pasteObjects(self.portal.manage_copyObjects(["page"]))
        copied = IAnnotations(self.portal["copy_of_page"])["other.key"]["mine"]
        self.assertEqual("other.name", copied.from_attribute)
        self.assertEqual([], self.targets(self.portal["copy_of_page"]))


class TestRebuild(RelationTestCase):
    """The control panel of Plone makes relations anew, also with new numbers."""

    def setUp(self):
        super().setUp()
        self.view.one = self.portal["first"]
        self.view.several = [self.portal["second"], self.portal["third"]]
        self.storage["rows"] = [{"target": self.storage["one"]}]
        self.view.text = RichTextValue(
            '<a href="third">third</a>', "text/html", "text/html"
        )
        part = Part()
        part.target = self.storage["one"]
        self.storage["part"] = part
        transaction.savepoint()

    def rebuild(self, new_numbers):
        before = self.all_values()
        rebuild_relations(flush_and_rebuild_intids=new_numbers)
        transaction.savepoint()
        self.assertEqual(before, self.all_values())
        self.assertEqual({"first", "second", "third"}, set(self.targets()))
        self.assertFalse(hasattr(self.page.aq_base, FROM_ATTRIBUTE))

    def all_values(self):
        """Return the targets as the form, exports and tables have them."""
        one, several = self.view.one, self.view.several
        rows, fields = self.view.rows, IRelated
        return {
            "one": one,
            "several": several,
            "row": rows[0]["target"],
            "json": portable(self.storage["several"], fields["several"]),
            "csv": text_of(fields["one"], self.storage["one"], CELL),
            "normal": normal(fields["one"], self.storage["one"]),
        }

    def test_values_and_catalog_are_kept(self):
        for new_numbers in (False, True, True, False):
            self.rebuild(new_numbers)

    def test_a_write_repairs_the_catalog(self):
        for new_numbers in (False, True):
            self.rebuild(new_numbers)
            self.view.one = self.portal["second"]
            expected = ["first", "first", "second", "second", "third", "third"]
            self.assertEqual(expected, self.targets())
            self.assertEqual(self.portal["first"], self.view.rows[0]["target"])
            self.view.one = self.portal["first"]
            self.view.several = []
            self.assertEqual(["first", "first", "first", "third"], self.targets())
            self.view.several = [self.portal["second"], self.portal["third"]]

    def test_deleting_afterwards(self):
        for new_numbers in (False, True):
            self.rebuild(new_numbers)
        self.portal.manage_delObjects(["first"])
        self.assertIsNone(self.view.one)
        self.assertEqual(
            [self.portal["second"], self.portal["third"]], self.view.several
        )
        self.portal.manage_delObjects(["page"])
        self.assertEqual(0, self.cataloged())


class TestRichText(RelationTestCase):
    """Link integrity knows the internal links in rich text."""

    def write(self, *targets):
        links = "".join(f'<a href="{self.link(target)}">x</a>' for target in targets)
        self.view.text = RichTextValue(links, "text/html", "text/x-html-safe")

    def link(self, target):
        return f"resolveuid/{self.portal[target].UID()}"

    def test_links_are_cataloged(self):
        self.write("first", "second")
        self.assertEqual(["first", "second"], self.targets())
        self.write("third")
        self.assertEqual(["third"], self.targets())
        self.view.text = None
        self.assertEqual([], self.targets())

    def test_links_survive_a_change_of_the_page(self):
        self.write("first")
        self.page.text = RichTextValue(
            f'<a href="{self.link("second")}">x</a>', "text/html", "text/x-html-safe"
        )
        notify(ObjectModifiedEvent(self.page))
        self.assertEqual(["first", "second"], self.targets())

    def test_deleting_the_target_warns(self):
        self.write("first")
        info = DeleteConfirmationInfo(self.portal, self.request)
        self.assertEqual(1, len(info.get_breaches([self.portal["first"]])))


class IMarker(Interface):
    """What the published recipe marks the mapping with."""


class TestDataOfTheRecipe(RelationTestCase):
    """A mapping with a marker in it, and content in place of relations."""

    def setUp(self):
        super().setUp()
        targets = [aq_base(self.portal[name]) for name in ("first", "second")]
        self.mapping = PersistentMapping(
            one=targets[0], several=targets, rows=[{"cell": targets[1]}]
        )
        alsoProvides(self.mapping, IMarker)
        IAnnotations(self.page)[KEY] = self.mapping
        transaction.savepoint()

    def assert_clean(self, page, targets):
        stored = IAnnotations(page)[KEY]
        self.assertIs(PersistentMapping, type(stored))
        self.assertEqual([], list(directlyProvidedBy(stored)))
        self.assertEqual(targets, self.targets(page))
        self.assertTrue(IRelationValue.providedBy(stored["one"]))
        for value in (*stored["several"], stored["rows"][0]["cell"]):
            self.assertTrue(IRelationValue.providedBy(value))

    def test_reading_writes_nothing(self):
        self.assertEqual("first", self.view.one.getId())
        self.assertEqual(
            ["first", "second"], [one.getId() for one in self.view.several]
        )
        self.assertFalse(self.mapping._p_changed)
        self.assertTrue(IMarker.providedBy(self.mapping))

    def test_the_next_write_cleans_it(self):
        self.storage["text"] = None
        self.assert_clean(self.page, ["first", "first", "second", "second"])
        self.assertEqual(self.portal["first"], self.view.one)

    def test_a_write_of_one_of_the_values(self):
        self.view.one = self.portal["third"]
        self.assert_clean(self.page, ["first", "second", "second", "third"])

    def test_a_copy_of_the_page_clones_no_target_afterwards(self):
        self.storage["text"] = None
        self.portal.manage_pasteObjects(self.portal.manage_copyObjects(["page"]))
        copied = self.portal["copy_of_page"]
        self.assert_clean(copied, ["first", "first", "second", "second"])

    def test_a_target_that_is_gone(self):
        self.portal.manage_delObjects(["second"])
        self.storage["text"] = None
        self.assertEqual(["first", "first"], self.targets())
        self.assertEqual([], list(directlyProvidedBy(self.mapping)))
