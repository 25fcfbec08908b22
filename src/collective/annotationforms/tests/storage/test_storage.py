from collective.annotationforms import annotation_storage
from collective.annotationforms.interfaces import AnnotationsHiddenError
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import IValueWrittenEvent
from collective.annotationforms.interfaces import NotAMappingError
from collective.annotationforms.interfaces import NotAnnotatableError
from collective.annotationforms.tests.pages import BarePage
from collective.annotationforms.tests.pages import database
from collective.annotationforms.tests.pages import HintedPage
from collective.annotationforms.tests.pages import Page
from collective.annotationforms.tests.pages import registered_objects
from hypothesis import given
from hypothesis import strategies
from hypothesis.stateful import invariant
from hypothesis.stateful import rule
from hypothesis.stateful import RuleBasedStateMachine
from persistent.mapping import PersistentMapping
from plone.testing.zca import UNIT_TESTING
from zope.annotation.attribute import AttributeAnnotations
from zope.annotation.interfaces import IAnnotations
from zope.component import provideAdapter
from zope.component import provideHandler
from zope.interface import Interface
from zope.interface.verify import verifyObject

import copy
import pickle
import sys
import transaction
import types
import unittest


KEY = "example.key"


class IFirst(Interface):
    """A marker."""


class ISecond(Interface):
    """Another marker."""


class StorageTestCase(unittest.TestCase):
    layer = UNIT_TESTING

    def setUp(self):
        provideAdapter(AttributeAnnotations)
        self.page = Page()
        self.storage = annotation_storage(self.page, KEY)

    def stored(self):
        return IAnnotations(self.page).get(KEY)


class TestStorage(StorageTestCase):
    """What a storage is and where it keeps values."""

    def test_provides_its_contract(self):
        verifyObject(IAnnotationStorage, self.storage, tentative=True)
        self.assertIsInstance(self.storage, PersistentMapping)
        self.assertIs(self.page, self.storage.__parent__)
        self.assertEqual(KEY, self.storage.key)

    def test_provides_all_interfaces_given(self):
        storage = annotation_storage(self.page, KEY, (IFirst, ISecond))
        self.assertTrue(IFirst.providedBy(storage))
        self.assertTrue(ISecond.providedBy(storage))
        self.assertFalse(IFirst.providedBy(self.storage))

    def test_one_class_serves_all_storages_with_the_same_interfaces(self):
        first = annotation_storage(Page(), KEY, (IFirst, ISecond))
        second = annotation_storage(Page(), "other", (IFirst, ISecond))
        self.assertIs(type(first), type(second))

    def test_the_first_write_stores_a_plain_persistent_mapping(self):
        self.assertIsNone(self.stored())
        self.storage["name"] = "Ada"
        self.assertIs(PersistentMapping, type(self.stored()))
        self.assertEqual({"name": "Ada"}, dict(self.stored()))

    def test_two_storages_of_one_key_see_the_same_values(self):
        other = annotation_storage(self.page, KEY)
        self.storage["name"] = "Ada"
        self.assertEqual("Ada", other["name"])
        self.assertEqual(self.storage, other)

    def test_keys_keep_forms_apart(self):
        self.storage["name"] = "Ada"
        self.assertEqual({}, dict(annotation_storage(self.page, "other")))

    def test_stored_empty_is_a_value(self):
        for empty in ("", None, [], 0, False):
            with self.subTest(empty=empty):
                self.storage["name"] = empty
                self.assertIn("name", self.storage)
                self.assertEqual(empty, self.storage["name"])

    def test_repr_shows_no_value(self):
        self.storage["name"] = "secret"
        self.assertEqual(
            "<AnnotationStorage 'example.key' of /site/page>", repr(self.storage)
        )

    def test_can_not_be_stored_itself(self):
        self.storage["name"] = "Ada"
        with self.assertRaisesRegex(TypeError, "made for one request"):
            pickle.dumps(self.storage)

    def test_refuses_a_key_that_is_no_name(self):
        for key in ("", None, b"key", 1):
            with self.subTest(key=key), self.assertRaisesRegex(TypeError, "key"):
                annotation_storage(self.page, key)

    def test_refuses_an_interface_in_place_of_a_tuple(self):
        for interfaces in (IFirst, ("IFirst",), None, "IFirst"):
            with (
                self.subTest(interfaces=interfaces),
                self.assertRaisesRegex(TypeError, "tuple of interfaces"),
            ):
                annotation_storage(self.page, KEY, interfaces)


class TestMapping(StorageTestCase):
    """A storage is a mapping in full, whether something is stored or not."""

    def test_an_empty_storage(self):
        storage = self.storage
        self.assertEqual(0, len(storage))
        self.assertFalse(storage)
        self.assertEqual([], list(storage))
        self.assertNotIn("name", storage)
        self.assertEqual("default", storage.get("name", "default"))
        self.assertIsNone(storage.get("name"))
        self.assertEqual("default", storage.pop("name", "default"))
        self.assertEqual({}, storage)
        for use in (
            lambda: storage["name"],
            lambda: storage.__delitem__("name"),
            lambda: storage.pop("name"),
            storage.popitem,
        ):
            self.assertRaises(KeyError, use)
        storage.clear()
        storage.update({})
        self.assertIsNone(self.stored())

    def test_a_filled_storage(self):
        storage = self.storage
        storage.update({"name": "Ada"}, age=36)
        self.assertEqual(2, len(storage))
        self.assertEqual(["name", "age"], list(storage))
        self.assertEqual(["name", "age"], list(storage.keys()))
        self.assertEqual(["Ada", 36], list(storage.values()))
        self.assertEqual([("name", "Ada"), ("age", 36)], list(storage.items()))
        self.assertEqual({"name": "Ada", "age": 36}, storage)
        self.assertEqual(PersistentMapping(name="Ada", age=36), storage)
        self.assertEqual("Ada", storage.setdefault("name", "Grace"))
        self.assertEqual("x", storage.setdefault("more", "x"))
        self.assertEqual("x", storage.pop("more"))
        self.assertEqual(("name", "Ada"), storage.popitem())
        del storage["age"]
        self.assertEqual({}, dict(self.stored()))

    def test_copies_are_plain_dicts(self):
        self.storage["name"] = "Ada"
        for copied in (self.storage.copy(), copy.copy(self.storage)):
            self.assertIs(dict, type(copied))
            self.assertEqual({"name": "Ada"}, copied)

    def test_union(self):
        self.storage["name"] = "Ada"
        self.assertEqual({"name": "Ada", "age": 36}, self.storage | {"age": 36})
        self.assertEqual({"name": "Ada"}, {"name": "Grace"} | self.storage)
        self.storage |= {"age": 36}
        self.assertIsInstance(self.storage, PersistentMapping)
        self.assertEqual({"name": "Ada", "age": 36}, dict(self.stored()))


class MappingMachine(RuleBasedStateMachine):
    """Any sequence of changes leaves a storage equal to a dict treated alike."""

    names = strategies.sampled_from(["a", "b", "c"])
    values = strategies.none() | strategies.integers() | strategies.text()

    def __init__(self):
        super().__init__()
        self.page = Page()
        self.storage = annotation_storage(self.page, KEY)
        self.model = {}

    def both(self, change):
        results = []
        for mapping in (self.storage, self.model):
            try:
                results.append(change(mapping))
            except KeyError:
                results.append(KeyError)
        assert results[0] == results[1], results

    @rule(name=names, value=values)
    def set_item(self, name, value):
        self.both(lambda mapping: mapping.__setitem__(name, value))

    @rule(name=names)
    def delete_item(self, name):
        self.both(lambda mapping: mapping.__delitem__(name))

    @rule(name=names, value=values)
    def set_default(self, name, value):
        self.both(lambda mapping: mapping.setdefault(name, value))

    @rule(name=names)
    def pop(self, name):
        self.both(lambda mapping: mapping.pop(name))

    @rule()
    def pop_item(self):
        # A dict pops its newest item, any mapping some item.
        assert bool(self.storage) == bool(self.model)
        if self.model:
            name, value = self.storage.popitem()
            assert self.model.pop(name) == value

    @rule(data=strategies.dictionaries(names, values))
    def update(self, data):
        self.both(lambda mapping: mapping.update(data))

    @rule()
    def clear(self):
        self.both(lambda mapping: mapping.clear())

    @invariant()
    def same_values(self):
        assert self.storage == self.model
        assert len(self.storage) == len(self.model)
        stored = IAnnotations(self.page).get(KEY, {})
        assert dict(stored) == self.model


class TestMappingMachine(StorageTestCase, MappingMachine.TestCase):
    """Runs MappingMachine."""

    layer = UNIT_TESTING


class TestWhatIsWritten(StorageTestCase):
    """Reading writes nothing, writing writes the mapping."""

    def test_reading_registers_no_object(self):
        for filled in (False, True):
            with self.subTest(filled=filled), database() as connection:
                connection.root.page = self.page = Page()
                if filled:
                    IAnnotations(self.page)[KEY] = PersistentMapping(name="Ada")
                transaction.commit()
                storage = annotation_storage(self.page, KEY, (IFirst, ISecond))
                storage.get("name"), list(storage), len(storage), "name" in storage
                storage.copy(), storage == {}, repr(storage), storage.pop("no", None)
                self.assertEqual([], registered_objects(connection))

    def test_a_change_writes_the_mapping_only(self):
        with database() as connection:
            connection.root.page = self.page = Page()
            storage = annotation_storage(self.page, KEY)
            storage["name"] = "Ada"
            transaction.commit()
            storage["name"] = "Grace"
            self.assertEqual([self.stored()], registered_objects(connection))

    def test_the_pickle_names_no_class_but_persistent_mapping(self):
        with database() as connection:
            connection.root.page = self.page = Page()
            storage = annotation_storage(self.page, KEY, (IFirst, ISecond))
            storage["name"] = "Ada"
            transaction.commit()
            record, _serial = connection._storage.load(self.stored()._p_oid)
        self.assertIn(b"persistent.mapping", record)
        for forbidden in (b"collective", b"zope.interface", b"IFirst", b"__provides__"):
            self.assertNotIn(forbidden, record)

    def test_is_loaded_without_package_and_markers(self):
        markers = types.ModuleType("vanishing_markers")
        sys.modules["vanishing_markers"] = markers
        marker = type(Interface)("IGone", __module__="vanishing_markers")
        markers.IGone = marker
        with database() as connection:
            connection.root.page = Page()
            storage = annotation_storage(connection.root.page, KEY, (marker,))
            storage["name"] = "Ada"
            transaction.commit()
            connection.cacheMinimize()
            gone = {
                name: module
                for name, module in sys.modules.items()
                if name == "vanishing_markers"
                or (
                    name.startswith("collective.annotationforms")
                    and ".tests" not in name
                )
            }
            self.addCleanup(sys.modules.pop, "vanishing_markers")
            self.addCleanup(sys.modules.update, gone)
            for name in gone:
                del sys.modules[name]
            stored = IAnnotations(connection.root.page)[KEY]
            self.assertEqual({"name": "Ada"}, dict(stored))

    @given(
        strategies.dictionaries(
            strategies.text(min_size=1),
            strategies.recursive(
                strategies.none()
                | strategies.booleans()
                | strategies.integers()
                | strategies.floats(allow_nan=False)
                | strategies.text()
                | strategies.binary()
                | strategies.datetimes(),
                lambda inner: strategies.lists(inner) | strategies.tuples(inner),
                max_leaves=5,
            ),
        )
    )
    def test_values_come_back_from_the_database(self, values):
        with database() as connection:
            connection.root.page = Page()
            annotation_storage(connection.root.page, KEY).update(values)
            transaction.commit()
            connection.cacheMinimize()
            self.assertEqual(values, annotation_storage(connection.root.page, KEY))


class OwnState:
    """Annotations that keep what they have found when they were made."""

    def __init__(self, page):
        self.found = dict(getattr(page, "elsewhere", {}))

    def get(self, key, default=None):
        return self.found.get(key, default)


class TestNothingIsStale(StorageTestCase):
    """A storage reads what the page has now, whatever has happened meanwhile."""

    def setUp(self):
        super().setUp()
        context = database()
        self.connection = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        self.connection.root()["page"] = self.page
        transaction.commit()

    def elsewhere(self):
        """Return a storage of the page in another connection, and its manager."""
        manager = transaction.TransactionManager()
        connection = self.connection.db().open(manager)
        self.addCleanup(connection.close)
        self.addCleanup(manager.abort)
        return annotation_storage(connection.root()["page"], KEY), manager

    def test_what_another_storage_of_the_page_writes(self):
        other = annotation_storage(self.page, KEY)
        self.assertNotIn("name", self.storage)
        other["name"] = "Ada"
        self.assertEqual("Ada", self.storage["name"])
        other.remove()
        self.assertEqual({}, self.storage.copy())
        self.storage["name"] = "Bob"
        self.assertEqual({"name": "Bob"}, other.copy())

    def test_a_mapping_that_was_replaced(self):
        self.storage["name"] = "Ada"
        IAnnotations(self.page)[KEY] = PersistentMapping(name="Bob")
        self.assertEqual("Bob", self.storage["name"])
        self.storage["name"] = "Eve"
        self.assertEqual({"name": "Eve"}, dict(self.stored()))

    def test_the_first_save_is_aborted(self):
        self.storage["name"] = "Ada"
        transaction.abort()
        self.assertNotIn("name", self.storage)
        self.storage["name"] = "Bob"
        transaction.commit()
        other, _manager = self.elsewhere()
        self.assertEqual({"name": "Bob"}, other.copy())

    def test_the_first_save_is_rolled_back(self):
        transaction.begin()
        savepoint = transaction.savepoint()
        self.storage["name"] = "Ada"
        savepoint.rollback()
        self.assertNotIn("name", self.storage)
        self.storage["name"] = "Bob"
        transaction.commit()
        other, _manager = self.elsewhere()
        self.assertEqual({"name": "Bob"}, other.copy())

    def test_a_later_save_is_rolled_back(self):
        self.storage["name"] = "Ada"
        transaction.commit()
        savepoint = transaction.savepoint()
        self.storage.remove()
        self.storage["name"] = "Bob"
        savepoint.rollback()
        self.assertEqual("Ada", self.storage["name"])
        self.storage["motto"] = "No"
        transaction.commit()
        other, _manager = self.elsewhere()
        self.assertEqual({"name": "Ada", "motto": "No"}, other.copy())

    def test_what_others_commit_is_seen_in_the_next_transaction(self):
        other, manager = self.elsewhere()
        self.assertNotIn("name", self.storage)
        other["name"] = "Ada"
        manager.commit()
        self.assertNotIn("name", self.storage)
        transaction.begin()
        self.assertEqual("Ada", self.storage["name"])
        other.remove()
        manager.commit()
        transaction.begin()
        self.assertEqual({}, self.storage.copy())

    def test_annotations_with_a_state_of_their_own(self):
        provideAdapter(OwnState, (type(self.page),), IAnnotations)
        self.assertNotIn("name", self.storage)
        self.page.elsewhere = {KEY: PersistentMapping(name="Ada")}
        self.assertEqual("Ada", self.storage["name"])

    def test_hints_are_found_though_there_were_annotations_before(self):
        page = HintedPage()
        vars(page)["__annotations__"] = {KEY: PersistentMapping(name="Ada")}
        storage = annotation_storage(page, KEY)
        self.assertEqual("Ada", storage["name"])
        del vars(page)["__annotations__"]
        self.assertRaises(AnnotationsHiddenError, storage.get, "name")


class TestRemove(StorageTestCase):
    """Removing all that is stored."""

    def test_values_and_annotation_go(self):
        events = []
        provideHandler(events.append, (IValueWrittenEvent,))
        page = Page()
        storage = annotation_storage(page, KEY)
        storage.update(name="Ada", age=36)
        del events[:]
        storage.remove()
        self.assertNotIn(KEY, IAnnotations(page))
        self.assertEqual({}, dict(storage))
        self.assertEqual(
            [("name", "Ada", None), ("age", 36, None)],
            [(event.name, event.old, event.new) for event in events],
        )

    def test_nothing_stored(self):
        with database() as connection:
            connection.root.page = page = Page()
            transaction.commit()
            annotation_storage(page, KEY).remove()
            self.assertEqual([], registered_objects(connection))

    def test_can_be_filled_again(self):
        storage = annotation_storage(Page(), KEY)
        storage["name"] = "Ada"
        storage.remove()
        storage["name"] = "Zoë"
        self.assertEqual({"name": "Zoë"}, dict(storage))


class TestErrors(StorageTestCase):
    """Errors name page, key, field and reason, and lose nothing."""

    def test_object_without_annotations(self):
        storage = annotation_storage(BarePage(), KEY)
        for use in (len, list, lambda storage: storage.get("name")):
            self.assertRaises(NotAnnotatableError, use, storage)
        with self.assertRaises(NotAnnotatableError) as caught:
            storage["name"] = "Ada"
        message = str(caught.exception)
        self.assertEqual("name", caught.exception.field)
        for part in ("BarePage", "'example.key'", "'name'", "not annotatable"):
            self.assertIn(part, message)

    def test_class_with_type_hints(self):
        page = HintedPage()
        storage = annotation_storage(page, KEY)
        self.assertRaises(AnnotationsHiddenError, storage.get, "name")
        with self.assertRaises(AnnotationsHiddenError) as caught:
            storage["name"] = "Ada"
        self.assertEqual(
            "Annotation 'example.key' of /site/page, field 'name': the class"
            " HintedPage or a base of it has type hints in its body; Python keeps"
            " them in __annotations__, where the annotations of the object belong;"
            " remove the hints",
            str(caught.exception),
        )
        self.assertEqual({"subtitle": str}, HintedPage.__annotations__)

    def test_hints_that_came_after_the_annotations_do_no_harm(self):
        with database() as connection:
            connection.root.page = page = HintedPage()
            page.__annotations__ = AnnotationsOfOldTimes()
            page.__annotations__[KEY] = PersistentMapping(name="Ada")
            transaction.commit()
            # A ghost has no attributes of its own until it is woken up.
            connection.cacheMinimize()
            self.assertEqual({"name": "Ada"}, annotation_storage(page, KEY))

    def test_something_else_under_the_key(self):
        for other in ("text", ["list"], 0, object()):
            IAnnotations(self.page)[KEY] = other
            with self.subTest(other=other):
                self.assertRaises(NotAMappingError, len, self.storage)
                with self.assertRaises(NotAMappingError) as caught:
                    self.storage["name"] = "Ada"
                self.assertIn(f"a {type(other).__name__} is", str(caught.exception))
                self.assertIn("/site/page, field 'name'", str(caught.exception))
                self.assertIs(other, self.stored())

    def test_a_plain_dict_is_repaired_by_the_next_write(self):
        IAnnotations(self.page)[KEY] = plain = {"name": "Ada"}
        self.assertEqual({"name": "Ada"}, self.storage)
        self.assertIs(plain, self.stored())
        self.storage["age"] = 36
        self.assertIs(PersistentMapping, type(self.stored()))
        self.assertEqual({"name": "Ada", "age": 36}, dict(self.stored()))

    def test_a_plain_dict_is_repaired_by_a_deletion(self):
        IAnnotations(self.page)[KEY] = {"name": "Ada", "age": 36}
        del self.storage["age"]
        self.assertIs(PersistentMapping, type(self.stored()))
        self.assertEqual({"name": "Ada"}, dict(self.stored()))


class AnnotationsOfOldTimes(PersistentMapping):
    """Stands for the BTree that zope.annotation stores."""
