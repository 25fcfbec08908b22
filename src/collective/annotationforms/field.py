"""The fields of a form on a storage: bound to the page, not to the storage."""

from collective.annotationforms.interfaces import IAnnotationStorage
from copy import copy
from typing import Any
from z3c.form.field import Field
from z3c.form.field import FieldWidgets
from z3c.form.interfaces import IFieldsForm
from z3c.form.interfaces import IFormLayer
from zope.component import adapter
from zope.schema.interfaces import IField


@adapter(IFieldsForm, IFormLayer, IAnnotationStorage)
class StorageWidgets(FieldWidgets):
    """Makes the widgets of a form, or of a group of it, whose content is a storage."""

    def update(self) -> None:
        """See z3c.form.interfaces.IWidgets"""
        fields = self.form.fields
        # Of the form, since it hands the same fields to the data managers later.
        self.form.fields = type(fields)(*map(self._of_page, fields.values()))
        super().update()

    def _of_page(self, form_field: Field) -> Field:
        form_field = copy(form_field)
        form_field.field = bound_to_page(form_field.field)
        if form_field.field.__name__ in self.content:
            # Stored empty is a value: z3c.form would show the default in its place.
            form_field.showDefault = False
        return form_field


def bound_to_page(field: IField) -> IField:
    """Return a copy of the field that binds to the page where a storage is given.

    Widgets, terms and validators bind a field to the form's content.  Default
    factories, vocabularies and source binders expect a page there.
    """

    def bind(context: Any) -> IField:
        if IAnnotationStorage.providedBy(context):
            context = context.__parent__
        return field.bind(context)

    copied = copy(field)
    copied.bind = bind
    return copied
