"""Every field type is put through every step, in a browser.

The rows are in ``fields/cases.py``, the steps in ``fields/steps.py``.
"""

from collective.annotationforms.tests.matrix.known import KNOWN_FAILURES
from collective.annotationforms.tests.matrix.layer import FUNCTIONAL
from collective.annotationforms.tests.matrix.steps import FieldsTestCase


class TestFields(FieldsTestCase):
    """One test for each row, ``test_textline`` and so on."""

    layer = FUNCTIONAL
    known_failures = KNOWN_FAILURES


FieldsTestCase.add_tests_to(TestFields)
