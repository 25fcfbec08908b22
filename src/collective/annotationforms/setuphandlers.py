"""What a profile of XML can't say, and what the list of add-ons shows."""

from collective.annotationforms.catalog.index import index_pages
from collective.annotationforms.lifecycle.version import StorageModifier
from plone.base.interfaces import INonInstallable
from Products.CMFCore.interfaces import ICatalogTool
from Products.CMFCore.utils import getToolByName
from Products.CMFEditions.Modifiers import ConditionalModifier
from Products.GenericSetup.tool import SetupTool
from zope.component import getUtility
from zope.interface import implementer

import logging


logger = logging.getLogger(__name__)
PAGES_IN_LOG_MESSAGE = 1000


MODIFIER_ID = "collective.annotationforms"
MODIFIER_TITLE = "Data of forms in versions"


def complete_profile(setup_tool: SetupTool) -> None:
    """Install what the files of the profile can't."""
    add_modifier(setup_tool)
    find_form_data(setup_tool)


def add_modifier(setup_tool: SetupTool) -> None:
    """Let Products.CMFEditions know of the data, unless it does already."""
    registry = getToolByName(setup_tool, "portal_modifier")
    if MODIFIER_ID not in registry:
        modifier = ConditionalModifier(MODIFIER_ID, StorageModifier(), MODIFIER_TITLE)
        modifier.edit(enabled=True, title=MODIFIER_TITLE)
        registry.register(MODIFIER_ID, modifier)


def remove_modifier(setup_tool: SetupTool) -> None:
    """Take back what `add_modifier` did."""
    registry = getToolByName(setup_tool, "portal_modifier")
    if MODIFIER_ID in registry:
        registry.unregister(MODIFIER_ID)


@implementer(INonInstallable)
class HiddenProfiles:
    """Hides the uninstall profile from the form that makes a new site."""

    def getNonInstallableProfiles(self) -> list[str]:
        """See INonInstallable"""
        return ["collective.annotationforms:uninstall"]


def find_form_data(setup: SetupTool) -> None:
    """Fill the index of form data: the data were there before, or are there again.

    For upgrade steps, too; the progress is logged.
    """
    catalog = getUtility(ICatalogTool)
    total = len(catalog)

    def log(done: int) -> None:
        if done % PAGES_IN_LOG_MESSAGE == 0 or done == total:
            logger.info("Looked for form data in %s of %s pages", done, total)

    index_pages(catalog, progress=log)


def add_administration(setup: SetupTool) -> None:
    """Upgrade a site that was made before there were tab, control panel and index."""
    setup.runAllImportStepsFromProfile(
        "profile-collective.annotationforms:default", purge_old=False
    )
