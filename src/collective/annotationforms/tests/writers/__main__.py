"""Let several processes save one form at the same time, and count what is stored.

    python -m collective.annotationforms.tests.writers [PROCESSES [SAVES [DATABASE]]]

DATABASE is zeo, relstorage or relstorage-history-free, the last two on PostgreSQL.

Each process adds one to a counter of its own with every save, and a line to the log
that all share with every tenth.  In the end every one must be there.
"""

from collections import Counter
from collections.abc import Callable
from collective.annotationforms.tests.writers.site import COUNTERS
from collective.annotationforms.tests.writers.site import load_code
from collective.annotationforms.tests.writers.site import make_site
from collective.annotationforms.tests.writers.site import server
from collective.annotationforms.tests.writers.site import stored
from collective.annotationforms.tests.writers.writer import LOGGED
from collective.annotationforms.tests.writers.writer import write
from concurrent.futures import ProcessPoolExecutor

import multiprocessing
import os
import sys
import time


# A fork has what load_code() took seconds for; each opens the database itself.
FORK = multiprocessing.get_context("fork")


def run(processes: int, saves: int, database: str) -> dict:
    """Let them write; returns what was stored, what was expected and the answers."""
    with server(database) as settings:
        os.environ.update(settings)
        load_code()
        in_processes(make_site, [()])
        started = time.monotonic()
        calls = [(number, saves) for number in range(processes)]
        answers: Counter = sum(in_processes(write, calls), Counter())
        seconds = time.monotonic() - started
        [found] = in_processes(stored, [()])
    found["log"] = sorted(found.get("log", "").split())
    lines = range(0, saves, LOGGED)
    expected = dict.fromkeys(COUNTERS[:processes], saves) | {
        "log": sorted(
            f"{number}-{turn}" for number in range(processes) for turn in lines
        )
    }
    return {
        "stored": found,
        "expected": expected,
        "answers": dict(answers),
        "seconds": round(seconds),
    }


def in_processes(function: Callable, calls: list[tuple]) -> list:
    """Call it at the same time with each of the arguments, in a process each."""
    with ProcessPoolExecutor(len(calls), FORK) as pool:
        results = [pool.submit(function, *arguments) for arguments in calls]
        return [result.result() for result in results]


def main(processes: str = "4", saves: str = "1000", database: str = "zeo") -> int:
    """Run and print what came out; fail if anything was lost."""
    result = run(int(processes), int(saves), database)
    lost = result["stored"] != result["expected"]
    sys.stdout.write(f"{result['answers']} in {result['seconds']} s\n")
    sys.stdout.write(f"Lost: {result['stored']}\n" if lost else "Nothing was lost.\n")
    return lost


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
