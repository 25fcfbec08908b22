"""Taking the data of a form out of the versions of a page, which stay otherwise."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Set
from collective.annotationforms.catalog.walk import free_memory
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.interfaces import MANAGE_FORM_DATA
from collective.annotationforms.lifecycle.version import mappings_of
from collective.annotationforms.lifecycle.version import MODIFIER_ID
from collective.annotationforms.lifecycle.version import tokens_of_files
from collective.annotationforms.permission.access import Access
from collective.annotationforms.permission.user import has_permission
from collective.annotationforms.storage.loading import NOT_LOADED
from collective.annotationforms.storage.loading import why_unreadable
from functools import cached_property
from Products.CMFCore.utils import getToolByName
from typing import Any
from typing import NamedTuple
from zope.annotation.interfaces import IAnnotations


PURGE_VERSION = "CMFEditions: Purge version"
VERSIONS_IN_MEMORY = 20


class Purged(NamedTuple):
    """From how many versions values were taken out, and how many still have some."""

    changed: int
    left: int


def may_purge(page: Any) -> bool:
    """Tell whether the user may take data out of the versions of the page.

    That is who manages form data, or may purge versions: what an editor has saved is to
    be found there by others, also after she has deleted it.
    """
    return any(has_permission(name, page) for name in (MANAGE_FORM_DATA, PURGE_VERSION))


def versions_with_data(page: Any, form: IRegisteredForm) -> int:
    """Return how many versions of the page have data of the form."""
    return sum(
        bool(version.data(form.key)) for version in _versions(page, writes=False)
    )


def purge_versions(page: Any, form: IRegisteredForm) -> Purged:
    """Take the values that the user may write out of all versions of the page.

    The files go, too, as far as nothing else has them.  See `may_purge` for who may: it
    is not asked here.
    """
    changed = left = 0
    may_write = Access(page, form).may_write
    for version in _versions(page, writes=True):
        found = set(version.data(form.key))
        names = set(filter(may_write, found))
        if names:
            version.remove(form.key, names)
        changed += bool(names)
        left += names < found
    return Purged(changed, left)


class _Version:
    """A version as it is stored: one that is retrieved has its files back."""

    def __init__(self, storage: Any, history: Any, number: int):
        self.history = history
        self.number = number
        in_repository = history.retrieve(number)["vc_info"].history_id
        versions = storage.zvc_repo.getVersionHistory(in_repository)
        # The repository of Products.ZopeVersionControl begins with 1.
        self.stored = versions.getVersionById(str(number + 1))

    @cached_property
    def state(self) -> Any:
        """A copy of what is stored."""
        return self.stored.copyState()

    @property
    def page(self) -> Any:
        """The copy of the page in `state`."""
        return self.state.getWrappedObject().object

    def data(self, key: str) -> Mapping[str, Any]:
        """Return the values under the annotation key, none if none can be read."""
        try:
            data = mappings_of(self.page).get(key, {})
        except NOT_LOADED:
            return {}
        return {} if why_unreadable(data) is not None else data

    def remove(self, key: str, names: Set[str]) -> None:
        """Store the version without these values."""
        data = self.data(key)
        for name in names:
            del data[name]
        if not data:
            # As a version that was saved without: a revert leaves the page's alone.
            del IAnnotations(self.page)[key]
        self.stored.saveState(self.state)
        self._remove_files()

    def _remove_files(self) -> None:
        """Forget the blobs beside the version that no file in it has any more."""
        info = self.history.retrieve(self.number)
        used = {f"{MODIFIER_ID}/{token}" for token in tokens_of_files(self.page)}
        blobs = {
            name: blob
            for name, blob in info["referenced_data"].items()
            if name in used or not name.startswith(f"{MODIFIER_ID}/")
        }
        if len(blobs) < len(info["referenced_data"]):
            # A change of the dict that is there would not be written.
            self.history._full[self.number] = {**info, "referenced_data": blobs}


def _versions(page: Any, *, writes: bool) -> Iterator[_Version]:
    """Yield the versions that the page has, but those that were purged."""
    storage = getToolByName(page, "portal_historiesstorage")
    history_id = getToolByName(page, "portal_historyidhandler").queryUid(page, None)
    if not storage.isRegistered(history_id):
        return
    history = storage.getHistoryMetadata(history_id)
    for position in range(history.getLength(countPurged=False)):
        number = history.getVersionId(position, countPurged=False)
        yield _Version(storage, history, number)
        if (position + 1) % VERSIONS_IN_MEMORY == 0:
            free_memory(storage, writes=writes)
