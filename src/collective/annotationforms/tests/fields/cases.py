"""The table: a row for each field type, with what is typed and what is stored."""

from collective.annotationforms.tests.fields.choices import BOOLS
from collective.annotationforms.tests.fields.choices import CHOICES
from collective.annotationforms.tests.fields.collections import COLLECTIONS
from collective.annotationforms.tests.fields.grids import GRIDS
from collective.annotationforms.tests.fields.media import FILES
from collective.annotationforms.tests.fields.media import RICH_TEXTS
from collective.annotationforms.tests.fields.numbers import NUMBERS
from collective.annotationforms.tests.fields.relations import RELATIONS
from collective.annotationforms.tests.fields.structures import STRUCTURES
from collective.annotationforms.tests.fields.texts import TEXTS


CASES = (
    TEXTS
    + NUMBERS
    + BOOLS
    + CHOICES
    + COLLECTIONS
    + STRUCTURES
    + RICH_TEXTS
    + FILES
    + RELATIONS
    + GRIDS
)
