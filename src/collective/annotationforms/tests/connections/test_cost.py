"""What it costs: ratios, since machines differ."""

from collective.annotationforms.connections import foreign_connection
from collective.annotationforms.connections import ForeignConnection
from collective.annotationforms.tests.connections.case import ZODBTestCase
from timeit import repeat


def seconds(function, number=2000):
    """Return what a call takes at its quickest."""
    return min(repeat(function, number=number, repeat=7)) / number


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
        self.assertLess(seconds(lookup) / seconds(bare), 4)

    def test_the_hook_costs_little_beside_opening_the_database(self):
        def request():
            self.db.open().close()

        bare = seconds(request, 500)
        jar = self.db.open()
        foreign_connection(jar.root()["obj"], ForeignConnection)
        jar.close()
        self.assertLess(seconds(request, 500) / bare, 1.5)
