"""The fields of a form on a storage: bound to the page, not to the storage."""

from collective.annotationforms.forms.mark import mark
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import IStorageField
from collective.annotationforms.interfaces import IStorageFilesField
from collective.annotationforms.interfaces import IUnfitField
from copy import copy
from functools import cache
from plone.namedfile.interfaces import INamedField
from typing import Any
from zope.schema.interfaces import ICollection
from zope.schema.interfaces import IField
from zope.schema.interfaces import InvalidValue


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
