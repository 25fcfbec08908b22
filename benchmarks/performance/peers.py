"""The places to keep the values of a form, each with a form that reads and writes them.

All forms are made of the same classes of Plone; what differs is where values are kept.
"""

from collective.annotationforms import AnnotationEditForm
from persistent.mapping import PersistentMapping
from plone.app.registry.browser.controlpanel import RegistryEditForm
from plone.autoform.form import AutoExtensibleForm
from plone.base import PloneMessageFactory as _
from plone.registry.interfaces import IRegistry
from plone.supermodel.model import SchemaClass
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from typing import Any
from typing import ClassVar
from z3c.form.button import buttonAndHandler
from z3c.form.form import EditForm
from zope.annotation.interfaces import IAnnotations
from zope.component import getUtility
from zope.interface import directlyProvides
from zope.interface import Interface


#: The form alone, without the page around it.
TEMPLATE = ViewPageTemplateFile("form.pt")
#: Of which the others are ratios.
REFERENCE = "attributes"


class IFirst(Interface):
    """A marker."""


class ISecond(Interface):
    """Another marker."""


class ContentForm(AutoExtensibleForm, EditForm):
    """The form of a page that keeps the values itself, or has an adapter that does.

    It has the buttons that edit forms of Plone have, as all of these forms.
    """

    @buttonAndHandler(_("Save"), name="save")
    def handle_save(self, action):
        """Save and leave, as all of these forms do."""
        data, errors = self.extractData()
        if not errors:
            self.applyChanges(data)
            self.request.response.redirect(self.context.absolute_url())

    @buttonAndHandler(_("Cancel"), name="cancel")
    def handle_cancel(self, action):
        """Leave without a change."""
        self.request.response.redirect(self.context.absolute_url())


class DictForm(ContentForm):
    """Keeps the values in a dict that nobody stores."""

    kept: ClassVar[dict] = {}

    def getContent(self):
        return self.kept.setdefault((self.context.getId(), self.schema), {})


class RecipeForm(ContentForm):
    """The recipe, with a write on GET where it has a marker."""

    key = "benchmark.recipe"
    markers = ()

    def getContent(self):
        annotations = IAnnotations(self.context)
        if self.key not in annotations:
            annotations[self.key] = PersistentMapping()
        stored = annotations[self.key]
        for marker in self.markers:
            directlyProvides(stored, marker)
        return stored


class MarkedRecipeForm(RecipeForm):
    """The recipe as it was published."""

    key = "benchmark.marked"
    markers = (IFirst, ISecond)


class RecordsForm(RegistryEditForm):
    """Keeps the values in the registry of the site."""

    @property
    def schema_prefix(self):
        prefix = f"benchmark.{self.context.getId()}.{self.schema.__name__.lower()}"
        registry = getUtility(IRegistry)
        if f"{prefix}.field000" not in registry.records:
            registry.registerInterface(self.schema, prefix=prefix)
        return prefix


class OurForm(AnnotationEditForm):
    """Keeps the values in a storage of ours."""

    ANNOTATION_STORAGE_KEY = "benchmark.ours"


class MarkedForm(OurForm):
    """With markers."""

    ANNOTATION_STORAGE_KEY = "benchmark.ours-marked"
    ASSIGN_INTERFACES = (IFirst, ISecond)


class CarelessForm(OurForm):
    """The last save wins."""

    ANNOTATION_STORAGE_KEY = "benchmark.careless"
    DETECT_CONFLICTS = False


class Peer:
    """A place to keep values: its form for a schema, and the type of its pages."""

    def __init__(self, name: str, title: str, base: type, *, portal_type: str = ""):
        self.name = name
        self.title = title
        self.base = base
        self._portal_type = portal_type or "benchmark"
        self._forms: dict[SchemaClass, type] = {}

    def form(self, schema: SchemaClass) -> type:
        """Return the class of the form, always the same."""
        if schema not in self._forms:
            members = {
                "__doc__": self.base.__doc__,
                "__name__": self.view_name(schema),
                "schema": schema,
                "template": TEMPLATE,
                "enableCSRFProtection": True,
            }
            self._forms[schema] = type(self.base.__name__, (self.base,), members)
        return self._forms[schema]

    def view_name(self, schema: SchemaClass) -> str:
        """Return the name of the view that has the form."""
        return f"benchmark-{self.name}-{schema.__name__.lower()}"

    def portal_type(self, schema: SchemaClass) -> str:
        """Return the name of the type of the pages."""
        return self._portal_type.format(schema=schema.__name__.lower())

    def page_id(self, schema: SchemaClass, *, is_empty: bool = False) -> str:
        """Return the id of the page with values, or of the one that has none."""
        return f"{self.name}-{schema.__name__.lower()}{'-empty' * is_empty}"

    def forget(self, page: Any) -> None:
        """Forget what a transaction does not take back."""
        if self.base is DictForm:
            for key in [key for key in DictForm.kept if key[0] == page.getId()]:
                del DictForm.kept[key]


PEERS = (
    Peer("dict", "plain dict", DictForm),
    Peer("recipe", "recipe", RecipeForm),
    Peer("marked-recipe", "recipe, with markers", MarkedRecipeForm),
    Peer(
        "attributes",
        "attributes of a Dexterity item",
        ContentForm,
        portal_type="benchmark-attributes-{schema}",
    ),
    Peer(
        "behavior",
        "plone.behavior AnnotationStorage",
        ContentForm,
        portal_type="benchmark-behavior-{schema}",
    ),
    Peer("registry", "RegistryEditForm", RecordsForm),
    Peer("ours", "AnnotationEditForm", OurForm),
    Peer("ours-marked", "AnnotationEditForm, with markers", MarkedForm),
    Peer("ours-careless", "AnnotationEditForm, DETECT_CONFLICTS = False", CarelessForm),
)
#: Those that keep files, relations and rows.
PEERS_OF_LARGE = tuple(
    peer
    for peer in PEERS
    if peer.name in ("attributes", "behavior", "ours", "ours-careless")
)
#: Those that a browser can open: plone.protect stops the write on GET of the other.
PEERS_IN_BROWSER = tuple(peer for peer in PEERS if peer.name != "marked-recipe")
