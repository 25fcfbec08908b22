"""Rows of grids: what is not sent stays with its row, wherever the row is sent from."""

from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.matrix.gridpage import GridPage
from collective.annotationforms.tests.matrix.layer import FUNCTIONAL
from collective.annotationforms.tests.matrix.page import FormPage
from collective.annotationforms.tests.matrix.page import multipart
from collective.annotationforms.tests.rowforms import file
from collective.annotationforms.tests.rowforms import HIDDEN
from collective.annotationforms.tests.rowforms import KEY
from collective.annotationforms.tests.rowforms import plain
from collective.annotationforms.tests.rowforms import register_things
from collective.annotationforms.tests.rowforms import row
from collective.annotationforms.tests.rowforms import RowsForm
from collective.annotationforms.tests.rowforms import RowsView
from collective.annotationforms.tests.rowforms import Thing
from collective.annotationforms.tests.rowforms import upload
from hypothesis import given
from hypothesis import Phase
from hypothesis import settings
from hypothesis import strategies
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME


CHANGES = strategies.tuples(
    strategies.sampled_from(["delete", "insert", "move", "title", "file"]),
    strategies.integers(0, 9),
    strategies.integers(0, 9),
)
#: Who edits, what, and what they choose if there is a conflict.
EDITS = strategies.tuples(
    strategies.sampled_from([0, 1]),
    strategies.lists(CHANGES, max_size=4),
    strategies.sampled_from(["mine", "theirs"]),
)


class RowsTestCase(FunctionalTestCase):
    """A form with rows, as an editor has it who may not see all columns."""

    layer = FUNCTIONAL
    key = KEY

    def setUp(self):
        super().setUp()
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        self.register_view("rows", RowsForm)
        self.register_view("rows-view", RowsView)
        register_things(self)
        self.user = self.browser("editor")
        self.other = self.browser()

    def open(self, user=None, view="rows"):
        browser = user or self.user
        browser.handleErrors = False
        browser.open(f"{self.url}/@@{view}")
        self.assertIn("200", browser.headers["status"])
        return FormPage(browser.url, browser.contents)

    def send(self, form, user=None, button="form.buttons.save"):
        browser = user or self.user
        body, content_type = multipart(form.values(button))
        browser.post(form.url, body, content_type)
        self.assertIn("200", browser.headers["status"])
        return browser

    def saved(self, form, user=None):
        browser = self.send(form, user)
        self.assertNotIn("There were some errors", browser.contents)
        return browser

    def again(self, browser=None):
        browser = browser or self.user
        return FormPage(browser.url, browser.contents)

    def rows(self, name="rows"):
        found = self.stored().get(name) or ()
        return [plain(row) for row in found]


class TestColumns(RowsTestCase):
    """Columns that are not sent stay: of no permission, omitted, displayed, unknown."""

    def test_an_untouched_save(self):
        # z3c.form makes an object of an empty subform.
        self.store(rows=[row("a"), row("b")], thing=Thing())
        before = self.rows()
        for user in (self.user, self.browser()):
            self.assertIn(
                "Nothing was changed", self.saved(self.open(user), user).contents
            )
            self.assertEqual(before, self.rows())

    def test_another_column_is_changed(self):
        self.store(rows=[row("a"), row("b")])
        before = self.rows()
        form = self.open()
        GridPage(form, "rows").type(1, "title", "B")
        self.saved(form)
        before[1]["title"] = "B"
        self.assertEqual(before, self.rows())

    def test_rows_are_sorted_inserted_and_deleted(self):
        self.store(rows=[row("a"), row("b"), row("c")])
        _a, b, c = self.rows()
        form = self.open()
        grid = GridPage(form, "rows")
        grid.move(2, 0)
        grid.delete(1)
        grid.insert(0, title="new")
        grid.type(2, "title", "B")
        self.saved(form)
        new, *others = self.rows()
        self.assertEqual([c, b | {"title": "B"}], others)
        self.assertEqual("new", new["title"])
        self.assertEqual({None}, {v for n, v in new.items() if n != "title"})

    def test_what_may_not_be_seen_is_not_in_the_form(self):
        self.store(rows=[row("a")], things=[Thing(title="a", kept=HIDDEN)])
        self.open()
        for text in (HIDDEN, "omitted a", "old a"):
            self.assertNotIn(text, self.user.contents)
        for text in ("seen a",):
            self.assertIn(text, self.user.contents)
        manager = self.browser()
        self.open(manager)
        self.assertIn(f"{HIDDEN} a", manager.contents)
        self.assertNotIn("omitted a", manager.contents)

    def test_what_may_not_be_seen_is_not_in_the_view(self):
        self.store(
            rows=[row("a")],
            thing=Thing(title="a", kept=HIDDEN),
            things=[Thing(title="a", kept=HIDDEN)],
            named={"x": Thing(title="a", kept=HIDDEN)},
        )
        for user in (self.user, self.browser(None)):
            user.open(f"{self.url}/@@rows-view")
            for text in (HIDDEN, "omitted a", "old a"):
                self.assertNotIn(text, user.contents)
            for text in ("seen a", "fixed a", "a.txt"):
                self.assertIn(text, user.contents)
        manager = self.browser()
        manager.open(f"{self.url}/@@rows-view")
        self.assertEqual(4, manager.contents.count(HIDDEN))

    def test_addresses_of_columns(self):
        self.store(rows=[row("a", kept=HIDDEN)], things=[Thing(kept=HIDDEN)])
        manager = self.browser()
        for address in ("rows.0.widgets.kept", "things.0.widgets.kept"):
            for view in ("@@rows", "@@rows-view"):
                url = f"{self.url}/{view}/++widget++{address}/@@ploneform-render-widget"
                self.user.open(url)
                self.assertNotIn(HIDDEN, self.user.contents, url)
        for address in ("rows", "things", "rows.0", "things.0"):
            for view in ("@@rows", "@@rows-view"):
                url = f"{self.url}/{view}/++widget++{address}/@@ploneform-render-widget"
                self.user.open(url)
                self.assertNotIn(HIDDEN, self.user.contents, url)
        manager.open(f"{self.url}/@@rows/++widget++rows/@@ploneform-render-widget")
        self.assertIn(HIDDEN, manager.contents)

    def test_a_column_that_was_not_offered_is_not_taken(self):
        self.store(rows=[row("a")], things=[Thing(title="a", kept=HIDDEN)])
        before = self.rows()
        form = self.open()
        for name in ("kept", "fixed", "omitted", "number", "seen", "old"):
            form.add(f"form.widgets.rows.0.widgets.{name}", "9")
        form.add("form.widgets.things.0.widgets.kept", "9")
        GridPage(form, "rows").type(0, "title", "A")
        self.saved(form)
        before[0]["title"] = "A"
        self.assertEqual(before, self.rows())
        self.assertEqual(HIDDEN, self.stored()["things"][0].kept)

    def test_tokens_tell_nothing_of_what_one_does_not_see(self):
        self.store(
            rows=[{"title": name, "kept": name} for name in ("", "x", "x", None)]
        )
        found = []
        for _time in range(2):
            form = self.open()
            for number in range(4):
                marker = f"form.widgets.rows.{number}-empty-marker"
                found.append(form.sent(marker)[0].split(".")[-1])
        # Neither what is the same, nor where nothing is.
        self.assertEqual(8, len(set(found)))
        self.assertEqual({16}, set(map(len, found)))

    def test_somebody_else_changes_a_column_that_one_does_not_see(self):
        self.store(rows=[row("a"), row("b")])
        form = self.open()
        manager = self.browser()
        other = self.open(manager)
        GridPage(other, "rows").type(1, "kept", "changed")
        self.saved(other, manager)
        grid = GridPage(form, "rows")
        grid.type(1, "title", "B")
        grid.move(1, 0)
        self.saved(form)
        self.assertEqual(["B", "a"], [one["title"] for one in self.rows()])
        self.assertEqual(
            ["changed", f"{HIDDEN} a"], [one["kept"] for one in self.rows()]
        )

    def test_an_error_elsewhere(self):
        self.store(rows=[row("a"), row("b")])
        before = self.rows()
        form = self.open()
        grid = GridPage(form, "rows")
        grid.delete(0)
        form.fill("form.widgets.count", "three")
        self.send(form)
        self.assertNotIn(HIDDEN, self.user.contents)
        self.assertIn("seen b", self.user.contents)
        self.assertNotIn("seen a", self.user.contents)
        form = self.again()
        self.assertEqual(["b"], GridPage(form, "rows").texts("title"))
        form.fill("form.widgets.count", "3")
        self.saved(form)
        self.assertEqual(before[1:], self.rows())

    def test_objects(self):
        thing = Thing(title="a", kept=HIDDEN, number=1)
        vars(thing)["old"] = "old"
        self.store(things=[thing], thing=thing, named={"x": thing})
        before = plain(self.stored()["thing"])
        self.assertIn("Nothing was changed", self.saved(self.open()).contents)
        form = self.open()
        for name in ("things.0", "thing", "named.0"):
            form.fill(f"form.widgets.{name}.widgets.title", "A")
        self.saved(form)
        stored = self.stored()
        for value in (stored["things"][0], stored["thing"], stored["named"]["x"]):
            self.assertEqual(before | {"title": "A"}, plain(value))


class TestFiles(RowsTestCase):
    """Each file stays with its row."""

    def files(self, name="rows"):
        return [(one["title"], one["file"]) for one in self.rows(name)]

    def test_a_row_is_deleted(self):
        self.store(rows=[row("a"), row("b")])
        form = self.open()
        GridPage(form, "rows").delete(0)
        self.saved(form)
        self.assertEqual([("b", "b")], self.files())

    def test_a_row_is_inserted(self):
        self.store(rows=[row("a"), row("b")])
        form = self.open()
        grid = GridPage(form, "rows")
        grid.insert(0, title="new")
        grid.choose_file(0, "file", upload("new"))
        self.saved(form)
        self.assertEqual([("new", "new"), ("a", "a"), ("b", "b")], self.files())

    def test_a_file_is_replaced_in_a_row_that_is_moved(self):
        self.store(rows=[row("a"), row("b"), row("c")])
        form = self.open()
        grid = GridPage(form, "rows")
        grid.move(0, 2)
        grid.choose_file(0, "file", upload("other"))
        self.saved(form)
        self.assertEqual([("b", "other"), ("c", "c"), ("a", "a")], self.files())

    def test_rows_that_look_the_same(self):
        self.store(rows=[row("a", title="x"), row("b", title="x"), row("c", title="x")])
        form = self.open()
        grid = GridPage(form, "rows")
        grid.delete(1)
        grid.move(1, 0)
        self.saved(form)
        self.assertEqual([("x", "c"), ("x", "a")], self.files())

    def test_a_list_of_files(self):
        self.store(files=[file("a"), file("b"), file("c")])
        form = self.open()
        form.add("form.widgets.files.0.remove", "1")
        self.send(form, button="form.widgets.files.buttons.remove")
        form = self.again()
        self.assertNotIn("a.txt", self.user.contents)
        self.saved(form)
        self.assertEqual([b"b", b"c"], [one.data for one in self.stored()["files"]])

    def test_a_list_of_objects(self):
        self.store(
            things=[Thing(title=name, kept=name, number=ord(name)) for name in "abc"]
        )
        form = self.open()
        form.add("form.widgets.things.1.remove", "1")
        self.send(form, button="form.widgets.things.buttons.remove")
        self.saved(self.again())
        self.assertEqual(
            [{"title": n, "kept": n, "number": ord(n)} for n in "ac"],
            self.rows("things"),
        )

    def test_another_editor_deletes_a_row(self):
        self.store(rows=[row("a"), row("b")])
        mine, other = self.open(), self.open()
        GridPage(other, "rows").delete(0)
        self.saved(other)
        untouched = self.saved(mine)
        self.assertIn("Nothing was changed", untouched.contents)
        self.assertEqual([("b", "b")], self.files())

    def conflict(self, change):
        """Somebody deletes row a, while rows are changed and saved after that."""
        self.store(rows=[row("a"), row("b")])
        mine, other = self.open(), self.open(self.other)
        GridPage(other, "rows").delete(0)
        self.saved(other, self.other)
        change(GridPage(mine, "rows"))
        self.send(mine)
        self.assertIn("has changed this field", self.user.contents)
        self.assertEqual([("b", "b")], self.files())
        return self.again()

    def test_their_rows(self):
        form = self.conflict(lambda grid: grid.type(1, "title", "B"))
        form.fill("form.widgets.rows-conflict", "theirs")
        self.saved(form)
        self.assertEqual([("b", "b")], self.files())

    def test_my_rows_with_a_file_that_is_gone(self):
        form = self.conflict(lambda grid: grid.type(1, "title", "B"))
        self.assertIn("Row 1: its file is not stored any more", self.user.contents)
        grid = GridPage(form, "rows")
        self.assertEqual(["a", "B"], grid.texts("title"))
        grid.choose_file(0, "file", upload("again"))
        form.fill("form.widgets.rows-conflict", "mine")
        self.saved(form)
        self.assertEqual([("a", "again"), ("B", "b")], self.files())

    def test_my_rows_without_the_file_that_is_gone(self):
        form = self.conflict(lambda grid: grid.type(1, "title", "B"))
        form.fill("form.widgets.rows-conflict", "mine")
        self.saved(form)
        self.assertEqual([("a", None), ("B", "b")], self.files())

    def test_my_rows_without_the_one_that_is_gone(self):
        def change(grid):
            grid.delete(0)
            grid.type(0, "title", "B")

        form = self.conflict(change)
        self.assertNotIn("not stored any more", self.user.contents)
        form.fill("form.widgets.rows-conflict", "mine")
        self.saved(form)
        self.assertEqual([("B", "b")], self.files())

    def test_rows_without_tokens(self):
        self.store(rows=[row("a"), row("b")])
        form = self.open()
        GridPage(form, "rows").delete(0)
        for element in form.form.xpath(
            './/input[contains(@name, "-row") or contains(@name, "-shown")]'
        ):
            element.getparent().remove(element)
        for element in form.form.xpath('.//input[contains(@name, "-empty-marker")]'):
            element.set("value", "1")
        browser = self.send(form)
        self.assertIn("The rows can", browser.contents)
        self.assertEqual([("a", "a"), ("b", "b")], self.files())


class TestTwoEditors(RowsTestCase):
    """Whatever two editors do with rows, what belongs to a row stays with it.

    The title of a row begins with what it is, its file and what is not sent do so, too.
    """

    level = 2

    def test_random_edits(self):
        # Making a failure smaller takes minutes.
        @settings(
            max_examples=40, deadline=None, derandomize=True, phases=[Phase.generate]
        )
        @given(strategies.lists(EDITS, min_size=2, max_size=6))
        def check(edits):
            self.number = 0
            self.store(rows=[row(name) for name in "abcd"])
            forms = {}
            for editor, changes, choice in edits:
                browser = (self.user, self.other)[editor]
                # Who has saved opens the form again, the other one has an old one.
                form = forms.pop(editor, None) or self.open(browser)
                forms.setdefault(1 - editor, None)
                if forms[1 - editor] is None:
                    forms[1 - editor] = self.open((self.other, self.user)[editor])
                self.edit(GridPage(form, "rows"), changes)
                self.save(form, browser, choice)
                self.check_rows()

        check()

    def edit(self, grid, changes):
        for kind, one, other in changes:
            count = len(grid.rows)
            if kind == "insert":
                self.number += 1
                grid.insert(one % (count + 1), title=f"n{self.number}")
                grid.choose_file(one % (count + 1), "file", upload(f"n{self.number}"))
            elif count:
                self.change(grid, kind, one % count, other % count)

    def change(self, grid, kind, one, other):
        if kind == "delete":
            grid.delete(one)
        elif kind == "move":
            grid.move(one, other)
        elif kind == "title":
            grid.type(one, "title", grid.texts("title")[one] + "+")
        else:
            name = grid.texts("title")[one].rstrip("+")
            grid.choose_file(one, "file", upload(f"{name}!"))

    def save(self, form, browser, choice):
        wanted = GridPage(form, "rows").texts("title")
        self.send(form, browser)
        if "There were some errors" in browser.contents:
            form = self.again(browser)
            form.fill("form.widgets.rows-conflict", choice)
            before = self.rows()
            self.saved(form, browser)
            if choice == "theirs":
                self.assertEqual(before, self.rows())
                return
        elif "Nothing was changed" in browser.contents:
            return
        self.assertEqual(wanted, [one["title"] for one in self.rows()])

    def check_rows(self):
        for one in self.rows():
            name = one["title"].rstrip("+")
            self.assertIn(one["file"], (name, f"{name}!", None))
            self.assertIn(one["kept"], (f"{HIDDEN} {name}", None))
            self.assertIn(one["number"], (ord(name[0]), None))
            self.assertIn(one.get("old"), (f"old {name}", None))


class TestUploadIds(RowsTestCase):
    def test_one_that_is_sent_twice(self):
        self.store(rows=[row("a")], files=[file("a")])
        before = self.rows()
        for name in ("rows.0.widgets.file", "files.0"):
            with self.subTest(name):
                form = self.open()
                form.add(f"form.widgets.{name}.file_upload_id", ["x", "y"])
                body, content_type = multipart(form.values("form.buttons.save"))
                self.user.handleErrors = True
                self.user.post(form.url, body, content_type)
                self.assertIn("400", self.user.headers["status"])
                self.assertEqual(before, self.rows())
