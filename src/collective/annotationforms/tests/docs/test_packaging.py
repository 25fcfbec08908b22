"""An editable install is found, whoever else makes the namespace ``collective``."""

from collective.annotationforms.tests.docs.test_docs import ROOT
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from unittest import TestCase
from zipfile import ZipFile

import subprocess
import sys


BUILD = "from setuptools.build_meta import build_editable; build_editable({!r})"
FIND = """
import site, sys
first, second, imported = sys.argv[1:]
for folder in (first, second):
    site.addsitedir(folder)
if imported == "first":
    import collective.one
from importlib.util import find_spec
print(find_spec("collective.annotationforms").origin)
import collective.one
"""
STYLES = {
    "old, of one folder": "",
    "pkgutil": "__path__ = __import__('pkgutil').extend_path(__path__, __name__)",
    "none": None,
}


class TestEditable(TestCase):
    """As ``pip install -e .`` does it, without pip and its network."""

    def setUp(self):
        temporary = TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.checkout = self.folder / "checkout"
        for name in ("setup.py", "pyproject.toml", "README.rst", "CHANGES.rst"):
            self.checkout.mkdir(exist_ok=True)
            (self.checkout / name).write_bytes((ROOT / name).read_bytes())
        copytree(ROOT / "src" / "collective", self.checkout / "src" / "collective")
        self.installed = self.folder / "installed"
        self.installed.mkdir()
        self.run_python("-c", BUILD.format(str(self.folder)), cwd=self.checkout)
        with ZipFile(next(self.folder.glob("*.whl"))) as wheel:
            wheel.extractall(self.installed)

    def run_python(self, *arguments, cwd=None):
        done = subprocess.run(  # noqa: S603
            [sys.executable, *map(str, arguments)],
            cwd=cwd or self.folder,
            capture_output=True,
        )
        self.assertEqual(0, done.returncode, done.stderr.decode())
        return done.stdout.decode().strip()

    def test_beside_other_packages_of_the_namespace(self):
        package = self.checkout / "src" / "collective" / "annotationforms"
        for number, (style, init) in enumerate(STYLES.items()):
            other = self.folder / f"other{number}"
            (other / "collective" / "one").mkdir(parents=True)
            (other / "collective" / "one" / "__init__.py").touch()
            if init is not None:
                (other / "collective" / "__init__.py").write_text(init)
            for folders in ((other, self.installed), (self.installed, other)):
                for imported in ("first", "later"):
                    with self.subTest(style, imported=imported):
                        # Without what is installed here.
                        arguments = ("-I", "-S", "-c", FIND, *folders, imported)
                        found = self.run_python(*arguments)
                        self.assertEqual(str(package / "__init__.py"), found)
