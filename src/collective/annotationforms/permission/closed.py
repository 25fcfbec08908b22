"""Views below which there is nothing but views."""

from typing import Any
from zope.component import queryMultiAdapter
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse
from zope.publisher.interfaces import NotFound


@implementer(IPublishTraverse)
class Closed:
    """Mixed into a view: below its address there is nothing but views of it.

    Without this, Zope publishes each method and attribute that has a docstring.
    """

    def publishTraverse(self, request: Any, name: str) -> Any:
        """See IPublishTraverse"""
        view = queryMultiAdapter((self, request), name=name)
        if view is None:
            raise NotFound(self, name, request)
        return view
