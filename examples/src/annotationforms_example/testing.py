"""The testing layer: a site with the example and a published page."""

from collective.annotationforms.testing import AnnotationFormsLayer
from plone.app.testing import applyProfile
from plone.app.testing import FunctionalTesting
from plone.app.testing import login
from plone.app.testing import logout
from plone.app.testing import SITE_OWNER_NAME

import annotationforms_example
import collective.annotationforms.tests


PASSWORD = "a-long-password-1"  # noqa: S105


class ExampleLayer(AnnotationFormsLayer):
    """A published page at /plone/page; users are named like their roles."""

    def setUpZope(self, app, configurationContext) -> None:
        """See plone.app.testing.PloneSandboxLayer"""
        super().setUpZope(app, configurationContext)
        self.loadZCML(package=annotationforms_example)
        self.loadZCML("overlay.zcml", package=collective.annotationforms.tests)

    def setUpPloneSite(self, portal) -> None:
        """See plone.app.testing.PloneSandboxLayer"""
        super().setUpPloneSite(portal)
        applyProfile(portal, "annotationforms_example:default")
        for role in ("Editor", "Reviewer", "Member"):
            portal.acl_users.userFolderAddUser(role.lower(), PASSWORD, [role], [])
        login(portal.aq_parent, SITE_OWNER_NAME)
        portal.portal_workflow.setDefaultChain("simple_publication_workflow")
        portal.invokeFactory("Document", "page", title="A page")
        portal.portal_workflow.doActionFor(portal["page"], "publish")
        logout()


FIXTURE = ExampleLayer()
FUNCTIONAL_TESTING = FunctionalTesting(
    bases=(FIXTURE,), name="annotationforms_example:Functional"
)
