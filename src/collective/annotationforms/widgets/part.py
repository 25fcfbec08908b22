"""The addresses of parts: of the widgets of rows, and of the fields of objects."""

from collective.annotationforms.permission.closed import Closed
from Products.Five import BrowserView
from typing import NoReturn
from zope.publisher.interfaces import NotFound


class NothingOfPart(Closed, BrowserView):
    """What a widget serves, but none of its parts: files and images."""

    def __call__(self) -> NoReturn:
        """Raise NotFound."""
        raise NotFound(self.context, self.__name__, self.request)
