"""A site with working copies and translations, the users and the data of the matrix."""

from AccessControl.Permission import addPermission
from collective.annotationforms import annotation_storage
from collective.annotationforms.testing import registered_form
from collective.annotationforms.tests.access.kinds import FIELDS
from collective.annotationforms.tests.access.kinds import IData
from collective.annotationforms.tests.access.kinds import IPart
from collective.annotationforms.tests.access.kinds import Kind
from collective.annotationforms.tests.access.kinds import KINDS
from collective.annotationforms.tests.access.kinds import Part
from collective.annotationforms.tests.access.kinds import PythonForm
from collective.annotationforms.tests.access.kinds import PythonView
from collective.annotationforms.tests.access.kinds import READ
from collective.annotationforms.tests.access.kinds import WRITE
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.layers import PASSWORD
from collective.annotationforms.tests.lifecycle.test_translation import (
    MultilingualLayer,
)
from plone.app.multilingual.interfaces import IPloneAppMultilingualInstalled
from plone.app.testing import FunctionalTesting
from plone.app.testing import login
from plone.app.testing import logout
from plone.app.testing import SITE_OWNER_NAME
from plone.protect.authenticator import createToken
from plone.supermodel.model import finalizeSchemas
from typing import Any
from urllib.parse import urlencode
from z3c.form.object import registerFactoryAdapter
from zope.annotation.interfaces import IAnnotations
from zope.component import provideUtility
from zope.interface import alsoProvides
from zope.security.interfaces import IPermission
from zope.security.permission import Permission

import transaction


ROLES = {
    "reader": ["Reader", "Member"],
    "contributor": ["Member"],
    "editor": ["Editor", "Member"],
    "confidant": ["Editor", "Reviewer", "Member"],
}


class AccessLayer(MultilingualLayer):
    """The users, and a folder of each to copy pages to."""

    def setUpZope(self, app, configurationContext):
        """See plone.app.testing.PloneSandboxLayer"""
        super().setUpZope(app, configurationContext)
        finalizeSchemas(IData)
        registerFactoryAdapter(IPart, Part)
        for title in (READ, WRITE):
            addPermission(title, ("Manager",))
            provideUtility(Permission(title, title), IPermission, title)

    def setUpPloneSite(self, portal):
        """See plone.app.testing.PloneSandboxLayer"""
        super().setUpPloneSite(portal)
        for title in (READ, WRITE):
            portal.manage_permission(title, ["Manager", "Reviewer"])
        users = portal.acl_users
        for name, roles in ROLES.items():
            if users.getUserById(name) is None:
                users.userFolderAddUser(name, PASSWORD, roles, [])
            else:
                users.userFolderEditUser(name, None, roles, [])
        login(portal.aq_parent, SITE_OWNER_NAME)
        english = portal["en"]
        portal.portal_workflow.doActionFor(english["page"], "publish")
        for name in ROLES:
            english.invokeFactory("Folder", f"of-{name}", title=name)
            roles = ["Owner", "Contributor", "Editor"]
            english[f"of-{name}"].manage_setLocalRoles(name, roles)
            english[f"of-{name}"].reindexObjectSecurity()
        logout()


ACCESS = FunctionalTesting(bases=(AccessLayer(),), name="Access:Functional")


class AccessTestCase(FunctionalTestCase):
    """A published page with data of all forms; values tell which field they are of."""

    layer = ACCESS

    def setUp(self):
        super().setUp()
        alsoProvides(self.layer["request"], IPloneAppMultilingualInstalled)
        self.page = self.portal["en"]["page"]
        self.url = self.page.absolute_url()
        self.register_forms()
        self.as_user("manager")
        for kind in KINDS:
            self.restore(kind)

    def register_forms(self):
        permissions = {
            "open-data": ("cmf.ModifyPortalContent", "zope2.View"),
            "viewed-data": ("cmf.ModifyPortalContent", READ),
            "edited-data": (WRITE, "zope2.View"),
        }
        for kind in KINDS[:-1]:
            permission, view_permission = permissions[kind.name]
            registration = registered_form(
                kind.name,
                kind.form_class,
                permission=permission,
                view_permission=view_permission,
                **kind.options,
            )
            registration.__enter__()
            self.addCleanup(registration.__exit__, None, None, None)
        self.register_view("python-data", PythonForm)
        self.register_view("python-data-view", PythonView)

    def texts(self, kind: Kind, mark: str = "stored") -> dict[str, str]:
        """Return a text for each field, which tells whose it is."""
        return {name: f"{name} of {kind.name} as {mark}" for name in FIELDS.values()}

    def values(self, kind: Kind, mark: str = "stored") -> dict[str, Any]:
        """Return values of all fields, with these texts."""
        texts = self.texts(kind, mark)
        return texts | {"rows": [Part(texts["rows"])]}

    def restore(self, kind: Kind, page: Any = None) -> None:
        """Let the page have the data of the form as it was in the beginning."""
        annotation_storage(page or self.page, kind.key).update(self.values(kind))
        transaction.commit()

    def as_user(self, user: str) -> None:
        """Let code of the test act for the user, and make tokens for them."""
        if user == "anonymous":
            logout()
        elif user == "manager":
            login(self.portal.aq_parent, SITE_OWNER_NAME)
        else:
            login(self.portal, user)

    def browser_of(self, user: str):
        """Return a browser of the user."""
        names = {"anonymous": None, "manager": SITE_OWNER_NAME}
        browser = self.browser(names.get(user, user))
        browser.followRedirects = False
        return browser

    def token(self) -> str:
        """Return a token of the user that `as_user` has named."""
        return createToken()

    def new_page(self, language: str):
        """Return a published page in another language, where "contributor" may edit."""
        self.as_user("manager")
        folder = self.portal[language]
        folder.invokeFactory("Document", "new", title="New")
        page = folder["new"]
        self.portal.portal_workflow.doActionFor(page, "publish")
        page.manage_setLocalRoles("contributor", ["Editor"])
        page.reindexObjectSecurity()
        transaction.commit()
        return page

    def folder_of(self, user: str):
        """Return the folder of the user, for others one of somebody else."""
        english = self.portal["en"]
        return english.get(f"of-{user}", english["of-editor"])

    def get(self, user: str, path: str, page: Any = None) -> str:
        """Return what the user is answered at a path below the page."""
        browser = self.browser_of(user)
        browser.open(f"{(page or self.page).absolute_url()}/{path}")
        return self.answer(browser)

    def post(self, user: str, path: str, page: Any = None, **data: Any) -> str:
        """Return what is answered to a POST, with a token that is right."""
        self.as_user(user)
        data["_authenticator"] = createToken()
        browser = self.browser_of(user)
        url = f"{(page or self.page).absolute_url()}/{path}"
        browser.post(url, urlencode(data, doseq=True))
        return self.answer(browser)

    def answer(self, browser) -> str:
        status = browser.headers["status"]
        self.assertNotRegex(status, "^5", browser.contents)
        contents = browser.contents
        return contents if isinstance(contents, str) else contents.decode()

    def shown(self, kind: Kind, text: str, mark: str = "stored") -> str:
        """Return the letters of the fields whose values are in the text."""
        texts = self.texts(kind, mark)
        return "".join(letter for letter, name in FIELDS.items() if texts[name] in text)

    def in_storage(self, page: Any, kind: Kind, mark: str = "stored") -> str:
        """Return the letters of the fields that have the value on the page."""
        transaction.begin()
        stored = IAnnotations(page).get(kind.key) or {}
        texts = [
            value[0].cell if isinstance(value, list) and value else str(value)
            for value in stored.values()
        ]
        return self.shown(kind, "\n".join(texts), mark)
