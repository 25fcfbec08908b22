"""The ZCML directive that makes a form known; see IFormDirective."""

from collective.annotationforms.forms.form import AnnotationEditForm
from collective.annotationforms.forms.form import AnnotationView
from collective.annotationforms.interfaces import IAnnotationForm
from collective.annotationforms.interfaces import IAnnotationFormsLayer
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.registry import RegisteredForm
from collective.annotationforms.storage.storage import annotation_storage
from Products.Five.browser.metaconfigure import page
from typing import Any
from zope.component.zcml import utility
from zope.configuration.exceptions import ConfigurationError
from zope.configuration.fields import GlobalInterface
from zope.configuration.fields import GlobalObject
from zope.configuration.fields import MessageID
from zope.interface import classImplements
from zope.interface import implementedBy
from zope.interface import Interface
from zope.interface.interface import InterfaceClass
from zope.schema import TextLine
from zope.security.zcml import Permission


class IFormDirective(Interface):
    """Register a form: its edit page, its read-only page, and what it is called."""

    name = TextLine(
        title="Name",
        description="Name of the edit page, of the data in exports, and, with -view"
        " after it, of the read-only page.  No other form has the same.",
    )
    class_ = GlobalObject(
        title="Class",
        description="The form: schema, annotation key and markers are its own.",
    )
    for_ = GlobalInterface(
        title="Interface", description="What the pages provide that have the form."
    )
    title = MessageID(title="Title", description="What people call the data.")
    description = MessageID(
        title="Description", description="What the data are for.", required=False
    )
    permission = Permission(
        title="Permission", description="Needed to edit and to delete the data."
    )
    view_permission = Permission(
        title="Permission to view",
        description="Needed to read and to export the data; as a rule the same.",
        required=False,
    )
    layer = GlobalInterface(
        title="Layer",
        description="Browser layer of the pages; as a rule that of this add-on.",
        required=False,
    )


def form_directive(
    _context: Any,
    name: str,
    class_: type,
    for_: InterfaceClass,
    title: str,
    permission: str,
    description: str = "",
    view_permission: str | None = None,
    layer: InterfaceClass = IAnnotationFormsLayer,
) -> None:
    """Register the form; see IFormDirective.  Raises ConfigurationError."""
    check_class(class_)
    registered = RegisteredForm(
        name=name,
        title=title,
        description=description,
        form_class=class_,
        page_interface=for_,
        layer=layer,
        permission=permission,
        view_permission=view_permission or permission,
    )
    utility(_context, provides=IRegisteredForm, component=registered, name=name)
    # Zope refuses a second action of the same discriminator: two forms would share
    # their data, and each delete those of the other.
    _context.action(discriminator=(IRegisteredForm, "key", for_, registered.key))
    page(_context, name, permission, for_, layer, class_=edit_class(registered))
    page(
        _context,
        registered.view_name,
        registered.view_permission,
        for_,
        layer,
        class_=view_class(registered),
    )


def check_class(form_class: type) -> None:
    """Raise ConfigurationError for a class that is no form with a schema and a key."""
    if not IAnnotationForm.implementedBy(form_class):
        raise ConfigurationError(
            f"{form_class!r} is no form on a storage: its base has to be"
            " AnnotationEditForm, or AnnotationStorageMixin and a form."
        )
    schema = getattr(form_class, "schema", None)
    if not isinstance(schema, InterfaceClass):
        raise ConfigurationError(
            f"{form_class!r} has no schema: set 'schema' to an interface."
        )
    try:
        annotation_storage(
            None, form_class.ANNOTATION_STORAGE_KEY, form_class.ASSIGN_INTERFACES
        )
    except TypeError as error:
        raise ConfigurationError(f"{form_class!r}: {error}") from error


def edit_class(registered: RegisteredForm) -> type:
    """Return the class of the edit page: what ZCML says of the permission counts."""
    form_class = registered.form_class
    members = {
        "__doc__": form_class.__doc__,
        "__module__": form_class.__module__,
        "permission": registered.permission,
    }
    return type(form_class.__name__, (form_class,), members)


def view_class(registered: RegisteredForm) -> type[AnnotationView]:
    """Return the class of the read-only page: the same data, nothing to save."""
    form_class = registered.form_class
    members = {
        "__doc__": registered.title,
        "__module__": form_class.__module__,
        "schema": registered.schema,
        "additionalSchemata": getattr(form_class, "additionalSchemata", ()),
        "ANNOTATION_STORAGE_KEY": registered.key,
        "ASSIGN_INTERFACES": form_class.ASSIGN_INTERFACES,
        "label": registered.title,
        "description": registered.description,
        "permission": registered.view_permission,
    }
    view = type(f"{form_class.__name__}View", (AnnotationView,), members)
    # A directive of plone.autoform may be for forms that provide one of them.
    own = implementedBy(form_class) - implementedBy(AnnotationEditForm)
    classImplements(view, *own)
    return view
