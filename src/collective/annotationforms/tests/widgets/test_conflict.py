from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.fields.password import BULLETS
from collective.annotationforms.tests import sampleforms
from collective.annotationforms.tests.layers import FunctionalTestCase
from plone.keyring.interfaces import IKeyManager
from plone.supermodel import model
from zope import schema
from zope.component import getUtility

import re
import transaction


CONFLICT = "changed this field while you edited it"
ERRORS = "There were some errors."


class ISecret(model.Schema):
    pin = schema.Password(title="PIN", required=False)
    pins = schema.List(title="PINs", value_type=schema.Password(), required=False)


class SecretForm(AnnotationEditForm):
    schema = ISecret
    ANNOTATION_STORAGE_KEY = "example.settings"


class CarelessForm(sampleforms.SettingsForm):
    DETECT_CONFLICTS = False


class ConflictTestCase(FunctionalTestCase):
    key = "example.settings"

    def open(self, view="settings", user="admin"):
        browser = self.browser(user)
        browser.open(f"{self.url}/@@{view}")
        return browser

    def save(self, browser, button="Save", **values):
        for name, value in values.items():
            browser.getControl(name=f"form.widgets.{name}").value = value
        browser.getControl(button).click()

    def choose(self, browser, name, value):
        browser.getControl(name=f"form.widgets.{name}-conflict").value = [value]

    def save_mine(self, browser, *names, button="Save", **values):
        for name in names:
            self.choose(browser, name, "mine")
        self.save(browser, button, **values)

    def token(self, browser, name):
        return browser.getControl(name=f"form.widgets.{name}-shown")

    def field(self, browser, name):
        """Return the HTML of a field: label, widget, help and error."""
        _before, _start, html = browser.contents.partition(
            f'id="formfield-form-widgets-{name}"'
        )
        return " ".join(html.partition('id="formfield-')[0].split())

    def assert_conflicts(self, browser, *names):
        found = [
            name
            for name in ("name", "count", "active", "notes", "colour", "subject")
            if f'name="form.widgets.{name}-conflict"' in self.field(browser, name)
        ]
        self.assertEqual([*names], found)
        self.assertEqual(bool(names), ERRORS in self.content(browser))


class TestTwoEditors(ConflictTestCase):
    """Two editors have opened the same form."""

    def setUp(self):
        super().setUp()
        self.store(name="Ada", count=1, colour="red")
        self.mine, self.theirs = self.open(), self.open(user="editor")

    def test_who_change_different_fields_both_get_in(self):
        self.save(self.theirs, count="2", colour=["green"])
        self.save(self.mine, name="Grace")
        self.assertIn("Changes saved.", self.mine.contents)
        self.assertEqual(
            {"name": "Grace", "count": 2, "colour": "green"}, self.stored()
        )

    def test_one_of_whom_changes_nothing(self):
        self.save(self.theirs, name="Grace")
        self.save(self.mine)
        self.assertIn("Nothing was changed.", self.mine.contents)
        self.assertEqual("Grace", self.stored()["name"])

    def test_who_type_the_same(self):
        self.save(self.theirs, name="Grace")
        self.save(self.mine, name="Grace", count="2")
        self.assertIn("Changes saved.", self.mine.contents)
        self.assertEqual({"name": "Grace", "count": 2, "colour": "red"}, self.stored())

    def test_who_change_the_same_field(self):
        self.save(self.theirs, name="Grace", count="2")
        stored = self.stored()
        self.save(self.mine, name="Mary", notes="mine")
        self.assert_conflicts(self.mine, "name")
        self.assertEqual(stored, self.stored())
        html = self.field(self.mine, "name")
        self.assertRegex(html, r"editor has changed this field .*, on .* [AP]M\.")
        self.assertRegex(html, r'id="form-widgets-name-other"[^>]*>Grace<')
        values = [
            self.mine.getControl(name=f"form.widgets.{name}").value
            for name in ("name", "count", "notes")
        ]
        self.assertEqual(["Mary", "1", "mine"], values)
        return self.mine

    def test_the_second_uses_what_was_typed(self):
        self.save_mine(self.test_who_change_the_same_field(), "name")
        self.assertIn("Changes saved.", self.mine.contents)
        self.assertEqual(
            {"name": "Mary", "count": 2, "colour": "red", "notes": "mine"},
            self.stored(),
        )

    def test_the_second_edits_what_was_typed(self):
        browser = self.test_who_change_the_same_field()
        self.save_mine(browser, "name", name="Mary and Grace")
        self.assertEqual("Mary and Grace", self.stored()["name"])

    def test_the_second_keeps_the_value_of_the_first(self):
        browser = self.test_who_change_the_same_field()
        self.choose(browser, "name", "theirs")
        self.save(browser)
        self.assertIn("Changes saved.", browser.contents)
        self.assertEqual(
            {"name": "Grace", "count": 2, "colour": "red", "notes": "mine"},
            self.stored(),
        )

    def test_the_choice_survives_another_error(self):
        browser = self.test_who_change_the_same_field()
        self.choose(browser, "name", "theirs")
        self.save(browser, count="many")
        self.assert_conflicts_not(browser)
        self.assertEqual("Grace", browser.getControl(name="form.widgets.name").value)
        self.save(browser, count="1")
        self.assertEqual(
            {"name": "Grace", "count": 2, "colour": "red", "notes": "mine"},
            self.stored(),
        )

    def assert_conflicts_not(self, browser):
        self.assertIn(ERRORS, self.content(browser))
        self.assertNotIn(CONFLICT, self.content(browser))

    def test_nothing_is_saved_before_a_choice_was_made(self):
        browser = self.test_who_change_the_same_field()
        stored = self.stored()
        for name in ("Mary", "Mary again", "Ada"):
            with self.subTest(name):
                self.save(browser, name=name)
                self.assert_conflicts(browser, "name")
                control = browser.getControl(name="form.widgets.name-conflict")
                self.assertEqual([], control.value)
                self.assertEqual(stored, self.stored())

    def test_a_choice_by_hand_counts_only_for_what_was_shown(self):
        self.save(self.theirs, name="Grace")
        stored = self.stored()
        html = re.sub(
            '(<input [^>]*name="form.widgets.name-shown")',
            '<input type="hidden" name="form.widgets.name-conflict" value="mine" />'
            r"\1",
            self.mine.contents,
        )
        self.mine._response.body = html.encode()
        self.mine._changed()
        self.save(self.mine, name="Mary")
        self.assert_conflicts(self.mine, "name")
        self.assertEqual(stored, self.stored())

    def test_what_is_stored_needs_no_choice(self):
        browser = self.test_who_change_the_same_field()
        self.save(browser, name="Grace")
        self.assertIn("Changes saved.", browser.contents)
        self.assertEqual("Grace", self.stored()["name"])

    def test_the_choice_of_mine_survives_another_error(self):
        browser = self.test_who_change_the_same_field()
        self.save_mine(browser, "name", count="many")
        self.assert_conflicts_not(browser)
        self.assertEqual("Mary", browser.getControl(name="form.widgets.name").value)
        self.save(browser, count="1")
        self.assertIn("Changes saved.", browser.contents)
        self.assertEqual("Mary", self.stored()["name"])

    def summary(self, browser):
        """Return the HTML at the top, which names all conflicts."""
        _before, _start, html = browser.contents.partition("annotationforms-conflicts")
        return " ".join(html.partition("<form")[0].split())

    def test_the_top_names_the_fields_and_who_changed_them(self):
        self.portal.acl_users.getUserById("editor").setProperties(
            fullname="Grace <Hopper>"
        )
        transaction.commit()
        self.save(self.theirs, name="Grace", subject="theirs")
        self.save(self.mine, name="Mary", subject="mine", count="many")
        summary = self.summary(self.mine)
        for name, label in (("name", "Name"), ("subject", "Subject")):
            self.assertRegex(
                summary,
                f'href="#formfield-form-widgets-{name}">{label}</a>:'
                " Grace &lt;Hopper&gt; has changed this field",
            )
            self.assertIn(f'id="formfield-form-widgets-{name}"', self.mine.contents)
        self.assertNotIn("#formfield-form-widgets-count", summary)

    def test_there_is_no_such_summary_without_a_conflict(self):
        self.save(self.mine, count="many")
        self.assertEqual("", self.summary(self.mine))

    def test_theirs_are_taken_all_at_once(self):
        self.save(self.theirs, name="Grace", count="2", subject="theirs")
        self.save(self.mine, name="Mary", count="3", subject="mine", notes="mine")
        self.assert_conflicts(self.mine, "name", "count", "subject")
        self.mine.getControl("Take all of theirs").selected = True
        self.save(self.mine)
        self.assertIn("Changes saved.", self.mine.contents)
        self.assertEqual(
            {"name": "Grace", "count": 2, "colour": "red"}
            | {"subject": "theirs", "notes": "mine"},
            self.stored(),
        )

    def test_all_of_theirs_are_those_that_were_shown(self):
        self.save(self.theirs, name="Grace", count="2")
        self.save(self.mine, name="Mary", count="3", notes="mine")
        self.save(self.open(), notes="of a third")
        self.mine.getControl("Take all of theirs").selected = True
        self.save(self.mine)
        self.assert_conflicts(self.mine, "notes")
        self.assertEqual("of a third", self.stored()["notes"])

    def test_one_conflict_has_no_button_for_all(self):
        browser = self.test_who_change_the_same_field()
        self.assertNotIn("Take all of theirs", browser.contents)

    def test_a_note_says_whose_changes_were_kept(self):
        self.portal.acl_users.getUserById("editor").setProperties(fullname="Grace H.")
        transaction.commit()
        self.save(self.theirs, count="2", colour=["green"])
        self.save(self.open(), notes="mine")
        self.save(self.mine, name="Mary")
        self.assertIn("Changes saved.", self.mine.contents)
        self.assertIn(
            "What Grace H. changed meanwhile was kept: Count, Colour.",
            self.mine.contents,
        )
        self.assertIn(
            "What you changed in another window was kept: Notes.", self.mine.contents
        )

    def test_a_note_says_that_theirs_were_chosen(self):
        browser = self.test_who_change_the_same_field()
        self.choose(browser, "name", "theirs")
        self.save(browser)
        self.assertIn(
            "What editor changed meanwhile was kept: Name, Count.", browser.contents
        )

    def test_there_is_no_note_without_a_merge(self):
        self.save(self.mine, name="Mary")
        self.assertNotIn("was kept", self.mine.contents)

    def test_line_breaks_and_what_differs_are_shown(self):
        self.store(notes="one\ntwo <b>\nthree")
        mine, theirs = self.open(), self.open(user="editor")
        self.save(theirs, notes="one\ntwo <i>\nthree")
        self.save(mine, notes="one\ntwo <b>\nfour")
        html = self.field(mine, "notes")
        self.assertIn('-other">one<br />two &lt;i&gt;<br />three</span>', html)
        self.assertIn(
            "one<br />two &lt;<del>b</del><ins>i</ins>&gt;<br />"
            "<del>four</del><ins>three</ins>",
            html,
        )

    def test_a_third_saves_while_the_second_decides(self):
        browser = self.test_who_change_the_same_field()
        self.save(self.open(), name="Eve")
        self.save_mine(browser, "name")
        self.assert_conflicts(browser, "name")
        self.assertIn(">Eve<", self.field(browser, "name"))
        self.save_mine(browser, "name")
        self.assertEqual("Mary", self.stored()["name"])

    def test_a_conflict_in_a_fieldset(self):
        self.save(self.theirs, subject="theirs")
        self.save(self.mine, subject="mine", name="Grace")
        self.assert_conflicts(self.mine, "subject")
        self.assertEqual("Ada", self.stored()["name"])
        self.save_mine(self.mine, "subject")
        self.assertEqual("mine", self.stored()["subject"])

    def test_several_conflicts_are_decided_one_by_one(self):
        self.save(self.theirs, name="Grace", count="2", notes="theirs")
        self.save(self.mine, name="Mary", count="3", notes="mine")
        self.assert_conflicts(self.mine, "name", "count", "notes")
        self.choose(self.mine, "count", "theirs")
        self.save_mine(self.mine, "name", "notes")
        self.assertEqual(
            {"name": "Mary", "count": 2, "notes": "mine", "colour": "red"},
            {**self.stored(), "notes": self.stored()["notes"].strip()},
        )

    def test_errors_and_conflicts_are_shown_together(self):
        self.save(self.theirs, name="Grace")
        self.save(self.mine, name="Mary", count="many")
        self.assert_conflicts(self.mine, "name")
        self.assertIn("valid integer", self.field(self.mine, "count"))

    def test_what_an_error_delays_is_merged_all_the_same(self):
        self.save(self.mine, count="many")
        self.save(self.theirs, name="Grace", count="2")
        self.save(self.mine, count="1", notes="mine")
        self.assertIn("Changes saved.", self.mine.contents)
        self.assertEqual(
            {"name": "Grace", "count": 2, "notes": "mine", "colour": "red"},
            self.stored(),
        )

    def test_invariants_hold_for_what_will_be_stored(self):
        self.save(self.theirs, name="few")
        self.save(self.mine, count="3")
        self.assertIn("Too many for few.", self.content(self.mine))
        self.assertEqual({"name": "few", "count": 1, "colour": "red"}, self.stored())

    def test_the_data_is_deleted_meanwhile(self):
        self.forget()
        self.save(self.mine, notes="mine")
        self.assertIn("Changes saved.", self.mine.contents)
        self.assertEqual({"notes": "mine"}, self.stored())

    def test_a_value_is_deleted_meanwhile(self):
        self.forget()
        self.save(self.mine, name="Grace")
        self.assert_conflicts(self.mine, "name")
        self.assertIn("(empty)", self.field(self.mine, "name"))
        self.assertIn("Somebody else has", self.field(self.mine, "name"))
        self.save_mine(self.mine, "name")
        self.assertEqual({"name": "Grace"}, self.stored())

    def test_what_the_other_typed_is_escaped(self):
        self.save(self.theirs, name="<script>alert(1)</script>")
        self.save(self.mine, name="Mary")
        self.assertIn("&lt;script&gt;alert(1)", self.field(self.mine, "name"))
        self.assertNotIn("<script>alert", self.mine.contents)

    def test_the_storage_was_written_by_a_script(self):
        self.store(name="Grace")
        self.save(self.mine, name="Mary")
        self.assertIn("Somebody else has changed", self.field(self.mine, "name"))


class TestOneself(ConflictTestCase):
    """An editor who goes back to the form that was saved, or has it in two windows."""

    def setUp(self):
        super().setUp()
        self.store(name="Ada", count=1)

    def assert_own(self, browser):
        self.assert_conflicts(browser, "name")
        self.assertRegex(
            self.field(browser, "name"),
            r"You changed this in another window, or before .*, on .* [AP]M\.",
        )
        self.assertNotIn("omebody else", self.field(browser, "name"))

    def test_back_and_another_value(self):
        for user in ("admin", "editor"):
            with self.subTest(user=user):
                self.store(name="Ada")
                browser = self.open(user=user)
                self.save(browser, name="Grace")
                self.assertIn("Changes saved.", browser.contents)
                browser.goBack()
                self.save(browser, name="Mary")
                self.assert_own(browser)
                self.assertEqual("Grace", self.stored()["name"])
                self.save_mine(browser, "name")
                self.assertEqual("Mary", self.stored()["name"])

    def test_back_and_saved_again(self):
        browser = self.open()
        self.save(browser, name="Grace")
        browser.goBack()
        self.save(browser, name="Grace")
        self.assertIn("Nothing was changed.", browser.contents)

    def test_back_and_another_field(self):
        browser = self.open()
        self.save(browser, name="Grace")
        browser.goBack()
        browser.getControl(name="form.widgets.name").value = "Ada"
        self.save(browser, count="2")
        self.assertEqual({"name": "Grace", "count": 2}, self.stored())

    def test_the_first_save_of_all(self):
        self.forget()
        browser = self.open()
        self.save(browser, name="Grace")
        browser.goBack()
        self.save(browser, name="Mary")
        self.assert_own(browser)

    def test_somebody_else_has_saved_after_that(self):
        browser = self.open()
        self.save(browser, name="Grace")
        self.save(self.open(user="editor"), name="Eve")
        browser.goBack()
        self.save(browser, name="Mary")
        self.assertIn("editor has changed this field", self.field(browser, "name"))

    def test_somebody_else_has_changed_another_field_after_that(self):
        browser = self.open()
        self.save(browser, name="Grace")
        self.save(self.open(user="editor"), count="2")
        browser.goBack()
        self.save(browser, name="Mary")
        self.assert_own(browser)


class TestToken(ConflictTestCase):
    """What tells the form what its editor saw."""

    def setUp(self):
        super().setUp()
        self.store(name="A secret", count=1)
        self.mine = self.open()

    def test_contains_no_value_and_does_not_grow(self):
        short = self.token(self.mine, "name").value
        self.store(name="A secret" * 1000)
        long = self.token(self.open(), "name").value
        self.assertEqual([16, 16], [len(short), len(long)])
        self.assertNotEqual(short, long)

    def test_is_the_same_as_long_as_the_value_is(self):
        self.assertEqual(
            self.token(self.mine, "name").value, self.token(self.open(), "name").value
        )

    def test_differs_from_field_to_field(self):
        self.store(name="same", subject="same")
        browser = self.open()
        tokens = {self.token(browser, name).value for name in ("name", "subject")}
        self.assertEqual(2, len(tokens))

    def test_of_another_key_of_the_site_is_stale(self):
        manager = getUtility(IKeyManager)
        for _number in range(6):
            manager.rotate()
        transaction.commit()
        self.save(self.mine, name="Grace")
        self.assert_conflicts(self.mine, "name")
        self.save_mine(self.mine, "name")
        self.assertEqual({"name": "Grace", "count": 1}, self.stored())

    def test_that_was_tampered_with_is_stale(self):
        for token in ("", "x", "-", "<script>", "\x00", "A" * 100_000):
            with self.subTest(token=token[:10]):
                browser = self.open()
                self.token(browser, "count").value = token
                self.save(browser, count="1", name="Grace")
                self.assertNotIn(CONFLICT, self.content(browser))
                browser = self.open()
                self.token(browser, "count").value = token
                self.save(browser, count="2")
                self.assert_conflicts(browser, "count")
                self.assertEqual({"name": "Grace", "count": 1}, self.stored())

    def test_is_missing_in_what_a_script_sends(self):
        names = re.findall(r'name="(form\.widgets\.\w+-shown)"', self.mine.contents)
        self.assertEqual(7, len(names))
        self.store(name="Grace")
        contents = re.sub(r"<input[^>]*-shown[^>]*>", "", self.mine.contents)
        self.mine._response.body = contents.encode()
        self.mine._changed()
        self.save(self.mine, count="2")
        self.assertEqual({"name": "A secret", "count": 2}, self.stored())

    def test_there_is_none_in_a_form_that_does_without(self):
        self.register_view("careless", CarelessForm)
        browser = self.open("careless")
        self.assertNotIn("-shown", browser.contents)
        self.store(name="Grace")
        self.save(browser, count="2")
        self.assertEqual({"name": "A secret", "count": 2}, self.stored())

    def test_a_password_is_not_shown(self):
        self.register_view("secret", SecretForm)
        self.store(pin="one")
        browser = self.open("secret")
        self.store(pin="two-hidden")
        self.save(browser, pin="three")
        self.assertIn(CONFLICT, self.content(browser))
        self.assertIn("(not shown)", self.content(browser))
        self.assertNotIn("two-hidden", browser.contents)

    def test_a_password_in_a_list_is_not_shown(self):
        self.register_view("secret", SecretForm)
        self.store(pins=["one"])
        browser = self.open("secret")
        self.store(pins=["two-hidden"])
        self.save(browser, pins="three")
        self.assertIn(CONFLICT, self.content(browser))
        self.assertIn(BULLETS, self.content(browser))
        self.assertNotIn("two-hidden", browser.contents)


class TestEveryKindOfForm(ConflictTestCase):
    """z3c.form's forms, groups and wrapped forms merge as well."""

    key = "form_annotation_storage"
    views = ("plain-form", "group-form", "wrapped-form", "wrapped-group-form")
    views += ("extensible-form", "store-form")

    def test_merges_and_shows_conflicts(self):
        for view in self.views:
            button = "Store" if view == "store-form" else "Apply"
            with self.subTest(view=view):
                self.forget()
                self.store(name="Ada", count=1)
                browser = self.open(view)
                self.store(name="Grace")
                self.save(browser, button, count="2")
                self.assertEqual({"name": "Grace", "count": 2}, self.stored())
                browser = self.open(view)
                self.store(count=7)
                self.save(browser, button, count="3", name="Mary")
                self.assert_conflict_on_count(browser)
                self.save_mine(browser, "count", button=button)
                self.assertEqual({"name": "Mary", "count": 3}, self.stored())

    def assert_conflict_on_count(self, browser):
        self.assertIn(CONFLICT, self.field(browser, "count"))
        self.assertNotIn(CONFLICT, self.field(browser, "name"))
        self.assertEqual({"name": "Grace", "count": 7}, self.stored())

    def test_a_form_that_stays_after_a_save_can_be_saved_again(self):
        self.store(name="Ada", count=1)
        browser = self.open("plain-form")
        self.store(name="Grace")
        self.save(browser, "Apply", count="2")
        self.save(browser, "Apply", count="3")
        self.assertIn("Data successfully updated.", self.content(browser))
        self.assertEqual({"name": "Grace", "count": 3}, self.stored())
