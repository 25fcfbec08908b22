"""What it costs: ratios, since machines differ."""

from collective.annotationforms.connections import foreign_connection
from collective.annotationforms.connections import ForeignConnection
from collective.annotationforms.tests.connections.case import ZODBTestCase
from statistics import median
from time import thread_time
from timeit import timeit


def ratio(function, other, number):
    """Return how many times as long as the other one a function takes.

    The median of many rounds, in which both take turns: a machine that has more to do
    is slower for a while.  Waiting for the processor does not count.
    """

    def seconds(each):
        return timeit(each, timer=thread_time, number=number)

    return median(seconds(function) / seconds(other) for _round in range(101))


class TestCost(ZODBTestCase):
    def test_a_lookup_costs_little_more_than_a_look_into_the_dict(self):
        obj = self.obj()
        settings = {"host": "a", "port": 1}
        foreign_connection(obj, ForeignConnection, settings=settings)

        def bare():
            # The scheme as it was published.
            jar, oid = obj._p_jar, obj._p_oid
            if jar is None or oid is None:
                return None
            kept = getattr(jar, "foreign_connections", None)
            found = kept.get(oid)
            return found if found.settings == settings else None

        def lookup():
            return foreign_connection(obj, ForeignConnection, settings=settings)

        self.assertIs(bare(), lookup())
        self.assertLess(ratio(lookup, bare, 200), 4)

    def test_the_hook_costs_little_beside_opening_the_database(self):
        bare = self.database()
        with self.db.transaction() as jar:
            foreign_connection(jar.root()["obj"], ForeignConnection)
        cost = ratio(lambda: self.db.open().close(), lambda: bare.open().close(), 20)
        self.assertLess(cost, 1.5)
