"""Testing layers, for our own tests and for those of add-ons that use the package.

Use the ready-made ones as they are, or subclass AnnotationFormsLayer: then your
ZCML is loaded into the registry that holds ours, as on a real site.  A layer that
is merely based on FIXTURE has a registry of its own, which goes before ours.
"""

from collections.abc import Iterator
from collective.annotationforms.forms.directive import form_directive
from collective.annotationforms.interfaces import IRegisteredForm
from contextlib import contextmanager
from plone.app.testing import applyProfile
from plone.app.testing import FunctionalTesting
from plone.app.testing import IntegrationTesting
from plone.app.testing import PLONE_FIXTURE
from plone.app.testing import PloneSandboxLayer
from typing import Any
from zope.component import getGlobalSiteManager
from zope.component import getUtility
from zope.component.hooks import site
from zope.configuration.config import ConfigurationMachine
from zope.interface import Interface

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


@contextmanager
def registered_form(name: str, form_class: type, **options: Any) -> Iterator:
    """Register a form as the ZCML directive does, for the time of a with statement.

    The options are those of the directive: ``for_``, ``title``, ``permission``, and
    so on.  Yields the IRegisteredForm.  Raises ConfigurationError as ZCML would.
    """
    context = ConfigurationMachine()
    form_directive(context, name, form_class, **options)
    with site(None):
        # Into the registry that ZCML writes to, not into that of the site.
        context.execute_actions()
    form = getUtility(IRegisteredForm, name=name)
    try:
        yield form
    finally:
        registry = getGlobalSiteManager()
        registry.unregisterUtility(form, IRegisteredForm, name)
        required = (form.page_interface, form.layer)
        for view in (form.name, form.view_name):
            registry.unregisterAdapter(required=required, provided=Interface, name=view)
