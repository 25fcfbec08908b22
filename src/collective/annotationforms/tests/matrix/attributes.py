"""The same forms as z3c.form has them: they keep their data in attributes.

Not a test: what fails here as well is no fault of the storage.  See
``scripts/fields_table.py --attributes``.
"""

from Acquisition import aq_base
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationView
from collective.annotationforms.tests.matrix import formkinds
from collective.annotationforms.tests.matrix.layer import FieldsLayer
from collective.annotationforms.tests.matrix.steps import FieldsTestCase
from collective.annotationforms.tests.matrix.walk import ALL_ROWS
from plone.app.testing import FunctionalTesting
from plone.autoform.form import AutoExtensibleForm
from plone.autoform.view import WidgetsView
from typing import ClassVar
from z3c.form.form import EditForm
from zope.interface import alsoProvides

import transaction


class Attributes:
    """Where AnnotationStorageMixin would be."""


class AttributesEditForm(AutoExtensibleForm, EditForm):
    """Our edit form without the storage."""

    ignoreContext = False
    enableCSRFProtection = True
    buttons = AnnotationEditForm.buttons
    handlers = AnnotationEditForm.handlers
    success_message = AnnotationEditForm.success_message
    no_changes_message = AnnotationEditForm.no_changes_message
    _leave = AnnotationEditForm._leave


class AttributesView(WidgetsView):
    """Our view without the storage."""

    label = "Form data"
    description = ""
    index = vars(AnnotationView)["index"]


class AttributesLayer(FieldsLayer):
    """The forms of all cases, without the storage."""

    known_failures: ClassVar[dict] = {}
    zcml = formkinds.pages_of_cases(
        globals(), Attributes, AttributesEditForm, AttributesView
    )


FUNCTIONAL = FunctionalTesting(bases=(AttributesLayer(),), name="Attributes:Functional")


class AttributesTestCase(FieldsTestCase):
    """Puts the cases through the same steps."""

    layer = FUNCTIONAL
    thorough_rows = ALL_ROWS

    def walk(self, case):
        schema = globals()[f"{case.class_name}Edit"].schema
        alsoProvides(self.page, schema)
        transaction.commit()
        super().walk(case)

    def data(self, page):
        values = vars(aq_base(page))
        page._p_activate()
        return {
            name: values[name] for name in formkinds.NAMES if name in values
        } or None

    def stored(self, page=None):
        transaction.begin()
        return self.data(page or self.page)

    def store(self, page=None, **values):
        for name, value in values.items():
            setattr(page or self.page, name, value)
        transaction.commit()

    def forget(self):
        for name in formkinds.NAMES:
            delattr(self.page, name)
        transaction.commit()

    def persistent_values(self, page):
        return [aq_base(page), *(self.data(page) or {}).values()]


FieldsTestCase.add_tests_to(AttributesTestCase)
