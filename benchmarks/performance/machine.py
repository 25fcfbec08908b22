"""What the figures were measured with: versions and processor, no names and paths."""

from importlib.metadata import version
from pathlib import Path

import os
import platform


PACKAGES = ("Products.CMFPlone", "z3c.form", "Zope", "ZODB", "zope.interface")


def described() -> dict[str, str]:
    """Return the versions and the processor."""
    versions = {name: version(name) for name in PACKAGES}
    return {
        "Plone": versions.pop("Products.CMFPlone"),
        "Python": platform.python_version(),
        **versions,
        "Processor": f"{_processor()}, {os.cpu_count()} cores",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.machine()
