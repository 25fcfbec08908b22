from BTrees.OOBTree import OOBTree
from collective.annotationforms.catalog.index import INDEX
from collective.annotationforms.exchange.pending import KEY
from collective.annotationforms.interfaces import IAnnotationFormsLayer
from collective.annotationforms.setuphandlers import HiddenProfiles
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.layers import IntegrationTestCase
from functools import cache
from importlib import import_module
from importlib.metadata import distribution
from importlib.metadata import distributions
from pathlib import Path
from plone.app.testing import applyProfile
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from plone.base.utils import get_installer
from plone.browserlayer.utils import registered_layers
from plone.registry.interfaces import IRegistry
from zope.annotation.interfaces import IAnnotatable
from zope.annotation.interfaces import IAnnotations
from zope.component import getGlobalSiteManager
from zope.component import getUtility
from zope.interface import Interface

import ast
import re
import transaction
import unittest


ADD_ON = "collective.annotationforms"
MANAGE_FORM_DATA_TITLE = "collective.annotationforms: Manage form data"


@cache
def owners_of_modules():
    """Return the name of the distribution that installed each file of a module.

    A namespace says nothing: a module belongs to who installed its file.
    """
    owners = {}
    for found in distributions():
        # Both are slow: they read files, and make paths of what is plain text.
        name, folder = found.metadata["Name"], found.locate_file("")
        for file in map(str, found.files or ()):
            if file.endswith((".py", ".so")):
                owners[f"{folder}/{file}"] = name
    return owners


class TestSetup(IntegrationTestCase):
    """Installing, uninstalling and installing again."""

    def test_installed(self):
        installer = get_installer(self.portal, self.request)
        self.assertTrue(installer.is_product_installed(ADD_ON))
        self.assertIn(IAnnotationFormsLayer, registered_layers())

    def test_uninstalled_and_installed_again(self):
        installer = get_installer(self.portal, self.request)
        self.assertTrue(installer.uninstall_product(ADD_ON))
        self.assertFalse(installer.is_product_installed(ADD_ON))
        self.assertNotIn(IAnnotationFormsLayer, registered_layers())
        self.assertTrue(installer.install_product(ADD_ON))
        self.assertTrue(installer.is_product_installed(ADD_ON))
        self.assertIn(IAnnotationFormsLayer, registered_layers())

    def actions(self):
        tab = self.portal.portal_actions["object"].get("form-data")
        panels = self.portal.portal_controlpanel.listActions()
        panel = [panel for panel in panels if panel.id == "form-data"]
        index = INDEX in self.portal.portal_catalog.indexes()
        return [bool(tab), bool(panel), index]

    def test_tab_control_panel_and_index_come_and_go(self):
        installer = get_installer(self.portal, self.request)
        self.assertEqual([True, True, True], self.actions())
        installer.uninstall_product(ADD_ON)
        self.assertEqual([False, False, False], self.actions())
        installer.install_product(ADD_ON)
        self.assertEqual([True, True, True], self.actions())

    def limits(self):
        names = sorted(getUtility(IRegistry).records)
        return [name for name in names if name.startswith(f"{ADD_ON}.")]

    def test_limits_of_imports_come_and_go_with_what_imports_have_left(self):
        limits = [
            "collective.annotationforms.imports.max_bytes",
            "collective.annotationforms.imports.max_records",
            "collective.annotationforms.imports.records_in_part",
        ]
        self.assertEqual(limits, self.limits())
        IAnnotations(self.portal)[KEY] = OOBTree()
        installer = get_installer(self.portal, self.request)
        installer.uninstall_product(ADD_ON)
        self.assertEqual([], self.limits())
        self.assertNotIn(KEY, IAnnotations(self.portal))
        installer.install_product(ADD_ON)
        self.assertEqual(limits, self.limits())

    def test_a_site_without_limits_gets_them(self):
        setup = self.portal.portal_setup
        applyProfile(self.portal, f"{ADD_ON}:uninstall")
        setup.setLastVersionForProfile(f"{ADD_ON}:default", "1002")
        setup.upgradeProfile(f"{ADD_ON}:default")
        self.assertEqual(3, len(self.limits()))
        # It runs the import step that it needs, and no other one.
        self.assertNotIn(IAnnotationFormsLayer, registered_layers())

    def test_a_site_of_the_first_version_is_upgraded(self):
        setup = self.portal.portal_setup
        applyProfile(self.portal, f"{ADD_ON}:uninstall")
        setup.setLastVersionForProfile(f"{ADD_ON}:default", "1000")
        with self.assertLogs("collective.annotationforms", "INFO") as logs:
            setup.upgradeProfile(f"{ADD_ON}:default")
        self.assertEqual([True, True, True], self.actions())
        self.assertIn("Looked for form data in", logs.output[-1])
        allowed = self.portal.rolesOfPermission(MANAGE_FORM_DATA_TITLE)
        self.assertEqual(
            {"Manager", "Site Administrator"},
            {role["name"] for role in allowed if role["selected"]},
        )
        # It runs the import steps that it needs, and no other one.
        self.assertNotIn(IAnnotationFormsLayer, registered_layers())

    def test_the_uninstall_profile_is_not_offered(self):
        self.assertEqual(
            [f"{ADD_ON}:uninstall"], HiddenProfiles().getNonInstallableProfiles()
        )
        installer = get_installer(self.portal, self.request)
        self.assertEqual(
            f"{ADD_ON}:default", installer.get_install_profile(ADD_ON)["id"]
        )

    def test_plone_loads_the_package_by_its_entry_point(self):
        (entry_point,) = distribution(ADD_ON).entry_points.select(
            group="z3c.autoinclude.plugin"
        )
        self.assertEqual(("target", "plone"), (entry_point.name, entry_point.value))


#: Viewlets that are asked on each page where the layer is: nobody knows before whose
#: form is in a wrapper, and which page is the first one after a logout.
ON_EACH_PAGE = ("annotationforms.forget", "plone.documentbyline")


class TestRegistrations(IntegrationTestCase):
    """What the ZCML files register is for content, or for what is ours."""

    def registrations(self):
        """Yield those of our own ZCML files, not those of the tests."""
        package = f"{Path(import_module(ADD_ON).__file__).parent}/"
        registry = getGlobalSiteManager()
        for kind in (registry.registeredAdapters(), registry.registeredHandlers()):
            for registration in kind:
                file = getattr(registration.info, "file", "")
                if file.startswith(package) and "/tests/" not in file:
                    yield registration

    def is_ours(self, required):
        """Tell whether an interface, or a class that is registered for, is ours."""
        of_class = getattr(required, "inherit", None)
        return (of_class or required).__module__.startswith(ADD_ON)

    def test_nothing_is_for_all_objects_or_for_all_that_can_be_annotated(self):
        registrations = list(self.registrations())
        self.assertGreater(len(registrations), 20)
        for registration in registrations:
            with self.subTest(registration=registration):
                first, *others = registration.required
                if registration.name in ON_EACH_PAGE:
                    self.assertIn(IAnnotationFormsLayer, others)
                elif first in (Interface, IAnnotatable):
                    ours = set(filter(self.is_ours, others)) - {IAnnotationFormsLayer}
                    self.assertTrue(ours)

    def test_pages_of_content_have_our_layer(self):
        pages = [
            registration
            for registration in self.registrations()
            if registration.name
            and registration.provided is Interface
            # Files are of the site, and have no context.
            and len(registration.required) == 2
        ]
        self.assertGreater(len(pages), 10)
        for page in pages:
            context, request = page.required
            # Widgets of forms are there also where our layer is not.
            if not self.is_ours(context):
                self.assertIs(IAnnotationFormsLayer, request, page)


# The modules of collective.annotationforms.connections that need an extra.
MODULES_OF_EXTRAS = {
    "amqp": "amqp",
    "http": "http oauth",
    "postgresql": "postgresql",
    "redis": "redis",
    "sqlalchemy": "sqlalchemy",
}


class TestDependencies(unittest.TestCase):
    """setup.py names the distributions that are imported, none more."""

    def imported(self, paths):
        """Return the distributions that own the modules imported in `paths`."""
        modules = set()
        for path in paths:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom):
                    modules.add(node.module)
                elif isinstance(node, ast.Import):
                    modules.update(alias.name for alias in node.names)
        # Modules built into Python have no file.
        files = {getattr(import_module(name), "__file__", None) for name in modules}
        owners = owners_of_modules()
        return {owners[file].lower().replace("_", "-") for file in files & set(owners)}

    def required(self, extra=""):
        """Return what setup.py requires, by itself or for an extra."""
        return {
            re.match(r"[\w.-]+", line)[0].lower().replace("_", "-")
            for line in distribution(ADD_ON).requires
            if line.partition("extra ==")[2].strip(" '\"") == extra
        }

    def test_every_requirement_is_imported_and_every_import_required(self):
        package = Path(import_module(ADD_ON).__file__).parent
        ours = set(package.rglob("*.py")) - set(package.rglob("tests/**/*.py"))
        # Registered only if the packages are there that they import.
        optional = {
            package / "testing.py",
            package / "lifecycle" / "translation.py",
            package / "lifecycle" / "workingcopy.py",
        }
        extras = {
            extra: {package / "connections" / f"{name}.py" for name in names.split()}
            for extra, names in MODULES_OF_EXTRAS.items()
        }
        modules = set().union(*extras.values())
        ours -= modules
        of_extras = self.imported(modules)
        for extra, own in extras.items():
            with self.subTest(extra=extra):
                self.assertLessEqual(self.required(extra), of_extras)
                self.assertLessEqual(
                    self.imported(own), self.required() | self.required(extra)
                )
        # Its ZCML is included, and it makes Plone of Zope; what is optional needs it.
        more = {"products.cmfplone", "z3c.zcmlhook", "zope.copy"}
        self.assertEqual(self.required(), self.imported(ours - optional) | more)
        self.assertLessEqual(
            self.imported(optional), self.required() | self.required("test")
        )


class TestRunner(unittest.TestCase):
    """zope.testrunner has to be told the folders with tests."""

    def test_buildout_runs_the_tests_of_each_room(self):
        package = Path(import_module(ADD_ON).__file__).parent
        folders = {file.parent.name for file in package.glob("tests/*/test_*.py")}
        text = (package.parents[2] / "buildout.cfg").read_text(encoding="utf-8")
        pattern = re.search(r"--tests-pattern', (.*)\$'", text, re.DOTALL)[1]
        self.assertEqual({*folders, "tests"}, set(re.findall(r"[a-z]+", pattern)))


class TestUninstalled(FunctionalTestCase):
    """Uninstalling leaves the data, and the site works."""

    key = "example.settings"

    def test_data_outlives_an_uninstall(self):
        self.store(name="Ada")
        applyProfile(self.portal, f"{ADD_ON}:uninstall")
        transaction.commit()
        browser = self.browser()
        browser.open(f"{self.url}/@@settings")
        self.assertEqual("404 Not Found", browser.headers["status"])
        browser.open(self.url)
        self.assertEqual("200 OK", browser.headers["status"])
        applyProfile(self.portal, f"{ADD_ON}:default")
        transaction.commit()
        browser.open(f"{self.url}/@@settings")
        self.assertEqual("Ada", browser.getControl("Name").value)
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        catalog = self.portal.portal_catalog
        self.assertEqual(1, len(catalog(**{INDEX: self.key})))

    def test_pages_are_copied_and_versioned_meanwhile(self):
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        self.store(name="Ada")
        applyProfile(self.portal, f"{ADD_ON}:uninstall")
        transaction.commit()
        self.portal.manage_pasteObjects(self.portal.manage_copyObjects(["page"]))
        transaction.commit()
        self.assertEqual({"name": "Ada"}, self.stored(self.portal["copy_of_page"]))
        repository = self.portal.portal_repository
        repository.save(self.page, comment="a version")
        transaction.commit()
        self.assertTrue(repository.getHistoryMetadata(self.page))
        self.assertEqual({"name": "Ada"}, self.stored())
