"""Files in lists of lists."""

from collective.annotationforms.tests.matrix.page import Upload
from collective.annotationforms.tests.widgets.filesinrows import file
from collective.annotationforms.tests.widgets.filesinrows import PartsTestCase


class TestListsOfLists(PartsTestCase):
    """A form with files in lists of lists opens, and keeps them."""

    def test_untouched(self):
        self.store(lists=[[file("f")], [file("g"), file("h")]])
        self.send(self.form())
        found = [[one.data for one in inner] for inner in self.stored()["lists"]]
        self.assertEqual([[b"f"], [b"g", b"h"]], found)

    def test_another_field_is_changed(self):
        self.store(lists=[[file("f")], [file("g"), file("h")]], count=1)
        form = self.form()
        form.fill("form.widgets.count", "2")
        self.send(form)
        self.assertEqual(2, self.stored()["count"])
        found = [[one.data for one in inner] for inner in self.stored()["lists"]]
        self.assertEqual([[b"f"], [b"g", b"h"]], found)

    def test_one_is_replaced(self):
        self.store(lists=[[file("f")], [file("g"), file("h")]])
        form = self.form()
        form.fill("form.widgets.lists.1.0.action", "replace")
        form.fill("form.widgets.lists.1.0", Upload("x.txt", b"x", "text/plain"))
        self.send(form)
        found = [[one.data for one in inner] for inner in self.stored()["lists"]]
        self.assertEqual([[b"f"], [b"x", b"h"]], found)
