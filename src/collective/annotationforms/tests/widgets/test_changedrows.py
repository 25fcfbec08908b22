"""Links to files of rows that were changed since: they lead to no other file."""

from collective.annotationforms.tests.matrix.gridpage import GridPage
from collective.annotationforms.tests.matrix.page import FormPage
from collective.annotationforms.tests.matrix.page import Upload
from collective.annotationforms.tests.widgets.filesinrows import file
from collective.annotationforms.tests.widgets.filesinrows import PartsTestCase
from collective.annotationforms.tests.widgets.filesinrows import Thing


class TestChangedRows(PartsTestCase):
    """A link never leads to the file of another row."""

    def test_rows_were_sorted(self):
        a, b = file("a"), file("b", "a")
        self.store(files=[a, b], rows=[{"file": file("k")}, {"file": file("l")}])
        links = self.links("files-form")["a"]
        stored = self.stored()
        self.store(files=stored["files"][::-1], rows=stored["rows"][::-1])
        self.assert_file("a", links["a"])
        self.assertIn("b.txt", self.get(links["b"]).headers["content-disposition"])
        self.assert_file("k", links["k"])
        self.assert_file("l", links["l"])

    def test_rows_were_deleted(self):
        self.store(files=[file("a"), file("b"), file("c")])
        links = self.links("files-form")["a"]
        self.store(files=self.stored()["files"][1:])
        self.assertEqual("404", self.status(links["a"]))
        self.assert_file("b", links["b"])
        self.assertEqual("404", self.status(links["c"]))
        self.store(files=[])
        self.assertEqual({"404"}, {self.status(one) for one in links.values()})
        self.forget()
        self.assertEqual({"404"}, {self.status(one) for one in links.values()})

    def test_another_file_has_the_same_name(self):
        self.store(files=[file("a")], thing=Thing(file=file("b")))
        links = self.links("files-form")["a"]
        self.store(files=[file("a", "new")], thing=Thing(file=file("b", "new")))
        self.assertEqual("404", self.status(links["a"]))
        self.assertEqual("404", self.status(links["b"]))

    def test_a_form_that_is_shown_again(self):
        self.store(rows=[{"file": file(name)} for name in "abc"], count=1)
        form = self.form()
        grid = GridPage(form, "rows")
        grid.delete(0)
        grid.insert(0, title="new")
        grid.move(1, 2)
        form.fill("form.widgets.count", "no number")
        browser = self.send(form)
        links = self.links_in(browser)["a"]
        self.assertEqual(set("bc"), set(links))
        for name, link in links.items():
            self.assert_file(name, link)

    def test_rows_that_buttons_add_and_remove(self):
        self.store(files=[file(name) for name in "abc"])
        form = self.form()
        form.fill("form.widgets.files.0.remove", "1")
        links = self.links_in(self.send(form, "form.widgets.files.buttons.remove"))
        self.assertEqual(set("bc"), set(links["a"]))
        form = FormPage(self.user.url, self.user.contents)
        links = self.links_in(self.send(form, "form.widgets.files.buttons.add"))
        self.assertEqual(set("bc"), set(links["a"]))
        for name, link in links["a"].items():
            self.assert_file(name, link)

    def test_a_file_that_is_not_stored_has_no_link(self):
        self.store(rows=[{"file": file("a")}], count=1)
        form = self.form()
        upload = Upload("new.txt", b"new", "text/plain")
        GridPage(form, "rows").choose_file(0, "file", upload)
        form.fill("form.widgets.count", "no number")
        browser = self.send(form)
        self.assertEqual({}, self.links_in(browser)["a"])

    def test_in_a_conflict(self):
        self.store(files=[file("a")])
        form = self.form()
        self.store(files=[file("b"), file("c")])
        form.fill("form.widgets.files.0.action", "replace")
        form.fill("form.widgets.files.0", Upload("d.txt", b"d", "text/plain"))
        browser = self.send(form)
        self.assertIn("has changed this field", browser.contents)
        links = self.links_in(browser)["a"]
        self.assertEqual(set("bc"), set(links))
        for name, link in links.items():
            self.assert_file(name, link)
