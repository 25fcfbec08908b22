"""Versions of pages in Products.CMFEditions: what they have of the data."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Set
from collective.annotationforms.catalog.inventory import storage_keys
from collective.annotationforms.interfaces import INDEPENDENT
from collective.annotationforms.permission.access import Access
from collective.annotationforms.registry import form_of
from collective.annotationforms.registry import known_keys
from collective.annotationforms.saving.replacement import replace_data
from collective.annotationforms.storage.loading import why_unreadable
from collective.annotationforms.storage.storage import stored_mappings
from collective.annotationforms.storage.value import same
from io import BytesIO
from persistent.mapping import PersistentMapping
from pickle import Pickler
from plone.namedfile.interfaces import IBlobby
from Products.CMFCore.interfaces import IContentish
from Products.CMFEditions.interfaces.IModifier import IAttributeModifier
from Products.CMFEditions.interfaces.IModifier import ICloneModifier
from Products.CMFEditions.interfaces.IModifier import IReferenceAdapter
from Products.CMFEditions.interfaces.IModifier import ISaveRetrieveModifier
from typing import Any
from ZODB.blob import Blob
from zope.annotation.interfaces import IAnnotations
from zope.interface import implementer
from zope.schema.interfaces import IField


#: In portal_modifier, and before the tokens of the blobs beside a version.
MODIFIER_ID = "collective.annotationforms"


@implementer(IAttributeModifier, ICloneModifier, ISaveRetrieveModifier)
class StorageModifier:
    """Keeps data in versions, and out of them, as its forms say.

    A version is a deep copy of the page.  Blobs would be empty in it: each is replaced
    by a token in the copy, and kept beside the copy under the same token.
    """

    __roles__ = ()

    # An object of this class is stored in portal_modifier, by the name of the package:
    # so that the module can be moved, and the package has to know the class for good.
    __module__ = "collective.annotationforms"

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
        if obj is None or "__annotations__" not in vars(repo_clone):
            return [], [], {}
        _keep_data_of_page(obj, repo_clone)
        return [Revert(obj, repo_clone)], [], {}


@implementer(IReferenceAdapter)
class Revert:
    """Saves the data of a version on the page that is reverted to it.

    That is what the user may write.  All other values stay as the page has them, and
    those that it lacks do not come back.

    Products.CMFEditions has no event for it.  But once it has set the attributes of the
    page, it removes the references that its modifiers have named, and tells them
    whether that is permanent: it isn't if the version is only looked at.
    """

    def __init__(self, page: Any, version: Any):
        self.page = page
        self.live = mappings_of(page)
        versioned = mappings_of(version)
        keys = {*_keys_of_forms(page, page), *_keys_of_forms(page, version)}
        # Asked now: with the attributes of the version, the page may get local roles
        # that the user had once, and interfaces that have other forms.
        self.forms = {
            key: (access, _writable(access, self.live, versioned))
            for key in sorted(keys)
            for access in [Access(page, form_of(page, key))]
        }

    def remove(self, permanent: bool = False) -> None:
        """Save the data, if the page is reverted."""
        if permanent:
            for access, writable in self.forms.values():
                self._save(access, writable)

    def _save(self, access: Access, writable: Set[str]) -> None:
        form, key = access.form, access.form.key
        annotations, live = IAnnotations(self.page), self.live.get(key)
        versioned = annotations.get(key, {})
        if versioned is live:
            return
        if not isinstance(versioned, Mapping):
            # No data of a form.  It comes back as it is, but takes no data away.
            if live is not None and not writable >= set(live):
                annotations[key] = live
            return
        # The page has the mapping of the version already.  It gets its own back, which
        # takes the values over in a save: subscribers are told, relations cataloged.
        annotations.pop(key, None)
        if live is not None:
            annotations[key] = live
        values = _reverted_values(access, live or {}, versioned, writable)
        replace_data(self.page, form, values)


def _keep_data_of_page(page: Any, version: Any) -> None:
    """Put the page's own data into the version where a revert must not change it."""
    live = mappings_of(page)
    annotations = IAnnotations(version)
    for key in {**live, **mappings_of(version)}:
        form = form_of(page, key)
        if form.version_policy == INDEPENDENT:
            annotations.pop(key, None)
        if form.is_known and key in live and key not in annotations:
            annotations[key] = live[key]


def mappings_of(page: Any) -> dict[str, Mapping]:
    """Return what may be the data of a form on the page, by annotation key.

    That is also a plain dict, which a storage reads as well.
    """
    return {
        key: stored
        for key, stored in IAnnotations(page, {}).items()
        if isinstance(stored, (PersistentMapping, dict))
    }


def _keys_of_forms(page: Any, version: Any) -> set[str]:
    """Return the keys under which a version of the page, or itself, has form data."""
    known = {key for key in mappings_of(version) if form_of(page, key).is_known}
    return known.union(storage_keys(version))


def _writable(access: Access, *found: Mapping) -> set[str]:
    """Return the names of the form's data in `found` that the user may write."""
    access.ask_columns()
    key = access.form.key
    names = {name for mappings in found for name in mappings.get(key, ())}
    return set(filter(access.may_write, names))


def _independent_data(page: Any) -> dict[str, Any]:
    return {
        key: stored
        for key, stored in stored_mappings(page, known_keys()).items()
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
        for key, stored in stored_mappings(page, known_keys()).items()
        if key not in left_out
        for file in _files_in(stored)
    ]


def _reverted_values(
    access: Access,
    live: Mapping[str, Any],
    versioned: Mapping[str, Any],
    writable: Set[str],
) -> dict[str, Any]:
    """Return the values of the version, those of the page where they are the same.

    What is not `writable` is that of the page, too, also in rows.
    """
    fields = access.form.fields
    kept = {name: value for name, value in live.items() if name not in writable}
    return kept | {
        name: live[name]
        if name in live and _is_same(fields.get(name), live[name], value)
        else access.written(name, value, live.get(name))
        for name, value in versioned.items()
        if name in writable
    }


def _is_same(field: IField | None, live: Any, versioned: Any) -> bool:
    # Files of a version have the very blobs of the page: theirs need not be read.
    return _pickled(live) == _pickled(versioned) or same(field, live, versioned)


def _files_in(value: Any) -> list[Any]:
    """Return the files with a blob in the value, also those in rows and objects.

    It is searched by pickling it: so are the copies made that versions consist of.
    """
    found = []

    def persistent_id(part: Any) -> bool | None:
        if why_unreadable(part) is not None:
            return True
        if IBlobby.providedBy(part):
            found.append(part)
            return True
        # Relations refer to their page.
        return True if IContentish.providedBy(part) else None

    _pickled(value, persistent_id)
    return found


def _id_of_blob(part: Any) -> str | None:
    # Relations refer to their page.
    is_apart = (
        isinstance(part, Blob)
        or why_unreadable(part) is not None
        or IContentish.providedBy(part)
    )
    return _token(part) if is_apart else None


def tokens_of_files(version: Any) -> set[str]:
    """Return the tokens that files in a stored version have in place of their blobs."""
    found = mappings_of(version).values()
    blobs = [file._blob for stored in found for file in _files_in(stored)]
    return {blob for blob in blobs if isinstance(blob, str)}


def _pickled(value: Any, persistent_id: Callable = _id_of_blob) -> bytes:
    written = BytesIO()
    pickler = Pickler(written)
    pickler.persistent_id = persistent_id
    pickler.dump(value)
    return written.getvalue()


def _token(part: Any) -> str:
    # Unique among the objects that exist while a version is made.
    return str(id(part))


def _tokens(parts: list) -> dict[str, Any]:
    return {_token(part): part for part in parts}
