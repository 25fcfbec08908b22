"""Forms with and without a permission of their own, and fields with guards."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationStorageMixin
from dataclasses import dataclass
from plone.app.contenttypes.interfaces import IDocument
from plone.app.multilingual.dx.directives import languageindependent
from plone.autoform import directives
from plone.autoform.form import AutoExtensibleForm
from plone.autoform.view import WidgetsView
from plone.supermodel import model
from typing import ClassVar
from z3c.form.form import EditForm
from zope import schema
from zope.interface import implementer
from zope.interface import Interface


GUARD = "cmf.ManagePortal"
#: Permissions that the site gives to managers and confidants.
READ = "Annotation forms test: Read"
WRITE = "Annotation forms test: Write"


class IPart(Interface):
    cell = schema.TextLine(title="Cell", required=False)


@implementer(IPart)
class Part:
    """A row of the data: a part of a value."""

    def __init__(self, cell: str | None = None):
        self.cell = cell


class IData(model.Schema):
    """A plain field, and fields that are for managers."""

    plain = schema.TextLine(title="Plain", required=False)
    readers = schema.TextLine(title="For readers", required=False)
    writers = schema.TextLine(title="For writers", required=False)
    rows = schema.List(
        title="Rows", value_type=schema.Object(schema=IPart), required=False
    )
    directives.read_permission(readers=GUARD, rows=GUARD)
    directives.write_permission(writers=GUARD, rows=GUARD)
    languageindependent("plain", "readers", "writers", "rows")


class OpenForm(AnnotationEditForm):
    """No permission of its own: who may modify the page, who may view it."""

    schema = IData
    ANNOTATION_STORAGE_KEY = "access.open"


class ViewedForm(AnnotationEditForm):
    """To view it needs a permission."""

    schema = IData
    ANNOTATION_STORAGE_KEY = "access.viewed"


class EditedForm(AnnotationEditForm):
    """To edit it needs a permission."""

    schema = IData
    ANNOTATION_STORAGE_KEY = "access.edited"


class PythonForm(AnnotationStorageMixin, AutoExtensibleForm, EditForm):
    """Registered by Python, without any permission: nothing says who may."""

    schema = IData
    ANNOTATION_STORAGE_KEY = "access.python"
    ignoreContext = False


class PythonView(AnnotationStorageMixin, WidgetsView):
    """The view of the same data."""

    schema = IData
    ANNOTATION_STORAGE_KEY = "access.python"

    def __call__(self):
        self.update()
        return "".join(widget.render() for widget in self.w.values())


@dataclass(frozen=True)
class Kind:
    """A form of the matrix: what it is called, its class, who may view and edit it."""

    name: str
    title: str
    form_class: type
    viewers: frozenset[str]
    editors: frozenset[str]
    options: ClassVar = {"for_": IDocument, "title": "Data"}

    @property
    def key(self) -> str:
        return self.form_class.ANNOTATION_STORAGE_KEY


USERS = ("anonymous", "reader", "contributor", "editor", "confidant", "manager")
ALL = frozenset(USERS)
EDITORS = frozenset(("editor", "confidant", "manager"))
CONFIDANTS = frozenset(("confidant", "manager"))
KINDS = (
    Kind("open-data", "no permission of its own", OpenForm, ALL, EDITORS),
    Kind("viewed-data", "a permission to view it", ViewedForm, CONFIDANTS, EDITORS),
    Kind("edited-data", "a permission to edit it", EditedForm, ALL, CONFIDANTS),
    Kind("python-data", "no known permission", PythonForm, ALL, EDITORS),
)
#: The fields, by the letters of the table in docs/security.rst.
FIELDS = {"p": "plain", "r": "readers", "w": "writers", "g": "rows"}
FOR_MANAGERS_TO_READ = frozenset("rg")
FOR_MANAGERS_TO_WRITE = frozenset("wg")
