"""Runs documents and modules of installed packages, changed in a few places."""

from collections.abc import Iterable
from collective.annotationforms import fields
from collective.annotationforms import forms
from contextlib import contextmanager
from importlib import resources
from importlib.util import find_spec
from plone.testing.zca import popGlobalRegistry
from plone.testing.zca import pushGlobalRegistry
from types import ModuleType
from typing import Any
from zope import component
from zope.annotation.attribute import AttributeAnnotations
from zope.component.globalregistry import BaseGlobalComponents
from zope.component.hooks import site
from zope.configuration import xmlconfig
from zope.security.management import endInteraction
from zope.security.management import setSecurityPolicy

import doctest
import re


FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


class Recorder(doctest.DocTestRunner):
    """Keeps what differs, in place of a report."""

    def __init__(self, **options):
        super().__init__(verbose=False, **options)
        self.differences = []

    def report_failure(self, out, test, example, got):
        """Keep the last line of what came of it."""
        lines = got.strip().splitlines() or [""]
        self._keep(example, re.sub(" at 0x[0-9a-f]+", "", lines[-1]))

    def report_unexpected_exception(self, out, test, example, exc_info):
        """Keep the name of the exception."""
        self._keep(example, exc_info[0].__name__)

    def _keep(self, example, result):
        source = " ".join(example.source.split()).replace("( ", "(")
        self.differences.append((source, result))


def differences(
    package: str,
    name: str,
    changes: Iterable[tuple[str, str]] = (),
    *,
    until: str | None = None,
    flags: int = FLAGS,
    checker: doctest.OutputChecker | None = None,
    **names: Any,
) -> list[tuple[str, str]]:
    """Return source and result of each example that gives another result.

    The document ends before the heading `until`; `names` are known to it.
    """
    text = resources.files(package).joinpath(name).read_text(encoding="utf-8")
    if until:
        text, _end = text.split(f"\n{until}\n", 1)
    text = changed(text, changes)
    test = doctest.DocTestParser().get_doctest(text, names, name, name, 0)
    runner = Recorder(optionflags=flags, checker=checker)
    runner.run(test)
    return runner.differences


def load(name: str, changes: Iterable[tuple[str, str]], **names: Any) -> ModuleType:
    """Return the module with changes in its source; `names` are known to it."""
    spec = find_spec(name)
    module = ModuleType(name)
    vars(module).update(names)
    source = changed(spec.loader.get_source(name), changes)
    exec(compile(source, spec.origin, "exec"), vars(module))  # noqa: S102
    return module


def changed(text: str, changes: Iterable[tuple[str, str]]) -> str:
    """Return the text with each change made, wherever it applies.

    Raises LookupError if there is nothing to change: upstream's text is another one.
    """
    for old, new in changes:
        if old not in text:
            raise LookupError(f"There is no {old!r} any more.")
        text = text.replace(old, new)
    return text


@contextmanager
def empty_registry():
    """Put an empty registry, with ours in it, and no user in place of the site's."""
    outer = component.getGlobalSiteManager()
    policy = setSecurityPolicy(None)
    pushGlobalRegistry(BaseGlobalComponents("empty"))
    try:
        with site(None):
            load_package()
            yield
    finally:
        # Only a registry that is based on the one before is taken off.
        component.getGlobalSiteManager().__bases__ = (outer,)
        popGlobalRegistry()
        endInteraction()
        setSecurityPolicy(policy)


def empty_again() -> None:
    """Forget what a document has registered."""
    component.getGlobalSiteManager().__init__("empty")
    load_package()


def load_package() -> None:
    """Register what the package registers for storages."""
    context = xmlconfig.file("meta.zcml", component)
    for room in (fields, forms):
        xmlconfig.file("configure.zcml", room, context=context)
    component.provideAdapter(AttributeAnnotations)
