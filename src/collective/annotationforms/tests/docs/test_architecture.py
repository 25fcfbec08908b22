"""The list of private names of others in docs/architecture.rst is right."""

from collections.abc import Iterator
from collective.annotationforms.tests.docs.test_docs import document
from collective.annotationforms.tests.docs.test_docs import ROOT
from dataclasses import dataclass
from docutils import nodes
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from pkgutil import resolve_name

import ast
import collective.annotationforms
import inspect
import re
import unittest


SOURCE = Path(collective.annotationforms.__file__).parent
DOCUMENT = "docs/architecture.rst"
SECTION = "What has no public way"
# Neither names of Python (__init__) nor those of persistent objects (_p_jar, _v_cache).
PRIVATE = re.compile(r"_(?!_|[pv]_)\w+")
BY_NAME = ("getattr", "hasattr", "setattr", "delattr")
# What we keep on objects of others, under names of our own.
OURS = {"_close_foreign_connections"}

UNKNOWN = f"""
{{module}} uses {{name}}, a private name of another package.
Look for a public one: interfaces, the documentation.  If there is none, add the name
to the table in "{SECTION}" of {DOCUMENT}, and say why.
(If the name is ours, of another module: make it public, or move what uses it.)"""
UNUSED = f"""
{{module}} does not use {{name}} any more.
Take it out of the table in "{SECTION}" of {DOCUMENT}."""
GONE = f"""
{{owner}} has no {{name}} any more in the installed version.
Find out what took its place, then change {{modules}} and {DOCUMENT}."""


@dataclass(frozen=True)
class Entry:
    """A row of the table."""

    name: str
    owner: str
    modules: tuple[str, ...]
    why: str


def entries() -> list[Entry]:
    """Return the rows of the table, without the heading."""
    (section,) = (
        section
        for section in document(DOCUMENT).findall(nodes.section)
        if section.next_node(nodes.title).astext() == SECTION
    )
    (body,) = section.findall(nodes.tbody)
    return [
        Entry(name.astext(), owner.astext(), literals(modules), why.astext())
        for name, owner, modules, why in (row.children for row in body.children)
    ]


def literals(entry: nodes.entry) -> tuple[str, ...]:
    return tuple(literal.astext() for literal in entry.findall(nodes.literal))


def sources() -> dict[str, ast.Module]:
    """Return the parsed modules of the package, without tests, by path."""
    paths = {path.relative_to(SOURCE): path for path in sorted(SOURCE.rglob("*.py"))}
    return {
        name.as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for name, path in paths.items()
        if name.parts[0] != "tests"
    }


def names_of_classes(tree: ast.Module) -> set[str]:
    """Return what the classes of a module call their attributes."""
    found = set()
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    for node in chain.from_iterable(map(ast.walk, classes)):
        match node:
            case ast.FunctionDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
            case ast.Attribute(ast.Name("self" | "cls"), name, ast.Store()):
                found.add(name)
            case ast.keyword(arg=str(name)):
                # vars(self).update(_name=...)
                found.add(name)
    return found


def used_names(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Yield the names that a module asks for, and whether it asks an object's own."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(ast.Name("self" | "cls") | ast.Call(ast.Name("super"))):
                yield node.attr, True
            case ast.Attribute():
                yield node.attr, False
            case ast.Call(ast.Name(function), [_, ast.Constant(str(name)), *_]):
                if function in BY_NAME:
                    yield name, False
            case ast.ImportFrom() | ast.Import():
                modules = [getattr(node, "module", None) or ""]
                for path in [*modules, *(alias.name for alias in node.names)]:
                    yield from ((name, False) for name in path.split("."))


def private_names(modules: dict[str, ast.Module]) -> set[tuple[str, str]]:
    """Return the private names of others that are used, each with the module."""
    own = {path: names_of_classes(tree) for path, tree in modules.items()}
    # The base class may be in another module.
    inherited = set().union(*own.values())
    return {
        (name, path)
        for path, tree in modules.items()
        for name, is_own in used_names(tree)
        if PRIVATE.fullmatch(name)
        if name not in OURS | (inherited if is_own else own[path])
    }


def has(owner: str, name: str) -> bool:
    """Tell whether a module or a class has the name, or sets it on its instances."""
    try:
        found = resolve_name(owner)
    except (ImportError, AttributeError):
        return False
    return hasattr(found, name) or f"self.{name} = " in inspect.getsource(found)


@unittest.skipUnless((ROOT / DOCUMENT).exists(), "not a checkout, there is no docs/")
class TestPrivateNames(unittest.TestCase):
    """What the package uses, what the table says, and what the libraries have."""

    def test_every_private_name_is_in_the_table(self):
        listed = {(entry.name, path) for entry in entries() for path in entry.modules}
        for name, module in sorted(private_names(sources()) - listed):
            with self.subTest(name, module=module):
                self.fail(UNKNOWN.format(name=name, module=module))

    def test_every_name_in_the_table_is_used(self):
        used = {
            (name, path)
            for path, tree in sources().items()
            for name, _is_own in used_names(tree)
        }
        for entry in entries():
            for path in entry.modules:
                with self.subTest(entry.name, module=path):
                    if (entry.name, path) not in used:
                        self.fail(UNUSED.format(name=entry.name, module=path))

    def test_every_name_in_the_table_is_there(self):
        is_older = version("Products.CMFPlone").startswith("6.1.")
        for entry in entries():
            if is_older and "There since Plone 6.2." in entry.why:
                continue
            with self.subTest(entry.name):
                if not has(entry.owner, entry.name):
                    self.fail(GONE.format(**vars(entry)))

    def test_a_new_private_name_is_found(self):
        for line, name in (
            ("page._update()", "_update"),
            ("page._rights = {}", "_rights"),
            ("getattr(page, '_rights', None)", "_rights"),
            ("from zope.schema import _field", "_field"),
            ("from zope.schema._field import Choice", "_field"),
            ("import zope.schema._field", "_field"),
            ("class Form(Base):\n def update(self): self._update()", "_update"),
            ("class Form(Base):\n def update(self): super()._update()", "_update"),
            ("def _update(page): page._update()", "_update"),
        ):
            with self.subTest(line):
                found = private_names({"new.py": ast.parse(line)})
                self.assertEqual({(name, "new.py")}, found)

    def test_names_of_ours_and_of_python_are_not(self):
        for line in (
            "class Form:\n def _update(self): ...\n def update(self): self._update()",
            "class Form:\n _name = ''\n def same(self, other): other._name",
            "def _update(): ...\n_update()",
            "page._p_jar, page._v_cache, page.__name__",
        ):
            with self.subTest(line):
                self.assertEqual(set(), private_names({"new.py": ast.parse(line)}))
