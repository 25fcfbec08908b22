"""Every code block of README.rst and docs/ is run."""

from collections.abc import Iterator
from collective.annotationforms import annotation_storage
from collective.annotationforms.exchange.portable import portable
from collective.annotationforms.exchange.portable import restored
from collective.annotationforms.tests.layers import FormsLayer
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.sampleforms import PlainEditForm
from datetime import date
from docutils import nodes
from docutils.core import publish_doctree
from html import unescape
from importlib import import_module
from pathlib import Path
from persistent.mapping import PersistentMapping
from plone.app.multilingual.dx.interfaces import ILanguageIndependentField
from plone.app.testing import FunctionalTesting
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from plone.testing.zca import stackConfigurationContext
from Products.GenericSetup.upgrade import listUpgradeSteps
from tempfile import TemporaryDirectory
from zope import schema
from zope.annotation.interfaces import IAnnotations
from zope.component import getGlobalSiteManager
from zope.component.hooks import site
from zope.configuration import xmlconfig
from zope.interface import Invalid

import collective.annotationforms
import os
import re
import subprocess
import sys
import transaction


# The checkout: the documentation is not part of the installed package.
ROOT = Path(collective.annotationforms.__file__).parents[3]
DOCUMENTS = (
    "README.rst",
    "docs/admin.rst",
    "docs/architecture.rst",
    "docs/connections-plone.rst",
    "docs/connections.rst",
    "docs/index.rst",
    "docs/lifecycle.rst",
    "docs/performance.rst",
    "docs/reference.rst",
    "docs/saving.rst",
    "docs/security.rst",
    "docs/tutorial.rst",
    "docs/validators.rst",
    "examples/README.rst",
)


def document(name: str) -> nodes.document:
    # Colours need a package that may be missing.
    settings = {"halt_level": 2, "syntax_highlight": "none"}
    text = (ROOT / name).read_text(encoding="utf-8")
    return publish_doctree(text, source_path=name, settings_overrides=settings)


def code_blocks(name: str) -> Iterator[tuple[str, str, str]]:
    """Yield title of the section, name of the file and text of each code block.

    The file is the last thing in double backquotes in the paragraph before.
    """
    for block in document(name).findall(nodes.literal_block):
        if "code" in block["classes"]:
            section = block.parent
            paragraph = section[section.index(block) - 1]
            *_, file = paragraph.findall(nodes.literal)
            yield section.next_node(nodes.title).astext(), file.astext(), block.astext()


def written_files(name: str, last_section: str | None) -> dict[str, str]:
    """Return the files that a reader has written after the section."""
    files = {"src/my/addon/__init__.py": ""}
    sections = list(dict.fromkeys(title for title, _file, _text in code_blocks(name)))
    if last_section:
        del sections[sections.index(last_section) + 1 :]
    for title, file, text in code_blocks(name):
        if title in sections:
            before = files.get(file, "")
            if before and file.endswith(".zcml"):
                before, _end = before.split("</configure>")
                text = f"{text}\n</configure>"
            files[file] = f"{before}\n{text}\n"
    return files


class DocsLayer(FormsLayer):
    """Of our own: the views of the documentation stay in its registry."""


DOCS = FunctionalTesting(bases=(DocsLayer(),), name="Docs:Functional")


class DocsTestCase(FunctionalTestCase):
    """Writes the add-on of a document as the reader does, and loads it."""

    layer = DOCS

    def setUp(self):
        super().setUp()
        missing = [name for name in DOCUMENTS if not (ROOT / name).exists()]
        if missing:
            reason = f"not a checkout, there is no {', '.join(missing)} in {ROOT}"
            print(f"Skipped {self.id()}: {reason}")
            self.skipTest(reason)

    def write(self, name, last_section=None):
        """Write the add-on as it is after the section; return its folder."""
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for file, text in written_files(name, last_section).items():
            path = Path(folder.name, file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder.name

    def find_modules(self, folder):
        """Let imports find the add-on in the folder, and no earlier one."""
        source = str(Path(folder, "src"))
        sys.path.insert(0, source)
        self.addCleanup(sys.path.remove, source)
        for module in list(sys.modules):
            if f"{module}.".startswith("my."):
                del sys.modules[module]

    def install(self, name, last_section=None):
        """Write the add-on and load its ZCML."""
        self.find_modules(self.write(name, last_section))
        # Into the registry of the layer, not of the site.
        with site(None):
            xmlconfig.file(
                "configure.zcml",
                import_module("my.addon"),
                context=stackConfigurationContext(self.layer["configurationContext"]),
            )

    def open(self, view, **values):
        """Open a view of the page; with values: fill in, save, return the result."""
        browser = self.browser()
        browser.open(f"{self.url}/@@{view}")
        if values:
            for name, value in values.items():
                browser.getControl(name=f"form.widgets.{name}").value = value
            browser.getControl("Save").click()
        return browser


class TestReadme(DocsTestCase):
    """What the README says."""

    key = "my.addon.notes"

    def test_the_form_stores_what_the_readme_says(self):
        self.install("README.rst")
        self.assertEqual("", self.open("notes").getControl("Notes").value)
        self.assertIsNone(self.stored())
        browser = self.open("notes", notes="Call Zoë")
        self.assertEqual(self.url, browser.url)
        self.assertIn("Changes saved.", browser.contents)
        self.assertEqual({"notes": "Call Zoë"}, self.stored())
        self.assertEqual("Call Zoë", self.open("notes").getControl("Notes").value)
        notes_of = import_module("my.addon.notes").notes_of
        self.assertEqual("Call Zoë", notes_of(self.page))

    def test_the_commands_exist(self):
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        targets = re.search("TARGETS = (.*)", makefile)[1].split()
        text = document("README.rst").astext()
        named = set(re.findall(r"\bmake ([a-z][a-z-]+)", text))
        self.assertLessEqual({"start", "test", "clean"}, named)
        self.assertLessEqual(named, set(targets))


class TestLinks(DocsTestCase):
    """Where the documents lead to."""

    def test_linked_files_exist(self):
        for name in DOCUMENTS:
            for link in document(name).findall(nodes.reference):
                target = (ROOT / name).parent / link["refuri"]
                self.assertTrue(target.exists(), f"{name}: {target}")

    def test_the_readme_of_the_example_tells_of_each_file(self):
        links = document("examples/README.rst").findall(nodes.reference)
        linked = {Path(link["refuri"]).name for link in links}
        files = (ROOT / "examples/src/annotationforms_example").glob("*.*")
        names = {file.name for file in files} - {"__init__.py"}
        self.assertIn("mirror.py", names)
        self.assertLessEqual(names, linked)


class TestReference(DocsTestCase):
    """What the reference says."""

    key = "my.addon.notes"

    def test_the_mixin_stores_what_was_typed(self):
        self.find_modules(self.write("docs/reference.rst"))
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        request = self.layer["request"]
        form = import_module("my.addon.forms").NotesForm(self.page, request)
        form.update()
        self.assertEqual("", form.widgets["notes"].value)
        form.applyChanges({"notes": "Call Zoë"})
        transaction.commit()
        self.assertEqual({"notes": "Call Zoë"}, self.stored())

    def test_the_directive_registers_two_pages(self):
        self.install("docs/reference.rst")
        self.store(notes="Call Zoë")
        for view, text in (("notes", "Call Zoë"), ("notes-view", "For colleagues.")):
            self.assertIn(text, self.open(view).contents)

    def test_a_colour_goes_and_comes_back_in_json(self):
        self.install("docs/reference.rst")
        colour = import_module("my.addon.colour")
        field = schema.List(value_type=colour.ColourField())
        value = [colour.Colour(255, 128, 0)]
        data = portable(value, field)
        self.assertEqual([[255, 128, 0]], data)
        storage = annotation_storage(self.page, self.key)
        self.assertEqual(value, restored(field, data, storage))
        with self.assertRaises(Invalid):
            restored(field, [[255]], storage)


class TestAdmin(DocsTestCase):
    """What the page for admins says."""

    key = "my.addon.notes"

    def test_the_upgrade_step_finds_the_data(self):
        self.install("docs/admin.rst")
        setup = self.portal.portal_setup
        (step,) = listUpgradeSteps(setup, "my.addon:default", "1")
        IAnnotations(self.page)[self.key] = PersistentMapping(notes="Call Zoë")
        found = import_module("my.addon.pages").pages_with_notes
        self.assertEqual(0, len(found()))
        step["step"].doStep(setup)
        self.assertEqual(1, len(found()))
        catalog = self.portal.portal_catalog
        self.assertEqual(0, len(catalog(annotation_forms=self.key)))
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        self.assertEqual(1, len(catalog(annotation_forms=self.key)))


class TestValidators(DocsTestCase):
    """What the page about validators says."""

    key = "my.addon.visit"

    def messages(self, **values):
        """Save the values; return the messages of the fields and of the form."""
        contents = self.open("visit", **values).contents
        found = re.findall(
            r'<div class="(?:invalid-feedback|error)">(.*?)</div>', contents
        )
        return [unescape(message) for message in found]

    def test_the_example(self):
        self.install("docs/validators.rst")
        self.assertEqual(
            "Guide of A page", self.open("visit").getControl("Guide").value
        )
        self.assertEqual(
            ["“A page” is too small."], self.messages(guide="Zoë", persons="21")
        )
        self.assertEqual(
            ["So many need a guide."], self.messages(guide="Nobody", persons="10")
        )
        self.assertIsNone(self.stored())
        self.assertEqual([], self.messages(guide="Zoë", persons="20"))
        self.assertEqual({"guide": "Zoë", "persons": 20}, self.stored())
        self.assertEqual(["Zoë is the guide of “A page”."], self.messages(guide="Ada"))


class TestSaving(DocsTestCase):
    """What the page about saving says."""

    key = "my.addon.notes"

    def test_the_subscriber_logs_a_save(self):
        self.find_modules(self.write("docs/saving.rst"))
        log_save = import_module("my.addon.subscribers").log_save
        registry = getGlobalSiteManager()
        registry.registerHandler(log_save)
        self.addCleanup(registry.unregisterHandler, log_save)
        with self.assertLogs("my.addon", "INFO") as logs:
            self.key = PlainEditForm.ANNOTATION_STORAGE_KEY
            browser = self.browser()
            browser.open(f"{self.url}/@@plain-form")
            browser.getControl("Name").value = "Zoë"
            browser.getControl("Apply").click()
        (record,) = logs.records
        self.assertEqual(f"{self.key} of /plone/page: name", record.getMessage())

    def test_tags_are_added(self):
        self.find_modules(self.write("docs/saving.rst"))
        add_tag = import_module("my.addon.tags").add_tag
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        for tag in ("one", "two"):
            add_tag(self.page, tag)
        transaction.commit()
        self.assertEqual({"tags": ["one", "two"]}, self.stored())


class TestLifecycle(DocsTestCase):
    """What the page about versions and copies says."""

    def test_the_examples(self):
        self.find_modules(self.write("docs/lifecycle.rst"))
        application, versions, opening = (
            import_module(f"my.addon.{name}")
            for name in ("application", "versions", "opening")
        )
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        data = {}
        for form, name in (
            (application.ApplicationForm, "applicant"),
            (opening.OpeningForm, "remarks"),
        ):
            key, schema = form.ANNOTATION_STORAGE_KEY, form.schema
            storage = data[key] = annotation_storage(self.page, key)
            storage[name] = "first"
            self.portal.portal_repository.save(self.page)
            storage[name] = "second"
            number = self.page.version_id
            version = versions.data_of_version(self.page, number, key, schema)
            independent = form is application.ApplicationForm
            expected = "second" if independent else "first"
            self.assertEqual(expected, getattr(version, name))
        transaction.savepoint()
        copied = self.portal.manage_clone(self.page, "copied")
        self.assertEqual({"my.addon.opening"}, set(data) & set(IAnnotations(copied)))
        self.assertTrue(ILanguageIndependentField.providedBy(opening.IOpening["seats"]))


class TestTutorial(DocsTestCase):
    """What the reader sees after each step of the tutorial."""

    key = "my.addon.maintenance"
    document = "docs/tutorial.rst"

    def test_the_form(self):
        self.install(self.document, "The form")
        browser = self.open("maintenance")
        self.assertEqual(["normal"], browser.getControl("Level").value)
        browser = self.open("maintenance", contact="Zoë")
        self.assertEqual(self.url, browser.url)
        self.assertIn("Changes saved.", browser.contents)
        self.assertEqual({"contact": "Zoë"}, self.stored())
        browser = self.open("maintenance", contact="Zoë")
        self.assertIn("Nothing was changed.", browser.contents)

    def test_the_validator(self):
        self.install(self.document, "A validator for this form only")
        browser = self.open("maintenance", contact="Zoë", next_check="2001-01-01")
        self.assertIn("This day is over: check “A page” later.", browser.contents)
        self.assertIsNone(self.stored())
        self.open("maintenance", contact="Zoë", next_check="2999-01-01")
        self.assertEqual(
            {"contact": "Zoë", "next_check": date(2999, 1, 1)}, self.stored()
        )

    def test_the_view(self):
        self.install(self.document, "A page that shows the values")
        self.store(contact="Zoë")
        browser = self.browser(user=None)
        browser.open(f"{self.url}/@@maintenance-view")
        self.assertIn("Zoë", browser.contents)
        self.assertIn("normal", browser.contents)

    def test_the_values(self):
        self.install(self.document, "The values in your code")
        postpone = import_module("my.addon.maintenance").postpone
        self.assertIsNone(postpone(self.page, 7))
        self.store(next_check=date(2999, 1, 1))
        self.assertEqual(date(2999, 1, 8), postpone(self.page, 7))

    def test_the_test(self):
        output = self.run_in_package(
            "-m", "zope.testrunner", "--test-path=src", "-s", "my.addon"
        )
        self.assertIn("Ran 1 tests with 0 failures, 0 errors", output)

    def test_the_package(self):
        output = self.run_in_package("setup.py", "egg_info", "--egg-base=.")
        self.assertIn("writing entry points", output)

    def run_in_package(self, *arguments):
        """Run Python in the folder of the finished add-on; return what it prints."""
        # The path stands in for the installation of the add-on.
        path = os.pathsep.join(["src", *sys.path])
        done = subprocess.run(  # noqa: S603
            [sys.executable, *arguments],
            cwd=self.write(self.document),
            env={**os.environ, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        self.assertEqual(0, done.returncode, done.stdout)
        return done.stdout
