"""What a connection costs: side by side with the other places to keep one.

    .venv-6.2/bin/python benchmarks/lookup.py

Prints a table in reStructuredText.  Times differ between machines, ratios little.
"""

from collective.annotationforms.connections import foreign_connection
from collective.annotationforms.connections import ForeignConnection
from collective.annotationforms.connections.postgresql import PostgreSQL
from collective.annotationforms.connections.postgresql import PostgreSQLReader
from collective.annotationforms.tests.connections.servers import PostgreSQLServer
from persistent.mapping import PersistentMapping
from psycopg_pool import ConnectionPool
from statistics import median
from time import perf_counter
from ZODB import DB
from ZODB.MappingStorage import MappingStorage

import psycopg
import sqlalchemy
import threading


def nanoseconds(function, *, seconds=0.3):
    """Return the median time of a call over some rounds."""
    function()
    number, took = 1, 0.0
    while took < seconds / 10:
        number *= 4
        took = timed(function, number)
    return median(timed(function, number) / number for _round in range(7)) * 1e9


def timed(function, number):
    started = perf_counter()
    for _number in range(number):
        function()
    return perf_counter() - started


class Schemes:
    """Each method returns what looks up a connection in one way."""

    def __init__(self, settings):
        self.settings = settings
        self.db = DB(MappingStorage())
        with self.db.transaction() as jar:
            jar.root()["obj"] = PersistentMapping()
        self.jar = self.db.open()
        self.obj = self.jar.root()["obj"]

    def bare(self):
        """the bare dict, as published"""
        obj, settings = self.obj, self.settings
        kept = self.jar.foreign_connections
        kept["bare"] = ForeignConnection(settings, None)

        def look_up():
            jar, oid = obj._p_jar, obj._p_oid
            if jar is None or oid is None:
                return None
            found = getattr(jar, "foreign_connections", None)["bare"]
            return found if found.settings == settings else None

        return look_up

    def helper(self):
        """``foreign_connection(obj, ...)``"""
        obj, settings = self.obj, self.settings
        return lambda: foreign_connection(obj, PostgreSQL, settings=settings)

    def named(self):
        """``foreign_connection(obj, ..., name="second")``"""
        obj, settings = self.obj, self.settings
        return lambda: foreign_connection(
            obj, PostgreSQL, settings=settings, name="second"
        )

    def joined(self):
        """``foreign_connection(obj, ...).join()`` in a live transaction"""
        look_up = self.helper()
        return lambda: look_up().join()

    def volatile(self):
        """``_v_`` attribute"""
        obj = self.obj
        obj._v_connection = object()
        return lambda: obj._v_connection

    def local(self):
        """``threading.local``"""
        local = threading.local()
        local.connections = {self.obj._p_oid: object()}
        obj = self.obj
        return lambda: local.connections[obj._p_oid]

    def psycopg_pool(self):
        """psycopg_pool: getconn and putconn"""
        pool = ConnectionPool(
            kwargs=self.settings, min_size=1, max_size=1, open=True, timeout=5
        )
        pool.wait()
        self.pool = pool
        return lambda: pool.putconn(pool.getconn())

    def sqlalchemy_pool(self):
        """SQLAlchemy's pool: raw_connection and close"""
        self.engine = sqlalchemy.create_engine(
            "postgresql+psycopg://", creator=lambda: psycopg.connect(**self.settings)
        )
        return lambda: self.engine.raw_connection().close()


class Requests(Schemes):
    """Each method returns a whole request: open ZODB, one SELECT, close ZODB."""

    def request(self, use):
        def run():
            with self.db.transaction() as jar:
                use(jar.root()["obj"])

        return run

    def nothing(self):
        """no query at all"""
        return self.request(lambda obj: None)

    def helper(self):
        """``foreign_connection(obj, PostgreSQL, ...)``"""

        def use(obj):
            connection = foreign_connection(obj, PostgreSQL, settings=self.settings)
            connection.join().execute("SELECT 1").fetchone()

        return self.request(use)

    def reader(self):
        """``foreign_connection(obj, PostgreSQLReader, ...)``"""

        def use(obj):
            connection = foreign_connection(
                obj, PostgreSQLReader, settings=self.settings, name="reader"
            )
            connection.raw.execute("SELECT 1").fetchone()

        return self.request(use)

    def psycopg_pool(self):
        """psycopg_pool"""
        super().psycopg_pool()

        def use(obj):
            with self.pool.connection() as raw:
                raw.execute("SELECT 1").fetchone()

        return self.request(use)

    def sqlalchemy_pool(self):
        """SQLAlchemy's pool"""
        super().sqlalchemy_pool()

        def use(obj):
            raw = self.engine.raw_connection()
            raw.cursor().execute("SELECT 1").fetchone()
            raw.close()

        return self.request(use)

    def anew(self):
        """a new connection for each request"""

        def use(obj):
            with psycopg.connect(**self.settings) as raw:
                raw.execute("SELECT 1").fetchone()

        return self.request(use)


def table(title, schemes, names, base):
    """Print the times, and the ratios to the time of `base`."""
    rows = []
    for name in names:
        method = getattr(schemes, name)
        rows.append((method.__doc__, nanoseconds(method())))
    unit = dict(rows)[getattr(schemes, base).__doc__]
    width = max(len(doc) for doc, _ in rows)
    line = f"{'=' * width}  {'=' * 10}  {'=' * 8}"
    print(f"\n{line}\n{title:{width}}  {'µs':>10}  {'ratio':>8}\n{line}")
    for doc, found in rows:
        print(f"{doc:{width}}  {found / 1000:10.2f}  {found / unit:8.2f}")
    print(line)


def main():
    server = PostgreSQLServer()
    server.start()
    try:
        schemes = Schemes(server.settings())
        names = ["helper", "bare", "named", "joined", "volatile", "local"]
        names += ["psycopg_pool", "sqlalchemy_pool"]
        table("Lookup", schemes, names, "bare")
        schemes.pool.close()
        requests = Requests(server.settings())
        names = ["nothing", "helper", "reader", "psycopg_pool", "sqlalchemy_pool"]
        table("Request with one SELECT", requests, [*names, "anew"], "helper")
        requests.pool.close()
        requests.jar.close()
        requests.db.close()
    finally:
        server.remove()


if __name__ == "__main__":
    main()
