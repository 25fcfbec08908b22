"""Each route, as each user, with each form: which fields are read, and written.

What the routes have in common is written down once, in `may_see` and `may_change`: a
route gives no more than that, and no less unless it is not for the user at all.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collective.annotationforms import annotation_storage
from collective.annotationforms.tests.access.documented import tables
from collective.annotationforms.tests.access.kinds import EDITORS
from collective.annotationforms.tests.access.kinds import FIELDS
from collective.annotationforms.tests.access.kinds import FOR_MANAGERS_TO_READ
from collective.annotationforms.tests.access.kinds import FOR_MANAGERS_TO_WRITE
from collective.annotationforms.tests.access.kinds import Kind
from collective.annotationforms.tests.access.kinds import KINDS
from collective.annotationforms.tests.access.kinds import PythonForm
from collective.annotationforms.tests.access.kinds import USERS
from collective.annotationforms.tests.access.site import AccessTestCase
from collective.annotationforms.tests.docs.test_docs import ROOT
from plone.app.iterate.interfaces import ICheckinCheckoutPolicy
from plone.app.multilingual.interfaces import ITranslationManager
from zope.annotation.interfaces import IAnnotations

import transaction


#: What a run has found: (route, name of the form, user) -> letters of fields.
READ: dict[tuple[str, str, str], str] = {}
WRITTEN: dict[tuple[str, str, str], str] = {}

REGISTERED = KINDS[:-1]
SIGNED_IN = USERS[1:]
MANAGERS = ("manager",)


def may_see(kind: Kind, user: str) -> str:
    """Return the letters of the fields that the user may read."""
    return letters(user, kind.viewers, FOR_MANAGERS_TO_READ)


def may_change(kind: Kind, user: str) -> str:
    """Return the letters of the fields that the user may change."""
    return letters(user, kind.editors, FOR_MANAGERS_TO_WRITE)


def letters(user: str, users: Iterable[str], guarded: Iterable[str]) -> str:
    if user not in users:
        return ""
    return "".join(
        letter for letter in FIELDS if user == "manager" or letter not in guarded
    )


class MatrixTestCase(AccessTestCase):
    """Fills in `results`, and compares them with the tables of docs/security.rst."""

    results: dict
    #: False where the documentation isn't, and as long as the tables are being made.
    compares = (ROOT / "docs/security.rst").exists()

    def check(
        self,
        route: str,
        find: Callable[[Kind, str], str],
        expected: Callable[[Kind, str], str],
        *,
        users: Iterable[str] = USERS,
        unregistered: Iterable[str] | None = None,
    ) -> None:
        """Compare what `find` finds with what is expected, for each form and user.

        The route is for `users` only; with a form that ZCML does not know, for
        `unregistered`.
        """
        documented = tables()[self.results is WRITTEN] if self.compares else {}
        for kind in KINDS:
            open_to = users
            if kind not in REGISTERED and unregistered is not None:
                open_to = unregistered
            for user in USERS:
                with self.subTest(route=route, form=kind.name, user=user):
                    found = find(kind, user)
                    self.results[route, kind.name, user] = found
                    wanted = expected(kind, user) if user in open_to else ""
                    self.assertEqual(wanted, found)
                    if self.compares:
                        self.assertEqual(documented[route, kind.name, user], found)


class TestReading(MatrixTestCase):
    results = READ

    def test_the_view(self):
        self.check("view", self.page_of_view, may_see)

    def page_of_view(self, kind, user):
        return self.shown(kind, self.get(user, f"@@{kind.name}-view"))

    def test_the_form(self):
        # As Plone has it, a form shows what one may change.
        self.check("edit form", self.page_of_form, may_change)

    def page_of_form(self, kind, user):
        return self.shown(kind, self.get(user, f"@@{kind.name}"))

    def test_widgets_of_the_view(self):
        def find(kind, user):
            return self.widgets(kind, user, f"@@{kind.name}-view")

        self.check("address of a widget in the view", find, may_see)

    def test_widgets_of_the_form(self):
        def find(kind, user):
            return self.widgets(kind, user, f"@@{kind.name}")

        self.check("address of a widget in the form", find, may_change)

    def widgets(self, kind, user, view):
        """Return what the addresses of all widgets show, and those of their parts."""
        answers = {
            path: self.get(user, f"{view}/++widget++{path}/@@ploneform-render-widget")
            for path in (*FIELDS.values(), "rows.0", "rows.0.widgets.cell")
        }
        shown = self.shown(kind, "\n".join(answers.values()))
        # A part is shown if, and only if, the whole is.
        for path in ("rows.0", "rows.0.widgets.cell"):
            self.assertEqual("g" in shown, "g" in self.shown(kind, answers[path]), path)
        return shown

    def test_inline_validation(self):
        def find(kind, user):
            path = f"@@{kind.name}/@@z3cform_validate_field"
            answers = [
                self.get(user, f"{path}?fname=form.widgets.{name}")
                for name in FIELDS.values()
            ]
            return self.shown(kind, "\n".join(answers))

        self.check("inline validation", find, lambda kind, user: "")

    def test_the_question_before_a_deletion(self):
        def find(kind, user):
            return self.shown(
                kind, self.get(user, f"@@form-data-delete?key={kind.key}")
            )

        def expected(kind, user):
            goes = may_change(kind, user)
            return "".join(letter for letter in may_see(kind, user) if letter in goes)

        self.check("delete page", find, expected, unregistered=MANAGERS)

    def test_the_tab(self):
        self.check(
            "tab “Form data”",
            lambda kind, user: self.shown(kind, self.get(user, "@@form-data")),
            may_see,
            # It shows values of forms that ZCML does not know only.
            users=(),
            unregistered=MANAGERS,
        )

    def test_the_export_of_a_page(self):
        def find(kind, user):
            return self.shown(
                kind, self.get(user, f"@@form-data-export?key={kind.key}")
            )

        self.check("export of a page", find, may_see, unregistered=MANAGERS)

    def test_the_pages_for_admins(self):
        for route, path in {
            "table": "@@form-data-pages?filtered=1"
            + "".join(f"&fields:list={name}" for name in FIELDS.values()),
            "preview": "@@form-data-preview?",
            "export of the site": "@@form-data-download?format=json",
            "export of the site as CSV": "@@form-data-download?format=csv",
        }.items():
            self.check(route, self.admin_page(path), may_see, users=MANAGERS)

    def admin_page(self, path):
        def find(kind, user):
            form = {"form": kind.name} if kind in REGISTERED else {"key": kind.key}
            (subject,) = [f"&{name}={value}" for name, value in form.items()]
            return self.shown(kind, self.get(user, path + subject, self.portal))

        return find

    def test_compared_versions(self):
        self.portal.portal_repository.save(self.page)
        transaction.commit()
        number = self.page.version_id
        for kind in KINDS:
            annotation_storage(self.page, kind.key).update(self.values(kind, "live"))
        transaction.commit()

        def find(kind, user):
            text = self.get(user, f"@@history?one={number}&two=current")
            return self.shown(kind, text)

        self.check("compared versions", find, may_see, users=EDITORS)

    def test_a_copy(self):
        def find(kind, user):
            return self.in_storage(self.copied(user), kind)

        self.check("copy", find, may_see, users=SIGNED_IN)

    def copied(self, user):
        """Let the user copy the page into their folder, return the copy."""
        folder = self.folder_of(user)
        names = set(folder)
        self.as_user(user)
        browser = self.browser_of(user)
        browser.open(f"{self.url}/object_copy?_authenticator={self.token()}")
        browser.open(
            f"{folder.absolute_url()}/object_paste?_authenticator={self.token()}"
        )
        transaction.begin()
        new = set(folder) - names
        self.assertEqual(user in SIGNED_IN, bool(new), browser.contents[:2000])
        return folder[new.pop()] if new else folder

    def test_a_copied_folder(self):
        english = self.portal["en"]
        english.invokeFactory("Folder", "section")
        english["section"].invokeFactory("Folder", "part")
        inner = english["section"]["part"]
        inner.invokeFactory("Document", "page")
        for folder in (english["section"], inner, inner["page"]):
            self.portal.portal_workflow.doActionFor(folder, "publish")
        for kind in KINDS:
            self.restore(kind, inner["page"])
        page, self.url = self.page, english["section"].absolute_url()

        def find(kind, user):
            copied = self.copied(user)
            found = copied["part"]["page"] if "part" in copied else page.aq_parent
            return self.in_storage(found, kind)

        self.check("copy of a folder", find, may_see, users=SIGNED_IN)

    def test_a_working_copy(self):
        def find(kind, user):
            self.as_user(user)
            if user not in EDITORS:
                return ""
            policy = ICheckinCheckoutPolicy(self.page)
            copied = policy.checkout(self.folder_of(user))
            try:
                return self.in_storage_of_code(copied, kind)
            finally:
                transaction.abort()

        self.check("working copy", find, may_see, users=EDITORS)

    def test_a_new_translation(self):
        translation = self.new_page("es")

        def find(kind, user):
            self.as_user(user)
            ITranslationManager(self.page).register_translation("es", translation)
            try:
                return self.in_storage_of_code(translation, kind)
            finally:
                transaction.abort()

        def expected(kind, user):
            seen = {*may_see(kind, user), *may_change(kind, user)}
            # Nobody gives the other editor there what is kept from them here.
            seen -= {*may_translate(kind, "contributor")} - {
                *may_see(kind, "contributor"),
                *may_change(kind, "contributor"),
            }
            return "".join(
                letter for letter in may_translate(kind, user) if letter in seen
            )

        self.check("new translation", find, expected)

    def in_storage_of_code(self, page, kind):
        """Return the letters of the fields that the page has in this transaction."""
        stored = IAnnotations(page).get(kind.key) or {}
        return "".join(letter for letter in FIELDS if FIELDS[letter] in stored)


def may_translate(kind: Kind, user: str) -> str:
    """Return what the user may change in a translation where "contributor" may edit."""
    editors = kind.editors
    if kind.name != "edited-data":
        editors = {*editors, "contributor"}
    return letters(user, editors, FOR_MANAGERS_TO_WRITE)


class TestWriting(MatrixTestCase):
    results = WRITTEN

    def form_data(self, kind):
        forged = self.texts(kind, "forged")
        button = "apply" if kind.form_class is PythonForm else "save"
        return {
            **{f"form.widgets.{name}": text for name, text in forged.items()},
            "form.widgets.rows.count": "1",
            "form.widgets.rows.0-empty-marker": "1",
            "form.widgets.rows.0.widgets.cell": forged["rows"],
            f"form.buttons.{button}": "Save",
        }

    def written(self, kind):
        """Return what was forged, and take it back."""
        found = self.in_storage(self.page, kind, "forged")
        self.as_user("manager")
        self.restore(kind)
        return found

    def test_the_form(self):
        def find(kind, user):
            self.post(user, f"@@{kind.name}", **self.form_data(kind))
            return self.written(kind)

        self.check("edit form", find, may_change)

    def test_addresses_that_save_nothing(self):
        for route, path in {
            "view": "@@{0.name}-view",
            "address of a widget in the form": "@@{0.name}/++widget++plain",
            "view of a widget": "@@{0.name}/++widget++plain/@@ploneform-render-widget",
            "inline validation": "@@{0.name}/@@z3cform_validate_field",
        }.items():
            self.check(route, self.posted(path), lambda kind, user: "")

    def posted(self, path):
        def find(kind, user):
            self.post(user, path.format(kind), **self.form_data(kind))
            return self.written(kind)

        return find

    def test_the_form_by_get(self):
        def find(kind, user):
            self.as_user(user)
            data = self.form_data(kind)
            query = "&".join(f"{name}={value}" for name, value in data.items())
            self.get(user, f"@@{kind.name}?{query.replace(' ', '+')}")
            return self.written(kind)

        self.check("edit form, by GET", find, lambda kind, user: "")

    def test_deletion(self):
        def find(kind, user):
            self.post(user, "@@form-data-delete", key=kind.key)
            return self.deleted(kind)

        self.check("delete page", find, may_change, unregistered=MANAGERS)

    def deleted(self, kind):
        left = self.in_storage(self.page, kind)
        self.as_user("manager")
        self.restore(kind)
        return "".join(letter for letter in FIELDS if letter not in left)

    def test_clean_up(self):
        def find(kind, user):
            form = {"form": kind.name} if kind in REGISTERED else {"key": kind.key}
            self.post(user, "@@form-data-cleanup", self.portal, **form)
            return self.deleted(kind)

        self.check("clean-up", find, may_change, users=MANAGERS)

    def test_a_revert(self):
        for kind in KINDS:
            annotation_storage(self.page, kind.key).update(self.values(kind, "forged"))
        self.portal.portal_repository.save(self.page)
        number = self.page.version_id
        for kind in KINDS:
            self.restore(kind)

        def find(kind, user):
            self.post(user, "revertversion", version_id=number)
            found = self.written(kind)
            for other in KINDS:
                self.restore(other)
            return found

        self.check("revert to a version", find, may_change, users=EDITORS)

    def test_check_in(self):
        def find(kind, user):
            self.as_user(user)
            if user not in EDITORS:
                return ""
            policy = ICheckinCheckoutPolicy(self.page)
            copied = policy.checkout(self.folder_of(user))
            annotation_storage(copied, kind.key).update(self.values(kind, "forged"))
            ICheckinCheckoutPolicy(copied).checkin("")
            transaction.commit()
            return self.written(kind)

        self.check("check-in", find, may_change, users=EDITORS)

    def test_a_translation_gives_back(self):
        translation = self.new_page("es")
        ITranslationManager(self.page).register_translation("es", translation)
        transaction.commit()

        def find(kind, user):
            self.as_user(user)
            annotation_storage(translation, kind.key).update(
                self.values(kind, "forged")
            )
            transaction.commit()
            return self.written(kind)

        # What one may neither see nor change there is not given, either.
        self.check("translation", find, may_change)
