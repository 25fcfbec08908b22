"""What an import is to do on one page: checked first, then written."""

from collections.abc import Mapping
from collective.annotationforms.catalog.search import below_site
from collective.annotationforms.catalog.search import catalog
from collective.annotationforms.catalog.search import page_of
from collective.annotationforms.catalog.search import site_path
from collective.annotationforms.exchange.bounds import check_bounds
from collective.annotationforms.exchange.columns import check_columns
from collective.annotationforms.exchange.filledin import check_filled_in
from collective.annotationforms.exchange.portable import as_exported
from collective.annotationforms.exchange.portable import NOT_EXPORTED
from collective.annotationforms.exchange.portable import portable
from collective.annotationforms.exchange.portable import restored
from collective.annotationforms.exchange.portable import same_json
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.interfaces import StorageError
from collective.annotationforms.permission.access import Access
from collective.annotationforms.permission.user import has_permission
from collective.annotationforms.saving.lock import is_locked
from collective.annotationforms.saving.save import check_storable
from collective.annotationforms.saving.save import not_storable
from collective.annotationforms.saving.save import saving
from collective.annotationforms.saving.save import write_values
from collective.annotationforms.saving.schemaview import schema_view
from collective.annotationforms.storage.partialschema import with_columns
from collective.annotationforms.storage.parts import unshared
from collective.annotationforms.storage.rows import with_kept_columns
from collective.annotationforms.storage.rows import with_some_columns
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any
from zope.interface import Invalid
from zope.interface.interface import InterfaceClass
from zope.schema.interfaces import IField
from zope.schema.interfaces import ValidationError


@dataclass(frozen=True)
class PageImport:
    """The data of a page: what is to be changed, or why nothing is.

    `page` is None if there is none that the user may view; `path` begins at the site,
    and is that of the file then.  `values` has the values that differ from what is
    stored.  `refused` has pairs of the title of a field, "" if the page is meant, and
    the reason: if there are any, nothing of the page is imported.  `kept` has the names
    of values that are no fields of the form, but are stored on the page: they stay as
    they are there, whatever the file says.  `state` changes with the data of the page.
    """

    form: IRegisteredForm
    page: Any
    path: str
    values: dict[str, Any] = attribute(default_factory=dict)
    refused: list[tuple[str, str]] = attribute(default_factory=list)
    kept: list[str] = attribute(default_factory=list)
    state: str = ""

    @property
    def titles(self) -> list[str]:
        """The titles of the fields to be changed."""
        return [title_of(self.form.fields, name) for name in self.values]

    @property
    def is_change(self) -> bool:
        """Tell whether there is something to write."""
        return bool(self.values) and not self.refused

    def write(self) -> None:
        """Store the values; all are told as after a save in the form."""
        storage = self.form.storage(self.page)
        with saving(storage, self.form):
            write_values(storage, self.form.fields, self.values)


def page_import(
    record: dict[str, Any], form: IRegisteredForm, seen: str | None = None
) -> PageImport:
    """Return what is to be done with what a file says of a page; nothing is written.

    If the data of the page are no longer in the state that was `seen`, nothing is.
    """
    page = page_of_record(record)
    path = record["path"]
    if page is not None:
        path = below_site("/".join(page.getPhysicalPath()))
    reason = _reason_against(page, form)
    if reason:
        return PageImport(form, page, path, refused=[("", reason)])
    check = DataCheck(page, form)
    check.check(record["values"])
    state = check.state
    if check.values and seen not in (None, state):
        check.refuse("", _("These data were changed after you looked at them."))
    return PageImport(form, page, path, check.values, check.refused, check.kept, state)


def page_of_record(record: dict[str, Any]) -> Any:
    """Return the page that a file means, None if there is none that the user may view.

    It has the same UID, or else the same path.
    """
    path = f"{site_path()}{record['path']}".rstrip("/")
    for query in ({"UID": record["uid"]}, {"path": {"query": path, "depth": 0}}):
        for brain in catalog().unrestrictedSearchResults(**query):
            page = page_of(brain)
            if page is not None and has_permission("View", page):
                return page
    return None


class DataCheck:
    """Finds out which values of a page are to be changed, and what speaks against it.

    `values`, `refused` and `kept` are those of PageImport, after `check`.
    """

    def __init__(self, page: Any, form: IRegisteredForm):
        self.page = page
        self.form = form
        self.access = Access(page, form)
        self.fields = form.fields
        self.storage = form.storage(page)
        self.values: dict[str, Any] = {}
        self.refused: list[tuple[str, str]] = []
        self.kept: list[str] = []

    @property
    def state(self) -> str:
        """What changes with each save of the data, "" if there are none."""
        try:
            stored = self.storage.data
        except StorageError:
            return ""
        # Of the database: what is stored is loaded when it is asked for a value.
        len(stored)
        return getattr(stored, "_p_serial", b"").hex()

    def check(self, values: Mapping[str, Any]) -> None:
        """Check the values of a file, by the names of their fields."""
        try:
            self._check_values(values)
        except StorageError as error:
            # Something else is stored under the annotation key, for example.
            self.refuse("", not_storable(self.form.title, error.reason))
        if self.values and self.form.respect_lock and is_locked(self.page):
            self.refuse("", _("Somebody else has locked the page."))

    def _check_values(self, values: Mapping[str, Any]) -> None:
        for name, data in values.items():
            try:
                if self._is_kept(name):
                    self.kept.append(name)
                elif not self._is_stored(name, data):
                    self.values[name] = self._value(name, data)
            except Invalid as error:
                self.refuse(title_of(self.fields, name), reason_of(error))
        if self.values and not self.refused:
            self._check_invariants()

    def _is_kept(self, name: str) -> bool:
        """Tell whether the form lacks the field, but the page has the value.

        That of another form, for example, or of a field of yesterday.
        """
        has_value = name in self.storage.data and self.access.is_shown(name)
        return name not in self.fields and has_value

    def _is_stored(self, name: str, data: Any) -> bool:
        field, stored = self.fields.get(name), self.storage.data
        if field is None or name not in stored or not self.access.is_shown(name):
            return False
        return same_json(self._exported(name), data)

    def _exported(self, name: str) -> Any:
        """Return what a file has of the stored value, as far as the user sees it."""
        shown = self.access.shown_part(name, self.storage.data.get(name))
        return as_exported(portable(shown, self.fields[name]))

    def _value(self, name: str, data: Any) -> Any:
        field = self.fields.get(name)
        if field is None:
            message = _("There is no field “${name}”.", mapping={"name": name})
            raise Invalid(message)
        if field.readonly or not self.access.is_offered(name):
            raise Invalid(_("You may not change this field."))
        check_bounds(data)
        columns, stored = self.access.columns, self.storage.data.get(name)
        offered, shown = columns.is_offered, columns.is_shown
        check_columns(field, data, self._exported(name), offered)
        sent = with_some_columns(field, data, shown)
        value = restored(with_columns(field, shown), sent, self.storage, stored)
        self._validate(with_columns(field, offered), value)
        value = with_kept_columns(field, value, stored, offered, shown)
        label = field.title
        check_storable(self.storage, name, value, field=field, label=label)
        return value

    def _validate(self, field: IField, value: Any) -> None:
        try:
            bound = field.bind(self.page)
            # It puts defaults in place of what is not to be changed.
            bound.validate(unshared(value))
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            # Its vocabulary is gone, or it can't be compared with the smallest value.
            raise Invalid(NOT_EXPORTED) from error
        check_filled_in(bound, value)

    def _check_invariants(self) -> None:
        of_values = {self.fields[name].interface for name in self.values}
        errors: list[Invalid] = []
        for schema in {self.form.schema, *of_values}:
            try:
                imported = _as_imported(self.storage, schema, self.values)
                schema.validateInvariants(imported, errors)
            except Invalid:
                # It tells that there are errors.
                continue
        for reason in dict.fromkeys(map(reason_of, errors)):
            self.refuse("", reason)

    def refuse(self, title: str, reason: str) -> None:
        """Say why a field, or the page if the title is "", is not imported."""
        self.refused.append((title, reason))


class ImportedView:
    """The values as attributes, as they will be: see `schema_view`."""

    def __init__(self, stored: Any, values: dict[str, Any]):
        self._stored = stored
        self._values = values

    def __getattr__(self, name: str) -> Any:
        return (
            self._values[name] if name in self._values else getattr(self._stored, name)
        )


def title_of(fields: Mapping[str, IField], name: str) -> str:
    """Return the title of a field, its name if there is no such field."""
    return fields[name].title if name in fields else name


def reason_of(error: Invalid) -> str:
    """Return the message of the error for people."""
    if isinstance(error, ValidationError):
        return error.doc()
    return next(iter(error.args), "")


def _reason_against(page: Any, form: IRegisteredForm) -> str | None:
    """Return why nothing may be imported into the page, whatever the data are."""
    if page is None:
        return _("There is no such page that you may view.")
    if not form.page_interface.providedBy(page):
        return _("The page does not have this form.")
    if not Access(page, form).changes_form:
        return _("You may not edit these data.")
    return None


def _as_imported(
    storage: IAnnotationStorage, schema: InterfaceClass, values: dict[str, Any]
) -> ImportedView:
    return ImportedView(schema_view(storage, schema), values)
