"""Annotatable objects in a ZODB of their own: for tests that need no site."""

from contextlib import contextmanager
from persistent import Persistent
from ZODB.DB import DB
from ZODB.MappingStorage import MappingStorage
from zope.annotation.interfaces import IAttributeAnnotatable
from zope.interface import implementer

import transaction


@implementer(IAttributeAnnotatable)
class Page(Persistent):
    """A content object, as far as annotations are concerned."""

    def getPhysicalPath(self):
        return ("", "site", "page")


class HintedPage(Page):
    """Its hint takes the place of its annotations."""

    subtitle: str = ""


class BarePage(Persistent):
    """Can't be annotated."""


@contextmanager
def database():
    """Open a new database; yields its connection."""
    db = DB(MappingStorage())
    connection = db.open()
    yield connection
    transaction.abort()
    connection.close()
    db.close()


def registered_objects(connection):
    """Return what would be written if the transaction was committed now."""
    return list(connection._registered_objects)
