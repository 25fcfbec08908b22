"""Every field type is put through every step, in a browser.

A test for each row of the table in ``fields/cases.py``, a step for each method
of the walk whose name starts with ``step_``.
"""

from chameleon.loader import ModuleLoader
from chameleon.template import BaseTemplate
from collective.annotationforms.tests import fields
from collective.annotationforms.tests.fields.cases import CASES
from collective.annotationforms.tests.fields.cases import Relation
from collective.annotationforms.tests.fields.cases import StoredFile
from collective.annotationforms.tests.fields.cases import UID_A
from collective.annotationforms.tests.fields.cases import UID_B
from collective.annotationforms.tests.fields.forms import NAMES
from collective.annotationforms.tests.fields.forms import ZCML
from collective.annotationforms.tests.fields.page import as_list
from collective.annotationforms.tests.fields.page import folded
from collective.annotationforms.tests.fields.page import FormPage
from collective.annotationforms.tests.fields.page import multipart
from collective.annotationforms.tests.layers import FormsLayer
from collective.annotationforms.tests.layers import FunctionalTestCase
from importlib.metadata import version
from plone.app.testing import applyProfile
from plone.app.testing import FunctionalTesting
from plone.app.testing import login
from plone.app.testing import logout
from plone.app.testing import SITE_OWNER_NAME
from tempfile import mkdtemp
from urllib.parse import quote
from zc.relation.interfaces import ICatalog
from zope.annotation.interfaces import IAnnotations
from zope.component import getUtility
from zope.configuration import xmlconfig
from zope.intid.interfaces import IIntIds

import json
import re
import transaction


class FieldsLayer(FormsLayer):
    """The forms of all cases, and pages that relations lead to."""

    zcml = ZCML

    def setUpZope(self, app, configurationContext):
        """See plone.app.testing.PloneSandboxLayer"""
        super().setUpZope(app, configurationContext)
        # Plone 6.1 reads its main template anew for each page: compile it once.
        self.loader = BaseTemplate.loader
        BaseTemplate.loader = ModuleLoader(mkdtemp(), remove=True)
        self.loadZCML(package=fields)
        configurationContext.package = fields
        xmlconfig.string(self.zcml, context=configurationContext)

    def tearDownZope(self, app):
        """See plone.app.testing.PloneSandboxLayer"""
        for (row, column), reason in KNOWN_FAILURES.items():
            if RESULTS.get((row, column), "").startswith("no:"):
                print(f"\n  Known failure: {row}, {column}: {reason}", end="")
        BaseTemplate.loader = self.loader
        super().tearDownZope(app)

    def setUpPloneSite(self, portal):
        """See plone.app.testing.PloneSandboxLayer"""
        super().setUpPloneSite(portal)
        applyProfile(portal, "collective.z3cform.datagridfield:default")
        login(portal.aq_parent, SITE_OWNER_NAME)
        for name, uid in (("target-a", UID_A), ("target-b", UID_B)):
            portal.invokeFactory("Document", name, title=f"Page {name}")
            setattr(portal[name], "_plone.uuid", uid)
            portal[name].reindexObject(idxs=["UID"])
        logout()


FIELDS_FIXTURE = FieldsLayer()
FUNCTIONAL = FunctionalTesting(bases=(FIELDS_FIXTURE,), name="Fields:Functional")

#: Column -> what is done, in this order.
STEPS = {
    "opens": "Opened in all three pages, nothing is written.",
    "default": "The default is shown in both forms and in display mode.",
    "untouched": "Saved untouched, with the default shown: nothing is written.",
    "saved": "What was typed is stored, with the type of the field.",
    "restart": "It is read back from the database.",
    "edit": "It is shown again in both forms.",
    "display": "It is shown in display mode.",
    "kept": "Saved untouched, with the value shown: nothing is written.",
    "refused": "Bad input is refused with the message of the field and kept.",
    "inline": "Inline validation refuses bad input and accepts good input.",
    "cleared": "Cleared, it stays so: the default doesn't come back.",
    "copied": "A copy of the page has data of its own.",
    "versioned": "A version of the page has its data, reverting brings it back.",
    "replaced": "Another file replaces it, and is kept while an error is corrected.",
    "downloaded": "Its links and images work, with the permission of the form.",
    "cataloged": "The relation catalog knows the page as source.",
    "page": "The page itself can be edited, and deleted.",
}

#: For files and relations only.
SPECIAL = ("replaced", "downloaded", "cataloged")

#: Once these fail, the steps after them have nothing to work with.
NEEDED = ("opens", "saved")

#: (row, column) -> why it fails.  A cell that passes must not be listed.
KNOWN_FAILURES = {}
UPSTREAM = "fails on attributes of content as well: "

for row in ("Data grid", "Data grid, relation in a row", "Data grid, file in a row"):
    KNOWN_FAILURES[row, "inline"] = UPSTREAM + (
        "the message is that of the converter of the grid, not that of the cell"
    )
KNOWN_FAILURES["Data grid, file in a row", "refused"] = UPSTREAM + (
    "the widget of the file can't show what was uploaded in a refused row"
)
KNOWN_FAILURES["Object, subform", "inline"] = UPSTREAM + (
    "plone.app.z3cform asks the error of a subform for a message that it lacks"
)
for row in ("NamedBlobFile", "NamedBlobImage", "Data grid, file in a row"):
    KNOWN_FAILURES[row, "versioned"] = (
        "Products.CMFEditions saves the contents of blobs in fields of the content"
        " type only"
    )

if version("collective.z3cform.datagridfield").startswith("3."):
    KNOWN_FAILURES["Data grid, file in a row", "kept"] = UPSTREAM + (
        "the grid stores a marker of z3c.form where no file was sent (mended in 4.0)"
    )

#: (row, column) -> "yes", "n/a: reason" or "no: reason", filled in by a run.
RESULTS = {}


class FieldsTestCase(FunctionalTestCase):
    """Puts field types through the steps."""

    layer = FUNCTIONAL
    known_failures = KNOWN_FAILURES

    @classmethod
    def add_tests_to(cls, test_class):
        """Give `test_class` one test for each row."""
        for case in CASES:
            name = f"test_{case.name.replace('-', '_')}"

            def test(self, case=case):
                self.walk(case)

            test.__name__ = name
            test.__qualname__ = f"{test_class.__qualname__}.{name}"
            setattr(test_class, name, test)

    def walk(self, case):
        """Put the row through all steps."""
        self.case = case
        self.key = case.key
        self.user = self.browser()
        stopped = None
        for column in STEPS:
            place = (case.title, column)
            if column in SPECIAL and column not in case.more_steps:
                RESULTS[place] = ""
            elif column in case.without:
                RESULTS[place] = f"n/a: {case.without[column]}"
            elif stopped:
                RESULTS[place] = stopped
            else:
                with self.subTest(row=case.title, step=column):
                    self.cell(place, getattr(self, f"step_{column}"))
                if column in NEEDED and RESULTS[place] != "yes":
                    stopped = RESULTS[place]

    def cell(self, place, step):
        """Take one step, and compare with what is known about it."""
        reason = self.known_failures.get(place)
        RESULTS[place] = f"no: {reason}"
        try:
            step()
        except Exception as error:
            if reason is None:
                RESULTS[place] = f"no: {str(error).splitlines()[0][:200]}"
                raise
            return
        RESULTS[place] = "yes"
        self.assertIsNone(reason, "It passes: remove it from KNOWN_FAILURES.")

    # What the steps are made of.

    def open(self, view, query="?ajax_load=1"):
        """Open one of the three pages of the case, return its form.

        Without the rest of the site, as in an overlay: that is faster.
        """
        self.user.open(f"{self.url}/@@{self.case.name}-{view}{query}")
        self.assertNotIn("Confirming User Action", self.user.contents)
        self.check_status()
        return None if view == "view" else self.form()

    def form(self):
        return FormPage(self.user.url, self.user.contents)

    def check_status(self):
        if not self.user.headers["status"].startswith("200"):
            found = re.findall(r"(?m)^\w[\w.]*: .*", str(self.user.contents))
            self.fail(f"{self.user.url}: {found[-1:]}")

    def fill(self, form, typed, names=NAMES):
        """Fill in both widgets of the form, or those given."""
        for name in names:
            for suffix, value in typed.items():
                fill = form.add if self.case.scripted else form.fill
                fill(f"form.widgets.{name}{suffix}", value)

    def send(self, form, action=None):
        """Click on the button to save; returns the page that is shown then."""
        [button] = form.form.xpath(
            './/*[@name="form.buttons.save" or @name="form.buttons.apply"]/@name'
        )
        pairs = [*form.values(button), ("ajax_load", "1")]
        body, content_type = multipart(pairs)
        self.user.post(form.form.get("action") or form.url, body, content_type)
        self.assertNotIn("Confirming User Action", self.user.contents)
        self.check_status()

    def assert_shows(self, form, shown):
        """Check what the inputs of both widgets hold."""
        expected = {
            f"{name}{suffix}": as_list(value)
            for name in NAMES
            for suffix, value in shown.items()
        }
        found = {name: form.sent(f"form.widgets.{name}") for name in expected}
        self.assertEqual(expected, found)

    def displayed(self):
        """Return the HTML of both values in the page that shows them."""
        page = FormPage.document_of(self.user.contents)
        return [
            folded(page.xpath("//dt[.=$title]/following-sibling::dd", title=title)[0])
            for title in ("Value", "Grouped")
        ]

    def last_transaction(self):
        return self.layer["app"]._p_jar.db().lastTransaction()

    def last_write(self):
        """Return the id of the transaction that wrote last; see `keeps_uploads`."""
        if self.case.keeps_uploads:
            transaction.begin()
            return self.persistent_values(self.page)[0]._p_serial
        return self.last_transaction()

    def data(self, page):
        """Return what is stored on the page, in a mapping."""
        return IAnnotations(page).get(self.key)

    def persistent_values(self, page):
        """Return what holds the values, and the values."""
        stored = self.data(page)
        return [stored, *stored.values()]

    def oids(self, page):
        """Return the ids of the objects in the database that hold the values."""
        oids = {getattr(item, "_p_oid", None) for item in self.persistent_values(page)}
        return oids - {None}

    def values(self, page=None):
        """Return both stored values with their types."""
        stored = self.stored(page) or {}
        return {name: described(stored[name]) for name in NAMES if name in stored}

    def both(self, value):
        return {name: described(value) for name in NAMES}

    # The steps.

    def step_opens(self):
        self.user.open(self.url)
        before = self.last_transaction()
        self.edit = self.open("edit", "")
        self.wrapped = self.open("wrapped", "")
        self.open("view", "")
        self.assertEqual(before, self.last_transaction())
        self.assertIsNone(self.stored())

    def step_default(self):
        shown = first(self.case.default_shown, self.case.cleared)
        self.assert_shows(self.edit, shown)
        self.assert_shows(self.wrapped, shown)
        for found in self.displayed():
            self.assertIn(self.case.default_displayed, found)

    def step_untouched(self):
        before = self.last_transaction()
        self.send(self.wrapped)
        self.assertIn("No changes were applied.", self.user.contents)
        self.assertEqual(before, self.last_transaction())

    def step_saved(self):
        self.fill(self.edit, self.case.typed)
        self.send(self.edit)
        self.assertIn("Changes saved.", self.user.contents)
        self.shown_after_save = self.displayed()
        self.assertEqual(self.both(self.case.stored), self.values())

    def step_restart(self):
        self.layer["app"]._p_jar.cacheMinimize()
        self.assertEqual(self.both(self.case.stored), self.values())

    def step_edit(self):
        shown = first(self.case.shown, self.case.typed)
        self.edit = self.open("edit")
        self.wrapped = self.open("wrapped")
        self.assert_shows(self.edit, shown)
        self.assert_shows(self.wrapped, shown)

    def step_display(self):
        for found in self.shown_after_save:
            self.assertIn(self.case.displayed, found)

    def step_kept(self):
        before = self.last_write()
        self.send(self.wrapped)
        self.assertIn("No changes were applied.", self.user.contents)
        self.assertEqual(before, self.last_write())

    def step_refused(self):
        for form in (self.edit, self.form()):
            before = self.values()
            self.fill(form, self.case.bad)
            self.send(form)
            refused = self.form()
            self.assertIn("There were some errors.", self.user.contents)
            for name in NAMES:
                self.assertIn(self.case.message, refused.widget_html(name))
            self.assert_shows(refused, first(self.case.kept, self.case.bad))
            self.assertEqual(before, self.values())

    def step_inline(self):
        for view in ("edit", "wrapped"):
            form = self.open(view)
            self.fill(form, self.case.typed)
            self.assertEqual(["", ""], self.inline(form))
            self.fill(form, self.case.bad)
            self.assertEqual([self.case.message] * 2, self.inline(form))

    def inline(self, form):
        """Return what inline validation says on both fields."""
        messages = []
        for name, fieldset in zip(NAMES, ([], [("fset", "0")]), strict=True):
            pairs = [*form.values(), ("fname", f"form.widgets.{name}"), *fieldset]
            pairs = [pair for pair in pairs if isinstance(pair[1], str)]
            body, content_type = multipart(pairs)
            self.user.post(
                f"{form.address}/@@z3cform_validate_field", body, content_type
            )
            self.check_status()
            messages.append(json.loads(self.user.contents)["errmsg"])
        return messages

    def step_cleared(self):
        before = self.stored()
        form = self.open("edit")
        self.fill(form, self.case.cleared)
        self.send(form)
        try:
            self.assertEqual(self.both(self.case.empty), self.values())
            for found in self.displayed():
                self.assertNotIn(self.case.displayed, found)
                if self.case.default_displayed:
                    self.assertNotIn(self.case.default_displayed, found)
            form = self.open("edit")
            self.assert_shows(form, first(self.case.empty_shown, self.case.cleared))
        finally:
            self.store(**before)

    def step_copied(self):
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        before = self.values()
        self.portal.manage_pasteObjects(self.portal.manage_copyObjects(["page"]))
        transaction.commit()
        copied = self.portal["copy_of_page"]
        self.assertEqual(before, self.values(copied))
        self.assertEqual(set(), self.oids(self.page) & self.oids(copied))
        self.portal.manage_delObjects(["copy_of_page"])
        transaction.commit()
        self.layer["app"]._p_jar.cacheMinimize()
        self.assertEqual(before, self.values())

    def step_versioned(self):
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        before = self.values()
        values = self.stored()
        repository = self.portal.portal_repository
        repository.save(self.page, comment="with data")
        number = self.page.version_id
        transaction.commit()
        self.forget()
        version = repository.retrieve(self.page, number).object
        try:
            found = self.data(version)
            found = {name: described(found[name]) for name in NAMES}
            self.assertEqual(before, found)
            repository.revert(self.page, number)
            transaction.commit()
            self.assertEqual(before, self.values())
        finally:
            transaction.abort()
            self.store(**values)

    def step_replaced(self):
        before = self.stored()
        form = self.open("edit")
        self.fill(form, self.case.other, names=["value"])
        self.fill(form, self.case.bad, names=["grouped"])
        self.send(form)
        self.assertIn("There were some errors.", self.user.contents)
        self.assertEqual(self.both(self.case.stored), self.values())
        form = self.form()
        self.fill(form, self.case.other, names=["grouped"])
        self.send(form)
        try:
            self.assertEqual(self.both(self.case.other_stored), self.values())
        finally:
            self.store(**before)

    def step_downloaded(self):
        for view, allowed in (("edit", False), ("wrapped", False), ("view", True)):
            self.open(view)
            page = FormPage.document_of(self.user.contents)
            addresses = page.xpath("//article//a/@href | //article//img/@src")
            links = {address for address in addresses if "/@@download/" in address}
            self.assertEqual(len(NAMES), len(links), view)
            images = page.xpath('//article//img/@src[contains(., "++widget++")]')
            if "image" in self.case.stored.content_type:
                self.assertEqual(len(NAMES), len(images), view)
            for link in {*links, *images}:
                for browser in (self.user, *[self.browser(None)] * allowed):
                    browser.open(link)
                    self.assertEqual("200 OK", browser.headers["status"])
                    if link in links:
                        self.check_download(browser)
                    else:
                        self.assertIn("image/", browser.headers["content-type"])
                if not allowed:
                    self.check_refused(link)

    def check_download(self, browser):
        file = self.case.stored
        headers = browser.headers
        contents = browser.contents
        if isinstance(contents, str):
            contents = contents.encode()
        self.assertEqual(file.data, contents)
        self.assertIn(file.content_type, headers["content-type"])
        self.assertIn(quote(file.filename), headers["content-disposition"])

    def check_refused(self, link):
        stranger = self.browser(None)
        stranger.open(link)
        self.assertIn("text/html", stranger.headers["content-type"])
        self.assertIn("login", stranger.url)

    def step_cataloged(self):
        self.assertEqual(["/plone/page"] * 2, self.sources())

    def sources(self):
        """Return the paths of the pages that the catalog knows as sources."""
        transaction.begin()
        query = {"to_id": getUtility(IIntIds).getId(self.portal["target-a"])}
        relations = getUtility(ICatalog).findRelations(query)
        return [relation.from_path for relation in relations]

    def step_page(self):
        before = self.values()
        self.user.open(f"{self.url}/@@edit")
        form = self.form()
        form.fill("form.widgets.IDublinCore.title", "Another title")
        self.send(form)
        self.assertIn("Changes saved", self.user.contents)
        self.assertEqual(before, self.values())
        self.assertEqual("Another title", self.page.title)
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        self.portal.manage_delObjects(["page"])
        transaction.commit()
        self.assertNotIn("page", self.portal)
        self.assertEqual([], self.sources())


def first(*values):
    """Return the first that is not None."""
    return next(value for value in values if value is not None)


def described(value):
    """Return type and content of a value, such that they can be compared."""
    kind = type(value).__name__
    if isinstance(value, (Relation, StoredFile)):
        return value.described()
    if isinstance(value, (list, tuple)):
        return (kind, [described(item) for item in value])
    if isinstance(value, (set, frozenset)):
        return (kind, sorted(value))
    if isinstance(value, dict):
        return (kind, {key: described(item) for key, item in value.items()})
    for has, attributes in DESCRIBED_BY.items():
        if hasattr(value, has):
            found = [getattr(value, name, None) for name in attributes]
            return (kind, *[item() if callable(item) else item for item in found])
    return (kind, value)


#: What has the first attribute is described by the others.
DESCRIBED_BY = {
    "to_object": ["to_path"],
    "contentType": ["filename", "contentType", "data"],
    "outputMimeType": ["raw", "mimeType", "outputMimeType"],
    "tzinfo": ["isoformat", "tzname"],
    "portal_type": ["getId"],
    "__dict__": ["__getstate__"],
}


class TestFields(FieldsTestCase):
    """One test for each row, ``test_textline`` and so on."""


FieldsTestCase.add_tests_to(TestFields)
