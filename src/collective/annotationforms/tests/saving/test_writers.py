from collective.annotationforms.tests.writers import site
from unittest import TestCase

import os
import subprocess
import sys


class TestWriters(TestCase):
    """Real Zope processes on one database server save one form at the same time.

    A run of 4 processes with 1,000 saves each takes a quarter of an hour; see
    writers/__main__.py.  At level 1, test_editors.py has editors who take turns.
    """

    level = 2

    def test_nothing_is_lost(self):
        for database in site.STORAGES:
            with self.subTest(database=database):
                self.run_writers("4", "20", database)

    def run_writers(self, *arguments):
        command = [sys.executable, "-m", site.__name__.rpartition(".")[0], *arguments]
        done = subprocess.run(  # noqa: S603
            command, env=os.environ, capture_output=True, text=True, check=False
        )
        self.assertEqual(0, done.returncode, done.stdout + done.stderr[-3000:])
        self.assertIn("'saved': 80", done.stdout)
        self.assertIn("Nothing was lost.", done.stdout)
