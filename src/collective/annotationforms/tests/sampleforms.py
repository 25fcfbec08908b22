"""The forms that the tests use, as users of the package would write them."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationStorageMixin
from collective.annotationforms import AnnotationView
from plone.autoform import directives
from plone.autoform.form import AutoExtensibleForm
from plone.autoform.view import WidgetsView
from plone.supermodel import model
from plone.z3cform.fieldsets.extensible import ExtensibleForm
from plone.z3cform.layout import wrap_form
from typing import ClassVar
from z3c.form import field
from z3c.form.browser.radio import RadioFieldWidget
from z3c.form.button import buttonAndHandler
from z3c.form.form import DisplayForm
from z3c.form.form import EditForm
from z3c.form.form import Form
from z3c.form.group import Group
from z3c.form.group import GroupForm
from zope import schema
from zope.interface import Interface
from zope.interface import Invalid
from zope.interface import invariant
from zope.interface import provider
from zope.schema.interfaces import IContextAwareDefaultFactory


class IFirst(Interface):
    """A marker."""


class ISecond(Interface):
    """Another marker."""


@provider(IContextAwareDefaultFactory)
def title_of_page(context):
    return f"About {context.title}"


class ISettings(model.Schema):
    """A schema with and without defaults, and two fieldsets."""

    name = schema.TextLine(title="Name")
    count = schema.Int(title="Count", default=3, required=False)
    active = schema.Bool(title="Active", default=True, required=False)
    notes = schema.Text(title="Notes", default="one\ntwo", required=False)

    model.fieldset("more", label="More", fields=["colour", "sizes", "subject"])
    colour = schema.Choice(
        title="Colour", values=["red", "green"], default="red", required=False
    )
    sizes = schema.List(
        title="Sizes",
        value_type=schema.Choice(values=["small", "large"]),
        required=False,
    )
    subject = schema.TextLine(
        title="Subject", defaultFactory=title_of_page, required=False
    )
    directives.widget("colour", RadioFieldWidget)

    @invariant
    def not_too_many(data):
        if data.name == "few" and (data.count or 0) > 2:
            raise Invalid("Too many for few.")


class SettingsForm(AnnotationEditForm):
    """The ready-made edit form."""

    schema = ISettings
    label = "Settings"
    ANNOTATION_STORAGE_KEY = "example.settings"
    ASSIGN_INTERFACES = (IFirst, ISecond)


class SettingsView(AnnotationView):
    """The ready-made view of the same data."""

    schema = ISettings
    label = "Settings"
    description = "What was set."
    ANNOTATION_STORAGE_KEY = "example.settings"


class OpenView(SettingsView):
    """Leaves the permission to the registration of the view."""

    permission = None


class ISmall(Interface):
    """A schema for the mixin's smaller forms."""

    name = schema.TextLine(title="Name", required=False)
    count = schema.Int(title="Count", default=3, required=False)


class PlainEditForm(AnnotationStorageMixin, EditForm):
    """z3c.form's edit form, nothing of Plone."""

    fields = field.Fields(ISmall)
    ignoreContext = False
    ASSIGN_INTERFACES = (IFirst,)


class PlainForm(AnnotationStorageMixin, Form):
    """z3c.form's form with a handler of its own."""

    fields = field.Fields(ISmall)

    @buttonAndHandler("Store", name="store")
    def handle_store(self, action):
        data, errors = self.extractData()
        if not errors:
            self.applyChanges(data)
            self.status = "Stored."


class SendingForm(PlainForm):
    """Its handler does what no abort of the transaction takes back."""

    sent: ClassVar = []

    @buttonAndHandler("Send", name="send")
    def handle_send(self, action):
        self.sent.append(self.getContent().get("name"))


class PlainDisplayForm(AnnotationStorageMixin, DisplayForm):
    """z3c.form's display form."""

    fields = field.Fields(ISmall)

    def __call__(self):
        self.update()
        return "".join(widget.render() for widget in self.widgets.values())


class CountGroup(Group):
    """z3c.form's own group: takes the context for its content."""

    label = "Count"
    fields = field.Fields(ISmall).select("count")


class OuterGroup(Group):
    """A group in which there is a group."""

    label = "Outer"
    groups = (CountGroup,)


class PlainGroupForm(AnnotationStorageMixin, GroupForm, EditForm):
    """A group of z3c.form in a form of z3c.form."""

    fields = field.Fields(ISmall).select("name")
    groups = (CountGroup,)


class NestedGroupForm(PlainGroupForm):
    """A group in a group: Plone's templates don't show the inner one."""

    groups = (OuterGroup,)


class ExtensibleGroupForm(AnnotationStorageMixin, ExtensibleForm, EditForm):
    """A group of z3c.form in a form of plone.z3cform."""

    fields = field.Fields(ISmall).select("name")
    groups = (CountGroup,)


class AutoForm(AnnotationStorageMixin, AutoExtensibleForm, EditForm):
    """plone.autoform's form."""

    schema = ISettings


class AutoView(AnnotationStorageMixin, WidgetsView):
    """plone.autoform's view."""

    schema = ISettings

    def render(self):
        return "".join(widget.render() for widget in self.w.values())


WrappedForm = wrap_form(PlainEditForm)
WrappedGroupForm = wrap_form(PlainGroupForm)
WrappedAutoForm = wrap_form(AutoForm)
