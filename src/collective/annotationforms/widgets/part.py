"""Addresses at which there is nothing: of parts of a value, and of attributes."""

from collective.annotationforms.permission.closed import Closed
from Products.Five import BrowserView
from typing import NoReturn
from zope.publisher.interfaces import NotFound


class NothingOfPart(Closed, BrowserView):
    """What others serve under this name, such as files and images, but not this."""

    def __call__(self) -> NoReturn:
        """Raise NotFound."""
        raise NotFound(self.context, self.__name__, self.request)
