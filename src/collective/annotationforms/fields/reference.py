"""Relations in our forms: a page that the editor may not view is no error.

A catalog may name a page that its user may not view: it lags behind.
"""

from AccessControl import Unauthorized
from collective.annotationforms.fields.innerwidget import is_of_annotation_form
from plone.app.z3cform.interfaces import IContentBrowserWidget
from plone.app.z3cform.interfaces import IRelatedItemsWidget
from typing import Any
from z3c.form.interfaces import IDataConverter
from z3c.form.interfaces import IWidget
from z3c.relationfield.interfaces import IRelation
from z3c.relationfield.interfaces import IRelationChoice
from z3c.relationfield.interfaces import IRelationList
from zope.component import getGlobalSiteManager
from zope.component import getSiteManager
from zope.interface import implementer
from zope.interface import providedBy
from zope.interface.interface import InterfaceClass
from zope.schema.interfaces import ICollection
from zope.schema.interfaces import IField


@implementer(IDataConverter)
class ReferenceConverter:
    """Finds the pages that the editor may view."""

    __roles__ = ()

    def __init__(self, converter: IDataConverter):
        self._converter = converter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._converter, name)

    def toFieldValue(self, value: Any) -> Any:
        """See z3c.form.interfaces.IDataConverter"""
        try:
            return self._converter.toFieldValue(value)
        except Unauthorized:
            missing = self._converter.field.missing_value
        if not IRelationList.providedBy(self._converter.field):
            return missing
        separator = getattr(self._converter.widget, "separator", ";")
        found = value.split(separator) if isinstance(value, str) else value
        return [page for uuid in found for page in self._pages(uuid)]

    def _pages(self, uuid: str) -> list:
        try:
            return list(self._converter.toFieldValue([uuid]))
        except Unauthorized:
            return []


#: The widgets for which Plone has converters, for bases of the fields.
WIDGETS = (IContentBrowserWidget, IRelatedItemsWidget)


def choice_converter(field: IField, widget: IWidget) -> IDataConverter:
    """Return the converter of Plone for a relation, for our forms one that forgives."""
    return _converter(field, widget, IRelation)


def list_converter(field: IField, widget: IWidget) -> IDataConverter:
    """Return the converter of Plone for a list of relations, for our forms likewise."""
    return _converter(field, widget, ICollection)


def register_for_relations() -> None:
    """Register the converters for relations, unless somebody has others."""
    registry = getGlobalSiteManager()
    for of_field, factory in CONVERTERS.items():
        for of_widget in WIDGETS:
            required = (of_field, of_widget)
            if registry.adapters.registered(required, IDataConverter) is None:
                registry.registerAdapter(factory, required, IDataConverter)


def _converter(field: IField, widget: IWidget, base: InterfaceClass) -> IDataConverter:
    required = (base, providedBy(widget))
    made = getSiteManager().adapters.lookup(required, IDataConverter)(field, widget)
    return ReferenceConverter(made) if is_of_annotation_form(widget) else made


CONVERTERS = {IRelationChoice: choice_converter, IRelationList: list_converter}
