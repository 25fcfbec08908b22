"""The table: a row for each field type, with what is typed and what is stored."""

from collective.annotationforms.tests.matrix.choices import BOOLS
from collective.annotationforms.tests.matrix.choices import CHOICES
from collective.annotationforms.tests.matrix.collections import COLLECTIONS
from collective.annotationforms.tests.matrix.grids import GRIDS
from collective.annotationforms.tests.matrix.media import FILES
from collective.annotationforms.tests.matrix.media import RICH_TEXTS
from collective.annotationforms.tests.matrix.numbers import NUMBERS
from collective.annotationforms.tests.matrix.relations import RELATIONS
from collective.annotationforms.tests.matrix.structures import STRUCTURES
from collective.annotationforms.tests.matrix.texts import TEXTS
from collective.annotationforms.tests.matrix.unfit import UNFIT


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
    + UNFIT
)
