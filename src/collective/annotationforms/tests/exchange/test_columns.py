"""Columns that are not for the user: in exports, tables and imports."""

from collective.annotationforms.exchange.csvfile import CSVFormat
from collective.annotationforms.exchange.export import record_of
from collective.annotationforms.exchange.pageimport import DataCheck
from collective.annotationforms.exchange.pageimport import PageImport
from collective.annotationforms.testing import registered_form
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.matrix.layer import FUNCTIONAL
from collective.annotationforms.tests.rowforms import HIDDEN
from collective.annotationforms.tests.rowforms import KEY
from collective.annotationforms.tests.rowforms import plain
from collective.annotationforms.tests.rowforms import register_things
from collective.annotationforms.tests.rowforms import row
from collective.annotationforms.tests.rowforms import RowsForm
from collective.annotationforms.tests.rowforms import Thing
from copy import deepcopy
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from Products.CMFCore.interfaces import IContentish

import json
import transaction


EDITED = {"title", "file", "fixed", "number", "seen"}


class ColumnsTestCase(FunctionalTestCase):
    """Rows and objects of all kinds, as an editor has them, and a manager."""

    layer = FUNCTIONAL
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
        self.form = registration.__enter__()
        self.addCleanup(registration.__exit__, None, None, None)
        register_things(self)
        thing = Thing(title="a", kept=HIDDEN, number=1)
        vars(thing)["old"] = "old a"
        self.store(
            rows=[row("a"), row("b")],
            things=[thing, Thing(title="b")],
            thing=thing,
            named={"x": thing},
        )

    def export(self, user):
        login(self.portal if user == "editor" else self.portal.aq_parent, user)
        return json.loads(json.dumps(record_of(self.page, self.form).as_json()))


class TestExports(ColumnsTestCase):
    """What may not be seen is in no file and on no page."""

    def test_json(self):
        values = self.export("editor")["values"]
        self.assertEqual([EDITED] * 2, [set(one) for one in values["rows"]])
        for thing in (values["things"][0], values["thing"], values["named"]["x"]):
            self.assertEqual({"title", "number"}, set(thing))
        values = self.export(SITE_OWNER_NAME)["values"]
        self.assertEqual(set(row("a")), set(values["rows"][0]))
        self.assertEqual(HIDDEN, values["thing"]["kept"])

    def test_csv(self):
        for user, sees in (("editor", False), (SITE_OWNER_NAME, True)):
            self.export(user)
            names = ["rows", "things", "thing", "named"]
            style = CSVFormat(names=tuple(names))
            cells = style.row(record_of(self.page, self.form))
            self.check("".join(cells), sees)

    def test_pages(self):
        for view in ("form-data", "form-data-delete", "form-data-export", "rows-view"):
            for user, sees in (("editor", False), (SITE_OWNER_NAME, True)):
                browser = self.browser(user)
                browser.open(f"{self.url}/@@{view}?key={KEY}")
                self.assertIn("200", browser.headers["status"])
                if view == "form-data":
                    sees = False
                found = browser.contents
                found = found.decode() if isinstance(found, bytes) else found
                with self.subTest(view=view, user=user):
                    self.assertEqual(sees, HIDDEN in found)
                    if view != "rows-view":
                        self.assertEqual(sees, "old a" in found)

    def check(self, text, sees):
        for found in (HIDDEN, "omitted a", "old a"):
            self.assertEqual(sees, found in text)
        self.assertIn("fixed a", text)


class TestImports(ColumnsTestCase):
    """An export comes back, with changes where the user may change something."""

    def do_import(self, values, user="editor"):
        """Return what is refused; nothing of the rest is written then."""
        login(self.portal if user == "editor" else self.portal.aq_parent, user)
        check = DataCheck(self.page, self.form)
        check.check(values)
        if not check.refused:
            PageImport(self.form, self.page, "", check.values).write()
            transaction.commit()
        return [str(reason) for _title, reason in check.refused]

    def rows(self):
        return [plain(one) for one in self.stored()["rows"]]

    def test_unchanged(self):
        for user in ("editor", SITE_OWNER_NAME):
            before = self.rows()
            self.assertEqual([], self.do_import(self.export(user)["values"], user))
            self.assertEqual(before, self.rows())

    def test_changed_rows_keep_what_is_not_in_the_file(self):
        a, b = self.rows()
        values = self.export("editor")["values"]
        first, second = values["rows"]
        second["title"] = "B"
        new = {"title": "new", "file": None}
        values["rows"] = [second, new, first]
        self.assertEqual([], self.do_import({"rows": values["rows"]}))
        found = self.rows()
        self.assertEqual([b | {"title": "B"}, a], [found[0], found[2]])
        self.assertEqual("new", found[1]["title"])
        self.assertIsNone(found[1].get("kept"))

    def test_changed_objects_keep_what_is_not_in_the_file(self):
        values = self.export("editor")["values"]
        values["thing"]["title"] = "A"
        values["named"]["x"]["title"] = "A"
        values["things"][0]["title"] = "A"
        self.assertEqual([], self.do_import(values))
        stored = self.stored()
        for thing in (stored["thing"], stored["named"]["x"], stored["things"][0]):
            self.assertEqual(
                {"title": "A", "kept": HIDDEN, "number": 1, "old": "old a"},
                plain(thing),
            )

    def test_columns_that_one_may_not_change(self):
        before = self.rows()
        for name, value in (
            ("kept", "mine"),
            ("fixed", "mine"),
            ("omitted", "mine"),
            ("number", 9),
            ("seen", "mine"),
        ):
            rows = deepcopy(self.export("editor")["values"]["rows"])
            rows[1][name] = value
            with self.subTest(name):
                self.assertEqual(
                    ["You may not change this field."], self.do_import({"rows": rows})
                )
        self.assertEqual(before, self.rows())

    def test_a_manager_changes_all(self):
        rows = deepcopy(self.export(SITE_OWNER_NAME)["values"]["rows"])
        rows[0].update(kept="new", omitted="new")
        self.assertEqual([], self.do_import({"rows": rows}, SITE_OWNER_NAME))
        found = self.rows()[0]
        self.assertEqual(("new", "new"), (found["kept"], found["omitted"]))
        rows[0]["nonsense"] = 1
        (reason,) = self.do_import({"rows": rows}, SITE_OWNER_NAME)
        self.assertIn("There is no field", reason)
