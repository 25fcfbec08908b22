"""Versions of pages in Products.CMFEditions: what they have of the data."""

from collections.abc import Callable
from collective.annotationforms.catalog.relations import catalog_replaced_data
from collective.annotationforms.interfaces import INDEPENDENT
from collective.annotationforms.registry import form_of
from collective.annotationforms.storage.storage import stored_mappings
from io import BytesIO
from pickle import Pickler
from plone.namedfile.interfaces import IBlobby
from Products.CMFCore.interfaces import IContentish
from Products.CMFEditions.interfaces.IModifier import IAttributeModifier
from Products.CMFEditions.interfaces.IModifier import ICloneModifier
from Products.CMFEditions.interfaces.IModifier import ISaveRetrieveModifier
from typing import Any
from ZODB.blob import Blob
from zope.annotation.interfaces import IAnnotations
from zope.interface import implementer


@implementer(IAttributeModifier, ICloneModifier, ISaveRetrieveModifier)
class StorageModifier:
    """Keeps data in versions, and out of them, as its forms say.

    A version is a deep copy of the page.  Blobs would be empty in it: each is replaced
    by a token in the copy, and kept beside the copy under the same token.

    An object of this class is stored in portal_modifier: it must not be renamed.
    """

    def getReferencedAttributes(self, obj: Any) -> dict[str, Blob]:
        """See IAttributeModifier"""
        return _tokens(_blobs_of(obj))

    def reattachReferencedAttributes(self, obj: Any, attrs_dict: dict) -> None:
        """See IAttributeModifier"""
        for file in _files_of(obj):
            file._blob = attrs_dict.get(file._blob, file._blob)

    def getOnCloneModifiers(self, obj: Any) -> tuple[Callable, Callable, list, list]:
        """See ICloneModifier"""
        replaced = _tokens([*_blobs_of(obj), *_independent_data(obj).values()])

        def persistent_id(part: Any) -> str | None:
            token = _token(part)
            return token if token in replaced else None

        return persistent_id, str, [], []

    def beforeSaveModifier(self, obj: Any, clone: Any) -> tuple[dict, list, list]:
        """See ISaveRetrieveModifier"""
        for key in _independent_data(obj):
            del IAnnotations(clone)[key]
        return {}, [], []

    def afterRetrieveModifier(
        self, obj: Any, repo_clone: Any, preserve: tuple = ()
    ) -> tuple[list, list, dict]:
        """See ISaveRetrieveModifier"""
        # Reverting sets each attribute that the version has: without this one, the
        # page keeps all of its annotations.
        if obj is not None and "__annotations__" in vars(repo_clone):
            _keep_data_of_page(obj, repo_clone)
            _catalog_relations(obj, repo_clone)
        return [], [], {}


def _keep_data_of_page(page: Any, version: Any) -> None:
    """Put the page's own data into the version where a revert must not change it."""
    live = stored_mappings(page)
    annotations = IAnnotations(version)
    for key in {**live, **stored_mappings(version)}:
        form = form_of(page, key)
        if form.version_policy == INDEPENDENT:
            annotations.pop(key, None)
        if form.is_known and key in live and key not in annotations:
            annotations[key] = live[key]


def _catalog_relations(page: Any, version: Any) -> None:
    # The version may only be looked at: then CMFEditions takes all of this back, by a
    # savepoint.  Nothing tells a reverted page afterwards.
    old, new = stored_mappings(page), stored_mappings(version)
    for key in {**old, **new}:
        if old.get(key) is not new.get(key):
            catalog_replaced_data(page, key, old.get(key, {}), new.get(key, {}))


def _independent_data(page: Any) -> dict[str, Any]:
    return {
        key: stored
        for key, stored in stored_mappings(page).items()
        if form_of(page, key).version_policy == INDEPENDENT
    }


def _blobs_of(page: Any) -> list[Blob]:
    """Return the blobs that a version of the page refers to."""
    blobs = [getattr(file, "_blob", None) for file in _files_of(page)]
    return [blob for blob in blobs if isinstance(blob, Blob)]


def _files_of(page: Any) -> list[Any]:
    left_out = _independent_data(page)
    return [
        file
        for key, stored in stored_mappings(page).items()
        if key not in left_out
        for file in _files_in(stored)
    ]


def _files_in(value: Any) -> list[Any]:
    """Return the files with a blob in the value, also those in rows and objects.

    It is searched by pickling it: so are the copies made that versions consist of.
    """
    found = []

    def persistent_id(part: Any) -> bool | None:
        if IBlobby.providedBy(part):
            found.append(part)
            return True
        # Relations refer to their page.
        return True if IContentish.providedBy(part) else None

    pickler = Pickler(BytesIO())
    pickler.persistent_id = persistent_id
    pickler.dump(value)
    return found


def _token(part: Any) -> str:
    # Unique among the objects that exist while a version is made.
    return str(id(part))


def _tokens(parts: list) -> dict[str, Any]:
    return {_token(part): part for part in parts}
