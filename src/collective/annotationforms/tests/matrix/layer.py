"""A site with the forms of all cases, and pages that relations lead to."""

from collective.annotationforms.tests import matrix
from collective.annotationforms.tests.layers import FormsLayer
from collective.annotationforms.tests.matrix.case import UID_A
from collective.annotationforms.tests.matrix.case import UID_B
from collective.annotationforms.tests.matrix.formkinds import ZCML
from collective.annotationforms.tests.matrix.known import KNOWN_FAILURES
from collective.annotationforms.tests.matrix.walk import RESULTS
from plone.app.testing import applyProfile
from plone.app.testing import FunctionalTesting
from plone.app.testing import login
from plone.app.testing import logout
from plone.app.testing import SITE_OWNER_NAME
from zope.configuration import xmlconfig


class FieldsLayer(FormsLayer):
    """The forms of all cases, and pages that relations lead to."""

    zcml = ZCML
    known_failures = KNOWN_FAILURES

    def setUpZope(self, app, configurationContext):
        """See plone.app.testing.PloneSandboxLayer"""
        super().setUpZope(app, configurationContext)
        self.loadZCML(package=matrix)
        configurationContext.package = matrix
        xmlconfig.string(self.zcml, context=configurationContext)

    def tearDownZope(self, app):
        """See plone.app.testing.PloneSandboxLayer"""
        for (row, column), reason in self.known_failures.items():
            if RESULTS.get((row, column), "").startswith("no:"):
                print(f"\n  Known failure: {row}, {column}: {reason}", end="")
        super().tearDownZope(app)

    def setUpPloneSite(self, portal):
        """See plone.app.testing.PloneSandboxLayer"""
        super().setUpPloneSite(portal)
        applyProfile(portal, "collective.z3cform.datagridfield:default")
        login(portal.aq_parent, SITE_OWNER_NAME)
        for name, uid in (("target-a", UID_A), ("target-b", UID_B)):
            portal.invokeFactory("Document", name, title=f"Page {name}")
            setattr(portal[name], "_plone.uuid", uid)
            portal[name].reindexObject(idxs=["UID"])
        logout()


FIELDS_FIXTURE = FieldsLayer()
FUNCTIONAL = FunctionalTesting(bases=(FIELDS_FIXTURE,), name="Fields:Functional")
