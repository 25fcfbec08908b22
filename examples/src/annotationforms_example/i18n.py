"""The translation domain of the example."""

from zope.i18nmessageid import MessageFactory


_ = MessageFactory("annotationforms_example")
