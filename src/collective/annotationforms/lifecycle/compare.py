"""Plone's page that compares two versions, with the data of forms below the rest."""

from Acquisition import aq_base
from collections.abc import Iterator
from collective.annotationforms.fields.text import bound_to
from collective.annotationforms.fields.text import text_of
from collective.annotationforms.interfaces import StorageError
from collective.annotationforms.interfaces import VERSIONED
from collective.annotationforms.permission.access import Access
from collective.annotationforms.permission.closed import Closed
from collective.annotationforms.registry import form_of
from collective.annotationforms.registry import known_keys
from collective.annotationforms.storage.storage import annotation_storage
from collective.annotationforms.storage.storage import stored_mappings
from collective.annotationforms.storage.text import has_half_characters
from html import escape
from pathlib import Path
from Products.CMFDiffTool.TextDiff import TextDiff
from Products.CMFEditions.browser import diff
from Products.CMFEditions.interfaces.IArchivist import ArchivistRetrieveError
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from types import SimpleNamespace
from typing import Any
from z3c.form.interfaces import IDataManager
from zope.component import getMultiAdapter
from zope.i18n import translate
from zope.publisher.interfaces import BadRequest
from zope.publisher.interfaces import NotFound
from zope.schema.interfaces import IField


TEMPLATES = Path(diff.__file__).parent / "templates"


class CompareView(Closed, diff.DiffView):
    """Compares what the user may see of the data in forms, too."""

    template = ViewPageTemplateFile("diff.pt", str(TEMPLATES))

    def __init__(self, context, request):
        super().__init__(context, request)
        self.compared = []

    def __call__(self) -> str:
        """Return the page; raises NotFound if there are no versions, as of a copy."""
        if not self.repo_tool.getHistoryMetadata(self.context):
            raise NotFound(self.context, self.__name__, self.request)
        return super().__call__()

    def getVersion(self, version: Any) -> Any:
        """Return the version with that number, or the page itself for "current".

        Raises NotFound if there is none, and BadRequest for a text that is not UTF-8.
        """
        if isinstance(version, str) and has_half_characters(version):
            raise BadRequest(f"This is not UTF-8: {version!r}.")
        try:
            found = super().getVersion(version)
        except (ArchivistRetrieveError, OverflowError, TypeError, ValueError) as error:
            raise NotFound(self.context, str(version), self.request) from error
        self.compared.append(found)
        return found

    def index(self) -> str:
        """Return the page; the base class has compared the rest."""
        self.changes.extend(self.data_changes(*self.compared))
        return self.template()

    def data_changes(self, old: Any, new: Any) -> Iterator["DataDiff"]:
        """Yield the differences of all fields that the user may see."""
        for key in {
            **stored_mappings(old, known_keys()),
            **stored_mappings(new, known_keys()),
        }:
            form = form_of(self.context, key)
            if form.version_policy != VERSIONED:
                # It is no part of versions.
                continue
            access = Access(self.context, form)
            for field in form.fields.values():
                texts = [self.text(version, access, field) for version in (old, new)]
                if texts[0] != texts[1]:
                    label = translate(field.title, context=self.request)
                    yield DataDiff(label, *texts)

    def text(self, version: Any, access: Access, field: IField) -> str:
        """Return what the user may see of the field in the version, "" for nothing."""
        key, name = access.form.key, field.__name__
        if not access.is_shown(name):
            return ""
        stored = stored_mappings(version, known_keys()).get(key)
        live = stored_mappings(self.context, known_keys()).get(key)
        if stored is live and aq_base(version) is not aq_base(self.context):
            # The version lacks the data: what it shows is that of the page.
            return ""
        storage = annotation_storage(version, key)
        try:
            value = getMultiAdapter((storage, field), IDataManager).query(None)
        except StorageError:
            # Nothing of it can be compared.
            return ""
        shown = access.shown_part(name, value)
        return text_of(bound_to(field, self.context), shown)


class DataDiff(TextDiff):
    """The difference of two texts, as the page wants to have it."""

    def __init__(self, label: str, old: str, new: str):
        values = (SimpleNamespace(text=old), SimpleNamespace(text=new))
        super().__init__(*values, "text", id1="", id2="", field_label=label)

    def inline_diff(self) -> str:
        """Return the old and the new text as HTML."""
        texts = (escape(self.oldValue), escape(self.newValue))
        return self.inlinediff_fmt % ("InlineDiff", *texts)
