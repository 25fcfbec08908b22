from collective.annotationforms import AnnotationStorageMixin
from collective.annotationforms.fields.unfitwidget import UnfitFieldWidget
from collective.annotationforms.interfaces import IAnnotationForm
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.tests import sampleforms
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.layers import IntegrationTestCase
from persistent.mapping import PersistentMapping
from plone.schema import JSONField
from plone.z3cform.fieldsets.group import Group as PloneGroup
from plone.z3cform.fieldsets.group import GroupFactory
from typing import ClassVar
from z3c.form import field
from z3c.form.browser.textarea import TextAreaFieldWidget
from z3c.form.browser.textarea import TextAreaWidget
from z3c.form.form import EditForm
from z3c.form.group import Group
from z3c.form.interfaces import DISPLAY_MODE
from zope.annotation.interfaces import IAnnotations
from zope.interface import Interface
from zope.interface.verify import verifyObject


WIDGETS = "form.widgets."


class TestGetContent(IntegrationTestCase):
    """What getContent() returns."""

    def test_is_a_storage_with_all_markers(self):
        form = sampleforms.SettingsForm(self.page, self.request)
        content = form.getContent()
        self.assertIsInstance(content, PersistentMapping)
        self.assertTrue(IAnnotationStorage.providedBy(content))
        self.assertTrue(sampleforms.IFirst.providedBy(content))
        self.assertTrue(sampleforms.ISecond.providedBy(content))
        self.assertEqual(self.page, content.__parent__)
        self.assertEqual("example.settings", content.key)
        self.assertEqual(self.page.absolute_url(), content.absolute_url())
        self.assertEqual(("", "plone", "page"), content.getPhysicalPath())

    def test_is_one_object_per_form_instance(self):
        form = sampleforms.SettingsForm(self.page, self.request)
        other = sampleforms.SettingsForm(self.page, self.request)
        self.assertIs(form.getContent(), form.getContent())
        self.assertIsNot(form.getContent(), other.getContent())

    def test_the_form_provides_its_contract(self):
        form = sampleforms.SettingsForm(self.page, self.request)
        verifyObject(IAnnotationForm, form, tentative=True)

    def test_defaults_of_the_class_variables(self):
        content = sampleforms.PlainForm(self.page, self.request).getContent()
        self.assertEqual("form_annotation_storage", content.key)
        self.assertEqual((), AnnotationStorageMixin.ASSIGN_INTERFACES)

    def test_an_interface_that_should_be_a_tuple_is_refused(self):
        class Form(AnnotationStorageMixin, EditForm):
            ASSIGN_INTERFACES = sampleforms.IFirst

        with self.assertRaisesRegex(TypeError, "tuple of interfaces"):
            Form(self.page, self.request).getContent()


class TestFieldsOfTheClass(IntegrationTestCase):
    """What a form does with its fields is not left to the next one of its class."""

    def test_the_widget_of_a_value_that_does_not_fit(self):
        fields = field.Fields(sampleforms.ISmall)
        fields["name"].widgetFactory = TextAreaFieldWidget
        form_class = type("Form", (sampleforms.PlainEditForm,), {"fields": fields})
        form = form_class(self.page, self.request)
        for stored, factory in ((7, UnfitFieldWidget), ("x", TextAreaFieldWidget)):
            IAnnotations(self.page)[form.getContent().key] = PersistentMapping(
                name=stored
            )
            form = form_class(self.page, self.request)
            form.update()
            self.assertIsInstance(form.widgets["name"], TextAreaWidget)
            self.assertIs(factory, form.fields["name"].widgetFactory[DISPLAY_MODE])
            found = fields["name"].widgetFactory
            self.assertIs(TextAreaFieldWidget, found[DISPLAY_MODE])


class TestAnyBase(FunctionalTestCase):
    """The mixin works with each kind of form, wrapped or not."""

    edit_forms: ClassVar = {
        "plain-form": "apply",
        "store-form": "store",
        "group-form": "apply",
        "extensible-form": "apply",
        "wrapped-form": "apply",
        "wrapped-group-form": "apply",
    }

    def test_saves_and_shows_again(self):
        for name, button in self.edit_forms.items():
            with self.subTest(form=name):
                self.forget()
                browser = self.browser()
                browser.open(f"{self.url}/@@{name}")
                self.assertEqual("3", browser.getControl("Count").value)
                browser.getControl(name=f"{WIDGETS}name").value = name
                browser.getControl("Count").value = "4"
                browser.getControl(name=f"form.buttons.{button}").click()
                self.assertEqual("200 OK", browser.headers["status"])
                self.assertEqual({"name": name, "count": 4}, self.stored())
                browser.open(f"{self.url}/@@{name}")
                self.assertEqual(name, browser.getControl("Name").value)
                self.assertEqual("4", browser.getControl("Count").value)

    def test_auto_forms_save_their_fieldsets(self):
        for name in ("auto-form", "wrapped-auto-form"):
            with self.subTest(form=name):
                self.forget()
                browser = self.browser()
                browser.open(f"{self.url}/@@{name}")
                browser.getControl("Name").value = name
                browser.getControl("Subject").value = "Mine"
                browser.getControl("Apply").click()
                self.assertEqual({"name": name, "subject": "Mine"}, self.stored())

    def test_display_forms_show_what_is_stored(self):
        self.store(name="Ada", count=36, sizes=["large"])
        for name in ("plain-view", "auto-view"):
            with self.subTest(form=name):
                browser = self.browser()
                browser.open(f"{self.url}/@@{name}")
                self.assertIn("Ada", browser.contents)
                self.assertIn("36", browser.contents)

    def test_plain_groups_read_from_the_storage(self):
        self.store(count=36)
        for name in ("group-form", "extensible-form", "wrapped-group-form"):
            with self.subTest(form=name):
                browser = self.browser()
                browser.open(f"{self.url}/@@{name}")
                self.assertEqual("36", browser.getControl("Count").value)


class TestGroups(IntegrationTestCase):
    """z3c.form's own groups share the content of their form."""

    def test_nested_groups_have_the_content_of_the_form(self):
        form = sampleforms.NestedGroupForm(self.page, self.request)
        form.update()
        (outer,) = form.groups
        (inner,) = outer.groups
        self.assertIs(form.getContent(), outer.getContent())
        self.assertIs(form.getContent(), inner.getContent())
        self.assertIs(form.getContent(), inner.widgets["count"].context)

    def test_a_group_with_a_content_of_its_own_keeps_it(self):
        class OwnGroup(sampleforms.CountGroup):
            def getContent(self):
                return {"count": 99}

        class OwnGroupForm(sampleforms.PlainGroupForm):
            groups = (OwnGroup,)

        form = OwnGroupForm(self.page, self.request)
        form.update()
        self.assertEqual("99", form.groups[0].widgets["count"].value)

    def groups_of(self, *groups, base=sampleforms.PlainGroupForm, **members):
        form = type("Form", (base,), {"groups": groups, **members})
        form = form(self.page, self.request)
        form.update()
        return form, form.groups

    def test_groups_made_by_a_function_have_the_content_of_the_form(self):
        def factory(*args):
            made.append(sampleforms.OuterGroup(*args))
            return made[0]

        made = []
        form, (outer,) = self.groups_of(factory)
        (inner,) = outer.groups
        self.assertIs(form.getContent(), outer.getContent())
        self.assertIs(form.getContent(), inner.getContent())
        # Nobody else's group is changed.
        self.assertIs(sampleforms.OuterGroup, type(made[0]))
        self.assertIs(self.page, made[0].getContent())

    def test_fieldsets_of_any_group_class_have_the_content_of_the_form(self):
        fieldset = GroupFactory("count", sampleforms.CountGroup.fields)
        for group_class in (Group, sampleforms.OuterGroup, PloneGroup):
            with self.subTest(group_class=group_class):
                form, (group,) = self.groups_of(fieldset, group_class=group_class)
                self.assertIsInstance(group, group_class)
                self.assertIs(form.getContent(), group.getContent())

    def test_a_group_in_a_group_with_a_content_of_its_own_shares_that(self):
        class OwnGroup(sampleforms.OuterGroup):
            def getContent(self):
                return {"count": 99}

        _form, (outer,) = self.groups_of(OwnGroup)
        self.assertEqual("99", outer.groups[0].widgets["count"].value)

    def test_the_plainest_group_can_be_used(self):
        form, (group,) = self.groups_of(Group)
        self.assertIs(form.getContent(), group.getContent())

    def test_no_class_is_made_twice(self):
        _form, (first,) = self.groups_of(sampleforms.CountGroup)
        _form, (second,) = self.groups_of(sampleforms.CountGroup)
        self.assertIs(type(first), type(second))

    def test_a_form_can_be_updated_twice(self):
        form = sampleforms.NestedGroupForm(self.page, self.request)
        form.update()
        form.update()
        self.assertIs(form.getContent(), form.groups[0].groups[0].getContent())


class TestReadyMadeForm(FunctionalTestCase):
    """Save, Cancel, messages, fieldsets and errors of AnnotationEditForm."""

    key = "example.settings"

    def open(self, user="editor"):
        browser = self.browser(user)
        browser.open(f"{self.url}/@@settings")
        return browser

    def test_save_leads_to_the_page_and_says_so(self):
        browser = self.open()
        browser.getControl("Name").value = "Äda"
        browser.getControl("Save").click()
        self.assertEqual(self.url, browser.url)
        self.assertIn("Changes saved.", browser.contents)
        self.assertEqual({"name": "Äda"}, self.stored())

    def test_cancel_stores_nothing(self):
        browser = self.open()
        browser.getControl("Name").value = "Ada"
        browser.getControl("Cancel").click()
        self.assertEqual(self.url, browser.url)
        self.assertIn("Edit cancelled.", browser.contents)
        self.assertIsNone(self.stored())

    def test_leads_to_the_view_of_a_file(self):
        self.portal.portal_registry["plone.types_use_view_action_in_listings"] = [
            "Document"
        ]
        form = sampleforms.SettingsForm(self.page, self.layer["request"])
        self.assertEqual(f"{self.url}/view", form.nextURL())

    def test_shows_defaults_of_fields_never_stored(self):
        browser = self.open()
        self.assertEqual("3", browser.getControl("Count").value)
        self.assertTrue(browser.getControl("Active").selected)
        self.assertEqual(["red"], browser.getControl(name=f"{WIDGETS}colour").value)
        self.assertEqual("About A page", browser.getControl("Subject").value)

    def test_a_cleared_field_stays_empty(self):
        browser = self.open()
        browser.getControl("Name").value = "Ada"
        browser.getControl("Count").value = ""
        browser.getControl("Notes").value = ""
        browser.getControl("Active").selected = False
        browser.getControl("Subject").value = ""
        browser.getControl("Save").click()
        stored = {
            "name": "Ada",
            "count": None,
            "notes": None,
            "active": False,
            "subject": None,
        }
        self.assertEqual(stored, self.stored())
        browser = self.open()
        self.assertEqual("", browser.getControl("Count").value)
        self.assertEqual("", browser.getControl("Notes").value)
        self.assertEqual("", browser.getControl("Subject").value)
        self.assertFalse(browser.getControl("Active").selected)
        browser.getControl("Save").click()
        self.assertIn("Nothing was changed.", browser.contents)
        self.assertEqual(stored, self.stored())

    def test_bad_input_is_kept_and_nothing_is_stored(self):
        self.store(name="Ada")
        browser = self.open()
        browser.getControl("Name").value = "Grace"
        browser.getControl("Count").value = "many"
        browser.getControl("Save").click()
        self.assertIn("There were some errors.", self.content(browser))
        self.assertEqual("Grace", browser.getControl("Name").value)
        self.assertEqual("many", browser.getControl("Count").value)
        self.assertEqual({"name": "Ada"}, self.stored())

    def test_what_was_typed_is_escaped(self):
        self.store(name="<script>alert(1)</script>")
        for view in ("settings", "settings-view"):
            browser = self.browser()
            browser.open(f"{self.url}/@@{view}")
            self.assertNotIn("<script>alert(1)", browser.contents)
            self.assertIn("&lt;script&gt;alert(1)", browser.contents)

    def test_a_save_needs_a_token(self):
        browser = self.open()
        browser.getControl("Name").value = "Ada"
        browser.getControl(name="_authenticator").value = "wrong"
        browser.getControl("Save").click()
        self.assertEqual("403 Forbidden", browser.headers["status"])
        self.assertIsNone(self.stored())

    def test_stored_values_the_schema_does_not_know_are_kept(self):
        self.store(removed="kept")
        browser = self.open()
        browser.getControl("Name").value = "Ada"
        browser.getControl("Save").click()
        self.assertEqual({"removed": "kept", "name": "Ada"}, self.stored())

    def test_a_stored_value_that_no_longer_fits_can_be_replaced(self):
        self.store(name="Ada", colour="blue", sizes=["huge"])
        browser = self.open()
        browser.getControl(name=f"{WIDGETS}colour").value = ["green"]
        browser.getControl("Save").click()
        self.assertEqual("green", self.stored()["colour"])


class TestReadyMadeView(FunctionalTestCase):
    """What AnnotationView shows."""

    key = "example.settings"

    def test_shows_values_and_fieldsets(self):
        self.store(name="Ada", sizes=["large"], count=None)
        browser = self.browser(None)
        browser.open(f"{self.url}/@@settings-view")
        contents = self.content(browser)
        self.assertIn('<h1 class="documentFirstHeading">Settings</h1>', contents)
        self.assertIn("What was set.", contents)
        self.assertIn("<dt>Name</dt>", contents)
        self.assertIn("Ada", contents)
        self.assertIn('<h2 id="fieldset-1">More</h2>', contents)
        self.assertIn("large", contents)

    def test_shows_defaults_but_not_for_cleared_fields(self):
        self.store(notes=None)
        browser = self.browser(None)
        browser.open(f"{self.url}/@@settings-view")
        self.assertIn("About A page", browser.contents)
        self.assertNotIn("two", browser.contents)


class TestNothingIsWritten(FunctionalTestCase):
    """Opening a form and saving it unchanged leave the database as it was."""

    views = (
        "settings",
        "settings-view",
        "plain-form",
        "store-form",
        "auto-form",
        "auto-view",
        "plain-view",
        "group-form",
        "extensible-form",
        "wrapped-form",
        "wrapped-group-form",
        "wrapped-auto-form",
    )

    def last_transaction(self):
        return self.layer["app"]._p_jar.db().lastTransaction()

    def test_opening_a_form(self):
        for stored in ({}, {"name": "Ada", "count": None}):
            if stored:
                self.store(**stored)
                self.key = "example.settings"
                self.store(**stored)
            # The first request to a site may write, e.g. make a keyring.
            self.browser().open(self.url)
            before = self.last_transaction()
            for view in self.views:
                for user in ("admin", "editor", None):
                    with self.subTest(view=view, user=user, stored=stored):
                        browser = self.browser(user)
                        browser.open(f"{self.url}/@@{view}")
                        self.assertNotIn("Confirming User Action", browser.contents)
                        self.assertEqual(before, self.last_transaction())

    def test_saving_an_untouched_form(self):
        for name, button in {
            "settings": "Save",
            "plain-form": "Apply",
            "store-form": "Store",
            "auto-form": "Apply",
            "group-form": "Apply",
            "wrapped-form": "Apply",
            "wrapped-auto-form": "Apply",
        }.items():
            self.key = "example.settings" if name == "settings" else type(self).key
            for stored in ({"name": "Ada"}, {"name": "Ada", "notes": "a\nb"}):
                with self.subTest(form=name, stored=stored):
                    self.forget()
                    self.store(**stored)
                    browser = self.browser()
                    browser.open(f"{self.url}/@@{name}")
                    before = self.last_transaction()
                    browser.getControl(button).click()
                    self.assertNotIn("errors", self.content(browser))
                    self.assertEqual(before, self.last_transaction())

    def test_saving_an_untouched_form_for_the_first_time(self):
        for name in ("plain-form", "group-form", "wrapped-form"):
            with self.subTest(form=name):
                browser = self.browser()
                browser.open(f"{self.url}/@@{name}")
                before = self.last_transaction()
                browser.getControl("Apply").click()
                self.assertIn("No changes were applied.", self.content(browser))
                self.assertEqual(before, self.last_transaction())
                self.assertIsNone(self.stored())


class IData(Interface):
    data = JSONField(title="Data", required=False)


class DataForm(sampleforms.PlainEditForm):
    fields = field.Fields(IData)


class TestBadInput(FunctionalTestCase):
    """Whatever is typed is no reason for an error page."""

    def test_json_that_nobody_can_parse(self):
        self.register_view("data", DataForm)
        for typed in ("{", "a b", "[1", "{'a': 1", "\x00", "1" * 5000):
            with self.subTest(typed=typed):
                browser = self.browser()
                browser.open(f"{self.url}/@@data")
                browser.getControl("Data").value = typed
                browser.getControl("Apply").click()
                self.assertEqual("200 OK", browser.headers["status"])
                self.assertIn("There were some errors.", self.content(browser))
                self.assertIsNone(self.stored())
