"""Many threads, few ZODB Connections: nothing overlaps, nothing leaks.

    .venv-6.2/bin/python benchmarks/load.py [--threads 16] [--pool-size 4]
        [--requests 20000] [--processes 1]

Each request inserts a row into PostgreSQL, committed with ZODB.  If there is more than
one process, they share a ZEO server.  The exit code is 1 if anything went wrong.
"""

from argparse import ArgumentParser
from collections import Counter
from collective.annotationforms.connections import foreign_connection
from collective.annotationforms.connections import foreign_connection_stats
from collective.annotationforms.connections.postgresql import PostgreSQL
from collective.annotationforms.tests.connections.servers import PostgreSQLServer
from collective.annotationforms.tests.connections.servers import ZEOServer
from itertools import count
from persistent.mapping import PersistentMapping
from time import monotonic
from time import sleep
from typing import ClassVar
from ZODB import DB
from ZODB.MappingStorage import MappingStorage

import gc
import json
import logging
import subprocess
import sys
import threading
import ZEO


class Counted(PostgreSQL):
    """Counts what is opened and closed, and who uses it."""

    counts: ClassVar[Counter] = Counter()

    def connect(self, **defaults):
        raw = super().connect(**defaults)
        raw.users = set()
        self.counts["opened"] += 1
        return raw

    def close_raw(self, raw):
        super().close_raw(raw)
        self.counts["closed"] += 1


def request(db, name, settings, number):
    """Do what a request does, in a transaction of its own."""
    with db.transaction() as jar:
        obj = jar.root()[name]
        raw = foreign_connection(obj, Counted, settings=settings).join()
        raw.users.add(threading.get_ident())
        raw.execute("INSERT INTO load VALUES (%s)", [number])
        Counted.counts["overlaps"] += len(raw.users) > 1
        raw.users.clear()


def worker(db, name, settings, numbers, requests):
    for number in numbers:
        if number >= requests:
            return
        try:
            request(db, name, settings, number)
        except Exception as error:
            Counted.counts[f"error: {type(error).__name__}"] += 1


def serve(db, *, settings, threads, pool_size, requests, first=0):
    """Answer all requests and return the counts."""
    logging.getLogger("ZODB").setLevel(logging.CRITICAL)
    db.setPoolSize(pool_size)
    # The collector must not do what the hook has to.
    gc.disable()
    names = [f"obj{number}" for number in range(3)]
    numbers = count(first)
    running = [
        threading.Thread(
            target=worker,
            args=(db, names[number % 3], settings, numbers, first + requests),
        )
        for number in range(threads)
    ]
    started = monotonic()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    seconds = monotonic() - started
    kept = len([row for row in foreign_connection_stats(db) if row["opened"]])
    db.close()
    return dict(Counted.counts) | {
        "seconds": round(seconds, 1),
        "kept at the end": kept,
    }


def fill(db):
    with db.transaction() as jar:
        for number in range(3):
            jar.root()[f"obj{number}"] = PersistentMapping()


def in_processes(options, settings):
    """Run this script once a process, on one ZEO server; yield the counts."""
    zeo = ZEOServer()
    try:
        zeo.start()
        db = ZEO.DB(("127.0.0.1", zeo.port))
        fill(db)
        db.close()
        share = options.requests // options.processes
        arguments = [sys.executable, __file__, "--zeo", str(zeo.port)]
        arguments += ["--threads", str(options.threads // options.processes)]
        arguments += ["--pool-size", str(options.pool_size), "--requests", str(share)]
        arguments += ["--settings", json.dumps(settings)]
        running = [
            subprocess.Popen(  # noqa: S603
                [*arguments, "--first", str(number * share)], stdout=subprocess.PIPE
            )
            for number in range(options.processes)
        ]
        for process in running:
            yield json.loads(process.communicate()[0])
    finally:
        zeo.remove()


def arguments():
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--pool-size", type=int, default=4)
    parser.add_argument("--requests", type=int, default=20000)
    parser.add_argument("--processes", type=int, default=1)
    for name in ("--zeo", "--settings", "--first"):
        parser.add_argument(name, help="of one process")
    return parser.parse_args()


def main():
    options = arguments()
    sizes = {
        "threads": options.threads,
        "pool_size": options.pool_size,
        "requests": options.requests,
    }
    if options.zeo:
        db = ZEO.DB(("127.0.0.1", int(options.zeo)))
        settings = json.loads(options.settings)
        print(
            json.dumps(serve(db, settings=settings, first=int(options.first), **sizes))
        )
        return 0
    server = PostgreSQLServer()
    server.start()
    try:
        server.query("CREATE TABLE load (number int)")
        settings = server.settings()
        if options.processes > 1:
            found = list(in_processes(options, settings))
        else:
            db = DB(MappingStorage())
            fill(db)
            found = [serve(db, settings=settings, **sizes)]
        sleep(0.2)
        sessions = len(server.sessions())
        ((rows, distinct),) = server.query(
            "SELECT count(*), count(DISTINCT number) FROM load"
        )
    finally:
        server.remove()
    for counts in found:
        print(counts)
    print(f"rows {rows}, distinct {distinct}, sessions left {sessions}")
    good = (rows, distinct, sessions) == (options.requests, options.requests, 0)
    for counts in found:
        errors = [name for name in counts if name.startswith("error")]
        good &= not errors and not counts.get("overlaps")
        good &= counts["opened"] == counts["closed"]
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
