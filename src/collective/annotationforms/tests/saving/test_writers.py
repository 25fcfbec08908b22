from collective.annotationforms.tests.writers import site
from collective.annotationforms.tests.writers.databases import DATABASES
from unittest import TestCase

import os
import subprocess
import sys


class TestWriters(TestCase):
    """Real Zope processes on one database save one form at the same time.

    A run of 4 processes with 1,000 saves each takes a quarter of an hour; see
    writers/__main__.py.  At level 1, test_editors.py has editors who take turns.
    """

    level = 2

    def test_nothing_is_lost(self):
        module = site.__name__.rpartition(".")[0]
        for database in DATABASES:
            command = [sys.executable, "-m", module, "4", "20", database]
            done = subprocess.run(  # noqa: S603
                command, env=os.environ, capture_output=True, text=True, check=False
            )
            with self.subTest(database=database):
                output = done.stdout + done.stderr[-3000:]
                self.assertEqual(0, done.returncode, output)
                self.assertIn("'saved': 80", done.stdout)
                self.assertIn("Nothing was lost.", done.stdout)
