"""What a form omits or hides goes neither out nor in, but for managers of form data."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationStorageMixin
from collective.annotationforms.permission.access import Access
from collective.annotationforms.registry import form_of
from collective.annotationforms.tests.admin import AdminTestCase
from collective.annotationforms.tests.admin import OPTIONS
from plone.app.testing import login
from plone.autoform import directives
from plone.supermodel import model
from z3c.form import field
from z3c.form.form import EditForm
from z3c.form.group import Group
from z3c.form.group import GroupForm
from z3c.form.interfaces import HIDDEN_MODE
from z3c.form.interfaces import IAddForm
from z3c.form.interfaces import IEditForm
from zope import schema

import json
import transaction


class ILeftOut(model.Schema):
    shown = schema.TextLine(title="Shown", required=False)
    omitted = schema.TextLine(title="Omitted", required=False)
    hidden = schema.TextLine(title="Hidden", required=False)
    added = schema.TextLine(title="Omitted when something is added", required=False)
    edited = schema.TextLine(title="Omitted when something is edited", required=False)
    again = schema.TextLine(title="Omitted, but not from edit forms", required=False)
    directives.omitted("omitted")
    directives.mode(hidden="hidden")
    directives.omitted(IAddForm, "added")
    directives.omitted(IEditForm, "edited")
    directives.omitted("again")
    directives.no_omit(IEditForm, "again")


class IInherited(ILeftOut):
    directives.omitted("shown")


class LeftOutForm(AnnotationEditForm):
    schema = ILeftOut
    ANNOTATION_STORAGE_KEY = "access.left-out"


class InheritedForm(AnnotationEditForm):
    schema = IInherited
    ANNOTATION_STORAGE_KEY = "access.left-out"


class PlainForm(AnnotationStorageMixin, EditForm):
    """Shows what it names."""

    schema = ILeftOut
    fields = field.Fields(ILeftOut).omit("hidden", "edited")
    fields["added"].mode = HIDDEN_MODE
    permission = "cmf.ModifyPortalContent"
    ANNOTATION_STORAGE_KEY = "access.left-out"


class EditedGroup(Group):
    fields = field.Fields(ILeftOut).select("edited")


class PlainGroupForm(AnnotationStorageMixin, GroupForm, EditForm):
    schema = ILeftOut
    fields = field.Fields(ILeftOut).select("shown")
    groups = (EditedGroup,)
    permission = "cmf.ModifyPortalContent"
    ANNOTATION_STORAGE_KEY = "access.left-out"


NAMES = {"shown", "omitted", "hidden", "added", "edited", "again"}


class TestLeftOut(AdminTestCase):
    key = "access.left-out"

    forms = (
        (LeftOutForm, {"shown", "added", "again"}),
        (InheritedForm, {"added", "again"}),
        (PlainForm, {"shown", "omitted", "again"}),
        (PlainGroupForm, {"shown", "edited"}),
    )

    def setUp(self):
        super().setUp()
        self.store(**dict.fromkeys(NAMES, "x"))

    def each_form(self):
        for form_class, shown in self.forms:
            with self.subTest(form=form_class):
                form = self.register("left-out", form_class, **OPTIONS)
                transaction.commit()
                yield form, shown
                self.forget_form()

    def forget_form(self):
        function, arguments, keywords = self._cleanups.pop()
        function(*arguments, **keywords)

    def exported(self, user):
        browser = self.open(f"form-data-export?key={self.key}", user, self.page)
        (page,) = json.loads(browser.contents)["pages"]
        return set(page["values"])

    def test_export(self):
        for _form, shown in self.each_form():
            self.assertEqual(shown, self.exported("editor"))
            self.assertEqual(NAMES, self.exported("siteadmin"))

    def test_import(self):
        for form, shown in self.each_form():
            login(self.portal, "editor")
            access = Access(self.page, form)
            self.assertEqual(shown, set(filter(access.is_offered, NAMES)))
            login(self.portal, "siteadmin")
            access = Access(self.page, form)
            self.assertEqual(NAMES, set(filter(access.is_offered, NAMES)))

    def test_the_question_before_a_deletion(self):
        for form, shown in self.each_form():
            browser = self.open(f"form-data-delete?key={self.key}", "editor", self.page)
            for name in NAMES:
                title = f"<dt>{form.fields[name].title}</dt>"
                self.assertEqual(name in shown, title in browser.contents, name)

    def test_a_copy_has_it(self):
        for _form, _shown in self.each_form():
            login(self.portal, "editor")
            form = form_of(self.page, self.key)
            self.assertEqual(
                NAMES, set(filter(Access(self.page, form).may_read, NAMES))
            )
