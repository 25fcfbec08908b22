"""The language of a form: asked for once, and not again for each label.

To find the one of the user's languages that is there, zope.i18n brings the names of all
of them into shape, each time that it translates something.
"""

from typing import Any
from z3c.form.interfaces import IWidget
from zope.component import getUtility
from zope.component import queryUtility
from zope.i18n.interfaces import INegotiator
from zope.i18n.interfaces import ITranslationDomain
from zope.i18n.translationdomain import TranslationDomain
from zope.i18nmessageid import Message


#: That of Plone's templates for widgets.
DOMAIN = "plone"


def language_of(widget: IWidget) -> str | None:
    """Return the language of what is around a widget of a storage.

    None if it is not known: each domain has its own languages.
    """
    texts = (widget.label, widget.field.description)
    domains = {text.domain for text in texts if isinstance(text, Message)}
    # The storage is made for one request.
    known = widget.context._v_kept.setdefault(__name__, {})
    found = {
        _negotiated(domain, widget.request, known) for domain in {DOMAIN, *domains}
    }
    return found.pop() if len(found) == 1 else None


def _negotiated(domain: str, request: Any, known: dict[str, str | None]) -> str | None:
    if domain not in known:
        texts = queryUtility(ITranslationDomain, domain)
        known[domain] = (
            getUtility(INegotiator).getLanguage(texts.getCatalogsInfo(), request)
            # Others may do it in their own way.
            if type(texts) is TranslationDomain
            else None
        )
    return known[domain]
