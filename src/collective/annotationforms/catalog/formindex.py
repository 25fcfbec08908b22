"""The index of form data: it does not tell everybody which pages have some."""

from AccessControl.class_init import InitializeClass
from AccessControl.Permissions import manage_zcatalog_indexes
from AccessControl.SecurityInfo import ClassSecurityInfo
from BTrees.IIBTree import IISet
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from collective.annotationforms.catalog.inventory import FormKey
from collective.annotationforms.catalog.inventory import INDEX
from collective.annotationforms.catalog.inventory import UNREADABLE
from collective.annotationforms.interfaces import MANAGE_FORM_DATA
from collective.annotationforms.permission.user import has_permission
from itertools import chain
from Products.CMFCore.interfaces import ISiteRoot
from Products.PluginIndexes.KeywordIndex.KeywordIndex import KeywordIndex
from Products.ZCatalog.query import IndexQuery
from typing import Any
from zope.component import queryUtility


class FormDataIndex(KeywordIndex):
    """A keyword index that answers only who manages form data, and our code.

    To anybody else it is empty: whoever searches, sorts, or asks what is in it would
    learn which pages have data of a form that they may not even know of.  Our code asks
    for a `FormKey`, which no request and no restricted code can make.
    """

    security = ClassSecurityInfo()
    security.declareObjectProtected(manage_zcatalog_indexes)

    # Objects of this class are stored in portal_catalog, see StorageModifier.
    __module__ = "collective.annotationforms"

    meta_type = "FormDataIndex"

    def query_index(self, record: IndexQuery, resultset: Any = None) -> Any:
        """See IQueryIndex"""
        if not (_is_asked_by_code(record) or _may_know()):
            return IISet()
        return super().query_index(record, resultset)

    def uniqueValues(self, name: str | None = None, withLengths: int = 0) -> Iterator:
        """See IUniqueValueIndex"""
        found = super().uniqueValues(name, withLengths)
        return found if _may_know() else iter(())

    def getEntryForObject(self, documentId: int, default: Any = None) -> Any:
        """See IPluggableIndex"""
        if not _may_know():
            return default
        return super().getEntryForObject(documentId, default)

    def keyForDocument(self, documentId: int) -> Any:
        """See ISortIndex"""
        return super().keyForDocument(documentId) if _may_know() else None

    def documentToKeyMap(self) -> Mapping:
        """See ISortIndex"""
        return super().documentToKeyMap() if _may_know() else {}

    def items(self) -> list:
        """See the base class"""
        return super().items() if _may_know() else []

    def histogram(self) -> dict:
        """See the base class"""
        return super().histogram() if _may_know() else {}

    def referencedObjects(self) -> Sequence[int]:
        """See the base class"""
        return super().referencedObjects() if _may_know() else ()


InitializeClass(FormDataIndex)


def keys_in_index(catalog: Any) -> list[str]:
    """Return the annotation keys under which any page has form data, whoever asks."""
    found = map(KeywordIndex.uniqueValues, _indexes(catalog))
    keys = chain.from_iterable(found)
    return sorted(key for key in keys if not key.startswith(UNREADABLE))


def keys_of_record(catalog: Any, record: int) -> list[str]:
    """Return the keys that the index has for a record of the catalog, whoever asks."""
    return [
        key
        for index in _indexes(catalog)
        for key in KeywordIndex.getEntryForObject(index, record, ())
    ]


def _indexes(catalog: Any) -> list[KeywordIndex]:
    """Return the index, in a list: a site where we are not installed has none."""
    # Not getIndexDataForRID: it asks all indexes, and that of a long text takes 0.1 s.
    return [index for index in catalog.getIndexObjects() if index.id == INDEX]


def _is_asked_by_code(record: IndexQuery) -> bool:
    # Without other options: "not", or a range, would tell of other keys, too.
    options = [name for name in record.options if name != "query"]
    is_plain = not any(record.get(name) for name in options if name != "operator")
    keys = record.keys or ()
    return is_plain and bool(keys) and all(type(key) is FormKey for key in keys)


def _may_know() -> bool:
    site = queryUtility(ISiteRoot)
    return site is not None and has_permission(MANAGE_FORM_DATA, site)
