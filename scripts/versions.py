"""Write versions.cfg, the pins for buildout, from constraints-6.2.txt.

With --check: only say whether it is up to date.
"""

from pathlib import Path

import re
import sys


ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "constraints-6.2.txt"
TARGET = ROOT / "versions.cfg"
PIN = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[\w.!+-]+)(?:; *(?P<marker>.+))?")


def versions(lines):
    """Return the text of versions.cfg for the lines of a constraints file."""
    sections = {}
    for line in lines:
        if match := PIN.fullmatch(line):
            pin = f"{match['name']} = {match['version']}"
            # Buildout reads environment markers in section names as pip does.
            name = ":".join(filter(None, ["versions", match["marker"]]))
            sections.setdefault(name, []).append(pin)
    texts = [f"# Made from {SOURCE.name} by scripts/{Path(__file__).name}."]
    for name in sorted(sections):
        texts.append("\n".join([f"[{name}]", *sections[name]]))
    return "\n\n".join(texts) + "\n"


def main(arguments):
    text = versions(SOURCE.read_text(encoding="utf-8").splitlines())
    if "--check" not in arguments:
        TARGET.write_text(text, encoding="utf-8")
    elif not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text:
        sys.exit(f"{TARGET.name} is not up to date: run python3 scripts/versions.py")


if __name__ == "__main__":
    main(sys.argv[1:])
