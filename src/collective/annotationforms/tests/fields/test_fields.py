"""Every field type is put through every step, in a browser.

The rows are in ``matrix/cases.py``, the steps in ``matrix/steps.py``.
"""

from collective.annotationforms.tests.matrix.known import KNOWN_FAILURES
from collective.annotationforms.tests.matrix.layer import FUNCTIONAL
from collective.annotationforms.tests.matrix.steps import FieldsTestCase
from collective.annotationforms.tests.matrix.walk import ALL_ROWS


class TestFields(FieldsTestCase):
    """One test for each row, ``test_textline`` and so on.

    Three rows are tested in a wrapped form, too, and with the rest of the site around
    both; the others in a plain form that stands alone.
    """

    layer = FUNCTIONAL
    known_failures = KNOWN_FAILURES


class TestAllKinds(TestFields):
    """Every row in plain and wrapped forms, with the rest of the site around them."""

    level = 2
    thorough_rows = ALL_ROWS


FieldsTestCase.add_tests_to(TestFields)
