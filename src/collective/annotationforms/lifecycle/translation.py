"""Translations of plone.app.multilingual share the fields that are marked for it.

plone.app.multilingual copies such fields of content types; here it is done for the
fields of forms, as soon as a value is written.
"""

from Acquisition import aq_base
from collective.annotationforms.catalog.relations import with_other_targets
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import IValueWrittenEvent
from collective.annotationforms.lifecycle.copies import fields_of
from collective.annotationforms.lifecycle.copies import forms_of
from collective.annotationforms.storage.storage import annotation_storage
from collective.annotationforms.storage.storage import stored_mappings
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
from zope.interface import Interface
from zope.lifecycleevent.interfaces import IObjectAddedEvent


class ISharedStorage(Interface):
    """Marks a storage that gets a value of another translation."""


@adapter(IValueWrittenEvent)
def share_written_value(event: IValueWrittenEvent) -> None:
    """Write the value to all other translations of the page, or delete it there."""
    storage = event.storage
    if (
        not ISharedStorage.providedBy(storage)
        and _is_multilingual(storage.__parent__)
        and _is_shared(storage.key, event.name)
    ):
        for language, translation in _other_translations(storage.__parent__):
            _share(storage, event.name, translation, language)


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


def share_checked_in_data(event: Any) -> None:
    """Share what was changed in a working copy; `event` is an IAfterCheckinEvent."""
    if _is_multilingual(event.object):
        for language, translation in _other_translations(event.object):
            _share_all(event.object, translation, language)


def _share_all(page: Any, translation: Any, language: str) -> None:
    for key, stored in stored_mappings(page).items():
        for name in stored:
            if _is_shared(key, name):
                _share(annotation_storage(page, key), name, translation, language)


def _share(
    storage: IAnnotationStorage, name: str, translation: Any, language: str
) -> None:
    shared = annotation_storage(translation, storage.key, (ISharedStorage,))
    if name in storage:
        other = partial(_translated, language=language)
        # Files and objects are stored once for each page.
        shared[name] = clone(with_other_targets(storage[name], other))
    else:
        shared.pop(name, None)


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


def _is_shared(key: str, name: str) -> bool:
    return any(
        ILanguageIndependentField.providedBy(field)
        for form in forms_of(key)
        for field in fields_of(form)
        if field.__name__ == name
    )
