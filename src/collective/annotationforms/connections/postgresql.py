"""PostgreSQL by psycopg 3; needs the extra ``postgresql``.

Settings are a conninfo string, or a dict of what psycopg.connect() takes.
"""

from collections.abc import Iterator
from collective.annotationforms.connections.address import address_of
from collective.annotationforms.connections.connection import ForeignConnection
from collective.annotationforms.connections.datamanager import ForeignDataManager
from collective.annotationforms.connections.errors import ForeignSettingsError
from collective.annotationforms.connections.errors import ForeignTransientError
from contextlib import contextmanager
from contextlib import suppress
from functools import partial
from itertools import count
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import DeadlockDetected
from psycopg.errors import InFailedSqlTransaction
from psycopg.errors import SerializationFailure
from psycopg.pq import TransactionStatus
from time import monotonic
from time import sleep
from typing import Any

import psycopg


# How a conninfo string begins that is an address.
ADDRESS = ("postgresql://", "postgres://")

# What PostgreSQL says of a transaction that may succeed if it runs again.
TRANSIENT = (DeadlockDetected, SerializationFailure)


class TransientStatementError(ForeignTransientError, psycopg.OperationalError):
    """A statement met somebody else's transaction: ZPublisher runs the request again.

    ``except psycopg.Error`` catches it as well.
    """


class Cursor(psycopg.Cursor):
    """Raises TransientStatementError where the request should run again."""

    def execute(self, *args: Any, **options: Any) -> "Cursor":
        """See psycopg.Cursor"""
        with _transient_errors():
            return super().execute(*args, **options)

    def executemany(self, *args: Any, **options: Any) -> None:
        """See psycopg.Cursor"""
        with _transient_errors():
            super().executemany(*args, **options)


@contextmanager
def _transient_errors() -> Iterator[None]:
    try:
        yield
    except TRANSIENT as error:
        raise TransientStatementError(type(error).__name__) from error


class TimedConnection(psycopg.Connection):
    """A connection that does not wait for an answer for ever."""

    answer_timeout: float | None = None

    def wait(self, generator: Any, *args: Any, **options: Any) -> Any:
        """See psycopg.Connection; raises OperationalError when the time is over."""
        options.setdefault("timeout", self.answer_timeout)
        try:
            return super().wait(generator, *args, **options)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                # The answer may still come, and must not be taken for the next one.
                self.close()
            raise


class _Connects:
    """How to connect; all timeouts are class variables, in seconds."""

    connect_timeout = 5
    # What the server may take for a statement.  None leaves it to the server, which
    # pgbouncer may need.
    statement_timeout: float | None = 30.0
    # What an answer may take, if the server can't be asked to stop: it is gone.
    answer_timeout = 40.0

    def connect(self, **defaults: Any) -> TimedConnection:
        """Return a connection; what the settings say goes before the timeouts.

        Raises ForeignSettingsError for settings that can't be read.
        """
        settings = self._parsed()
        defaults |= {"connect_timeout": self.connect_timeout, "cursor_factory": Cursor}
        if self.statement_timeout is not None:
            milliseconds = int(self.statement_timeout * 1000)
            defaults["options"] = f"-c statement_timeout={milliseconds}"
        connect = partial(TimedConnection.connect, **defaults | settings)
        raw = self._made(connect, library="psycopg")
        raw.answer_timeout = self.answer_timeout
        return raw

    def _parsed(self) -> dict[str, Any]:
        """Return the settings as a dict, with nothing left for libpq to take apart."""
        if isinstance(self.settings, str):
            settings = self._parsed_text(self.settings, self.setting())
        else:
            text = self.settings.get("conninfo") or ""
            settings = self._parsed_text(text, self.setting("conninfo"))
            settings |= {
                name: value
                for name, value in self.settings.items()
                if name != "conninfo"
            }
        for name in ("host", "dbname"):
            self._refuse_address(settings, name)
        return settings

    def _parsed_text(self, text: str, what: str) -> dict[str, Any]:
        found = {}
        if text.startswith(ADDRESS):
            # libpq takes a # for a character like others.
            address = address_of(text, what=what, ends="/?")
            text = address.url
            found = {"user": address.user, "password": address.password}
        with suppress(psycopg.ProgrammingError, ValueError):
            parsed = conninfo_to_dict(text)
            return parsed | {name: value for name, value in found.items() if value}
        raise ForeignSettingsError(f"{what} can't be read as a conninfo string")

    def is_alive(self, raw: TimedConnection) -> bool:
        """See ForeignConnection"""
        return not raw.closed and super().is_alive(raw)


class PostgreSQLReader(_Connects, ForeignConnection):
    """For reading only, each statement for itself: takes no part in the transaction."""

    def connect(self) -> TimedConnection:
        """See ForeignConnection"""
        raw = super().connect(autocommit=True)
        raw.read_only = True
        return raw


class PostgreSQL(_Connects, ForeignDataManager):
    """Reads and writes, committed or rolled back together with ZODB."""

    # Ask a new connection what became of a COMMIT without an answer.  It takes one more
    # query in each transaction that writes.
    checks_outcome = False
    # How long to ask, in seconds.
    outcome_timeout = 5.0
    # What the library raises if there is no answer.
    lost_errors: tuple[type[Exception], ...] = (psycopg.OperationalError,)

    def __init__(self, settings: Any, transaction_manager: Any):
        super().__init__(settings, transaction_manager)
        self._savepoint_names = (f"foreign_{number}" for number in count(1))

    def driver(self, raw: Any) -> TimedConnection:
        """Return psycopg's connection, which `raw` may be based on."""
        return raw

    def commit_raw(self, raw: Any) -> None:
        """See ForeignDataManager"""
        driver = self.driver(raw)
        check_not_failed(driver)
        number = self.checks_outcome and transaction_number(driver)
        try:
            raw.commit()
        except self.lost_errors:
            if not number or not self._was_committed(number):
                raise

    def transient(self, error: Exception) -> bool:
        """See ForeignDataManager"""
        return isinstance(error, TRANSIENT)

    def savepoint_raw(self, raw: TimedConnection) -> "SQLSavepoint":
        """See ForeignDataManager"""
        return SQLSavepoint(raw, next(self._savepoint_names))

    def _was_committed(self, number: str) -> bool:
        """Find out what became of a transaction whose connection was lost."""
        with _Connects.connect(self, autocommit=True) as raw:
            until = monotonic() + self.outcome_timeout
            while (status := outcome(raw, number)) == "in progress":
                if monotonic() > until:
                    break
                sleep(0.05)
        return status == "committed"


def check_not_failed(raw: psycopg.Connection) -> None:
    """Raise InFailedSqlTransaction if a statement failed and nobody has rolled back.

    PostgreSQL answers the COMMIT of such a transaction with a ROLLBACK, which psycopg
    does not take for an error.
    """
    if raw.info.transaction_status == TransactionStatus.INERROR:
        raise InFailedSqlTransaction("a statement of the transaction has failed")


def transaction_number(raw: psycopg.Connection) -> str | None:
    """Return PostgreSQL's number of the transaction, None if it has written nothing."""
    found = raw.cursor(row_factory=psycopg.rows.tuple_row).execute(
        "SELECT pg_current_xact_id_if_assigned()::text"
    )
    return found.fetchone()[0]


def outcome(raw: psycopg.Connection, number: str) -> str | None:
    """Return "committed", "aborted", "in progress", or None if nobody knows any more.

    Ends the session that is still at it: its client is gone, but a COMMIT that is on
    its way must not arrive after we have decided.
    """
    cursor = raw.cursor(row_factory=psycopg.rows.tuple_row)
    cursor.execute("SELECT pg_xact_status(%s::xid8)", [number])
    status = cursor.fetchone()[0]
    if status == "in progress":
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_xid = %s::xid8::xid",
            [number],
        )
    return status


class SQLSavepoint:
    """A savepoint of the server."""

    def __init__(self, raw: psycopg.Connection, name: str):
        self._raw = raw
        self._name = name
        raw.execute(f"SAVEPOINT {name}")

    def rollback(self) -> None:
        """See IDataManagerSavepoint"""
        self._raw.execute(f"ROLLBACK TO SAVEPOINT {self._name}")
