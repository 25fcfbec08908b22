from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import schema_view
from collective.annotationforms.interfaces import IStorageSavedEvent
from collective.annotationforms.interfaces import IValueWrittenEvent
from collective.annotationforms.setuphandlers import MODIFIER_ID
from collective.annotationforms.tests.catalog.test_relations import RelationTestCase
from collective.annotationforms.tests.layers import IntegrationTestCase
from persistent.mapping import PersistentMapping
from plone.app.testing import applyProfile
from plone.app.textfield import RichText
from plone.app.textfield.value import RichTextValue
from plone.namedfile.field import NamedBlobFile
from plone.namedfile.file import NamedBlobFile as FileValue
from plone.namedfile.file import NamedBlobImage as ImageValue
from plone.supermodel import model
from unittest import mock
from z3c.relationfield import RelationChoice
from z3c.relationfield import RelationValue
from zope import schema
from zope.annotation.interfaces import IAnnotations
from zope.component import adapter
from zope.component import getGlobalSiteManager
from zope.component import getUtility
from zope.interface import Interface
from zope.intid.interfaces import IIntIds

import transaction


KEY = "example.versioned"
INDEPENDENT_KEY = "example.independent"
DISPUTED_KEY = "example.disputed"


class IPart(model.Schema):
    file = NamedBlobFile(title="File", required=False)


class Part:
    """The value of an Object field."""

    def __init__(self, file):
        self.file = file


class IData(model.Schema):
    name = schema.TextLine(title="Name", required=False)
    file = NamedBlobFile(title="File", required=False)
    rows = schema.List(title="Rows", required=False)
    part = schema.Object(title="Part", schema=IPart, required=False)
    related = RelationChoice(
        title="Related", vocabulary="plone.app.vocabularies.Catalog", required=False
    )
    text = RichText(title="Text", required=False)


class VersionedForm(AnnotationEditForm):
    schema = IData
    ANNOTATION_STORAGE_KEY = KEY


class IndependentForm(AnnotationEditForm):
    schema = IData
    ANNOTATION_STORAGE_KEY = INDEPENDENT_KEY
    VERSION_POLICY = "independent"


class DisputedForm(AnnotationEditForm):
    schema = IData
    ANNOTATION_STORAGE_KEY = DISPUTED_KEY


class DisputingForm(DisputedForm):
    VERSION_POLICY = "independent"


def text_file(data):
    return FileValue(data, "text/plain", "file.txt")


class VersionTestCase(IntegrationTestCase):
    def setUp(self):
        super().setUp()
        self.repository = self.portal.portal_repository
        self.storage = annotation_storage(self.page, KEY)
        # Then a revert replaces all annotations, and not none.
        IAnnotations(self.page)["example.other"] = "of others"

    def save(self):
        """Save a version; return its number."""
        self.repository.save(self.page)
        return self.page.version_id

    def version(self, number):
        return self.repository.retrieve(self.page, number).object

    def data(self, number, key=KEY):
        """Return the data of a version."""
        return annotation_storage(self.version(number), key)

    def revert(self, number):
        self.repository.revert(self.page, number)
        transaction.savepoint()


class TestPolicy(VersionTestCase):
    """What a version has, and what a revert does, by VERSION_POLICY."""

    def test_versioned_data_is_in_the_version_and_comes_back(self):
        self.storage.update(name="Ada")
        number = self.save()
        self.storage.update(name="Grace", more="x")
        self.assertEqual({"name": "Ada"}, self.data(number).copy())
        self.revert(number)
        self.assertEqual({"name": "Ada"}, self.storage.copy())
        self.assertIs(PersistentMapping, type(self.stored(KEY)))

    def test_a_version_older_than_the_data_leaves_it_alone(self):
        number = self.save()
        self.storage.update(name="Ada", file=text_file(b"live"))
        stored = self.stored(KEY)
        self.revert(number)
        self.assertIs(stored, self.stored(KEY))
        self.assertEqual(b"live", self.storage["file"].data)

    def test_a_version_without_any_annotation_leaves_the_data_alone(self):
        del IAnnotations(self.page)["example.other"]
        del self.page.aq_base.__annotations__
        number = self.save()
        self.storage.update(name="Ada")
        self.revert(number)
        self.assertEqual({"name": "Ada"}, self.storage.copy())

    def test_what_a_version_without_the_data_shows(self):
        number = self.save()
        del self.page.aq_base.__annotations__
        older = self.save()
        self.storage.update(name="Ada", file=text_file(b"live"))
        transaction.savepoint()
        # What the page has now, or nothing if the version has no annotation at all.
        self.assertEqual(b"live", self.data(number)["file"].data)
        self.assertEqual({}, self.data(older).copy())
        for version in (number, older):
            self.revert(version)
            self.assertEqual("Ada", self.storage["name"])
            self.assertEqual(b"live", self.storage["file"].data)

    def test_files_of_versions_from_before_and_after_the_first_annotation(self):
        del self.page.aq_base.__annotations__
        first = self.save()
        numbers = []
        for data in (b"one", b"two"):
            self.storage["file"] = text_file(data)
            numbers.append(self.save())
        self.storage["file"] = text_file(b"now")
        transaction.savepoint()
        found = [self.data(number)["file"].data for number in numbers]
        self.assertEqual([b"one", b"two"], found)
        self.assertEqual({}, self.data(first).copy())
        for number, data in ((first, b"now"), *zip(numbers, found, strict=True)):
            self.revert(number)
            self.assertEqual(data, self.storage["file"].data)
            self.storage["file"] = text_file(b"now")

    def test_independent_data_is_in_no_version_and_stays(self):
        storage = annotation_storage(self.page, INDEPENDENT_KEY)
        storage.update(name="Ada", file=text_file(b"first"))
        number = self.save()
        prepared = self.portal.portal_historiesstorage.retrieve(
            self.page.cmf_uid(), number
        )
        version = prepared.object.object
        self.assertEqual(["example.other"], list(IAnnotations(version)))
        self.assertEqual({}, prepared.referenced_data)
        storage.update(name="Grace", file=text_file(b"second"))
        stored = self.stored(INDEPENDENT_KEY)
        self.revert(number)
        self.assertIs(stored, self.stored(INDEPENDENT_KEY))
        self.assertEqual("Grace", storage["name"])
        self.assertEqual(b"second", storage["file"].data)

    def test_data_that_became_independent_does_not_come_back(self):
        annotation_storage(self.page, DISPUTED_KEY).update(name="Ada")
        VersionedForm.ANNOTATION_STORAGE_KEY = DISPUTED_KEY
        self.addCleanup(setattr, VersionedForm, "ANNOTATION_STORAGE_KEY", KEY)
        DisputingForm.ANNOTATION_STORAGE_KEY = "example.nothing"
        self.addCleanup(setattr, DisputingForm, "ANNOTATION_STORAGE_KEY", DISPUTED_KEY)
        number = self.save()
        self.assertEqual({"name": "Ada"}, self.data(number, DISPUTED_KEY).copy())
        DisputingForm.ANNOTATION_STORAGE_KEY = DISPUTED_KEY
        del IAnnotations(self.page)[DISPUTED_KEY]
        self.revert(number)
        self.assertIsNone(self.stored(DISPUTED_KEY))

    def test_the_strictest_of_several_forms_wins(self):
        storage = annotation_storage(self.page, DISPUTED_KEY)
        storage.update(name="Ada")
        number = self.save()
        storage.update(name="Grace")
        self.revert(number)
        self.assertEqual({"name": "Grace"}, storage.copy())

    def test_annotations_of_others_are_reverted_as_ever(self):
        annotations = IAnnotations(self.page)
        annotations["example.mapping"] = PersistentMapping(a=1)
        number = self.save()
        annotations["example.other"] = "changed"
        annotations["example.mapping"]["a"] = 2
        annotations["example.later"] = PersistentMapping(b=1)
        self.revert(number)
        self.assertEqual("of others", annotations["example.other"])
        self.assertEqual({"a": 1}, dict(annotations["example.mapping"]))
        self.assertNotIn("example.later", annotations)

    def test_an_unknown_policy_is_refused_where_it_is_written(self):
        with self.assertRaisesRegex(ValueError, "one of 'versioned', 'independent'"):
            type("Wrong", (VersionedForm,), {"VERSION_POLICY": "independently"})


class TestFiles(VersionTestCase):
    """Files are in versions, as long as there is one that has them."""

    def fill(self, data):
        self.storage.update(
            name=data.decode(),
            file=text_file(data),
            rows=[{"file": text_file(data + b" in row")}, {"file": None}],
            part=Part(ImageValue(data + b" in object", filename="i.png")),
        )

    def contents(self, storage):
        """Return the content of all files."""
        return [
            storage["file"].data,
            storage["rows"][0]["file"].data,
            storage["rows"][1]["file"],
            storage["part"].file.data,
        ]

    def expected(self, data):
        return [data, data + b" in row", None, data + b" in object"]

    def test_each_version_has_its_files_and_the_page_keeps_its_own(self):
        numbers = {}
        for data in (b"first", b"second"):
            self.fill(data)
            numbers[data] = self.save()
        self.fill(b"live")
        for data, number in numbers.items():
            self.assertEqual(self.expected(data), self.contents(self.data(number)))
        self.assertEqual(self.expected(b"live"), self.contents(self.storage))

    def test_reverting_back_and_forth(self):
        numbers = {}
        for data in (b"first", b"second"):
            self.fill(data)
            numbers[data] = self.save()
        for data in (b"first", b"second", b"first"):
            self.revert(numbers[data])
            self.assertEqual(self.expected(data), self.contents(self.storage))

    def test_the_version_refers_to_the_blob_of_the_page(self):
        self.fill(b"first")
        blob = self.storage["file"]._blob
        number = self.save()
        self.assertIs(blob, self.data(number)["file"]._blob)
        self.revert(number)
        self.assertIs(blob, self.storage["file"]._blob)

    def test_files_that_no_form_knows_of_are_kept_too(self):
        storage = annotation_storage(self.page, "example.without-form")
        storage["file"] = text_file(b"first")
        number = self.save()
        data = self.data(number, "example.without-form")
        self.assertEqual(b"first", data["file"].data)

    def test_the_same_file_twice(self):
        file = text_file(b"shared")
        self.storage.update(file=file, rows=[{"file": file}])
        data = self.data(self.save())
        self.assertEqual(b"shared", data["file"].data)
        self.assertEqual(b"shared", data["rows"][0]["file"].data)

    def test_blobs_elsewhere_are_left_to_others(self):
        IAnnotations(self.page)["example.file"] = text_file(b"of others")
        self.portal.portal_repository.save(self.page)
        prepared = self.portal.portal_historiesstorage.retrieve(self.page.cmf_uid())
        self.assertEqual({}, prepared.referenced_data)


class TestRelations(RelationTestCase, VersionTestCase):
    """The relation catalog knows what the page has after a revert."""

    def setUp(self):
        super().setUp()
        self.storage = annotation_storage(self.page, KEY)
        self.view = schema_view(self.storage, IData, writable=True)

    def write(self, target):
        link = f'<a href="resolveuid/{self.portal["second"].UID()}">x</a>'
        self.view.related = self.portal[target]
        self.view.text = RichTextValue(link, "text/html", "text/x-html-safe")

    def clear(self):
        self.view.related = None
        self.view.text = None

    def test_the_version_has_the_target(self):
        self.write("first")
        number = self.save()
        self.view.related = self.portal["third"]
        version = schema_view(self.data(number), IData)
        self.assertEqual(self.portal["first"], version.related)
        self.assertEqual(["second", "third"], self.targets())

    def test_looking_at_a_version_changes_nothing(self):
        self.write("first")
        number = self.save()
        self.view.related = self.portal["third"]
        transaction.savepoint()
        self.version(number)
        self.assertEqual([], self.page._p_jar._registered_objects)
        relation = self.storage["related"]
        self.assertEqual(self.page, relation.from_object)
        self.assertEqual(["second", "third"], self.targets())

    def test_a_revert_catalogs_them_again(self):
        self.write("first")
        number = self.save()
        self.view.related = self.portal["third"]
        self.revert(number)
        self.assertEqual(self.portal["first"], self.view.related)
        self.assertEqual(["first", "second"], self.targets())
        relation = self.storage["related"]
        self.assertIs(self.page.aq_base, relation.__parent__)
        self.assertEqual(self.page, relation.from_object)
        self.clear()
        self.assertEqual([], self.targets())

    def test_a_revert_to_none(self):
        self.clear()
        number = self.save()
        self.write("first")
        self.revert(number)
        self.assertEqual([], self.targets())

    def test_a_revert_that_leaves_the_data_alone(self):
        number = self.save()
        self.write("first")
        self.revert(number)
        self.assertEqual(["first", "second"], self.targets())

    def test_a_revert_to_a_deleted_target(self):
        self.write("first")
        number = self.save()
        self.clear()
        self.portal.manage_delObjects(["first"])
        self.revert(number)
        self.assertIsNone(self.view.related)
        self.assertEqual(["second"], self.targets())

    def test_relations_of_others_are_left_alone(self):
        relation = RelationValue(getUtility(IIntIds).getId(self.portal["first"]))
        IAnnotations(self.page)["other.key"] = PersistentMapping(mine=relation)
        self.revert(self.save())
        self.assertEqual([], self.targets())


class IMarked(Interface):
    """Marks the storage of the form that is told of."""


class MarkedForm(VersionedForm):
    ASSIGN_INTERFACES = (IMarked,)


class TestTold(VersionTestCase):
    """A revert is a save: subscribers are told once for each form."""

    def setUp(self):
        super().setUp()
        self.saved = []
        self.written = []
        registry = getGlobalSiteManager()
        for handler in (self.when_saved, self.when_written):
            registry.registerHandler(handler)
            self.addCleanup(registry.unregisterHandler, handler)

    @adapter(IStorageSavedEvent)
    def when_saved(self, event):
        self.saved.append(event)

    @adapter(IValueWrittenEvent)
    def when_written(self, event):
        self.written.append((event.name, event.old, event.new))

    def versions(self):
        """Save a version, change the data, and forget what was told meanwhile."""
        self.storage.update(name="Ada", rows=["a"], file=text_file(b"first"))
        annotation_storage(self.page, "example.without-form")["name"] = "Ada"
        number = self.save()
        self.storage.update(name="Grace", more="x")
        annotation_storage(self.page, "example.without-form")["name"] = "Grace"
        transaction.savepoint(optimistic=True)
        self.saved.clear()
        self.written.clear()
        return number

    def test_a_revert_tells_what_was_changed(self):
        self.revert(self.versions())
        told = {event.key: dict(event.changes) for event in self.saved}
        self.assertEqual(
            {
                KEY: {"name": ("Grace", "Ada"), "more": ("x", None)},
                "example.without-form": {"name": ("Grace", "Ada")},
            },
            told,
        )
        self.assertEqual(2, len(self.saved))
        for event in self.saved:
            self.assertEqual(self.page, event.page)
        self.assertEqual(
            [("more", "x", None), ("name", "Grace", "Ada"), ("name", "Grace", "Ada")],
            self.written,
        )

    def test_the_storage_is_that_of_the_form(self):
        self.revert(self.versions())
        told = {event.key: IMarked.providedBy(event.storage) for event in self.saved}
        self.assertEqual({KEY: True, "example.without-form": False}, told)

    def test_looking_at_a_version_tells_nothing(self):
        number = self.versions()
        self.assertEqual("Ada", self.data(number)["name"])
        list(self.repository.getHistory(self.page))
        self.assertEqual([], self.saved)
        self.assertEqual([], self.written)
        self.assertEqual("Grace", self.storage["name"])

    def test_a_revert_that_changes_no_data_tells_nothing(self):
        self.versions()
        number = self.save()
        file = self.stored(KEY)["file"]
        self.revert(number)
        self.assertEqual([], self.saved)
        self.assertEqual([], self.written)
        self.assertIs(file, self.stored(KEY)["file"])

    def test_data_that_come_and_go(self):
        self.storage.update(name="Ada")
        number = self.save()
        self.storage.remove()
        annotation_storage(self.page, "example.later")["name"] = "Grace"
        self.saved.clear()
        self.revert(number)
        told = {event.key: dict(event.changes) for event in self.saved}
        self.assertEqual(
            {KEY: {"name": (None, "Ada")}, "example.later": {"name": ("Grace", None)}},
            told,
        )
        self.assertNotIn("example.later", IAnnotations(self.page))

    def test_the_page_keeps_its_mapping_and_the_history_of_it(self):
        number = self.versions()
        stored = self.stored(KEY)
        self.revert(number)
        self.assertIs(stored, self.stored(KEY))

    def test_another_file(self):
        number = self.versions()
        self.storage["file"] = text_file(b"second")
        self.saved.clear()
        self.revert(number)
        changes = next(event.changes for event in self.saved if event.key == KEY)
        old, new = changes["file"]
        self.assertEqual((b"second", b"first"), (old.data, new.data))

    def test_a_plain_dict_in_the_version(self):
        IAnnotations(self.page)[KEY] = {"name": "Ada"}
        number = self.save()
        self.storage["name"] = "Grace"
        self.revert(number)
        self.assertEqual({"name": "Ada"}, dict(self.storage))

    def test_something_else_in_the_version_comes_back_as_it_is(self):
        IAnnotations(self.page)[KEY] = ["Ada"]
        number = self.save()
        IAnnotations(self.page)[KEY] = PersistentMapping(name="Grace")
        self.revert(number)
        self.assertEqual(["Ada"], IAnnotations(self.page)[KEY])

    def test_a_deleted_page_that_is_restored(self):
        self.storage.update(name="Ada", file=text_file(b"first"))
        number = self.save()
        history = self.portal.portal_historyidhandler.queryUid(self.page)
        with mock.patch(
            "Products.CMFEditions.subscriber.dereference", lambda obj: (obj, None)
        ):
            self.portal.manage_delObjects(["page"])
        self.repository.restore(history, number, self.portal)
        self.page = self.portal["page"]
        storage = annotation_storage(self.page, KEY)
        self.assertEqual("Ada", storage["name"])
        self.assertEqual(b"first", storage["file"].data)


class TestModifier(VersionTestCase):
    """The profile registers the modifier, the uninstall profile removes it."""

    def test_it_is_registered_once(self):
        registry = self.portal.portal_modifier
        self.assertEqual("Data of forms in versions", registry[MODIFIER_ID].title)
        self.assertTrue(registry[MODIFIER_ID].isEnabled())
        applyProfile(self.portal, "collective.annotationforms:default")
        self.assertEqual(1, registry.objectIds().count(MODIFIER_ID))

    def test_uninstalled(self):
        for _time in range(2):
            applyProfile(self.portal, "collective.annotationforms:uninstall")
            self.assertNotIn(MODIFIER_ID, self.portal.portal_modifier)
        self.storage.update(name="Ada")
        number = self.save()
        self.assertEqual({"name": "Ada"}, self.data(number).copy())
