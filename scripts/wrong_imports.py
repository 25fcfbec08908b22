"""Check that lint-imports finds wrong imports: in a copy of the package with some.

For each contract of pyproject.toml there is one at least.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import os
import shutil
import subprocess
import sys


ROOT = Path(__file__).resolve().parent.parent
SETTINGS = "pyproject.toml"
PACKAGE = "collective.annotationforms"

# Modules that are not there, and what each imports against the rules.
WRONG = {
    "storage.upwards": f"{PACKAGE}.browser",
    "catalog.sideways": f"{PACKAGE}.forms",
    "connections.dependent": f"{PACKAGE}.interfaces",
    "overview.shown": f"{PACKAGE}.connections",
    "browser.tested": f"{PACKAGE}.tests",
    "widgets.lazy": PACKAGE,
}
# A room that has no place yet.
UNKNOWN = "attic"


def copy_with_wrong_imports(folder):
    """Copy what lint-imports reads into the folder, and add what is wrong."""
    shutil.copy(ROOT / SETTINGS, folder)
    package = folder / "src" / PACKAGE.replace(".", "/")
    shutil.copytree(
        ROOT / package.relative_to(folder),
        package,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    for module, imported in WRONG.items():
        path = package / f"{module.replace('.', '/')}.py"
        path.write_text(f"import {imported}\n", encoding="utf-8")
    (package / f"{UNKNOWN}.py").touch()


def answer(folder):
    """Return what lint-imports says in the folder, in lines that are not broken."""
    done = subprocess.run(
        ["lint-imports", "--no-cache", "--no-logo"],  # noqa: S607
        cwd=folder,
        env=os.environ | {"PYTHONPATH": "src", "COLUMNS": "1000"},
        capture_output=True,
        encoding="utf-8",
    )
    return done.stdout + done.stderr


def complaints(text):
    """Yield what lint-imports did not find."""
    for module, imported in WRONG.items():
        if f"{PACKAGE}.{module} -> {imported} (l.1)" not in text:
            yield f"{PACKAGE}.{module} may import {imported}"
    if f"- {PACKAGE}.{UNKNOWN}\n" not in text:
        yield f"{PACKAGE}.{UNKNOWN} needs no place"
    for line in text.splitlines():
        if line.endswith(" KEPT"):
            yield f"No wrong import breaks this contract: {line}"


def main():
    with TemporaryDirectory() as folder:
        copy_with_wrong_imports(Path(folder))
        text = answer(folder)
    if found := list(complaints(text)):
        sys.exit("\n".join([text, "lint-imports does not find wrong imports:", *found]))


if __name__ == "__main__":
    main()
