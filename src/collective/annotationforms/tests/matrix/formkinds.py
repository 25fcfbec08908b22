"""The forms of each field type, made from the table of cases."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationStorageMixin
from collective.annotationforms import AnnotationView
from collective.annotationforms.tests.matrix.cases import CASES
from plone.autoform.form import AutoExtensibleForm
from plone.autoform.interfaces import MODES_KEY
from plone.autoform.interfaces import WIDGETS_KEY
from plone.autoform.widgets import ParameterizedWidget
from plone.supermodel import model
from plone.supermodel.interfaces import FIELDSETS_KEY
from plone.z3cform.layout import wrap_form
from z3c.form.form import EditForm
from zope.interface import Interface
from zope.interface.interface import InterfaceClass


BROWSER = "http://namespaces.zope.org/browser"
NAMES = ("value", "grouped")

PAGE = """
    <browser:page
        name="{name}"
        for="*"
        class="{class_name}"
        permission="{permission}"
        layer="collective.annotationforms.interfaces.IAnnotationFormsLayer"
        />
"""


def make_schema(case, module):
    """Return a schema with the case's field twice, the second time in a fieldset."""
    fields = {}
    for name in NAMES:
        fields.update(case.beside(name))
        fields[name] = case.field(title=name.title(), default=case.default)
    schema = InterfaceClass(
        f"I{case.class_name}", (model.Schema,), fields, __module__=module
    )
    in_fieldset = [name for name in fields if name.startswith("grouped")]
    schema.setTaggedValue(
        FIELDSETS_KEY, [model.Fieldset("more", label="More", fields=in_fieldset)]
    )
    if case.widget is not None:
        widgets = {
            name: ParameterizedWidget(case.widget, **case.options(name))
            for name in NAMES
        }
        schema.setTaggedValue(WIDGETS_KEY, widgets)
    if case.mode:
        modes = [(Interface, name, case.mode) for name in NAMES]
        schema.setTaggedValue(MODES_KEY, modes)
    return schema


def make_pages(case, namespace, mixin, edit_form, view_page) -> str:
    """Put the classes of the case's pages into `namespace`, return their ZCML."""
    schema = make_schema(case, namespace["__name__"])
    namespace[schema.__name__] = schema
    members = {
        "schema": schema,
        "label": case.title,
        "ANNOTATION_STORAGE_KEY": case.key,
        "__module__": namespace["__name__"],
    }
    bases = (mixin, AutoExtensibleForm, EditForm)
    pages = {
        "edit": type("Edit", (edit_form,), members | {"nextURL": shown_by(case)}),
        "wrapped": wrap_form(type("Wrapped", bases, members)),
        "view": type("View", (view_page,), members),
    }
    zcml = ""
    for suffix, cls in pages.items():
        class_name = f"{case.class_name}{suffix.title()}"
        namespace[class_name] = cls
        permission = "zope2.View" if suffix == "view" else "cmf.ModifyPortalContent"
        zcml += PAGE.format(
            name=f"{case.name}-{suffix}",
            class_name=f"{namespace['__name__']}.{class_name}",
            permission=permission,
        )
    return zcml


def pages_of_cases(namespace, mixin, edit_form, view_page) -> str:
    """Put all classes into `namespace`, return the ZCML of their pages."""
    pages = [make_pages(case, namespace, mixin, edit_form, view_page) for case in CASES]
    return f'<configure xmlns:browser="{BROWSER}">{"".join(pages)}</configure>'


def shown_by(case):
    """Return a method: the page that follows Save shows the data."""

    def nextURL(self):
        return f"{self.context.absolute_url()}/@@{case.name}-view?ajax_load=1"

    return nextURL


ZCML = pages_of_cases(
    globals(), AnnotationStorageMixin, AnnotationEditForm, AnnotationView
)
