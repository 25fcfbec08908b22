"""Columns that are not for the user: in copies, versions, working copies, languages."""

from collective.annotationforms import annotation_storage
from collective.annotationforms.testing import registered_form
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.lifecycle.test_translation import MULTILINGUAL
from collective.annotationforms.tests.lifecycle.test_workingcopy import ITERATE
from collective.annotationforms.tests.rowforms import HIDDEN
from collective.annotationforms.tests.rowforms import IRows
from collective.annotationforms.tests.rowforms import KEY
from collective.annotationforms.tests.rowforms import plain
from collective.annotationforms.tests.rowforms import row
from collective.annotationforms.tests.rowforms import RowsForm
from collective.annotationforms.tests.rowforms import Thing
from plone.app.iterate.interfaces import ICheckinCheckoutPolicy
from plone.app.multilingual.dx.interfaces import ILanguageIndependentField
from plone.app.multilingual.interfaces import IPloneAppMultilingualInstalled
from plone.app.multilingual.interfaces import ITranslationManager
from plone.app.testing import applyProfile
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from Products.CMFCore.interfaces import IContentish
from zope.annotation.interfaces import IAnnotations
from zope.interface import alsoProvides
from zope.interface import noLongerProvides

import transaction


CLOSED = ("kept", "omitted", "old")


class ColumnsTestCase(FunctionalTestCase):
    key = KEY

    def setUp(self):
        super().setUp()
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        registration = registered_form(
            "rows",
            RowsForm,
            for_=IContentish,
            title="Rows",
            permission="cmf.ModifyPortalContent",
            view_permission="zope2.View",
        )
        registration.__enter__()
        self.addCleanup(registration.__exit__, None, None, None)

    def rows(self, page=None):
        return [plain(one) for one in self.stored(page)["rows"]]

    def change(self, page, number, **columns):
        """Change columns of a row, as a form does."""
        rows = list(annotation_storage(page, KEY)["rows"])
        rows[number] = {**rows[number], **columns}
        self.store(page, rows=rows)


def without(row, *names):
    return {name: value for name, value in row.items() if name not in names}


class TestCopies(ColumnsTestCase):
    """A copy has the columns that the copier sees."""

    def copy(self, user):
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        self.portal.invokeFactory("Folder", f"of-{user}")
        folder = self.portal[f"of-{user}"]
        folder.manage_setLocalRoles(user, ["Owner", "Editor", "Contributor"])
        login(self.portal if user != SITE_OWNER_NAME else self.portal.aq_parent, user)
        folder.manage_pasteObjects(self.portal.manage_copyObjects(["page"]))
        transaction.commit()
        return folder["page"]

    def test_rows_and_objects(self):
        thing = Thing(title="a", kept=HIDDEN, number=1)
        self.store(rows=[row("a")], thing=thing, named={"x": thing})
        before = self.rows()
        copied = self.copy("editor")
        self.assertEqual([without(before[0], "kept", "old")], self.rows(copied))
        stored = self.stored(copied)
        for found in (stored["thing"], stored["named"]["x"]):
            self.assertEqual({"title": "a", "number": 1}, plain(found))
        self.assertEqual(before, self.rows())
        self.assertEqual(before, self.rows(self.copy(SITE_OWNER_NAME)))

    def test_who_only_reads(self):
        self.store(rows=[row("a")])
        self.assertEqual(
            [without(row("a"), *CLOSED) | {"file": "a"}], self.rows(self.copy("reader"))
        )

    def test_a_plain_dict(self):
        IAnnotations(self.page)[KEY] = {"rows": [row("a")], "old": HIDDEN}
        copied = self.copy("editor")
        self.assertNotIn(HIDDEN, str(IAnnotations(copied)[KEY]))


class TestVersions(ColumnsTestCase):
    """A revert leaves the columns that its user may not write."""

    def setUp(self):
        super().setUp()
        applyProfile(self.portal, "plone.app.versioningbehavior:default")
        self.repository = self.portal.portal_repository
        # Then a revert replaces all annotations, and not none.
        IAnnotations(self.page)["example.other"] = "of others"

    def test_revert(self):
        self.store(rows=[row("a"), row("b")])
        self.repository.save(self.page)
        number = self.page.version_id
        self.change(self.page, 0, title="changed")
        self.change(self.page, 1, kept="changed", fixed="changed")
        login(self.portal, "editor")
        self.repository.revert(self.page, number)
        transaction.commit()
        found = self.rows()
        self.assertEqual(["a", "b"], [one["title"] for one in found])
        self.assertEqual(
            [(f"{HIDDEN} a", "fixed a"), ("changed", "changed")],
            [(one["kept"], one["fixed"]) for one in found],
        )

    def test_compare(self):
        self.store(rows=[row("a")], thing=Thing(title="a", kept=HIDDEN))
        self.repository.save(self.page)
        old = self.page.version_id
        self.change(self.page, 0, title="A", kept=f"{HIDDEN} changed", omitted="new")
        transaction.commit()
        address = f"{self.url}/@@history?one=current&two={old}"
        for user, sees in (("editor", False), (SITE_OWNER_NAME, True)):
            browser = self.browser(user)
            browser.open(address)
            self.assertIn("title: ", browser.contents)
            self.assertEqual(sees, HIDDEN in browser.contents)
            self.assertEqual(sees, "omitted a" in browser.contents)
            self.assertEqual(sees, "old a" in browser.contents)


class TestWorkingCopies(ColumnsTestCase):
    """At check-in, a column that the user may not write is that of the page."""

    layer = ITERATE

    def setUp(self):
        super().setUp()
        for name in ("page", "folderish"):
            self.portal[name].manage_setLocalRoles("editor", ["Editor", "Contributor"])
        self.portal.manage_setLocalRoles("editor", ["Contributor"])

    def test_check_in(self):
        for name in ("page", "folderish"):
            with self.subTest(name):
                self.check_in(self.portal[name])

    def check_in(self, page):
        self.store(page, rows=[row("a"), row("b"), row("c")])
        before = self.rows(page)
        login(self.portal, "editor")
        copied = ICheckinCheckoutPolicy(page).checkout(self.portal)
        transaction.commit()
        self.assertEqual(before, self.rows(copied))
        rows = list(annotation_storage(copied, KEY)["rows"])
        # Deleted, sorted, changed; meanwhile, on the page, somebody else is at work.
        self.store(copied, rows=[{**rows[2], "title": "C"}, rows[0]])
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        self.change(page, 0, kept="changed")
        login(self.portal, "editor")
        ICheckinCheckoutPolicy(copied).checkin("Done.")
        transaction.commit()
        self.assertEqual(
            [before[2] | {"title": "C"}, before[0] | {"kept": "changed"}],
            self.rows(page),
        )


class TestTranslations(ColumnsTestCase):
    """A translation gets the columns that the user sees and may write."""

    layer = MULTILINGUAL

    def setUp(self):
        super().setUp()
        field = IRows["rows"]
        alsoProvides(field, ILanguageIndependentField)
        self.addCleanup(noLongerProvides, field, ILanguageIndependentField)
        alsoProvides(self.layer["request"], IPloneAppMultilingualInstalled)

    def test_sharing(self):
        english = self.portal["en"]["page"]
        spanish = ITranslationManager(english).add_translation("es")
        self.store(english, rows=[row("a"), row("b")])
        self.assertEqual(self.rows(english), self.rows(spanish))
        self.change(spanish, 0, kept="of the Spanish page")
        self.assertEqual("of the Spanish page", self.rows(english)[0]["kept"])
        for page in (english, spanish):
            page.manage_setLocalRoles("editor", ["Editor"])
        login(self.portal, "editor")
        rows = list(annotation_storage(english, KEY)["rows"])
        self.store(english, rows=[{**rows[1], "title": "B"}, rows[0]])
        self.assertEqual(["B", "a"], [one["title"] for one in self.rows(spanish)])
        self.assertEqual(
            [one["kept"] for one in self.rows(english)],
            [one["kept"] for one in self.rows(spanish)],
        )
