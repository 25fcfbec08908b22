"""z3c.form data managers for mappings that are stored in annotations."""

from persistent.mapping import PersistentMapping
from z3c.form.datamanager import DictionaryField
from z3c.form.interfaces import IDataManager
from zope.component import getGlobalSiteManager
from zope.interface import implementedBy
from zope.schema.interfaces import IField


def register_for_persistent_mappings() -> None:
    """Register DictionaryField for PersistentMapping, unless somebody has already.

    The recipe that introduced annotation storage has each add-on register it, so
    several may do so on one site.
    """
    registry = getGlobalSiteManager()
    discriminators = (implementedBy(PersistentMapping), IField)
    if registry.adapters.registered(discriminators, IDataManager) is None:
        registry.registerAdapter(DictionaryField, discriminators, IDataManager)
