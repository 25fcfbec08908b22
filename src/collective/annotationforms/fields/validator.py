"""Validators that were registered for pages: they run for a page's storage, too."""

from collective.annotationforms.interfaces import IAnnotationStorage
from typing import Any
from z3c.form.interfaces import IDataManager
from z3c.form.interfaces import IManagerValidator
from z3c.form.interfaces import IValidator
from zope.component import adapter
from zope.component import getMultiAdapter
from zope.component import queryMultiAdapter
from zope.interface import implementer
from zope.interface import Interface
from zope.interface.interfaces import IInterface
from zope.schema.interfaces import IField


@implementer(IValidator)
@adapter(IAnnotationStorage, Interface, Interface, IField, Interface)
def validator_for_page(storage, request, form, field, widget) -> IValidator | None:
    """Return the validator that an ordinary form on the page would use.

    One that is registered for a marker of the storage is more specific: z3c.form
    finds it before this one.
    """
    discriminators = (storage.__parent__, request, form, field, widget)
    return queryMultiAdapter(discriminators, IValidator)


@implementer(IManagerValidator)
@adapter(IAnnotationStorage, Interface, Interface, IInterface, Interface)
def manager_validator_for_page(
    storage, request, form, schema, widgets
) -> IManagerValidator | None:
    """Return what runs the invariants as an ordinary form on the page would do."""
    discriminators = (storage.__parent__, request, form, schema, widgets)
    validator = queryMultiAdapter(discriminators, IManagerValidator)
    return validator and ManagerValidatorForPage(storage, schema, validator)


@implementer(IManagerValidator)
class ManagerValidatorForPage:
    """Hands a validator for a page what was typed, and what its storage has."""

    __roles__ = ()

    def __init__(self, storage, schema, validator: IManagerValidator):
        self.storage = storage
        self.schema = schema
        self.validator = validator

    def __repr__(self) -> str:
        return repr(self.validator)

    def validate(self, data: dict) -> tuple:
        """See z3c.form.interfaces.IManagerValidator"""
        return self.validator.validate(TypedData(self.storage, self.schema, data))


class TypedData(dict):
    """What was typed; z3c.form finds what is stored where nothing was typed."""

    __roles__ = ()

    def __init__(self, storage, schema, data):
        super().__init__(data)
        self._storage = storage
        self._schema = schema

    def get(self, name: str, default: Any = None) -> Any:
        """Return what was typed, or `default`."""
        # z3c.form.validator.Data gives the mapping itself for the default, and asks
        # the page then.  But the value is in the storage.
        if default is not self or name in self:
            return super().get(name, default)
        return getMultiAdapter((self._storage, self._schema[name]), IDataManager).get()
