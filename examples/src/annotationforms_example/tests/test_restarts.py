"""A real Plone server, and PostgreSQL that restarts: see benchmarks/restarts.py."""

from pathlib import Path

import annotationforms_example
import json
import os
import subprocess
import sys
import unittest


SCRIPT = (
    Path(annotationforms_example.__file__).parents[3] / "benchmarks" / "restarts.py"
)


@unittest.skipUnless(SCRIPT.exists(), "not a checkout, there are no benchmarks")
class TestRestarts(unittest.TestCase):
    """A short run, in which Plone is started twice."""

    level = 2

    def test_no_request_fails_and_both_signals_end_the_server(self):
        done = subprocess.run(  # noqa: S603
            [sys.executable, SCRIPT, "--requests", "60", "--restarts", "2"],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            encoding="utf-8",
        )
        self.assertTrue(done.stdout, done.stderr)
        found = json.loads(done.stdout)
        ends = [found.pop("SIGTERM"), found.pop("SIGINT")]
        del found["seconds"]
        self.assertEqual(
            {
                "requests": 60,
                "saves": 6,
                "restarts": 2,
                "failed": [],
                "both agree": True,
                "errors in the log": 0,
            },
            found,
        )
        self.assertEqual([-15, 0], [end["exit code"] for end in ends])
        for end in ends:
            self.assertGreater(end["sessions before"], 0)
            self.assertEqual(0, end["sessions"])
        self.assertEqual(0, done.returncode)
