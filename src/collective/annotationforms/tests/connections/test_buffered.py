"""Writers for servers without rollback: Redis and HTTP services."""

from collective.annotationforms.connections import BufferedDataManager
from collective.annotationforms.connections import foreign_connection
from collective.annotationforms.connections import ForeignUnavailable
from collective.annotationforms.connections.http import HTTPService
from collective.annotationforms.connections.redis import Redis
from collective.annotationforms.tests.connections.case import later
from collective.annotationforms.tests.connections.case import OneObject
from collective.annotationforms.tests.connections.case import REDIS
from collective.annotationforms.tests.connections.case import ZODBTestCase
from collective.annotationforms.tests.connections.proxy import Proxy
from collective.annotationforms.tests.connections.resources import Refused
from collective.annotationforms.tests.connections.resources import Resource
from collective.annotationforms.tests.connections.servers import PASSWORD
from collective.annotationforms.tests.connections.servers import until
from collective.annotationforms.tests.connections.service import Service
from collective.annotationforms.tests.connections.service import TLS
from http.server import BaseHTTPRequestHandler
from time import monotonic
from transaction.interfaces import ISavepointDataManager
from transaction.interfaces import NoTransaction
from unittest import mock
from ZODB.POSException import ConflictError
from zope.interface.verify import verifyObject

import httpx
import redis
import threading
import transaction


class BufferedTests(OneObject):
    """What holds for each of them; see `count` and `counted`."""

    def write(self, name="new"):
        """Store the name in ZODB, and count on the server."""
        self.one["name"] = name
        self.count()

    def test_provides_the_interface_of_data_managers(self):
        verifyObject(ISavepointDataManager, self.connection())

    def test_sent_when_the_transaction_commits(self):
        self.write()
        self.assertEqual(0, self.counted())
        self.manager.commit()
        self.assertEqual(("new", 1), (self.stored(), self.counted()))
        self.manager.commit()
        self.assertEqual(1, self.counted())

    def test_an_abort_sends_nothing(self):
        self.write()
        self.manager.abort()
        self.write()
        self.manager.commit()
        self.assertEqual(1, self.counted())

    def test_nothing_connects_before_the_vote(self):
        self.write()
        self.assertEqual(0, self.proxy.accepted)
        self.manager.abort()
        self.assertEqual(0, self.proxy.accepted)

    def test_a_savepoint_is_the_length_of_the_buffer(self):
        self.count()
        savepoint = self.manager.savepoint()
        for _number in range(2):
            self.count()
            self.count()
            savepoint.rollback()
        self.count()
        self.manager.commit()
        self.assertEqual(2, self.counted())

    def test_joined_after_a_savepoint(self):
        savepoint = self.manager.savepoint()
        self.count()
        savepoint.rollback()
        self.count()
        self.manager.commit()
        self.assertEqual(1, self.counted())

    def test_another_manager_votes_no(self):
        self.write()
        self.manager.get().join(Resource("m", "tpc_vote"))
        self.assertRaises(Refused, self.manager.commit)
        self.manager.abort()
        self.assertEqual((None, 0), (self.stored(), self.counted()))

    def test_a_conflict_counts_once(self):
        runs = 0
        for attempt in self.manager.attempts(3):
            with attempt:
                runs += 1
                self.write()
                if runs < 3:
                    resource = Resource("m", "tpc_vote", error=ConflictError)
                    self.manager.get().join(resource)
        self.assertEqual((3, 1), (runs, self.counted()))

    def test_a_lost_request_rolls_zodb_back(self):
        self.write()
        self.proxy.fail("drop_request", self.request_marker)
        self.assertRaises(self.lost_errors, self.manager.commit)
        self.manager.abort()
        self.assertEqual((None, 0), (self.stored(), self.counted()))

    def test_a_lost_answer_is_in_doubt_and_counts_once(self):
        self.write()
        self.proxy.fail("drop_reply", self.request_marker)
        self.assertRaises(self.lost_errors, self.manager.commit)
        self.manager.abort()
        self.assertEqual((None, 1), (self.stored(), self.counted()))

    def test_refused(self):
        with self.proxy.refusing():
            self.write()
            self.assertRaises(self.lost_errors, self.manager.commit)
            self.manager.abort()
            self.write()
            started = monotonic()
            self.assertRaises(ForeignUnavailable, self.manager.commit)
            self.assertLess(monotonic() - started, 0.1)
            self.manager.abort()
        self.assertEqual((None, 0), (self.stored(), self.counted()))
        with later(self.Manager.retry_after):
            self.write()
            self.manager.commit()
        self.assertEqual(("new", 1), (self.stored(), self.counted()))

    def test_a_black_hole(self):
        patcher = mock.patch.object(self.Manager, "answer_timeout", 0.3)
        patcher.start()
        self.addCleanup(patcher.stop)
        self.write()
        self.manager.commit()
        self.proxy.black_hole = True
        self.write("lost")
        started = monotonic()
        self.assertRaises(self.lost_errors, self.manager.commit)
        self.manager.abort()
        self.assertLess(monotonic() - started, 3)
        self.assertEqual("new", self.stored())

    def test_an_explicit_manager_without_a_transaction(self):
        manager = transaction.TransactionManager(explicit=True)
        connection = type(self.connection())(None, manager)
        self.assertRaises(NoTransaction, connection.add, "item")

    def test_the_server_restarts_between_and_within_transactions(self):
        for number in range(3):
            self.write(str(number))
            self.restart()
            self.manager.commit()
            self.restart()
            self.assertEqual(str(number), self.stored())


class TestRedis(BufferedTests, ZODBTestCase):
    """Redis: a transaction of commands."""

    layer = REDIS
    request_marker = b"EXEC"
    lost_errors = (redis.ConnectionError, redis.TimeoutError)

    class Manager(Redis):
        connect_timeout = answer_timeout = 1.0

    def setUp(self):
        self.proxy = self.layer["proxy"]
        self.server = self.layer["server"]
        with self.server.admin() as client:
            client.flushall()
        super().setUp()

    def connection(self):
        settings = self.server.settings(self.proxy.port)
        return foreign_connection(self.one, self.Manager, settings=settings)

    def count(self):
        self.connection().command("INCR", "counter")

    def counted(self):
        with self.server.admin() as client:
            return int(client.get("counter") or 0)

    def restart(self):
        self.server.restart()
        until(lambda: not self.proxy.connected)

    def test_reads_at_once(self):
        with self.server.admin() as client:
            client.set("color", "green")
        self.assertEqual(b"green", self.connection().raw.get("color"))
        self.connection().command("SET", "color", "blue")
        self.assertEqual(b"green", self.connection().raw.get("color"))
        self.manager.commit()
        self.assertEqual(b"blue", self.connection().raw.get("color"))

    def test_one_session_without_a_failed_read_over_restarts(self):
        for _number in range(4):
            self.assertIsNone(self.connection().raw.get("color"))
            self.manager.commit()
            self.assertEqual(1, self.server.sessions())
            self.restart()
        self.assertEqual(4, self.connection().opens)

    def test_closed_with_the_zodb_connection(self):
        self.connection().raw.get("color")
        self.one._p_jar.close()
        self.assertEqual(1, self.server.sessions())
        self.db.close()
        until(lambda: self.server.sessions() == 0)

    def test_all_commands_or_none(self):
        connection = self.connection()
        connection.command("SET", "a", 1)
        connection.command("NO-SUCH-COMMAND")
        self.assertRaises(redis.ResponseError, self.manager.commit)
        self.manager.abort()
        with self.server.admin() as client:
            self.assertEqual([], client.keys())

    def test_settings_may_be_a_url(self):
        url = f"redis://:{PASSWORD}@127.0.0.1:{self.proxy.port}/0"
        connection = foreign_connection(self.one, Redis, settings=url, name="url")
        self.assertIsNone(connection.raw.get("color"))
        self.assertNotIn(PASSWORD, repr(connection))


class Handler(BaseHTTPRequestHandler):
    """Counts POSTs, and refuses those to /refused."""

    protocol_version = "HTTP/1.1"
    posts = None
    authorization = None

    def do_GET(self):
        type(self).authorization = self.headers["Authorization"]
        self.answer(200, b"hello")

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/refused":
            self.answer(409, b"")
        else:
            self.posts.append(self.path)
            self.answer(200, b"")

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class TestHTTP(BufferedTests, ZODBTestCase):
    """A service like a search server."""

    request_marker = b"POST"
    lost_errors = (httpx.TransportError,)

    class Manager(HTTPService):
        connect_timeout = answer_timeout = 1.0

    def setUp(self):
        self.handler = type("Handler", (Handler,), {"posts": []})
        self.service = None
        self.start(0)
        self.proxy = Proxy(self.service.server_port)
        self.addCleanup(self.proxy.close)
        self.addCleanup(self.stop)
        super().setUp()

    def start(self, port):
        self.service = Service(("127.0.0.1", port), self.handler)
        thread = threading.Thread(target=self.service.serve_forever, args=(0.01,))
        thread.daemon = True
        thread.start()

    def stop(self):
        self.service.shutdown()
        self.service.server_close()

    def restart(self):
        port = self.service.server_port
        self.stop()
        self.proxy.reset_all()
        until(lambda: not self.proxy.connected)
        self.start(port)

    def connection(self, **more):
        settings = {
            "base_url": f"http://127.0.0.1:{self.proxy.port}",
            # Loading certificates takes longer than a test.
            "verify": TLS,
        }
        settings |= more
        return foreign_connection(self.one, self.Manager, settings=settings)

    def count(self):
        self.connection().queue("POST", "/count", json={"add": 1})

    def counted(self):
        return len(self.handler.posts)

    def test_reads_at_once_on_one_connection(self):
        for _number in range(3):
            self.assertEqual("hello", self.connection().raw.get("/").text)
            self.manager.commit()
        self.assertEqual(1, self.proxy.accepted)

    def test_no_failed_read_over_restarts(self):
        for _number in range(3):
            self.assertEqual("hello", self.connection().raw.get("/").text)
            self.manager.commit()
            self.restart()

    def test_a_refusal_rolls_zodb_back(self):
        self.one["name"] = "refused"
        self.connection().queue("POST", "/refused", content=b"x")
        self.assertRaises(httpx.HTTPStatusError, self.manager.commit)
        self.manager.abort()
        self.assertIsNone(self.stored())

    def test_a_password_in_the_url_is_shown_nowhere(self):
        url = f"http://ada:{PASSWORD}@127.0.0.1:{self.proxy.port}"
        connection = self.connection(base_url=url)
        connection.raw.get("/")
        self.assertTrue(self.handler.authorization.startswith("Basic "))
        connection.queue("POST", "/refused", content=b"x")
        with self.assertRaises(httpx.HTTPStatusError) as raised:
            self.manager.commit()
        self.assertNotIn(PASSWORD, str(raised.exception))
        self.assertIn("/refused", str(raised.exception))
        self.manager.abort()


class TestHooks(ZODBTestCase):
    """What a subclass for another server has to say."""

    def test_send_gets_all_items_in_order_at_once(self):
        sent = []

        class Queue(BufferedDataManager):
            def connect(self):
                return object()

            def is_alive(self, raw):
                return True

            def close_raw(self, raw):
                pass

            def send(self, raw, items):
                sent.append(items)

        obj = self.obj()
        connection = foreign_connection(obj, Queue)
        for item in ("a", "b"):
            connection.add(item)
        obj._p_jar.transaction_manager.commit()
        self.assertEqual([["a", "b"]], sent)
