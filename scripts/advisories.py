"""Look for known faults in what is installed, and fail for what we pin ourselves.

    advisories.py CONSTRAINTS FOLDER...

FOLDER is a virtual environment.  What Products.CMFPlone requires there has the version
that Plone's release pins: it is named, but for Plone to change.  All else is ours, and
so is a pin under a comment "# Ours" in CONSTRAINTS.

The advisories are those of OSV, one request for all: where it can't be reached, that is
said, and is no failure.  The environment variable ADVISORIES names another place with
the same interface.
"""

from dataclasses import dataclass
from http.client import HTTPException
from importlib.metadata import Distribution
from importlib.metadata import distributions
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request
from urllib.request import urlopen

import json
import os
import re
import sys


OSV = "https://api.osv.dev/v1"
PLONE = "products-cmfplone"
SECONDS = 30
# What one request may ask for.
BATCH = 1000


class NotReachedError(Exception):
    """There is no index of advisories; the text says why."""


@dataclass(frozen=True, order=True)
class Pin:
    """A version of a distribution, and whether it is for us to change."""

    name: str
    version: str
    ours: bool


def normal(name):
    """Return the name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed(folder):
    """Return the distributions in a virtual environment, by name."""
    paths = [str(path) for path in Path(folder).glob("lib/python*/site-packages")]
    found = distributions(path=paths)
    return {normal(one.metadata["Name"]): one for one in found}


def required(name, found: dict[str, Distribution]):
    """Return the names of what a distribution requires, with what that requires."""
    names, wanted = set(), [name]
    while wanted:
        name = normal(wanted.pop())
        if name in found and name not in names:
            names.add(name)
            requirements = found[name].requires or ()
            wanted += [
                re.match(r"[\w.-]+", text)[0]
                for text in requirements
                if "extra ==" not in text
            ]
    return names


def lifted(constraints):
    """Return the names of Plone's pins that we have changed."""
    text = Path(constraints).read_text(encoding="utf-8")
    return {normal(name) for name in re.findall(r"(?m)^# Ours.*\n([\w.-]+)==", text)}


def pins(constraints, folders):
    """Return a pin for each version that is installed in one of the folders."""
    changed = lifted(constraints)
    of_plone, all_pins = set(), set()
    for folder in folders:
        found = installed(folder)
        brought = required(PLONE, found) - changed
        for name, one in found.items():
            (of_plone if name in brought else all_pins).add((name, one.version))
    ours = {Pin(*pin, ours=True) for pin in all_pins}
    return sorted(ours | {Pin(*pin, ours=False) for pin in of_plone - all_pins})


def fetch(url, data=None):
    """Return the JSON that a server answers; raises NotReachedError."""
    body = None if data is None else json.dumps(data).encode()
    headers = {"Content-Type": "application/json"}
    request = Request(url, data=body, headers=headers)  # noqa: S310
    try:
        with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return json.load(answer)
    except HTTPError as error:
        if error.code == 400:
            # It is there, but our question is wrong.
            raise
        raise NotReachedError(f"{url}: {error}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise NotReachedError(f"{url}: {error}") from error


def ids_of(index, found):
    """Yield each pin with the ids of its advisories; raises NotReachedError."""
    for start in range(0, len(found), BATCH):
        batch = found[start : start + BATCH]
        queries = [
            {"package": {"ecosystem": "PyPI", "name": pin.name}, "version": pin.version}
            for pin in batch
        ]
        answer = fetch(f"{index}/querybatch", {"queries": queries})
        for pin, result in zip(batch, answer["results"], strict=True):
            yield pin, [entry["id"] for entry in result.get("vulns", ())]


def advisories(index, ids):
    """Return a line for each advisory, those with several names once."""
    lines, known = [], set()
    for name in sorted(ids):
        entry = fetch(f"{index}/vulns/{name}")
        names = {name, *entry.get("aliases", ())}
        if "withdrawn" not in entry and not names & known:
            summary = entry.get("summary") or entry.get("details", "").split("\n")[0]
            lines.append(f"{', '.join(sorted(names))}: {summary}")
        known |= names
    return lines


def main(constraints, *folders):
    """Print what is known of the pins; return 1 if there is anything of ours."""
    index = os.environ.get("ADVISORIES") or OSV
    found = pins(constraints, folders)
    ours = sum(pin.ours for pin in found)
    try:
        bad = {pin: advisories(index, ids) for pin, ids in ids_of(index, found) if ids}
    except NotReachedError as error:
        print(f"NOT CHECKED: no index of advisories can be reached ({error}).")
        print(f"Nobody looked at the {ours} versions that we pin ourselves.")
        return 0
    failed = False
    for pin, lines in bad.items():
        whose = "ours" if pin.ours else "Plone's own"
        for line in lines:
            print(f"{pin.name} {pin.version} ({whose}): {line}")
            failed |= pin.ours
    print(f"Looked at {ours} versions of ours and {len(found) - ours} of Plone's.")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
