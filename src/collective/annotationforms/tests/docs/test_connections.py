"""The code of docs/connections.rst runs against real servers."""

from collective.annotationforms.connections import foreign_connections
from collective.annotationforms.tests.connections.case import POSTGRESQL
from collective.annotationforms.tests.connections.case import REDIS
from collective.annotationforms.tests.connections.case import ServerLayer
from collective.annotationforms.tests.connections.servers import until
from collective.annotationforms.tests.connections.service import RecordingService
from collective.annotationforms.tests.connections.slapd import BASE
from collective.annotationforms.tests.connections.slapd import LDAPServer
from collective.annotationforms.tests.connections.test_amqp import RABBITMQ
from collective.annotationforms.tests.docs.test_docs import DocsLayer
from collective.annotationforms.tests.docs.test_docs import DocsTestCase
from collective.annotationforms.tests.docs.test_docs import written_files
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from importlib import import_module
from ldap3.core.exceptions import LDAPException
from plone.app.testing import FunctionalTesting
from socketserver import StreamRequestHandler
from socketserver import ThreadingTCPServer

import json
import threading
import transaction


LDAP = ServerLayer(LDAPServer)


class ConnectionsTestCase(DocsTestCase):
    """Imports a module of the documentation."""

    def setUp(self):
        super().setUp()
        self.find_modules(self.write("docs/connections.rst"))
        self.addCleanup(self.close_connections)

    def close_connections(self):
        transaction.abort()
        for connection in foreign_connections(self.portal).values():
            connection.close()

    def serve(self, server):
        """Run a server in a thread; return its port."""
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server.server_address[1]


class TestPostgreSQL(ConnectionsTestCase):
    layer = FunctionalTesting(bases=(POSTGRESQL, DocsLayer()), name="Docs:PostgreSQL")

    def test_orders(self):
        server = self.layer["server"]
        server.query("DROP TABLE IF EXISTS orders")
        server.query("CREATE TABLE orders (article text)")
        self.addCleanup(server.query, "DROP TABLE orders")
        orders = import_module("my.addon.orders")
        settings = server.settings()
        orders.add_order(self.portal, settings, "tea")
        transaction.abort()
        self.assertEqual(0, orders.count_orders(self.portal, settings))
        orders.add_order(self.portal, settings, "tea")
        self.assertEqual(1, orders.count_orders(self.portal, settings))
        transaction.commit()
        self.assertEqual([("tea",)], server.query("SELECT article FROM orders"))


class TestRedis(ConnectionsTestCase):
    layer = FunctionalTesting(bases=(REDIS, DocsLayer()), name="Docs:Redis")

    def test_hits(self):
        hits = import_module("my.addon.hits")
        settings = self.layer["server"].settings()
        with self.layer["server"].admin() as client:
            client.flushall()
        hits.count_hit(self.portal, settings)
        self.assertEqual(0, hits.hits(self.portal, settings))
        transaction.commit()
        self.assertEqual(1, hits.hits(self.portal, settings))


class TestAMQP(ConnectionsTestCase):
    layer = FunctionalTesting(bases=(RABBITMQ, DocsLayer()), name="Docs:RabbitMQ")

    def test_news(self):
        server = self.layer["server"]
        server.empty()
        news = import_module("my.addon.news")
        news.tell(self.portal, server.settings(), "hello")
        transaction.abort()
        news.tell(self.portal, server.settings(), "hello")
        self.assertEqual(0, server.count())
        transaction.commit()
        self.assertEqual(1, server.count())


class TestLDAP(ConnectionsTestCase):
    layer = FunctionalTesting(bases=(LDAP, DocsLayer()), name="Docs:LDAP")

    def setUp(self):
        super().setUp()
        self.people = import_module("my.addon.people")
        self.proxy = self.layer["proxy"]
        settings = self.layer["server"].settings(self.proxy.port)
        self.settings = settings | {"base": BASE}

    def mail_of(self, uid):
        return self.people.mail_of(self.portal, self.settings, uid)

    def test_people(self):
        for _number in range(3):
            self.assertEqual(["ada@example.org"], self.mail_of("ada"))
            self.assertEqual([], self.mail_of("*"))
            transaction.commit()
        self.assertEqual(1, self.proxy.accepted)

    def test_a_restart_is_not_seen(self):
        for _number in range(3):
            self.assertEqual(["ada@example.org"], self.mail_of("ada"))
            transaction.commit()
            self.layer["server"].restart()
            until(lambda: not self.proxy.connected)

    def test_a_lost_connection_fails_one_request(self):
        self.mail_of("ada")
        self.proxy.fail("reset")
        with self.assertRaises(LDAPException):
            self.mail_of("ada")
        transaction.abort()
        self.assertEqual(["ada@example.org"], self.mail_of("ada"))


class Index(BaseHTTPRequestHandler):
    """A search service that knows one word."""

    documents: list

    def do_GET(self):
        self.answer(json.dumps(self.documents).encode())

    def do_POST(self):
        self.documents += json.loads(
            self.rfile.read(int(self.headers["Content-Length"]))
        )
        self.answer(b"")

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class Words(StreamRequestHandler):
    """A server of the DICT protocol that has nothing but a status."""

    def handle(self):
        self.wfile.write(b"220 hello\r\n")
        while self.rfile.readline():
            self.wfile.write(b"210 up\r\n")


class TestOthers(ConnectionsTestCase):
    def test_index(self):
        handler = type("Handler", (Index,), {"documents": []})
        port = self.serve(ThreadingHTTPServer(("127.0.0.1", 0), handler))
        index = import_module("my.addon.index")
        settings = f"http://127.0.0.1:{port}"
        index.add_to_index(self.portal, settings, {"id": "1"})
        self.assertEqual("[]", index.search(self.portal, settings, "*"))
        transaction.commit()
        self.assertEqual('[{"id": "1"}]', index.search(self.portal, settings, "*"))

    def test_many_documents_in_one_request(self):
        service = RecordingService()
        self.addCleanup(service.close)
        solr = import_module("my.addon.solr")
        for number in range(3):
            solr.index(self.portal, service.url, {"id": "1", "number": number})
            solr.index(self.portal, service.url, {"id": "2"})
        self.assertEqual([], service.asked)
        transaction.commit()
        [(method, path, body, _headers)] = service.asked
        self.assertEqual(("POST", "/update?commit=true"), (method, path))
        self.assertEqual([{"id": "1", "number": 2}, {"id": "2"}], json.loads(body))

    def test_a_token(self):
        service = RecordingService()
        self.addCleanup(service.close)
        rest = import_module("my.addon.rest")
        for _number in range(2):
            found = rest.report(self.portal, service.url, "ada", self.id())
            self.assertEqual("hello", found)
            transaction.commit()
        self.assertEqual(["/token", "/report", "/report"], service.paths())

    def test_words(self):
        port = self.serve(ThreadingTCPServer(("127.0.0.1", 0), Words))
        words = import_module("my.addon.words")
        for _number in range(2):
            found = words.status(self.portal, ("127.0.0.1", port))
            self.assertEqual("210 up", found)
            transaction.commit()

    def test_there_is_a_test_for_each_file(self):
        self.assertEqual(
            {
                *("__init__", "orders", "hits", "index", "words"),
                *("solr", "rest", "news", "people"),
            },
            {
                file.removeprefix("src/my/addon/").removesuffix(".py")
                for file in written_files("docs/connections.rst", None)
            },
        )
