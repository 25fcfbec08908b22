"""Reviews are rows in a PostgreSQL database as well, if the server has one.

A save changes Plone and the database, or neither.
"""

from annotationforms_example.i18n import _
from annotationforms_example.schemas import IPageReview
from collective.annotationforms import schema_view
from collective.annotationforms.connections import foreign_connection
from collective.annotationforms.connections import ForeignUnavailable
from collective.annotationforms.connections.postgresql import PostgreSQL
from collective.annotationforms.connections.postgresql import PostgreSQLReader
from collective.annotationforms.interfaces import IStorageSavedEvent
from zope.component import adapter
from zope.component.hooks import getSite

import logging
import os
import psycopg


logger = logging.getLogger(__name__)

REVIEW_KEY = "annotationforms_example.review"

# This environment variable says where the database is, as psycopg.connect() takes it.
# There is a password in it: its value is neither shown nor logged.
DATABASE = "ANNOTATIONFORMS_EXAMPLE_DATABASE"
# What is raised if there is no connection.
UNREACHABLE = (psycopg.Error, ForeignUnavailable)

NO_DATABASE = _("There is no database: reviews are stored in Plone only.")
NO_ANSWER = _("The database of reviews does not answer: nothing can be saved now.")

COUNT = "SELECT count(*), count(*) FILTER (WHERE verdict = 'change') FROM page_reviews"
DELETE = "DELETE FROM page_reviews WHERE uid = %(uid)s"
STORE = """
    INSERT INTO page_reviews
    VALUES (%(uid)s, %(path)s, %(reviewed_on)s, %(verdict)s, %(findings)s)
    ON CONFLICT (uid) DO UPDATE
    SET (path, reviewed_on, verdict, findings) = (
        excluded.path, excluded.reviewed_on, excluded.verdict, excluded.findings
    )
"""


def is_configured() -> bool:
    """Tell whether there is a database."""
    return bool(os.environ.get(DATABASE))


def join() -> psycopg.Connection:
    """Return the connection to write to, committed or rolled back with Plone.

    The site owns it, so that all pages share it.
    """
    database = foreign_connection(getSite(), PostgreSQL, settings=os.environ[DATABASE])
    return database.join()


def reader() -> psycopg.Connection:
    """Return a second connection, for a page that only shows something.

    It takes no part in the transaction: the page can go on when a query fails.
    """
    database = foreign_connection(
        getSite(), PostgreSQLReader, settings=os.environ[DATABASE], name="reader"
    )
    return database.raw


def summary() -> str:
    """Return what the database knows about the reviews of all pages, in a line."""
    if not is_configured():
        return NO_DATABASE
    try:
        reviews, to_change = reader().execute(COUNT).fetchone()
    except UNREACHABLE as error:
        # Its text may quote the settings.
        logger.warning("Reviews were not counted: %s", type(error).__name__)
        return NO_ANSWER
    return _(
        "Reviews in the database: ${reviews}, pages that need changes: ${to_change}.",
        mapping={"reviews": reviews, "to_change": to_change},
    )


@adapter(IStorageSavedEvent)
def mirror_review(event: IStorageSavedEvent) -> None:
    """Store a review that was saved in the database; one without values is deleted."""
    if event.key != REVIEW_KEY or not is_configured():
        return
    review = schema_view(event.storage, IPageReview)
    values = {
        "uid": event.page.UID(),
        "path": "/".join(event.page.getPhysicalPath()),
        "reviewed_on": review.reviewed_on,
        "verdict": review.verdict,
        "findings": review.findings,
    }
    join().execute(STORE if event.storage else DELETE, values)
