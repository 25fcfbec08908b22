"""What the history of a page says of a save: which form it was."""

from collections.abc import Iterator
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.registry import form_of
from contextlib import contextmanager
from plone.registry.interfaces import IRegistry
from Products.CMFCore.utils import getToolByName
from typing import Any
from zope.annotation.interfaces import IAnnotations
from zope.component import queryUtility
from zope.i18n import translate
from zope.publisher.interfaces.browser import IBrowserRequest


# Where plone.app.versioningbehavior looks for what was typed in a form of Plone.
KEY = "plone.app.versioningbehavior-changeNote"


@contextmanager
def noted_in_history(storage: IAnnotationStorage) -> Iterator[None]:
    """Let the version that is made within say which data were saved.

    What somebody has typed for it stays.  Where Plone makes no version by itself there
    is no note: it would make one because of it.
    """
    page = storage.__parent__
    request = getattr(page, "REQUEST", None)
    if not (IBrowserRequest.providedBy(request) and _makes_versions(page)):
        yield
        return
    notes = IAnnotations(request)
    if notes.get(KEY):
        yield
        return
    notes[KEY] = _note(storage)
    try:
        yield
    finally:
        # The request may save other pages, too.
        del notes[KEY]


def _makes_versions(page: Any) -> bool:
    repository = getToolByName(page, "portal_repository", None)
    return repository is not None and bool(
        repository.isVersionable(page)
        and repository.supportsPolicy(page, "at_edit_autoversion")
    )


def _note(storage: IAnnotationStorage) -> str:
    """Return the note, in the language of the site: all its editors read it."""
    registry = queryUtility(IRegistry)
    language = registry and registry.get("plone.default_language")
    form = form_of(storage.__parent__, storage.key)
    title = translate(form.title, target_language=language)
    mapping = {"title": title}
    edited = _("Form data edited: ${title}", mapping=mapping)
    deleted = _("Form data deleted: ${title}", mapping=mapping)
    return translate(edited if storage.data else deleted, target_language=language)
