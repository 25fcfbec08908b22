"""Form data of many pages from JSON, as the export has written them."""

from collections.abc import Iterable
from collective.annotationforms.catalog.search import below_site
from collective.annotationforms.catalog.search import catalog
from collective.annotationforms.catalog.search import page_of
from collective.annotationforms.catalog.search import site_path
from collective.annotationforms.exchange.portable import portable
from collective.annotationforms.exchange.portable import restored
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.interfaces import StorageError
from collective.annotationforms.permission import may_change_data
from collective.annotationforms.permission import may_read_field
from collective.annotationforms.permission import may_view
from collective.annotationforms.permission import may_write_field
from collective.annotationforms.saving.lock import is_locked
from collective.annotationforms.saving.save import check_storable
from collective.annotationforms.saving.save import not_storable
from collective.annotationforms.saving.save import saving
from collective.annotationforms.saving.save import write_values
from collective.annotationforms.saving.schemaview import schema_view
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zope.interface import Invalid
from zope.interface.interface import InterfaceClass
from zope.schema.interfaces import IField
from zope.schema.interfaces import ValidationError

import json


@dataclass(frozen=True)
class Document:
    """The data of a form on many pages, with what the file says of each page."""

    form: IRegisteredForm
    records: list[dict[str, Any]]

    def pages(self) -> list["PageImport"]:
        """Return what is to be done on each page; nothing is written."""
        return [PageImport(record, self.form) for record in self.records]


def read_document(content: bytes, forms: Iterable[IRegisteredForm]) -> Document:
    """Return the document, whose data are those of one of the forms.

    Raises Invalid, with a message for people, if it can't be imported at all.
    """
    try:
        document = json.loads(content, parse_constant=_refuse_constant)
    except (RecursionError, ValueError) as error:
        raise Invalid(_("The file is no JSON document.")) from error
    if not _is_export(document):
        raise Invalid(_("The file is no export of form data."))
    name = document["form"]
    for form in forms:
        if form.name == name:
            return Document(form, document["pages"])
    message = _("This site has no form “${name}”.", mapping={"name": name or ""})
    raise Invalid(message)


class PageImport:
    """The data of a page: what is to be changed, or why nothing is.

    `values` has the values that differ from what is stored.  `refused` has pairs of
    the title of a field, "" if the page is meant, and the reason: if there are any,
    nothing of the page is imported.
    """

    def __init__(self, record: dict[str, Any], form: IRegisteredForm):
        self.record = record
        self.form = form
        self.fields = form.fields
        self.values: dict[str, Any] = {}
        self.refused: list[tuple[str, str]] = []
        self._check()

    @cached_property
    def page(self) -> Any:
        """The page, None if there is none that the user may view."""
        path = f"{site_path()}{self.record['path']}".rstrip("/")
        for query in (
            {"UID": self.record["uid"]},
            {"path": {"query": path, "depth": 0}},
        ):
            for brain in catalog().unrestrictedSearchResults(**query):
                page = page_of(brain)
                if page is not None and may_view(page):
                    return page
        return None

    @property
    def path(self) -> str:
        """The path of the page below the site, as the file has it if there is none."""
        if self.page is None:
            return self.record["path"]
        return below_site("/".join(self.page.getPhysicalPath()))

    @property
    def titles(self) -> list[str]:
        """The titles of the fields to be changed."""
        return [self._title(name) for name in self.values]

    @property
    def is_change(self) -> bool:
        """Tell whether there is something to write."""
        return bool(self.values) and not self.refused

    def write(self) -> None:
        """Store the values; all are told as after a save in the form."""
        with saving(self.storage, self.form):
            write_values(self.storage, self.fields, self.values)

    @cached_property
    def storage(self) -> Any:
        """The storage."""
        return self.form.storage(self.page)

    def _check(self) -> None:
        if self.page is None:
            self._refuse("", _("There is no such page that you may view."))
        elif not self.form.page_interface.providedBy(self.page):
            self._refuse("", _("The page does not have this form."))
        elif not may_change_data(self.page, self.form):
            self._refuse("", _("You may not edit these data."))
        else:
            self._check_data()

    def _check_data(self) -> None:
        try:
            self._check_values()
        except StorageError as error:
            # Something else is stored under the annotation key, for example.
            self._refuse("", not_storable(self.form.title, error))
        if self.values and self.form.respect_lock and is_locked(self.page):
            self._refuse("", _("Somebody else has locked the page."))

    def _check_values(self) -> None:
        for name, data in self.record["values"].items():
            try:
                if not self._is_stored(name, data):
                    self.values[name] = self._value(name, data)
            except Invalid as error:
                self._refuse(self._title(name), reason_of(error))
        if self.is_change:
            self._check_invariants()

    def _is_stored(self, name: str, data: Any) -> bool:
        field, stored = self.fields.get(name), self.storage.data
        if field is None or name not in stored or not may_read_field(field, self.page):
            return False
        return portable(stored[name], field) == data

    def _value(self, name: str, data: Any) -> Any:
        field = self.fields.get(name)
        if field is None:
            message = _("There is no field “${name}”.", mapping={"name": name})
            raise Invalid(message)
        if field.readonly or not may_write_field(field, self.page):
            raise Invalid(_("You may not change this field."))
        value = restored(field, data, self.storage, self.storage.data.get(name))
        self._validate(field, value)
        return value

    def _validate(self, field: IField, value: Any) -> None:
        field.bind(self.page).validate(value)
        name, label = field.__name__, field.title
        check_storable(self.storage, name, value, field=field, label=label)

    def _check_invariants(self) -> None:
        of_values = {self.fields[name].interface for name in self.values}
        schemata = {self.form.schema, *of_values}
        errors: list[Invalid] = []
        for schema in schemata:
            try:
                schema.validateInvariants(self._as_imported(schema), errors)
            except Invalid:
                # It tells that there are errors.
                continue
        for reason in dict.fromkeys(map(reason_of, errors)):
            self._refuse("", reason)

    def _as_imported(self, schema: InterfaceClass) -> "ImportedView":
        return ImportedView(schema_view(self.storage, schema), self.values)

    def _refuse(self, title: str, reason: str) -> None:
        self.refused.append((title, reason))

    def _title(self, name: str) -> str:
        return self.fields[name].title if name in self.fields else name


class ImportedView:
    """The values as attributes, as they will be: see `schema_view`."""

    def __init__(self, stored: Any, values: dict[str, Any]):
        self._stored = stored
        self._values = values

    def __getattr__(self, name: str) -> Any:
        return (
            self._values[name] if name in self._values else getattr(self._stored, name)
        )


def reason_of(error: Invalid) -> str:
    """Return the message of the error for people."""
    if isinstance(error, ValidationError):
        return error.doc()
    return next(iter(error.args), "")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _is_export(document: Any) -> bool:
    return (
        isinstance(document, dict)
        and isinstance(document.get("form"), (str, type(None)))
        and "form" in document
        and isinstance(document.get("pages"), list)
        and all(map(_is_record, document["pages"]))
    )


def _is_record(record: Any) -> bool:
    return (
        isinstance(record, dict)
        and isinstance(record.get("values"), dict)
        and all(isinstance(record.get(name), str) for name in ("path", "uid"))
    )
