"""Several kinds and several settings on one object, without a name."""

from collections import OrderedDict
from collective.annotationforms.connections import foreign_connection
from collective.annotationforms.connections import foreign_connection_stats
from collective.annotationforms.connections import foreign_connections
from collective.annotationforms.connections import ForeignConnection
from collective.annotationforms.connections import ForeignDataManager
from collective.annotationforms.tests.connections.case import ZODBTestCase
from functools import partial
from persistent.mapping import PersistentMapping


class Reader(ForeignConnection):
    """One kind."""


class Writer(ForeignDataManager):
    """Another kind."""


class Options:
    """Says nothing of equality, as many classes of libraries do."""

    def __init__(self, host):
        self.host = host


class Unhashable:
    """Equal by value, so that Python does not hash it."""

    def __init__(self, host):
        self.host = host

    def __eq__(self, other):
        return isinstance(other, Unhashable) and self.host == other.host

    __hash__ = None


class TestKinds(ZODBTestCase):
    """Each kind on one object has a connection of its own."""

    def test_each_kind_gets_its_own_and_keeps_it(self):
        obj = self.obj()
        for name in (None, "named"):
            with self.subTest(name):
                found = {
                    kind: foreign_connection(obj, kind, name=name)
                    for kind in (Reader, Writer, ForeignConnection)
                }
                for _number in range(3):
                    for kind, connection in found.items():
                        self.assertIs(kind, type(connection))
                        self.assertIs(
                            connection, foreign_connection(obj, kind, name=name)
                        )

    def test_classes_that_look_alike_are_two_kinds(self):
        obj = self.obj()
        kinds = [type("Kind", (Reader,), {"__doc__": "The same."}) for _n in range(2)]
        found = [foreign_connection(obj, kind) for kind in kinds]
        self.assertEqual(kinds, [type(connection) for connection in found])

    def test_kinds_of_an_unstored_object_move_along(self):
        obj = PersistentMapping()
        kinds = (Reader, Writer)
        found = [foreign_connection(obj, kind) for kind in kinds]
        named = [foreign_connection(obj, kind, name="x") for kind in kinds]
        self.jar().add(obj)
        self.assertEqual(found, [foreign_connection(obj, kind) for kind in kinds])
        self.assertEqual(
            named, [foreign_connection(obj, kind, name="x") for kind in kinds]
        )

    def test_statistics_and_the_end_know_all_kinds(self):
        obj = self.obj()
        for kind in (Reader, Writer):
            foreign_connection(obj, kind)
            foreign_connection(obj, kind, name="x")
        rows = foreign_connection_stats(self.db)
        self.assertEqual({obj._p_oid.hex()}, {row["oid"] for row in rows})
        self.assertEqual(
            [None, None, "x", "x"], sorted((r["name"] for r in rows), key=str)
        )
        jar = obj._p_jar
        self.db.close()
        self.assertEqual({}, jar.foreign_connections)

    def test_a_factory_that_is_made_for_each_call_is_the_same_one(self):
        obj = self.obj()

        def factory(kind):
            return lambda settings, manager: kind(settings, manager)

        for make in (factory, lambda kind: partial(kind), lambda kind: kind):
            for kind in (Reader, Writer):
                with self.subTest(make=make, kind=kind):
                    found = {foreign_connection(obj, make(kind)) for _n in range(3)}
                    self.assertEqual([kind], [type(each) for each in found])
        self.assertEqual(6, len(foreign_connections(obj)))


class TestSettings(ZODBTestCase):
    """Settings are compared by value, and two in turn do not close each other."""

    def test_settings_made_for_each_call_are_the_same(self):
        obj = self.obj()
        for make in (
            lambda: {"host": "a", "more": {"ports": [1, 2]}},
            lambda: OrderedDict(host="a"),
            lambda: PersistentMapping(more=PersistentMapping(host="a")),
            lambda: {"options": Options("a")},
            lambda: [Options({"host": Options("b")})],
            lambda: Unhashable("a"),
            lambda: {"auth": partial(Options, "a")},
            lambda: {"hooks": {"request": [lambda: None]}},
        ):
            name = str(make())
            with self.subTest(name):
                found = {
                    foreign_connection(obj, Reader, settings=make(), name=name)
                    for _number in range(3)
                }
                self.assertEqual(1, len(found))

    def test_other_values_are_other_settings(self):
        obj = self.obj()
        for one, other in (
            ({"options": Options("a")}, {"options": Options("b")}),
            ({"options": Options("a")}, {"options": Unhashable("a")}),
            ([1, 2], [1, 2, 3]),
            ({"a": Options(1)}, {"b": Options(1)}),
            (partial(Options, "a"), partial(Options, "b")),
        ):
            with self.subTest(one=one, other=other):
                found = foreign_connection(obj, Reader, settings=one)
                self.assertIsNot(found, foreign_connection(obj, Reader, settings=other))

    def test_two_or_three_in_turn_are_all_kept(self):
        for number in (2, 3):
            obj = self.obj()
            for _round in range(3):
                for host in range(number):
                    foreign_connection(obj, Reader, settings={"host": host})
            before = dict(foreign_connections(obj))
            self.assertEqual(number, len(before))
            for host in range(number):
                found = foreign_connection(obj, Reader, settings={"host": host})
                self.assertEqual({"host": host}, found.settings)
            self.assertEqual(before, foreign_connections(obj))
            obj._p_jar.close()
            self.db.close()
            self.db = self.database()
            with self.db.transaction() as jar:
                jar.root()["obj"] = PersistentMapping()

    def test_settings_that_change_for_good_leave_one(self):
        obj = self.obj()
        for number in range(30):
            foreign_connection(obj, Reader, settings={"password": number})
            self.assertEqual(1, len(foreign_connections(obj)))

    def test_an_error_of_comparing_is_not_swallowed(self):
        class Strange:
            def __eq__(self, other):
                raise RuntimeError("can't be compared")

            __hash__ = None

        obj = self.obj()
        foreign_connection(obj, Reader, settings=Strange())
        with self.assertRaisesRegex(RuntimeError, "can't be compared"):
            foreign_connection(obj, Reader, settings=Strange())
