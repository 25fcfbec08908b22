"""Let several processes save one form at the same time, and count what is stored.

    python -m collective.annotationforms.tests.writers [PROCESSES [SAVES]]

Each process adds one to a counter of its own with every save, and a line to the log
that all share with every tenth.  In the end every one must be there.
"""

from collections import Counter
from collective.annotationforms.tests.writers.site import application
from collective.annotationforms.tests.writers.site import COUNTERS
from collective.annotationforms.tests.writers.site import make_site
from collective.annotationforms.tests.writers.site import stored
from collective.annotationforms.tests.writers.site import zeo_server
from collective.annotationforms.tests.writers.writer import LOGGED

import json
import os
import subprocess
import sys
import time
import Zope2


WRITER = "collective.annotationforms.tests.writers.writer"


def run(processes: int, saves: int) -> dict:
    """Let them write; returns what was stored, what was expected and the answers."""
    with zeo_server() as settings:
        os.environ.update(settings)
        application()
        try:
            make_site()
            started = time.monotonic()
            answers = answers_of_writers(processes, saves)
            seconds = time.monotonic() - started
            found = stored()
        finally:
            Zope2.DB.close()
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


def answers_of_writers(processes: int, saves: int) -> Counter:
    """Return how often the writers got which answer."""
    commands = [
        [sys.executable, "-m", WRITER, str(number), str(saves)]
        for number in range(processes)
    ]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603
        for command in commands
    ]
    answers: Counter = Counter()
    for process in running:
        output, _errors = process.communicate()
        if process.returncode:
            raise AssertionError(f"A writer failed: {output!r}")
        answers.update(json.loads(output))
    return answers


def main(processes: int = 4, saves: int = 1000) -> int:
    """Run and print what came out; fail if anything was lost."""
    result = run(processes, saves)
    lost = result["stored"] != result["expected"]
    sys.stdout.write(f"{result['answers']} in {result['seconds']} s\n")
    sys.stdout.write(f"Lost: {result['stored']}\n" if lost else "Nothing was lost.\n")
    return lost


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
