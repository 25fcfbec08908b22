"""The package works with ZODB and transaction alone."""

from collective.annotationforms import connections
from pathlib import Path

import os
import subprocess
import sys
import textwrap
import unittest


SCRIPT = """
    import sys

    ALLOWED = {
        "BTrees", "ZConfig", "ZODB", "persistent", "transaction", "zc", "zodbpickle",
        "zope", "zope.deferredimport", "zope.interface", "zope.proxy", "zc.lockfile",
        "cffi",
    }

    class OnlyZODB:
        '''Hides every distribution but ZODB, transaction and what they need.'''

        def find_spec(self, name, path=None, target=None):
            top = name.partition(".")[0]
            if top in sys.stdlib_module_names or top.startswith("_"):
                return None
            if name.startswith("collective"):
                return None
            known = top if top not in ("zope", "zc") else ".".join(name.split(".")[:2])
            if known in ALLOWED:
                return None
            raise ModuleNotFoundError(f"{name} is hidden", name=name)

    for name in list(sys.modules):
        if name.partition(".")[0] not in sys.stdlib_module_names:
            if not name.startswith("_"):
                del sys.modules[name]
    sys.meta_path.insert(0, OnlyZODB())

    from collective.annotationforms.connections import *
    from collective.annotationforms import connections
    from ZODB import DB

    assert sorted(connections.__all__) == sorted(
        name for name in connections.__all__ if name in globals()
    )
    with DB(None).transaction() as jar:
        found = foreign_connection(jar.root(), ForeignDataManager)
    print(found)
    try:
        from collective.annotationforms import AnnotationEditForm
    except ModuleNotFoundError as error:
        print(error)
"""


class TestImport(unittest.TestCase):
    def test_needs_nothing_but_zodb_and_transaction(self):
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", textwrap.dedent(SCRIPT)],
            capture_output=True,
            text=True,
            timeout=60,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        self.assertEqual("", done.stderr)
        first, second = done.stdout.splitlines()
        self.assertEqual("<ForeignDataManager closed>", first)
        self.assertRegex(second, "is hidden$")

    def test_imports_nothing_else_of_the_package(self):
        folder = Path(connections.__file__).parent
        prefix = "from collective.annotationforms"
        found = {
            line
            for module in folder.glob("*.py")
            for line in module.read_text(encoding="utf-8").splitlines()
            if line.startswith((prefix, "import collective"))
            and not line.startswith(f"{prefix}.connections")
        }
        self.assertEqual(set(), found)
