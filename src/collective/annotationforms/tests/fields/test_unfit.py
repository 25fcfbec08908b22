"""Values that do not fit their field any more: the schema has changed since.

Each field type of the table gets values of all other types.
"""

from BTrees.OOBTree import OOBTree
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.fields.fit import fits
from collective.annotationforms.fields.password import BULLETS
from collective.annotationforms.storage.value import normal
from collective.annotationforms.testing import registered_form
from collective.annotationforms.tests.admin import OPTIONS
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.matrix.cases import CASES
from collective.annotationforms.tests.matrix.layer import FUNCTIONAL
from collective.annotationforms.tests.matrix.page import FormPage
from collective.annotationforms.tests.matrix.page import multipart
from contextlib import contextmanager
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from plone.app.textfield.value import RichTextValue
from plone.autoform.interfaces import WIDGETS_KEY
from plone.autoform.widgets import ParameterizedWidget
from plone.namedfile.file import NamedBlobFile
from plone.supermodel import model
from z3c.relationfield import RelationValue
from zope import schema
from zope.annotation.interfaces import IAnnotations
from zope.component import getUtility
from zope.interface.interface import InterfaceClass
from zope.intid.interfaces import IIntIds

import json
import transaction


KEY = "example.unfit"
#: Those that store no value of another type themselves.
FITTING = [case for case in CASES if case.before is None]
NOTE = "What is stored does not fit this field"


def values_of_all_types(page):
    """Return values by names of fields."""
    to_page = getUtility(IIntIds).getId(page)
    file = {"data": b"a file", "filename": "a.txt", "contentType": "text/plain"}
    found = [
        "text",
        "two\nlines",
        "",
        b"bytes",
        7,
        1.5,
        True,
        Decimal("2.5"),
        Fraction(1, 3),
        date(2027, 1, 31),
        datetime(2027, 1, 31, 12, 30),
        time(12, 30),
        timedelta(hours=1),
        ["one", "two"],
        [1, 2],
        [None],
        [["nested"]],
        [],
        ("one", 2),
        {"one"},
        frozenset([1]),
        {"a": "one"},
        {1: 2},
        {},
        [{"a": "one"}],
        [{"name": 1, "file": 2, "colour": ["x"]}],
        {"a": [{"b": ["deep"]}]},
        PersistentList(["one"]),
        PersistentMapping(a=1),
        OOBTree(a=1),
        RichTextValue("<p>Rich</p>", "text/html", "text/x-html-safe"),
        NamedBlobFile(**file),
        [NamedBlobFile(**file)],
        {"a": NamedBlobFile(**file)},
        RelationValue(to_page),
        [RelationValue(to_page)],
        None,
    ]
    return {f"v{number}": value for number, value in enumerate(found)}


class TestUnfit(FunctionalTestCase):
    """Nothing breaks, nothing is lost, and people are told."""

    layer = FUNCTIONAL
    key = KEY

    def setUp(self):
        super().setUp()
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        self.page.UID()
        self.values = values_of_all_types(self.portal["target-a"])
        self.user = self.browser()

    def schema_of(self, case):
        fields, widgets = {}, {}
        for number, (name, value) in enumerate(self.values.items()):
            fields.update(case.beside(name))
            # A required field that is empty can't be saved.
            is_required = bool(number % 2) and value not in ([], {})
            fields[name] = case.field(title=name, required=is_required)
            if case.widget is not None:
                options = case.options(name)
                widgets[name] = ParameterizedWidget(case.widget, **options)
        fields["other"] = schema.TextLine(title="Other", required=False)
        made = InterfaceClass("IUnfit", (model.Schema,), fields, __module__=__name__)
        made.setTaggedValue(WIDGETS_KEY, widgets)
        return made

    def store_all(self):
        stored = PersistentMapping(self.values, other="before")
        IAnnotations(self.page)[KEY] = stored
        self.page.reindexObject()
        transaction.commit()

    @contextmanager
    def form_of(self, case):
        """Register a form of fields of that type, which has values of all types."""
        with self.subTest(case.title):
            members = {"schema": self.schema_of(case), "label": case.title}
            members["ANNOTATION_STORAGE_KEY"] = KEY
            form = type("UnfitForm", (AnnotationEditForm,), members)
            with registered_form("unfit", form, **OPTIONS) as registered:
                self.store_all()
                yield registered

    def has_note(self, page, name):
        field = page.document.get_element_by_id(f"formfield-form-widgets-{name}")
        following = field.getnext()
        return following is not None and NOTE in following.text_content()

    def open(self, path, page=None):
        self.user.handleErrors = False
        self.user.open(f"{(page or self.page).absolute_url()}/{path}")
        self.assertIn("200", self.user.headers["status"], (path, self.user.contents))
        return self.user.contents

    def unfit_names(self, form):
        return [
            name
            for name, value in self.values.items()
            if not fits(form.schema[name], value)
        ]

    def normal_values(self):
        transaction.begin()
        stored = IAnnotations(self.page)[KEY]
        return {name: normal(None, stored[name]) for name in self.values}

    def form_page(self):
        contents = self.open("@@unfit?ajax_load=1")
        return FormPage(f"{self.url}/@@unfit", contents)

    def save(self, page):
        data, content_type = multipart(page.values("form.buttons.save"))
        self.user.post(f"{self.url}/@@unfit?ajax_load=1", data, content_type)
        self.assertIn("200", self.user.headers["status"], self.user.contents)

    def test_they_are_shown_and_kept_until_others_are_typed(self):
        for case in FITTING:
            with self.form_of(case) as form:
                self.check_form(form)
                self.check_conflict(case)

    def check_form(self, form):
        before = self.normal_values()
        page = self.form_page()
        unfit = self.unfit_names(form)
        for name in self.values:
            shown = self.has_note(page, name)
            self.assertEqual(name in unfit, shown, (name, self.values[name]))
        page.fill("form.widgets.other", "after")
        self.save(page)
        after = self.normal_values()
        for name in unfit:
            self.assertEqual(before[name], after[name], name)

    def check_conflict(self, case):
        """Type a value; it is replaced by one that does not fit, then type another."""
        name = "v8"
        page = self.form_page()
        if not case.scripted and not self.has_inputs(page, name, case.typed):
            # They come with a click on a button to add a row.
            return
        self.fill(page, case, name, case.typed)
        self.save(page)
        if case.other is None:
            return
        page = self.form_page()
        self.fill(page, case, name, case.other)
        self.store(**{name: Fraction(1, 7)})
        self.save(page)
        self.assertEqual(Fraction(1, 7), self.stored()[name])
        self.assertIn(f"form.widgets.{name}-conflict", self.user.contents)
        for choice in ("theirs", "mine"):
            page = FormPage(f"{self.url}/@@unfit", self.user.contents)
            page.fill(f"form.widgets.{name}-conflict", choice)

    def has_inputs(self, page, name, typed):
        # The inputs themselves are iterated over.
        names = {name for name in page.form.inputs.keys() if name}  # noqa: SIM118
        wanted = [f"form.widgets.{name}{suffix}" for suffix in typed]
        return all(any(found.startswith(name) for found in names) for name in wanted)

    def fill(self, page, case, name, typed):
        for suffix, value in typed.items():
            fill = page.add if case.scripted else page.fill
            fill(f"form.widgets.{name}{suffix}", value)

    def test_they_are_shown_elsewhere(self):
        names = "&".join(f"fields:list={name}" for name in self.values)
        # One of each kind: the kinds are neighbours in the table.
        for case in FITTING[::3]:
            with self.form_of(case) as form:
                self.portal.portal_repository.save(self.page)
                version = self.page.version_id
                unfit = self.unfit_names(form)
                self.store(**dict.fromkeys(unfit, Fraction(3, 7)))
                contents = self.open(f"@@history?one={version}&two=current")
                is_password = case.title == "Password"
                self.assertEqual(is_password, "3/7" not in contents)
                contents = self.open("@@unfit-view?ajax_load=1")
                self.assertIn(BULLETS if is_password else "3/7", contents)
                for name in ("v0", "v3", "v8", "v31"):
                    self.check_addresses(name)
                self.store_all()
                self.open("@@unfit-view?ajax_load=1")
                self.open("@@form-data")
                for view, query in (
                    ("pages", f"filtered=1&{names}"),
                    ("preview", ""),
                    ("download", "format=csv"),
                    ("download", "format=json&passwords=1"),
                ):
                    path = f"@@form-data-{view}?form=unfit&{query}"
                    contents = self.open(path, self.portal)
                self.assertIn("other", json.loads(contents)["pages"][0]["values"])

    def check_addresses(self, name):
        for view in ("@@download", "@@images/preview", "@@getVocabulary"):
            self.user.handleErrors = True
            self.user.open(f"{self.url}/@@unfit/++widget++{name}/{view}")
            self.assertNotIn("500", self.user.headers["status"], (name, view))
