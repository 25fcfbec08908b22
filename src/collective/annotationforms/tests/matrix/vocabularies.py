"""Vocabularies and sources, some of which need the page."""

from Acquisition import aq_parent
from plone.app.vocabularies.catalog import StaticCatalogVocabulary
from Products.CMFCore.interfaces import ISiteRoot
from zope.interface import provider
from zope.schema.interfaces import IContextSourceBinder
from zope.schema.interfaces import IVocabularyFactory
from zope.schema.vocabulary import SimpleTerm
from zope.schema.vocabulary import SimpleVocabulary


def titled(*values: str) -> SimpleVocabulary:
    """Return a vocabulary whose titles differ from its tokens and values."""
    terms = [SimpleTerm(value, f"t-{value}", value.title()) for value in values]
    return SimpleVocabulary(terms)


@provider(IVocabularyFactory)
def colours(context):
    """A vocabulary that is the same everywhere."""
    return titled("red", "green", "blue")


@provider(IVocabularyFactory)
def places(context):
    """A vocabulary that needs the page: what it is, where it is."""
    return titled(context.portal_type, aq_parent(context).getId(), "elsewhere")


@provider(IVocabularyFactory)
def pages(context):
    """All pages of the site, for relations."""
    return StaticCatalogVocabulary({"portal_type": ["Document"]})


@provider(IContextSourceBinder)
def ancestors(context):
    """A source that needs the page: walks up and asks for the path."""
    names = [context.portal_type, *context.getPhysicalPath()[1:-1]]
    while not ISiteRoot.providedBy(context):
        context = aq_parent(context)
    return titled(*names, context.portal_type)
