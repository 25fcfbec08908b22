"""Nobody learns from addresses what there is in a field that they may not use."""

from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.testing import registered_form
from collective.annotationforms.tests.access.kinds import GUARD
from collective.annotationforms.tests.access.kinds import IPart
from collective.annotationforms.tests.access.kinds import Part
from collective.annotationforms.tests.access.site import AccessTestCase
from plone.app.contenttypes.interfaces import IDocument
from plone.autoform import directives
from plone.namedfile.field import NamedBlobFile
from plone.namedfile.field import NamedBlobImage
from plone.namedfile.file import NamedBlobFile as NamedBlobFileValue
from plone.supermodel import model
from plone.supermodel.model import finalizeSchemas
from z3c.form.browser.multi import multiFieldWidgetFactory
from zope import schema

import transaction


NAMES = (
    "lines",
    "tuple",
    "parts",
    "part",
    "named",
    "named_parts",
    "lists",
    "files",
    "images",
    "picks",
    "picked",
    "file",
    "typed",
)


class IRows(model.Schema):
    """Fields with rows and parts, all for managers."""

    lines = schema.List(title="Lines", value_type=schema.TextLine(), required=False)
    tuple = schema.Tuple(title="Tuple", value_type=schema.TextLine(), required=False)
    parts = schema.List(
        title="Parts", value_type=schema.Object(schema=IPart), required=False
    )
    part = schema.Object(title="Part", schema=IPart, required=False)
    named = schema.Dict(
        title="Named",
        key_type=schema.TextLine(),
        value_type=schema.TextLine(),
        required=False,
    )
    named_parts = schema.Dict(
        title="Named parts",
        key_type=schema.TextLine(),
        value_type=schema.Object(schema=IPart),
        required=False,
    )
    lists = schema.List(
        title="Lists",
        value_type=schema.List(value_type=schema.TextLine()),
        required=False,
    )
    files = schema.List(title="Files", value_type=NamedBlobFile(), required=False)
    images = schema.List(title="Images", value_type=NamedBlobImage(), required=False)
    picks = schema.List(
        title="Picks", value_type=schema.Choice(values=["a", "b"]), required=False
    )
    picked = schema.Set(
        title="Picked", value_type=schema.Choice(values=["a", "b"]), required=False
    )
    file = NamedBlobFile(title="File", required=False)
    typed = schema.List(title="Typed", value_type=schema.TextLine(), required=False)
    directives.widget(typed=multiFieldWidgetFactory)
    directives.read_permission(**dict.fromkeys(NAMES, GUARD))
    directives.write_permission(**dict.fromkeys(NAMES, GUARD))


class RowsForm(AnnotationEditForm):
    schema = IRows
    ANNOTATION_STORAGE_KEY = "access.rows"


def file_value():
    return NamedBlobFileValue(b"A file.", filename="name.txt")


def values():
    """Return a value for each field; blobs want a site."""
    return {
        "lines": ["a"] * 3,
        "tuple": ("a",) * 3,
        "parts": [Part("a")] * 3,
        "part": Part("a"),
        "named": {"a": "x", "b": "y", "c": "z"},
        "named_parts": {"a": Part("x"), "b": Part("y"), "c": Part("z")},
        "lists": [["a"] * 3] * 3,
        "files": [file_value()],
        "picks": ["a", "b"],
        "picked": {"a", "b"},
        "file": file_value(),
        "typed": ["a"] * 3,
    }


PARTS = (
    "",
    ".0",
    ".2",
    ".-1",
    ".AA",
    ".AA.widgets.cell",
    ".key.0",
    ".0.0",
    ".0.2",
    ".0.widgets.cell",
    ".0.widgets.nothing",
    ".widgets.cell",
    ".9.9.9",
)
TAILS = (
    "/@@ploneform-render-widget",
    "/@@download",
    "/@@images/preview",
    "/@@getSource",
    "/@@nothing",
    "/value",
)


class TestRows(AccessTestCase):
    """Addresses below a field answer the same, whatever is in it."""

    def setUp(self):
        super().setUp()
        finalizeSchemas(IRows)
        registration = registered_form(
            "rows",
            RowsForm,
            for_=IDocument,
            title="Rows",
            permission="cmf.ModifyPortalContent",
            view_permission="zope2.View",
        )
        registration.__enter__()
        self.addCleanup(registration.__exit__, None, None, None)

    def answers(self, user, view):
        found = {}
        for name in NAMES:
            for part in PARTS:
                for tail in TAILS:
                    browser = self.browser_of(user)
                    path = f"@@{view}/++widget++{name}{part}{tail}"
                    browser.open(f"{self.url}/{path}")
                    self.answer(browser)
                    location = browser.headers.get("location", "")
                    found[path] = browser.headers["status"], location
        return found

    def test_a_row_that_is_not_there(self):
        annotation_storage(self.page, "access.rows").update(values())
        transaction.commit()
        for row, status in (("2", "200 OK"), ("3", "404 Not Found")):
            browser = self.browser_of("manager")
            path = f"@@rows/++widget++typed.{row}/@@ploneform-render-widget"
            browser.open(f"{self.url}/{path}")
            self.assertEqual(status, browser.headers["status"])

    def test_addresses(self):
        asked = (("anonymous", "rows-view"), ("editor", "rows"))
        empty = [self.answers(user, view) for user, view in asked]
        self.as_user("manager")
        annotation_storage(self.page, "access.rows").update(values())
        transaction.commit()
        filled = [self.answers(user, view) for user, view in asked]
        for before, after in zip(empty, filled, strict=True):
            for path, answer in before.items():
                with self.subTest(path=path):
                    self.assertEqual(answer, after[path])
