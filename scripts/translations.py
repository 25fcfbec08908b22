"""Bring the catalogs of translations up to date, or check that they are.

translations.py           collect the messages, add the new ones to each language
translations.py --check   fail if a message, or a translation of one, is missing
"""

from i18ndude.catalog import MessageCatalog
from pathlib import Path
from tempfile import TemporaryDirectory

import re
import subprocess
import sys


DOMAIN = "collective.annotationforms"
PACKAGE = Path(__file__).resolve().parent.parent / "src/collective/annotationforms"
LOCALES = PACKAGE / "locales"
TEMPLATE = LOCALES / f"{DOMAIN}.pot"
VARIABLE = re.compile(r"\$\{\w+\}")


def i18ndude(*arguments):
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "i18ndude.script", *arguments],
        cwd=PACKAGE,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def collect(pot):
    """Write the messages of the package into the file."""
    i18ndude("rebuild-pot", "--pot", str(pot), "--create", DOMAIN, ".")


def languages():
    return sorted(LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def update():
    collect(TEMPLATE)
    i18ndude("sync", "--pot", str(TEMPLATE), *map(str, languages()))


def messages(path):
    return MessageCatalog(filename=str(path))


def complaints(name, expected, found):
    """Yield what is wrong with a catalog."""
    for message in set(expected) - set(found):
        yield f"{name}: not there: {message!r}"
    for message in set(found) - set(expected):
        yield f"{name}: not used any more: {message!r}"


def complaints_about_translations(name, translations):
    """Yield what is wrong with the translations of a language."""
    for message, entry in translations.items():
        if not entry.msgstr:
            yield f"{name}: not translated: {message!r}"
        elif set(VARIABLE.findall(message)) != set(VARIABLE.findall(entry.msgstr)):
            yield f"{name}: other variables in the translation of {message!r}"
        if any("fuzzy" in comment for comment in entry.comments):
            yield f"{name}: marked as fuzzy: {message!r}"


def check():
    """Return what is wrong with all catalogs."""
    with TemporaryDirectory() as folder:
        pot = Path(folder) / TEMPLATE.name
        collect(pot)
        expected = messages(pot)
    found = list(complaints(TEMPLATE.name, expected, messages(TEMPLATE)))
    for path in languages():
        name = path.parent.parent.name
        translations = messages(path)
        found.extend(complaints(name, expected, translations))
        found.extend(complaints_about_translations(name, translations))
    return found


def main(arguments):
    if arguments != ["--check"]:
        update()
        return
    if found := check():
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main(sys.argv[1:])
