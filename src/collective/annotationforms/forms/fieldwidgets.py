"""The fields of a form on a storage: bound to the page, not to the storage."""

from collections.abc import Iterable
from collections.abc import Iterator
from collective.annotationforms.fields.default import ask_once
from collective.annotationforms.fields.fit import fits
from collective.annotationforms.fields.innerwidget import all_inner_widgets
from collective.annotationforms.fields.moment import show_moments
from collective.annotationforms.fields.password import hide_passwords
from collective.annotationforms.fields.unfitwidget import UnfitFieldWidget
from collective.annotationforms.fields.unshownwidget import UnshownWidget
from collective.annotationforms.forms.address import user_is_unknown
from collective.annotationforms.forms.mark import mark
from collective.annotationforms.forms.sent import check_sent
from collective.annotationforms.forms.unshown import update_widgets
from collective.annotationforms.forms.uploads import bring_back_uploads
from collective.annotationforms.forms.uploads import hide_stored_file
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import IStorageField
from collective.annotationforms.interfaces import IStorageFilesField
from collective.annotationforms.interfaces import IStorageWidget
from collective.annotationforms.interfaces import IUnfitField
from collective.annotationforms.permission.column import Columns
from collective.annotationforms.permission.column import is_in_any_form
from collective.annotationforms.permission.form import columns_in_form
from collective.annotationforms.permission.form import FormFields
from collective.annotationforms.permission.form import only_displays
from collective.annotationforms.permission.form import whole_form
from collective.annotationforms.saving.merge import choice_of
from collective.annotationforms.saving.merge import merged_value
from collective.annotationforms.saving.merge import THEIRS
from collective.annotationforms.saving.merge import ValueConflict
from collective.annotationforms.saving.merge import ValueRefused
from collective.annotationforms.saving.partfile import link_files
from collective.annotationforms.saving.shownrows import show_kept_parts
from collective.annotationforms.saving.shownrows import shown_rows
from collective.annotationforms.saving.token import shown_value
from collective.annotationforms.storage.partialschema import Keeps
from collective.annotationforms.storage.partialschema import with_columns
from copy import copy
from functools import cache
from plone.formwidget.namedfile.interfaces import INamedFileWidget
from plone.namedfile.interfaces import INamedField
from typing import Any
from z3c.form.contentprovider import FieldWidgetsAndProviders
from z3c.form.field import Field
from z3c.form.field import FieldWidgets
from z3c.form.interfaces import DISPLAY_MODE
from z3c.form.interfaces import IDataConverter
from z3c.form.interfaces import IFieldsAndContentProvidersForm
from z3c.form.interfaces import IFieldsForm
from z3c.form.interfaces import IFormLayer
from z3c.form.interfaces import IWidget
from zope.component import adapter
from zope.schema.interfaces import ICollection
from zope.schema.interfaces import IField
from zope.schema.interfaces import InvalidValue


# How z3c.form extracts: extract() asks each widget for its value, validates it, and
# hands all values to validate(), which runs the invariants; what that returns become
# errors of the form.  extractRaw() goes the same way with what the widgets have before
# their converters: that can't be merged.
@adapter(IFieldsForm, IFormLayer, IAnnotationStorage)
class StorageWidgets(FieldWidgets):
    """The widgets of a form, or of a group of it, whose content is a storage.

    What was sent is merged with what is stored before invariants are checked: they
    are to hold for what will be stored.
    """

    __roles__ = ()

    _merges = False

    def update(self) -> None:
        """See z3c.form.interfaces.IWidgets"""
        fields = self.form.fields
        # What is only displayed is not read.
        displayed = {n for n, f in fields.items() if self._mode_of(f) == DISPLAY_MODE}
        check_sent(self, fields.omit(*displayed))
        bring_back_uploads(self)
        is_unknown = self._is_unknown = user_is_unknown(self.form)
        self._columns = Columns(whole_form(self.form).context)
        # As long as the user isn't known, nothing is shown.
        usable = fields.values() if is_unknown else self._usable(fields.values())
        # Of the form, since it hands the same fields to the data managers later.
        self.form.fields = type(fields)(*map(self._of_storage, usable))
        update_widgets(self, super().update)
        displays = only_displays(whole_form(self.form))
        for widget in filter(IWidget.providedBy, self.values()):
            mark(widget, IStorageWidget)
            if isinstance(widget, UnshownWidget):
                continue
            stored = self.content.get(widget.field.__name__)
            if not IUnfitField.providedBy(widget.field):
                if self.request.form:
                    show_kept_parts(self.content, widget, stored)
                show_moments(widget, shown_rows(self.content, widget, stored))
            hide_passwords(widget, displays)
            if self.request.form:
                _forget_texts(widget)
                hide_stored_file(widget, stored)
            link_files(widget)

    def extract(self) -> tuple[dict[str, Any], tuple]:
        """See z3c.form.interfaces.IWidgets"""
        self._merges = True
        try:
            return super().extract()
        finally:
            self._merges = False

    def validate(self, data: dict[str, Any]) -> tuple:
        """See z3c.form.interfaces.IWidgets; conflicts are errors, too."""
        errors = self._merge(data) if self._merges else []
        # Invariants can't do with a value of another type.
        fitting = {
            name: shown_value(self[name]) if self._is_unfit(name, value) else value
            for name, value in data.items()
        }
        return (*errors, *super().validate(fitting))

    def _is_unfit(self, name: str, value: Any) -> bool:
        widget = self[name]
        return IUnfitField.providedBy(widget.field) and not fits(widget.field, value)

    def _merge(self, data: dict[str, Any]) -> list[ValueConflict | ValueRefused]:
        """Merge what was sent; what is in conflict or refused is taken out.

        The errors are returned.
        """
        errors: list[ValueConflict | ValueRefused] = []
        for name in list(data):
            widget = self[name]
            widget.sent = data[name]
            try:
                data[name] = merged_value(widget, data[name])
            except (ValueConflict, ValueRefused) as error:
                del data[name]
                errors.append(error)
                continue
            if choice_of(widget) == THEIRS:
                # Should the form be shown again, it is shown with this value.
                widget.sent = data[name]
                shown = shown_value(widget)
                widget.value = IDataConverter(widget).toWidgetValue(shown)
        return errors

    def _usable(self, form_fields: Iterable[Field]) -> Iterator[Field]:
        # plone.autoform leaves out what the user may not use; z3c.form knows nothing
        # of that.
        question = FormFields(self.form)
        for form_field in form_fields:
            if question.may_use(form_field, self._mode_of(form_field)):
                yield form_field

    def _mode_of(self, form_field: Field) -> str:
        readonly = form_field.field.readonly and not self.ignoreReadonly
        return form_field.mode or (DISPLAY_MODE if readonly else self.mode)

    def _keeps(self, form_field: Field) -> Keeps:
        """Return what tells which columns of its rows the form has for the user."""
        if self._is_unknown:
            return is_in_any_form
        mode = self._mode_of(form_field)
        return columns_in_form(self._columns, mode, self.form)

    def _of_storage(self, form_field: Field) -> Field:
        # The form may be updated again, and the value may fit by now.
        original = getattr(form_field, "fitting", form_field)
        form_field = copied(original)
        whole = with_columns(original.field, self._keeps(original))
        field = field_of_storage(whole, self.content)
        ask_once(field, self.content)
        name = field.__name__
        data = self.content.data
        if name in data:
            # Stored empty is a value: z3c.form would show the default in its place.
            vars(form_field)["showDefault"] = False
            if not fits(field, data[name]):
                field = unfit_field(field)
                form_field.fitting = original
                # Not by its property, which sets a default among the factories that
                # the copy shares with the field of the form's class.
                factories = copy(original.widgetFactory)
                factories[DISPLAY_MODE] = UnfitFieldWidget
                vars(form_field)["_widgetFactories"] = factories
        # Past the properties: they validate what is set, and notify of it.
        vars(form_field)["field"] = field
        return form_field


def _forget_texts(widget: IWidget) -> None:
    """Let a widget for a file show none if text was sent: it can't show that."""
    for part in (widget, *all_inner_widgets(widget)):
        if INamedFileWidget.providedBy(part) and isinstance(part.value, str):
            part.value = None


@adapter(IFieldsAndContentProvidersForm, IFormLayer, IAnnotationStorage)
class StorageWidgetsAndProviders(StorageWidgets, FieldWidgetsAndProviders):
    """The same for a form with content providers among its fields."""


def field_of_storage(field: IField, storage: IAnnotationStorage) -> IStorageField:
    """Return a copy of the field that belongs to the storage; see IStorageField."""
    if IStorageField.providedBy(field) and field.storage is storage:
        # The form is updated again.
        return field
    made = copied(field)
    if not IStorageField.providedBy(field):
        made.__class__ = _binding_to_page(type(field))
    made.storage = storage
    mark(made, IStorageField)
    # Terms of a collection are those of its value type, bound to the form's content.
    for name in ("key_type", "value_type"):
        part = getattr(made, name, None)
        if part is not None:
            setattr(made, name, field_of_storage(part, storage))
    if ICollection.providedBy(made) and (
        INamedField.providedBy(made.value_type)
        or IStorageFilesField.providedBy(made.value_type)
    ):
        mark(made, IStorageFilesField)
    return made


def unfit_field(field: IStorageField) -> IUnfitField:
    """Return a copy of the field for a stored value that does not fit it."""
    made = copied(field)
    made.fitting = field
    # The value is there: else nobody could save the other fields, and a menu without an
    # empty choice would send its first one.
    made.required = False
    mark(made, IUnfitField)
    return made


def copied(obj: Any) -> Any:
    """Return a shallow copy, as copy() makes it, which asks more questions."""
    cls = type(obj)
    if cls.__reduce_ex__ is not object.__reduce_ex__ or hasattr(cls, "__copy__"):
        return copy(obj)
    made = cls.__new__(cls)
    vars(made).update(vars(obj))
    return made


class BindsToPage:
    """Mixed into the class of a field: see IStorageField."""

    # A widget leads to it.
    __roles__ = ()

    def bind(self, context: Any) -> IStorageField:
        """See zope.schema.interfaces.IField"""
        # z3c.form binds to the form's content.
        return super().bind(context.__parent__ if context is self.storage else context)

    def validate(self, value: Any) -> None:
        """See zope.schema.interfaces.IField"""
        try:
            super().validate(value)
        except ArithmeticError as error:
            # A number that can't be compared with the smallest one, a NaN.
            raise InvalidValue(str(value)).with_field_and_value(self, value) from error

    def fromUnicode(self, value: str) -> Any:
        """See zope.schema.interfaces.IFromUnicode, which not every field provides."""
        try:
            return super().fromUnicode(value)
        except SyntaxError as error:
            # JSONField parses Python, too; z3c.form doesn't take this for bad input.
            raise ValueError(str(error)) from error


# In the class, not in the copy: z3c.form copies fields again, to change them.
@cache
def _binding_to_page(field_class: type) -> type:
    members = {"__module__": field_class.__module__}
    return type(field_class.__name__, (BindsToPage, field_class), members)
