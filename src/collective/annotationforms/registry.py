"""The registry of forms: what ZCML said of each form, as a named utility."""

from collective.annotationforms.forms.form import AnnotationEditForm
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.storage.storage import annotation_storage
from collective.annotationforms.storage.storage import AnnotationStorage
from dataclasses import dataclass
from typing import Any
from zope.component import getUtilitiesFor
from zope.interface import implementer
from zope.interface.interface import InterfaceClass
from zope.schema import getFieldsInOrder
from zope.schema.interfaces import IField


@implementer(IRegisteredForm)
@dataclass(frozen=True)
class RegisteredForm:
    """See IRegisteredForm"""

    name: str
    title: str
    description: str
    form_class: type[AnnotationEditForm]
    page_interface: InterfaceClass
    layer: InterfaceClass
    permission: str
    view_permission: str

    @property
    def key(self) -> str:
        """See IRegisteredForm"""
        return self.form_class.ANNOTATION_STORAGE_KEY

    @property
    def schema(self) -> InterfaceClass:
        """See IRegisteredForm"""
        return self.form_class.schema

    @property
    def fields(self) -> dict[str, IField]:
        """See IRegisteredForm"""
        more = getattr(self.form_class, "additionalSchemata", ())
        # It may be a property, which only an instance of the form can answer.
        schemata = (self.schema, *(more if isinstance(more, (tuple, list)) else ()))
        return {
            name: field
            for schema in schemata
            for name, field in getFieldsInOrder(schema)
        }

    @property
    def view_name(self) -> str:
        """See IRegisteredForm"""
        return f"{self.name}-view"

    def storage(self, page: Any) -> AnnotationStorage:
        """See IRegisteredForm"""
        return annotation_storage(page, self.key, self.form_class.ASSIGN_INTERFACES)


def registered_forms(request: Any) -> list[IRegisteredForm]:
    """Return the forms of the layers of the request, in the order of their names."""
    return [
        form
        for _name, form in sorted(getUtilitiesFor(IRegisteredForm))
        if form.layer.providedBy(request)
    ]


def forms_of_page(page: Any, request: Any) -> list[IRegisteredForm]:
    """Return the forms that were registered for objects like the page."""
    return [
        form
        for form in registered_forms(request)
        if form.page_interface.providedBy(page)
    ]
