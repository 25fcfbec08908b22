"""New objects for Object fields, made as z3c.form makes them, but without a request."""

from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.registry import form_of
from functools import cache
from plone.browserlayer.utils import registered_layers
from typing import Any
from z3c.form.browser.object import ObjectWidget
from z3c.form.interfaces import IFieldWidget
from z3c.form.interfaces import IFormLayer
from z3c.form.interfaces import IObjectFactory
from z3c.form.object import getIfName
from zope.component import getSiteManager
from zope.interface import Declaration
from zope.interface import implementedBy
from zope.interface import Invalid
from zope.interface import providedBy
from zope.interface.interface import InterfaceClass
from zope.publisher.interfaces.browser import IDefaultBrowserLayer
from zope.schema.interfaces import IField


WIDGET = Declaration(implementedBy(ObjectWidget), IFieldWidget)


def new_object(
    field: IField, values: dict[str, Any], storage: IAnnotationStorage, stored: Any
) -> Any:
    """Return an object that is to get the values of its fields.

    It is what the factory for its schema makes of them, or else of the class of what is
    stored.  Raises Invalid, with a message for people, if neither is known.
    """
    name = getIfName(field.schema)
    factory = _factory(storage, name)
    if factory is not None:
        return factory(storage.__parent__, None, None, None)(values)
    if field.schema.providedBy(stored):
        return type(stored)()
    mapping = {"schema": name}
    message = _("Nothing tells how to make an object of ${schema}.", mapping=mapping)
    raise Invalid(message)


def _factory(storage: IAnnotationStorage, name: str) -> Any:
    """Return the IObjectFactory that the widget of the form would find, or None.

    It is registered for page, request, form and widget; of these only the page is here.
    What the others would provide is known all the same.
    """
    page = storage.__parent__
    form = form_of(page, storage.key)
    required = (
        providedBy(page),
        _request_of(*_layers_of_site(), form.layer),
        implementedBy(form.form_class or object),
        WIDGET,
    )
    return getSiteManager().adapters.lookup(required, IObjectFactory, name)


def _layers_of_site() -> list[InterfaceClass]:
    # The rest is what is left of add-ons that are gone.
    return [layer for layer in registered_layers() if isinstance(layer, InterfaceClass)]


# The registry remembers what it was asked for: one for each combination.
@cache
def _request_of(*layers: InterfaceClass) -> Declaration:
    """Return what a request with the layers provides."""
    provided = (*layers, IFormLayer, IDefaultBrowserLayer)
    return Declaration(*dict.fromkeys(provided))
