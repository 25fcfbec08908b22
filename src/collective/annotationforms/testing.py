"""Testing layers, for our own tests and for those of add-ons that use the package.

Use the ready-made ones as they are, or subclass AnnotationFormsLayer: then your
ZCML is loaded into the registry that holds ours, as on a real site.  A layer that
is merely based on FIXTURE has a registry of its own, which goes before ours.
"""

from plone.app.testing import applyProfile
from plone.app.testing import FunctionalTesting
from plone.app.testing import IntegrationTesting
from plone.app.testing import PLONE_FIXTURE
from plone.app.testing import PloneSandboxLayer

import collective.annotationforms


class AnnotationFormsLayer(PloneSandboxLayer):
    """A Plone site with this add-on installed."""

    defaultBases = (PLONE_FIXTURE,)

    def setUpZope(self, app, configurationContext) -> None:
        """See plone.app.testing.PloneSandboxLayer"""
        self.loadZCML(package=collective.annotationforms)

    def setUpPloneSite(self, portal) -> None:
        """See plone.app.testing.PloneSandboxLayer"""
        applyProfile(portal, "collective.annotationforms:default")


FIXTURE = AnnotationFormsLayer()

INTEGRATION_TESTING = IntegrationTesting(
    bases=(FIXTURE,), name="collective.annotationforms:Integration"
)
FUNCTIONAL_TESTING = FunctionalTesting(
    bases=(FIXTURE,), name="collective.annotationforms:Functional"
)
