"""What a profile of XML can't say, and what the list of add-ons shows."""

from collective.annotationforms.version import StorageModifier
from plone.base.interfaces import INonInstallable
from Products.CMFCore.utils import getToolByName
from Products.CMFEditions.Modifiers import ConditionalModifier
from Products.GenericSetup.tool import SetupTool
from zope.interface import implementer


MODIFIER_ID = "collective.annotationforms"
MODIFIER_TITLE = "Data of forms in versions"


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
