"""An SQLAlchemy session on top of PostgreSQL; needs the extra ``sqlalchemy``.

Settings are those of collective.annotationforms.connections.postgresql.
"""

from collective.annotationforms.connections.errors import ForeignTransientError
from collective.annotationforms.connections.postgresql import check_not_failed
from collective.annotationforms.connections.postgresql import PostgreSQL
from collective.annotationforms.connections.postgresql import TimedConnection
from sqlalchemy import create_engine
from sqlalchemy import event
from sqlalchemy import StaticPool
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from typing import Any


class SQLAlchemy(PostgreSQL):
    """`raw` is a session; its objects last as long as the transaction."""

    lost_errors = (DBAPIError,)

    def connect(self, **defaults: Any) -> Session:
        """See ForeignConnection"""
        driver = super().connect(**defaults)
        engine = create_engine(
            "postgresql+psycopg://", creator=lambda: driver, poolclass=StaticPool
        )
        event.listen(engine, "handle_error", _transient_error)
        return Session(engine, info={"driver": driver})

    def driver(self, raw: Session) -> TimedConnection:
        """See PostgreSQL"""
        return raw.info["driver"]

    def is_alive(self, raw: Session) -> bool:
        """See ForeignConnection"""
        return super().is_alive(self.driver(raw))

    def close_raw(self, raw: Session) -> None:
        """See ForeignConnection"""
        # Without a rollback, which Session.close() would wait for.
        self.driver(raw).close()
        raw.invalidate()

    def commit_raw(self, raw: Session) -> None:
        """See ForeignDataManager"""
        # Before the flush, which would say less clearly what is wrong.
        check_not_failed(self.driver(raw))
        raw.flush()
        super().commit_raw(raw)
        raw.expunge_all()

    def rollback_raw(self, raw: Session) -> None:
        """See ForeignDataManager"""
        raw.rollback()
        raw.expunge_all()

    def transient(self, error: Exception) -> bool:
        """See ForeignDataManager"""
        return super().transient(getattr(error, "orig", error))

    def savepoint_raw(self, raw: Session) -> "SessionSavepoint":
        """See ForeignDataManager"""
        return SessionSavepoint(raw)


class SessionSavepoint:
    """A savepoint of the session and of the server."""

    def __init__(self, session: Session):
        self._session = session
        self._nested = session.begin_nested()

    def rollback(self) -> None:
        """See IDataManagerSavepoint"""
        self._nested.rollback()
        # The transaction may roll back to here again.
        self._nested = self._session.begin_nested()


def _transient_error(context: Any) -> None:
    """Let what ZPublisher knows through SQLAlchemy, which would wrap it."""
    if isinstance(context.original_exception, ForeignTransientError):
        raise context.original_exception
