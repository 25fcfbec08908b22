"""What a profile of XML can't say, and what the list of add-ons shows."""

from Acquisition import aq_base
from collections.abc import Iterator
from collective.annotationforms.browser.columns import forget_columns
from collective.annotationforms.catalog.formindex import FormDataIndex
from collective.annotationforms.catalog.index import index_pages
from collective.annotationforms.catalog.inventory import INDEX
from collective.annotationforms.catalog.relations import recatalog_page
from collective.annotationforms.catalog.walk import walk_catalog
from collective.annotationforms.exchange.pending import forget_imports
from collective.annotationforms.lifecycle.version import MODIFIER_ID
from collective.annotationforms.lifecycle.version import StorageModifier
from contextlib import contextmanager
from plone.base.interfaces import INonInstallable
from Products.CMFCore.interfaces import ICatalogTool
from Products.CMFCore.utils import getToolByName
from Products.CMFEditions.interfaces.IModifier import IConditionalModifier
from Products.CMFEditions.interfaces.IModifier import IConditionalTalesModifier
from Products.CMFEditions.Modifiers import ConditionalModifier
from Products.GenericSetup.tool import SetupTool
from Products.PluginIndexes.KeywordIndex.KeywordIndex import KeywordIndex
from types import ModuleType
from typing import Any
from zope.component import getUtility
from zope.component.hooks import getSite
from zope.interface import implementer

import logging
import sys


logger = logging.getLogger(__name__)
PAGES_IN_LOG_MESSAGE = 1000

PROFILE = "profile-collective.annotationforms:default"
MODIFIER_TITLE = "Data of forms in versions"
# Stored by sites that were made before the version 1002 of the profile.
OLD_MODULE = "collective.annotationforms.version"


def complete_profile(setup_tool: SetupTool) -> None:
    """Install what the files of the profile can't."""
    add_modifier(setup_tool)
    find_form_data(setup_tool)


def add_modifier(setup_tool: SetupTool) -> None:
    """Let Products.CMFEditions know of the data, unless it does already."""
    registry = getToolByName(setup_tool, "portal_modifier")
    if MODIFIER_ID not in registry:
        registry.register(MODIFIER_ID, _new_modifier())


def complete_uninstallation(setup_tool: SetupTool) -> None:
    """Remove what the files of the profile can't."""
    remove_modifier(setup_tool)
    forget_imports(getSite())
    forget_columns(getSite())


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
    for step in ("rolemap", "actions", "controlpanel", "catalog"):
        setup.runImportStepFromProfile(
            PROFILE, step, run_dependencies=False, purge_old=False
        )
    find_form_data(setup)


def recatalog_relations(setup: SetupTool) -> None:
    """Upgrade a site whose relation catalog knows the form and the field of each."""
    for _record, page in walk_catalog(getUtility(ICatalogTool)):
        recatalog_page(page)


def add_import_limits(setup: SetupTool) -> None:
    """Upgrade a site that was made when an import had no limits."""
    setup.runImportStepFromProfile(
        PROFILE, "plone.app.registry", run_dependencies=False, purge_old=False
    )


def renew_modifier(setup: SetupTool) -> None:
    """Upgrade a site that has stored the modifier by the name of a module that is gone.

    Its place, and what was changed in portal_modifier, stay.
    """
    registry = getToolByName(setup, "portal_modifier")
    if MODIFIER_ID not in registry:
        # Products.CMFEditions has an upgrade step that removes what is broken.
        add_modifier(setup)
        return
    position = registry.getObjectPosition(MODIFIER_ID)
    with _old_module():
        stored = registry.get(MODIFIER_ID)
        # It may be in memory as a broken object.
        stored._p_deactivate()
        renewed = _renewed(stored)
        registry.unregister(MODIFIER_ID)
    registry.register(MODIFIER_ID, renewed, position)


def guard_index(setup: SetupTool) -> None:
    """Upgrade a site whose index of form data answers everybody.

    What is in the index stays.
    """
    catalog = getUtility(ICatalogTool)
    found = [index for index in catalog.getIndexObjects() if index.id == INDEX]
    if any(isinstance(index, FormDataIndex) for index in found):
        return
    for index in found:
        catalog.delIndex(INDEX)
        if isinstance(index, KeywordIndex):
            guarded = FormDataIndex(INDEX)
            guarded.__setstate__(aq_base(index).__getstate__())
            catalog.addIndex(INDEX, guarded)
            return
    setup.runImportStepFromProfile(
        PROFILE, "catalog", run_dependencies=False, purge_old=False
    )
    find_form_data(setup)


@contextmanager
def _old_module() -> Iterator[None]:
    """Bring the module back in which the class of the stored modifier was.

    Without it the settings can't be read, and the modifier can't even be removed: Zope
    makes a broken object of it once, and can't load it any more the next time.
    """
    module = ModuleType(OLD_MODULE)
    module.StorageModifier = StorageModifier
    sys.modules[OLD_MODULE] = module
    try:
        yield
    finally:
        del sys.modules[OLD_MODULE]


def _new_modifier() -> ConditionalModifier:
    modifier = ConditionalModifier(MODIFIER_ID, StorageModifier(), MODIFIER_TITLE)
    modifier.edit(enabled=True, title=MODIFIER_TITLE)
    return modifier


def _renewed(stored: Any) -> ConditionalModifier:
    """Return a modifier with the settings of the one that is stored."""
    if not IConditionalModifier.providedBy(stored):
        # Nothing of it can be read.
        return _new_modifier()
    renewed = type(aq_base(stored))(MODIFIER_ID, StorageModifier(), stored.title)
    settings = {"enabled": stored.isEnabled(), "title": stored.title}
    if IConditionalTalesModifier.providedBy(stored):
        settings["condition"] = stored.getTalesCondition()
    renewed.edit(**settings)
    return renewed
