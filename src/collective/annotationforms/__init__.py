"""Forms for Plone that keep their data in an annotation of the content."""

from zope.i18nmessageid import MessageFactory


_ = MessageFactory("collective.annotationforms")
