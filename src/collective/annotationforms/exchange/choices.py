"""What is chosen, in JSON: a term of a vocabulary, a page of the site."""

from collective.annotationforms.catalog.search import catalog
from collective.annotationforms.catalog.search import page_of
from collective.annotationforms.exchange.portable import checked
from collective.annotationforms.exchange.portable import portable
from collective.annotationforms.exchange.portable import PortableField
from collective.annotationforms.exchange.portable import same_json
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IAnnotationStorage
from typing import Any
from z3c.relationfield.interfaces import IRelation
from zope.component import adapter
from zope.interface import Invalid
from zope.schema.interfaces import ConstraintNotSatisfied
from zope.schema.interfaces import IChoice


@adapter(IChoice)
class PortableChoice(PortableField):
    """The value of a term, which need not be one that JSON has."""

    def from_json(self, data: Any, storage: IAnnotationStorage, stored: Any) -> Any:
        """See IPortableField"""
        vocabulary = self.field.vocabulary
        # In Python, 1 is true, and in a vocabulary with 1 in it.
        if isinstance(data, str) and _is_in(vocabulary, data):
            return data
        if not hasattr(vocabulary, "__iter__"):
            if type(data) in (int, float) and _is_in(vocabulary, data):
                return data
            raise ConstraintNotSatisfied(data, self.field.__name__)
        # A vocabulary has terms, a source has values.
        for term in vocabulary:
            value = getattr(term, "value", term)
            if same_json(portable(value, self.field), data):
                return value
        raise ConstraintNotSatisfied(data, self.field.__name__)


@adapter(IRelation)
class PortableRelation(PortableField):
    """The UID of the page at its other end."""

    def from_json(self, data: Any, storage: IAnnotationStorage, stored: Any) -> Any:
        """See IPortableField"""
        uid = checked(data, str)
        for brain in catalog().searchResults(UID=uid, show_inactive=True):
            target = page_of(brain)
            if target is not None and uid == brain.UID:
                return target
        raise Invalid(
            _(
                "There is no page with the UID ${uid} that you may see.",
                mapping={"uid": uid},
            )
        )


def _is_in(vocabulary: Any, data: Any) -> bool:
    try:
        return data in vocabulary
    except (LookupError, TypeError, ValueError):
        # A source may expect values of another type, or none that are empty.
        return False
