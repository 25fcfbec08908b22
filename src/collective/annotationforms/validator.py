"""Validators for the storage."""

from collective.annotationforms.interfaces import IAnnotationStorage
from z3c.form.validator import InvariantsValidator
from zope.component import adapter
from zope.interface import Interface
from zope.interface.interfaces import IInterface
from zope.schema import getFields


@adapter(IAnnotationStorage, Interface, Interface, IInterface, Interface)
class StorageInvariantsValidator(InvariantsValidator):
    """Invariants see what was typed, else what is stored, else the default.

    z3c.form's own fail with AttributeError for a field that was never stored.
    """

    def validate(self, data: dict) -> tuple:
        """See z3c.form.interfaces.IManagerValidator"""
        page = self.context.__parent__
        defaults = {
            name: field.bind(page).default
            for name, field in getFields(self.schema).items()
            if name not in data and name not in self.context
        }
        return super().validate(defaults | data)
