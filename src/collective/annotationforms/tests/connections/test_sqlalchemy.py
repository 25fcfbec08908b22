"""An SQLAlchemy session within the transaction."""

from collective.annotationforms.connections.sqlalchemy import SQLAlchemy
from collective.annotationforms.tests.connections.case import PostgreSQLTestCase
from collective.annotationforms.tests.connections.resources import Refused
from collective.annotationforms.tests.connections.resources import Resource
from psycopg.errors import InFailedSqlTransaction
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column
from transaction.interfaces import TransientError

import gc
import psycopg


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "rows"

    name: Mapped[str] = mapped_column(primary_key=True)


class TestSQLAlchemy(PostgreSQLTestCase):
    """The session takes part in the transaction, with the guards of PostgreSQL."""

    class Manager(SQLAlchemy):
        connect_timeout = 2
        answer_timeout = 2.0
        retry_after = 0.5
        checks_outcome = True

    def setUp(self):
        super().setUp()
        self.one = self.obj()
        self.manager = self.one._p_jar.transaction_manager

    def session(self):
        return self.connection(self.one).join()

    def add(self, name):
        self.one["name"] = name
        self.session().add(Row(name=name))

    def assert_both(self, name):
        found = [] if name is None else [name]
        self.assertEqual((name, found), (self.stored(), self.rows()))

    def test_committed_and_aborted_together(self):
        self.add("gone")
        self.manager.abort()
        self.add("new")
        self.manager.commit()
        self.assert_both("new")
        self.assert_sessions(1)

    def test_another_manager_votes_no(self):
        self.add("gone")
        self.manager.get().join(Resource("m", "tpc_vote"))
        self.assertRaises(Refused, self.manager.commit)
        self.manager.abort()
        self.assert_both(None)

    def test_a_server_that_refuses_rolls_zodb_back(self):
        self.server.query("INSERT INTO rows VALUES ('there')")
        self.add("there")
        self.assertRaises(IntegrityError, self.manager.commit)
        self.manager.abort()
        self.assertIsNone(self.stored())

    def test_a_swallowed_error_fails_the_commit(self):
        self.add("gone")
        with self.assertRaises(DBAPIError):
            self.session().execute(text("no SQL"))
        self.assertRaises(InFailedSqlTransaction, self.manager.commit)
        self.manager.abort()
        self.assert_both(None)

    def test_savepoints(self):
        self.add("kept")
        savepoint = self.manager.savepoint()
        for name in ("first", "second"):
            self.add(name)
            self.session().flush()
            savepoint.rollback()
        self.manager.commit()
        self.assert_both("kept")

    def test_objects_last_as_long_as_the_transaction(self):
        self.add("new")
        self.manager.commit()
        session = self.session()
        self.assertEqual([], list(session))
        self.server.query("UPDATE rows SET name = 'changed'")
        self.assertEqual(["changed"], [row.name for row in session.query(Row)])
        self.manager.abort()
        self.assertEqual([], list(self.session()))

    def test_restarts_between_transactions(self):
        for number in range(3):
            self.add(str(number))
            self.manager.commit()
            self.restart()
        self.assertEqual(["0", "1", "2"], self.rows())

    def test_a_restart_within_a_transaction(self):
        self.add("gone")
        self.session().flush()
        self.restart()
        self.assertRaises((DBAPIError, psycopg.Error), self.manager.commit)
        self.manager.abort()
        self.assert_both(None)
        self.add("next")
        self.manager.commit()
        self.assert_both("next")

    def test_a_lost_answer_to_commit(self):
        self.add("new")
        self.proxy.fail("drop_reply", b"COMMIT")
        self.manager.commit()
        self.assert_both("new")

    def test_a_serialization_failure_is_transient(self):
        self.server.query("INSERT INTO rows VALUES ('a')")
        session = self.session()
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        (row,) = session.query(Row)
        self.server.query("UPDATE rows SET name = 'b'")
        row.name = "c"
        self.assertRaises(TransientError, self.manager.commit)
        self.manager.abort()
        self.assertEqual(["b"], self.rows())

    def test_closed_without_waiting_for_the_server(self):
        self.add("gone")
        self.session().flush()
        self.proxy.black_hole = True
        self.connection(self.one).close()
        self.proxy.restore()
        self.manager.abort()
        self.assert_both(None)

    def test_closed_with_the_zodb_connection(self):
        self.session()
        self.manager.abort()
        self.one._p_jar.close()
        self.db.close()
        self.assert_sessions(0)
        with self.assertNoLogs("sqlalchemy"):
            gc.collect()
