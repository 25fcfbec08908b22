"""Pages with data, as many as it takes: made without events, and indexed at once.

What the control panel asks for is what pages have that were made by hand: the values in
an annotation, and a record in the catalog with the indexes that a search of the add-on
uses.  There are no versions, no relations, and no place in the order of the folder.
"""

from collections.abc import Iterator
from collective.annotationforms.catalog.index import index_pages as index
from collective.annotationforms.catalog.inventory import INDEX
from contextlib import contextmanager
from datetime import date
from persistent.mapping import PersistentMapping
from plone.app.contenttypes.content import Document
from plone.uuid.interfaces import ATTRIBUTE_NAME
from Products.BTreeFolder2.BTreeFolder2 import BTreeFolder2Base
from typing import Any
from uuid import uuid4
from zope.annotation.interfaces import IAnnotations
from zope.component.hooks import setSite

import admin_table
import transaction
import Zope2


INDEXES = (
    *(INDEX, "allowedRolesAndUsers", "effectiveRange", "getId", "modified"),
    *("object_provides", "path", "portal_type", "review_state", "SearchableText"),
    *("sortable_title", "Title", "UID"),
)
PAGES_IN_TRANSACTION = 1000


def add_pages(first: int, last: int) -> None:
    """Add pages with a review of five fields, to the first ones that were made."""
    # The folder, with all that a site has.
    admin_table.add_pages(0, 0)
    with _site() as site:
        folder = site[admin_table.FOLDER]
        for number in range(first, last):
            _add_page(folder, number)
            if number % PAGES_IN_TRANSACTION == 0:
                transaction.commit()
                site._p_jar.cacheMinimize()
        transaction.commit()


def index_pages() -> None:
    """Index which pages have data, as the button of the control panel does."""
    with _site() as site:
        index(site.portal_catalog)


def _add_page(folder: Any, number: int) -> None:
    page = Document(f"page-{number:06}", title=f"Page number {number}")
    page.portal_type = "Document"
    setattr(page, ATTRIBUTE_NAME, uuid4().hex)
    IAnnotations(page)[admin_table.KEY] = PersistentMapping(_review(number))
    BTreeFolder2Base._setOb(folder, page.id, page)
    page = folder[page.id]
    path = "/".join(page.getPhysicalPath())
    folder.portal_catalog.catalog_object(page, path, idxs=list(INDEXES))


def _review(number: int) -> dict[str, Any]:
    return {
        "contact": f"user{number % 50}@example.org",
        "notes": "Some words about the page. " * 5,
        "reviewed_on": date(2026, 1 + number % 12, 1 + number % 28),
        "verdict": ("good", "change", "remove")[number % 3],
        "findings": ["Too long", "No picture"],
    }


@contextmanager
def _site() -> Iterator[Any]:
    """Open the site in a Connection of its own, as its administrator."""
    from AccessControl.SecurityManagement import newSecurityManager
    from AccessControl.SecurityManagement import noSecurityManager
    from Testing.makerequest import makerequest

    app = makerequest(Zope2.app())
    site = app[admin_table.serve.SITE_ID]
    setSite(site)
    user = app.acl_users.getUser(admin_table.serve.USER)
    newSecurityManager(None, user.__of__(app.acl_users))
    try:
        yield site
    finally:
        transaction.abort()
        noSecurityManager()
        setSite(None)
        app._p_jar.close()
