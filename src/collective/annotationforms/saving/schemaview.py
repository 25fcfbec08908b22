"""A schema's view of a storage: attributes in place of keys, defaults filled in."""

from collective.annotationforms.fields.datamanager import converted
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import InvalidValueError
from collective.annotationforms.registry import form_of
from collective.annotationforms.saving.save import saving
from collective.annotationforms.storage.parts import unshared
from collective.annotationforms.storage.refused import by_field
from collective.annotationforms.storage.relation import with_targets
from collective.annotationforms.storage.storage import implementing
from collective.annotationforms.storage.written import as_written
from typing import Any
from z3c.form.interfaces import IDataManager
from zope.component import getMultiAdapter
from zope.interface.interface import InterfaceClass
from zope.schema import getFields
from zope.schema.interfaces import IField
from zope.schema.interfaces import ValidationError


class SchemaView:
    """The values of a storage as attributes; see `schema_view`."""

    __roles__ = ()

    def __init__(
        self, storage: IAnnotationStorage, schema: InterfaceClass, writable: bool
    ):
        # __setattr__ is for the fields of the schema.
        vars(self).update(_storage=storage, _schema=schema, _writable=writable)

    @property
    def __parent__(self) -> Any:
        return self._storage.__parent__

    def __getattr__(self, name: str) -> Any:
        return self._data_manager(self._field(name)).get()

    def __setattr__(self, name: str, value: Any) -> None:
        field = self._field(name)
        if not self._writable:
            raise AttributeError(
                f"{name!r} can't be set: ask for schema_view(..., writable=True)."
            )
        storage = self._storage
        try:
            # Constraints and vocabularies are for content, as in a form.
            field.bind(storage.__parent__).validate(unshared(with_targets(value)))
            as_written(converted(storage, field, value), by_field)
        except (ArithmeticError, ValidationError, ValueError) as error:
            raise InvalidValueError(
                storage.__parent__, storage.key, _reason(error, value), field=name
            ) from None
        form = form_of(storage.__parent__, storage.key)
        with saving(storage, form, by_code=True):
            self._data_manager(field).set(value)

    def _data_manager(self, field: IField) -> IDataManager:
        return getMultiAdapter((self._storage, field), IDataManager)

    def _field(self, name: str) -> IField:
        try:
            return getFields(self._schema)[name]
        except KeyError:
            raise AttributeError(
                f"{self._schema.__identifier__} has no field {name!r}."
            ) from None


def _reason(error: Exception, value: Any) -> str:
    """Return what is wrong, without the value: it may be secret, and this is logged."""
    if isinstance(error, ValidationError):
        return _told_by_field(error)
    if isinstance(error, ArithmeticError):
        # The field has compared it with its smallest value.
        return by_field(value) or type(error).__name__
    return next(iter(error.args), str(error))


def _told_by_field(error: Exception) -> str:
    kind = type(error).__name__
    if not isinstance(error, ValidationError):
        return kind
    where = getattr(error.field, "__name__", None)
    inner = [_told_by_field(one) for one in getattr(error, "errors", None) or ()]
    details = filter(None, [kind, where, "; ".join(inner)])
    return f"{error.doc()} ({': '.join(details)})"


def schema_view(
    storage: IAnnotationStorage, schema: InterfaceClass, *, writable: bool = False
) -> SchemaView:
    """Return an object that provides `schema` with the values of `storage`.

    A field that was never stored has its default, a field stored empty is empty.
    With `writable`, setting an attribute validates the value and saves it by code,
    see `saving`; it raises InvalidValueError for a value that the field refuses, and
    TypeError for a read-only field.  Other names raise AttributeError.
    """
    return implementing(SchemaView, (schema,))(storage, schema, writable)
