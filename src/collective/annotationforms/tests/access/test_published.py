"""Which classes a URL may reach, and what of them is published.

A class without a declaration fails here: a new one, too.
"""

from AccessControl.ZopeSecurityPolicy import getRoles
from collections.abc import Iterator
from collections.abc import Mapping
from collective.annotationforms.browser.parts import WorkInParts
from collective.annotationforms.permission.closed import Closed
from collective.annotationforms.tests.access.site import AccessTestCase
from importlib import import_module
from pkgutil import walk_packages
from Products.Five import BrowserView
from z3c.form.interfaces import IDataManager
from z3c.form.interfaces import IErrorViewSnippet
from z3c.form.interfaces import IForm
from z3c.form.interfaces import IGroup
from z3c.form.interfaces import IManagerValidator
from z3c.form.interfaces import ITerms
from z3c.form.interfaces import IValidator
from z3c.form.interfaces import IValue
from z3c.form.interfaces import IWidget
from z3c.form.interfaces import IWidgets
from zope.component import getGlobalSiteManager
from zope.component import queryMultiAdapter
from zope.publisher.interfaces import NotFound
from zope.schema.interfaces import IField
from zope.schema.interfaces import ITerm

import collective.annotationforms
import inspect
import unittest


PACKAGE = collective.annotationforms.__name__
#: What traversal leads to: a view, what is in a form, what a widget or a field has.
KINDS = (
    IDataManager,
    IErrorViewSnippet,
    IField,
    IForm,
    IGroup,
    IManagerValidator,
    ITerm,
    ITerms,
    IValidator,
    IValue,
    IWidget,
    IWidgets,
)
#: All that is published below a class of ours, beside views of it: one name, that of
#: the file at @@download, and that of the size at @@images; of parts of a value, too.
TAKES_A_NAME = ("PartDownload", "PartImages", "StorageDownload", "WidgetImages")
#: These are no addresses: they are not among what traversal leads to, see `reachable`.
MODULES_LEFT_OUT = ("tests", "connections")


def classes() -> Iterator[type]:
    """Yield all classes that the modules of the package define."""
    path = collective.annotationforms.__path__
    for module in walk_packages(path, f"{PACKAGE}."):
        if module.name.split(".")[2] in MODULES_LEFT_OUT:
            continue
        for _name, found in inspect.getmembers(import_module(module.name), is_class):
            if found.__module__ == module.name:
                yield found


def is_class(found: object) -> bool:
    return isinstance(found, type)


def registered_classes() -> set[type]:
    """Return the classes of the package that were registered as adapters and views."""
    found = set()
    for registration in getGlobalSiteManager().registeredAdapters():
        # ZCML makes a subclass of the class of a view.
        bases = getattr(registration.factory, "__mro__", ())
        ours = [base for base in bases if base.__module__.startswith(PACKAGE)]
        found |= set(ours)
    # Mixed into views.
    return found - {WorkInParts}


def reachable() -> Iterator[type]:
    """Yield the classes whose instances a URL may lead to, if nothing forbids it."""
    registered = registered_classes()
    for found in classes():
        is_kind = any(kind.implementedBy(found) for kind in KINDS)
        is_view_or_mapping = issubclass(found, (BrowserView, Mapping, Closed))
        is_mixin = not is_kind and found.__name__ in ("BindsToPage", "GroupWithGroups")
        if is_kind or is_view_or_mapping or is_mixin or found in registered:
            yield found


class TestClasses(AccessTestCase):
    """Every class says what is published: nothing, or views and what is listed here."""

    def test_all_are_found(self):
        names = {found.__name__ for found in reachable()}
        self.assertGreater(len(names), 40)
        for name in (
            "AnnotationEditForm",
            "AnnotationStorage",
            "BindsToPage",
            "ConflictView",
            "FormDataView",
            "GroupWithGroups",
            "PartErrors",
            "StorageField",
            "StorageWidgets",
            "WidgetImages",
        ):
            self.assertIn(name, names)

    def test_each_is_private_or_closed(self):
        for found in reachable():
            with self.subTest(found=found):
                is_private = getRoles(None, None, found, None) == ()
                self.assertTrue(is_private or issubclass(found, Closed))

    def test_nothing_but_views_is_below_a_closed_class(self):
        for found in reachable():
            if not issubclass(found, Closed) or getRoles(None, None, found, None) == ():
                continue
            view = found.__new__(found)
            view.context, view.request = self.page, self.layer["request"]
            if found.__name__ in TAKES_A_NAME:
                view.filename = None
                self.assertIs(view, view.publishTraverse(view.request, "context"))
            with self.subTest(found=found):
                self.assertEqual([], list(self.published(view)))

    def published(self, view):
        """Yield the names below the view that are none of views of it."""
        names = {name for name in dir(view) if not name.startswith("_")}
        for name in sorted(names | {"context", "request", "0", "widgets"}):
            if queryMultiAdapter((view, view.request), name=name) is None:
                try:
                    view.publishTraverse(view.request, name)
                except NotFound:
                    continue
                yield name


class TestDeclaration(unittest.TestCase):
    """The check itself: a class that says nothing is noticed."""

    def test_a_class_without_a_declaration(self):
        view = type("NewView", (BrowserView,), {})
        self.assertIsNone(getRoles(None, None, view, None))
        self.assertFalse(issubclass(view, Closed))
