"""What a URL reaches of the views in this room: the view itself, and nothing else."""

from typing import Any
from typing import NoReturn
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse
from zope.publisher.interfaces import NotFound


@implementer(IPublishTraverse)
class NothingBelow:
    """Mixed into a view whose methods and attributes are no addresses."""

    def publishTraverse(self, request: Any, name: str) -> NoReturn:
        """See IPublishTraverse; raises NotFound."""
        raise NotFound(self, name, request)
