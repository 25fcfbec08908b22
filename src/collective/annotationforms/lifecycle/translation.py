"""Translations of plone.app.multilingual share the fields that are marked for it.

plone.app.multilingual copies such fields of content types; here it is done for the
fields of forms, as soon as a value is written.  A translation gets what the user may
see of a page, in a view or in a form, as far as they may write it there; and only what
those may see of the page who have local roles on the translation.
"""

from Acquisition import aq_base
from collections.abc import Callable
from collections.abc import Iterable
from collective.annotationforms.catalog.inventory import readable_mappings
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.interfaces import IStorageSavedEvent
from collective.annotationforms.interfaces import IValueWrittenEvent
from collective.annotationforms.lifecycle.localroles import acting_as
from collective.annotationforms.lifecycle.localroles import local_users
from collective.annotationforms.lifecycle.localroles import roles_of_groups
from collective.annotationforms.permission.access import Access
from collective.annotationforms.permission.column import permissions_of_column
from collective.annotationforms.permission.user import roles_with
from collective.annotationforms.registry import form_of
from collective.annotationforms.saving.save import saving
from collective.annotationforms.storage.relation import with_other_targets
from collective.annotationforms.storage.rows import with_kept_columns
from functools import partial
from plone.app.multilingual.dx.interfaces import ILanguageIndependentField
from plone.app.multilingual.events import ITranslationRegisteredEvent
from plone.app.multilingual.interfaces import IPloneAppMultilingualInstalled
from plone.app.multilingual.interfaces import ITranslatable
from plone.app.multilingual.interfaces import ITranslationManager
from plone.app.multilingual.manager import TranslationManager
from plone.browserlayer.utils import registered_layers
from typing import Any
from zope.component import adapter
from zope.copy import clone
from zope.interface import alsoProvides
from zope.interface import Interface
from zope.interface.interface import InterfaceClass
from zope.lifecycleevent.interfaces import IObjectAddedEvent


class ISharedStorage(Interface):
    """Marks a storage that gets a value of another translation."""


@adapter(IValueWrittenEvent)
def share_written_value(event: IValueWrittenEvent) -> None:
    """Share a value that code has written, or deleted, by itself."""
    if not event.storage.in_save:
        _share_with_others(event.storage, [event.name])


@adapter(IStorageSavedEvent)
def share_saved_values(event: IStorageSavedEvent) -> None:
    """Share what a save has changed."""
    _share_with_others(event.storage, event.changes)


@adapter(ITranslationRegisteredEvent)
def share_with_registered_translation(event: ITranslationRegisteredEvent) -> None:
    """Give a page that becomes a translation the values that it shares."""
    if aq_base(event.target) is not aq_base(event.object):
        _share_all(event.object, event.target, event.language)


@adapter(ITranslatable, IObjectAddedEvent)
def share_with_added_translation(page: Any, event: IObjectAddedEvent) -> None:
    """Do so for a page that an editor adds as a translation: nothing registers it."""
    info = getattr(page.REQUEST, "translation_info", None)
    if info:
        manager = TranslationManager(info["tg"])
        original = manager.get_translation(info["source_language"])
        _share_all(original, page, info["target_language"])


def _share_with_others(storage: IAnnotationStorage, names: Iterable[str]) -> None:
    page = storage.__parent__
    if ISharedStorage.providedBy(storage) or not _is_multilingual(page):
        return
    shared = _shared_names(form_of(page, storage.key), names)
    if shared:
        for language, translation in _other_translations(page):
            _share(storage, shared, translation, language)


def _share_all(page: Any, translation: Any, language: str) -> None:
    for key, stored in readable_mappings(page).items():
        form = form_of(page, key)
        _share(form.storage(page), _shared_names(form, stored), translation, language)


def _share(
    storage: IAnnotationStorage, names: list[str], translation: Any, language: str
) -> None:
    """Give the translation the values of these names, or remove what is not there."""
    page, key = storage.__parent__, storage.key
    here = Access(page, form_of(page, key))
    there = Access(translation, form_of(translation, key))
    sharing = _Sharing(here, there)
    shared = there.form.storage(translation)
    alsoProvides(shared, ISharedStorage)
    other = partial(_translated, language=language)
    with saving(shared, there.form, by_code=True):
        for name in filter(sharing.gives, names):
            if name in storage:
                # Files and objects are stored once for each page.
                value = clone(with_other_targets(storage[name], other))
                value = sharing.written(name, value, shared.data.get(name))
                shared.put_back(name, value)
            else:
                shared.pop(name, None)


class _Sharing:
    """What the user may share of a page with a translation.

    That is what they may see here and write there.  Who has roles on the translation
    alone is not given what they may not see here.
    """

    def __init__(self, here: Access, there: Access):
        self.here = here
        self.there = there
        self._users = list(local_users(there.page))

    def gives(self, name: str) -> bool:
        """Tell whether the value of that name is shared."""

        def sees(access: Access) -> bool:
            return access.is_seen(name) or access.may_write(name)

        permissions = self.here.permissions(name) | self.there.permissions(name)
        may = sees(self.here) and self.there.may_write(name)
        return may and self._is_for_all(sees, permissions)

    def written(self, name: str, new: Any, old: Any) -> Any:
        """Return the value with the columns of the old one that are not shared."""
        field = self.here.form.fields.get(name)
        return with_kept_columns(field, new, old, partial(self._gives_column, name))

    def _gives_column(self, of: str, schema: InterfaceClass, name: str) -> bool:
        """Tell whether a column of a value is shared."""
        if name not in schema:
            return self.here.manages and self.there.manages

        def sees(access: Access) -> bool:
            is_written = access.may_write(of) and access.columns.may_write(schema, name)
            return access.seen_columns(of)(schema, name) or is_written

        may = sees(self.here) and self.there.columns.may_write(schema, name)
        return may and self._is_for_all(sees, permissions_of_column(schema, name))

    def _is_for_all(self, sees: Callable[[Access], bool], needed: set[str]) -> bool:
        """Tell whether nobody sees it there by local roles who may not see it here."""
        return not self._is_opened_to_groups(needed) and not any(
            self._would_see(user, sees) for user in self._users
        )

    def _is_opened_to_groups(self, permissions: set[str]) -> bool:
        """Tell whether local roles of groups give something there, but not here."""
        here, there = self.here.page, self.there.page
        of_here, of_there = (roles_of_groups(page) for page in (here, there))
        return any(
            roles_with(permission, there) & of_there
            and not roles_with(permission, here) & {*of_here, "Anonymous"}
            for permission in permissions
        )

    def _would_see(self, user: Any, sees: Callable[[Access], bool]) -> bool:
        with acting_as(user):
            before, after = (
                Access(one.page, one.form) for one in (self.here, self.there)
            )
            return sees(after) and not sees(before)


def _translated(page: Any, language: str) -> Any:
    """Return the translation of a related page, the page itself if there is none."""
    if not ITranslatable.providedBy(page):
        return page
    return ITranslationManager(page).get_translation(language) or page


def _other_translations(page: Any) -> list[tuple[str, Any]]:
    translations = ITranslationManager(page).get_translations()
    return [
        (language, translation)
        for language, translation in translations.items()
        if aq_base(translation) is not aq_base(page)
    ]


def _is_multilingual(page: Any) -> bool:
    # Elsewhere the catalog has no index of translations, and finds everything.
    return (
        ITranslatable.providedBy(page)
        and IPloneAppMultilingualInstalled in registered_layers()
    )


def _shared_names(form: IRegisteredForm, names: Iterable[str]) -> list[str]:
    fields = form.fields
    return [
        name for name in names if ILanguageIndependentField.providedBy(fields.get(name))
    ]
