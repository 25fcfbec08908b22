"""A connection of a library of one's own."""

from collective.annotationforms.connections import foreign_connection
from collective.annotationforms.connections import ForeignConnection
from collective.annotationforms.connections.guard import Guard
from collective.annotationforms.tests.connections.case import ZODBTestCase

import socket
import unittest


class Pair(ForeignConnection):
    """A socket, and what is at its other end."""

    def connect(self):
        raw, self.other_end = socket.socketpair()
        return raw

    def close_raw(self, raw):
        super().close_raw(raw)
        self.other_end.close()


class Moody(Pair):
    """Says by an error that its connection is closed, as many libraries do."""

    def is_alive(self, raw):
        if raw.fileno() < 0:
            raise RuntimeError("closed")
        return True


class Broken(Pair):
    """Can't be closed."""

    def close_raw(self, raw):
        super().close_raw(raw)
        raise RuntimeError("closed already")


class TestForeignConnection(ZODBTestCase):
    """The hooks as they are."""

    def setUp(self):
        super().setUp()
        self.one = self.obj()
        self.manager = self.one._p_jar.transaction_manager

    def test_the_same_raw_connection_in_every_transaction(self):
        connection = foreign_connection(self.one, Pair)
        found = set()
        for _number in range(3):
            found.add(connection.raw)
            self.assertIs(connection.raw, connection.raw)
            self.manager.commit()
        self.assertEqual(1, len(found))

    def test_replaced_when_the_other_end_has_closed(self):
        connection = foreign_connection(self.one, Pair)
        old = connection.raw
        connection.other_end.close()
        self.assertIs(old, connection.raw)
        self.manager.commit()
        self.assertIsNot(old, connection.raw)
        self.assertEqual(-1, old.fileno())

    def test_replaced_when_something_came_unasked(self):
        connection = foreign_connection(self.one, Pair)
        old = connection.raw
        connection.other_end.send(b"x")
        self.manager.commit()
        self.assertIsNot(old, connection.raw)

    def test_replaced_when_somebody_has_closed_it(self):
        for factory in (Pair, Moody):
            connection = foreign_connection(self.one, factory, name=factory.__name__)
            with self.subTest(factory=factory):
                old = connection.raw
                old.close()
                self.manager.commit()
                self.assertIsNot(old, connection.raw)

    def test_one_that_can_not_be_closed_does_not_keep_others_open(self):
        broken = foreign_connection(self.one, Broken, name="broken")
        pair = foreign_connection(self.one, Pair)
        raws = [broken.raw, pair.raw]
        with self.assertLogs("collective.annotationforms", "WARNING") as logs:
            self.db.close()
        self.assertEqual([-1, -1], [raw.fileno() for raw in raws])
        self.assertIn("Closing a connection failed: RuntimeError", logs.output[0])

    def test_a_subclass_without_connect_says_what_is_missing(self):
        connection = foreign_connection(self.one, ForeignConnection)
        with self.assertRaisesRegex(NotImplementedError, "has no connect"):
            connection.raw  # noqa: B018


class TestGuard(unittest.TestCase):
    """What becomes of errors that hooks raise."""

    def test_an_error_is_handed_over_and_goes_on_unless_it_was_dealt_with(self):
        seen = []
        error = RuntimeError("closed")
        with Guard(lambda error: seen.append(error) or True):
            raise error
        with self.assertRaises(RuntimeError), Guard(seen.append):
            raise error
        self.assertEqual([error, error], seen)

    def test_what_ends_the_process_is_not_stopped(self):
        for kind in (KeyboardInterrupt, SystemExit):
            with self.assertRaises(kind), Guard(lambda error: True):
                raise kind
