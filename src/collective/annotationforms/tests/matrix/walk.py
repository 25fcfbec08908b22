"""How a field type is put through the steps of the table."""

from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.matrix.cases import CASES
from collective.annotationforms.tests.matrix.describe import described
from collective.annotationforms.tests.matrix.formkinds import NAMES
from collective.annotationforms.tests.matrix.page import as_list
from collective.annotationforms.tests.matrix.page import folded
from collective.annotationforms.tests.matrix.page import FormPage
from collective.annotationforms.tests.matrix.page import multipart
from typing import ClassVar
from zope.annotation.interfaces import IAnnotations

import re
import transaction


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
    "merged": "Saved untouched, it keeps what somebody else has changed meanwhile.",
    "conflict": "Changed by two, the second is asked which value to keep.",
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

ALL_ROWS = tuple(case.title for case in CASES)

#: One of each kind that a form might wrap wrongly: text, an image that is reached
#: through the widget's address, and forms within the form.
THREE_ROWS = ("TextLine", "NamedBlobImage", "Data grid")

#: (row, column) -> "yes", "n/a: reason" or "no: reason", filled in by a run.
RESULTS = {}


class WalkingTestCase(FunctionalTestCase):
    """Walks a field type through the steps, and has what they are made of."""

    #: (row, column) -> why it fails.  A cell that passes must not be listed.
    known_failures: ClassVar[dict] = {}
    #: The rows that are put through all steps in both kinds of form, with all of the
    #: site around them; the others in plain forms, and without the rest of the site.
    thorough_rows = THREE_ROWS

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
        self.whole_pages = case.title in self.thorough_rows
        self.forms = ("edit", "wrapped") if self.whole_pages else ("edit",)
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

    def send(self, form, follow=True):
        """Click on the button to save, and go where the answer leads to."""
        [button] = form.form.xpath(
            './/*[@name="form.buttons.save" or @name="form.buttons.apply"]/@name'
        )
        pairs = [*form.values(button), ("ajax_load", "1")]
        body, content_type = multipart(pairs)
        self.user.followRedirects = follow
        self.user.post(form.form.get("action") or form.url, body, content_type)
        self.user.followRedirects = True
        if follow or not self.user.headers["status"].startswith("302"):
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
