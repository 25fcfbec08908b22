"""Working copies that go through several hands, and copies of copies."""

from collective.annotationforms import annotation_storage
from collective.annotationforms.lifecycle.workingcopy import WITHHELD
from collective.annotationforms.tests.access.kinds import KINDS
from collective.annotationforms.tests.access.kinds import READ
from collective.annotationforms.tests.access.kinds import WRITE
from collective.annotationforms.tests.access.site import AccessTestCase
from plone.app.iterate.interfaces import ICheckinCheckoutPolicy
from plone.app.multilingual.interfaces import ITranslationManager
from zope.annotation.interfaces import IAnnotations

import transaction


OPEN, VIEWED, EDITED, PYTHON = KINDS


class TestWorkingCopy(AccessTestCase):
    def check_out(self, user, page=None):
        self.as_user(user)
        policy = ICheckinCheckoutPolicy(page or self.page)
        copied = policy.checkout(self.folder_of("editor"))
        copied.manage_setLocalRoles("confidant", ["Owner", "Editor"])
        transaction.commit()
        return copied

    def check_in(self, user, copied):
        self.as_user(user)
        ICheckinCheckoutPolicy(copied).checkin("")
        transaction.commit()

    def test_a_manager_checks_in_what_an_editor_has_checked_out(self):
        copied = self.check_out("editor")
        self.assertEqual("pw", self.in_storage(copied, OPEN))
        self.assertEqual("", self.in_storage(copied, VIEWED))
        annotation_storage(copied, OPEN.key)["plain"] = self.texts(OPEN, "forged")[
            "plain"
        ]
        self.check_in("manager", copied)
        self.assertEqual("p", self.in_storage(self.page, OPEN, "forged"))
        self.assertEqual("rwg", self.in_storage(self.page, OPEN))
        for kind in (VIEWED, EDITED, PYTHON):
            self.assertEqual("prwg", self.in_storage(self.page, kind), kind.name)

    def test_an_editor_checks_in_what_a_manager_has_checked_out(self):
        copied = self.check_out("manager")
        for kind in KINDS:
            self.assertEqual("prwg", self.in_storage(copied, kind))
        for kind in KINDS:
            annotation_storage(copied, kind.key).update(self.values(kind, "forged"))
        transaction.commit()
        self.check_in("editor", copied)
        for kind, brought in ((OPEN, "pr"), (VIEWED, "pr"), (EDITED, "")):
            found = self.in_storage(self.page, kind, "forged")
            self.assertEqual(brought, found, kind.name)

    def test_what_was_deleted_in_the_working_copy(self):
        copied = self.check_out("editor")
        annotation_storage(copied, OPEN.key).clear()
        transaction.commit()
        self.check_in("editor", copied)
        # It never had what is for managers to read, and may not delete the other one.
        self.assertEqual("rwg", self.in_storage(self.page, OPEN))

    def test_nothing_is_left_of_what_was_withheld(self):
        copied = self.check_out("editor")
        self.assertIn(WITHHELD, IAnnotations(copied))
        self.check_in("editor", copied)
        self.assertNotIn(WITHHELD, IAnnotations(self.page))
        self.as_user("manager")
        copied = self.check_out("manager")
        self.assertNotIn(WITHHELD, IAnnotations(copied))

    def test_nobody_may_do_more_than_in_the_original(self):
        # Owners may edit and read the forms on their pages: a working copy is its
        # maker's.
        for title in (READ, WRITE):
            self.portal.manage_permission(title, ["Manager", "Reviewer", "Owner"])
        copied = self.check_out("editor")
        for kind in (VIEWED, EDITED):
            self.restore(kind, copied)
        for path in ("", "/++widget++plain/@@ploneform-render-widget"):
            found = self.get("editor", f"@@{VIEWED.name}-view{path}", copied)
            self.assertEqual("", self.shown(VIEWED, found))
            found = self.get("editor", f"@@{EDITED.name}{path}", copied)
            self.assertEqual("", self.shown(EDITED, found))
        forged = {"form.widgets.plain": self.texts(EDITED, "forged")["plain"]}
        button = {"form.buttons.save": "Save"}
        self.post("editor", f"@@{EDITED.name}", copied, **forged, **button)
        self.assertEqual("", self.in_storage(copied, EDITED, "forged"))
        # What somebody writes who may do so in the original does come back.
        self.post("confidant", f"@@{EDITED.name}", copied, **forged, **button)
        self.check_in("manager", copied)
        self.assertEqual("p", self.in_storage(self.page, EDITED, "forged"))

    def test_a_canceled_one(self):
        copied = self.check_out("editor")
        annotation_storage(copied, OPEN.key).update(self.values(OPEN, "forged"))
        ICheckinCheckoutPolicy(copied).cancelCheckout()
        transaction.commit()
        for kind in KINDS:
            self.assertEqual("prwg", self.in_storage(self.page, kind))

    def test_one_whose_original_is_gone(self):
        for title in (READ, WRITE):
            self.portal.manage_permission(title, ["Manager", "Reviewer", "Owner"])
        english = self.portal["en"]
        english.invokeFactory("Folder", "sub", title="Sub")
        english["sub"].invokeFactory("Document", "doc", title="Doc")
        for kind in KINDS:
            self.restore(kind, english["sub"]["doc"])
        english["sub"].manage_setLocalRoles("editor", ["Editor"])
        english["sub"].reindexObjectSecurity()
        copied = self.check_out("editor", english["sub"]["doc"])
        self.as_user("manager")
        for kind in KINDS:
            self.restore(kind, copied)
        english.manage_delObjects(["sub"])
        transaction.commit()
        for user in ("editor", "manager"):
            for path in ("view", "@@form-data", f"@@{OPEN.name}-view"):
                self.get(user, path, copied)
        for path in ("", "/++widget++plain/@@ploneform-render-widget"):
            found = self.get("editor", f"@@{VIEWED.name}-view{path}", copied)
            self.assertEqual("", self.shown(VIEWED, found))
        for view in ("pages?", "download?format=csv&", "download?format=json&"):
            path = f"@@form-data-{view}form={OPEN.name}"
            self.assertIn("of open-data", self.get("manager", path, self.portal))


class TestGroups(AccessTestCase):
    """Who is in several groups, or has roles on the site, is given no more either."""

    def translated(self, *roles):
        """Return what a translation gets on which these groups have these roles."""
        translation = self.new_page("es")
        groups = self.portal.portal_groups
        for name, local in roles:
            if groups.getGroupById(name) is None:
                groups.addGroup(name)
            translation.manage_setLocalRoles(name, [local])
        translation.reindexObjectSecurity()
        for page in (self.page, translation):
            self.portal.portal_workflow.doActionFor(page, "retract")
        ITranslationManager(self.page).register_translation("es", translation)
        stored = [IAnnotations(translation).get(kind.key) or {} for kind in KINDS]
        return [sorted(found) for found in stored]

    def test_two_groups(self):
        found = self.translated(("readers", "Reader"), ("reviewers", "Reviewer"))
        self.assertEqual([], found[1])

    def test_a_group_of_all_and_a_role_on_the_site(self):
        found = self.translated(("AuthenticatedUsers", "Reader"))
        self.assertEqual([[], [], [], []], found)
