"""The widgets of a form on a storage: merged, as its fields and the user have it."""

from collections.abc import Iterable
from collections.abc import Iterator
from collective.annotationforms.fields.default import ask_once
from collective.annotationforms.fields.fit import fits
from collective.annotationforms.fields.innerwidget import all_inner_widgets
from collective.annotationforms.fields.innerwidget import has_parts
from collective.annotationforms.fields.moment import show_moments
from collective.annotationforms.fields.password import hide_passwords
from collective.annotationforms.fields.unfitwidget import UnfitFieldWidget
from collective.annotationforms.fields.unshownwidget import FAULTS
from collective.annotationforms.fields.unshownwidget import UnshownWidget
from collective.annotationforms.forms.address import user_is_unknown
from collective.annotationforms.forms.making import MarkedWidgets
from collective.annotationforms.forms.making import read_rows_once
from collective.annotationforms.forms.sent import check_sent
from collective.annotationforms.forms.storagefield import copied
from collective.annotationforms.forms.storagefield import field_of_storage
from collective.annotationforms.forms.storagefield import unfit_field
from collective.annotationforms.forms.unshown import update_widgets
from collective.annotationforms.forms.uploads import bring_back_uploads
from collective.annotationforms.forms.uploads import hide_stored_file
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import IUnfitField
from collective.annotationforms.permission.column import Columns
from collective.annotationforms.permission.column import is_in_any_form
from collective.annotationforms.permission.form import columns_in_form
from collective.annotationforms.permission.form import FormFields
from collective.annotationforms.permission.form import only_displays
from collective.annotationforms.permission.form import whole_form
from collective.annotationforms.saving.merge import choice_of
from collective.annotationforms.saving.merge import merged_value
from collective.annotationforms.saving.merge import next_token
from collective.annotationforms.saving.merge import THEIRS
from collective.annotationforms.saving.merge import ValueConflict
from collective.annotationforms.saving.merge import ValueRefused
from collective.annotationforms.saving.partfile import link_files
from collective.annotationforms.saving.shownrows import show_kept_parts
from collective.annotationforms.saving.shownrows import shown_rows
from collective.annotationforms.saving.token import has_token
from collective.annotationforms.saving.token import shown_value
from collective.annotationforms.storage.partialschema import Keeps
from collective.annotationforms.storage.partialschema import with_columns
from contextlib import suppress
from copy import copy
from plone.formwidget.namedfile.interfaces import INamedFileWidget
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


# How z3c.form extracts: extract() asks each widget for its value, validates it, and
# hands all values to validate(), which runs the invariants; what that returns become
# errors of the form.  extractRaw() goes the same way with what the widgets have before
# their converters: that can't be merged.
class MergingWidgets(FieldWidgets):
    """Mixed into the widgets of a form, or of a group of it, on a storage.

    What was sent is merged with what is stored before invariants are checked: they
    are to hold for what will be stored.
    """

    __roles__ = ()

    _merges = False
    _tokens: dict[str, str] | None = None

    def update(self) -> None:
        """See z3c.form.interfaces.IWidgets"""
        self._tokens = None
        self._unfit: set[str] = set()
        fields = self.form.fields
        # What is only displayed is not read.
        check_sent(
            self,
            {n: f for n, f in fields.items() if self.mode_of(f) != DISPLAY_MODE},
        )
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
            if has_parts(widget):
                link_files(widget)

    def extract(self) -> tuple[dict[str, Any], tuple]:
        """See z3c.form.interfaces.IWidgets"""
        self._merges = True
        self._tokens = None
        for widget in self.values():
            # It may be extracted again after a save.
            read_rows_once(widget)
        try:
            return super().extract()
        finally:
            self._merges = False

    def validate(self, data: dict[str, Any]) -> tuple:
        """See z3c.form.interfaces.IWidgets; conflicts are errors, too."""
        errors = self._merge(data) if self._merges else []
        # Invariants can't do with a value of another type.
        unfit = {
            name: shown_value(self[name])
            for name in self._unfit & data.keys()
            if not fits(self[name].field, data[name])
        }
        return (*errors, *super().validate({**data, **unfit}))

    @property
    def tokens(self) -> dict[str, str]:
        """The tokens of all fields that have one, by the names of their widgets.

        They are made at once when the first one is rendered: one after the other, that
        takes a third of what it takes in between the templates.
        """
        if self._tokens is None:
            self._tokens = {}
            for widget in filter(IWidget.providedBy, self.values()):
                # One that fails is asked for again, if its widget is rendered at all.
                with suppress(*FAULTS):
                    if has_token(widget):
                        self._tokens[widget.name] = next_token(widget)
        return self._tokens

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
            if question.may_use(form_field, self.mode_of(form_field)):
                yield form_field

    def _keeps(self, form_field: Field) -> Keeps:
        """Return what tells which columns of its rows the form has for the user."""
        if self._is_unknown:
            return is_in_any_form
        mode = self.mode_of(form_field)
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
                self._unfit.add(form_field.__name__)
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


@adapter(IFieldsForm, IFormLayer, IAnnotationStorage)
class StorageWidgets(MergingWidgets, MarkedWidgets):
    """The widgets of a form, or of a group of it, whose content is a storage."""

    __roles__ = ()


# Providers are put among widgets that are there.
@adapter(IFieldsAndContentProvidersForm, IFormLayer, IAnnotationStorage)
class StorageWidgetsAndProviders(
    MergingWidgets, FieldWidgetsAndProviders, MarkedWidgets
):
    """The same for a form with content providers among its fields."""
