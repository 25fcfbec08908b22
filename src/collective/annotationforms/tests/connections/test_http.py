"""HTTP services: what is sent, what is left behind, and who votes when."""

from collections import OrderedDict
from collective.annotationforms.connections import foreign_connection
from collective.annotationforms.connections.http import HTTPService
from collective.annotationforms.connections.oauth import ClientCredentials
from collective.annotationforms.connections.redis import Redis
from collective.annotationforms.tests.connections.case import later
from collective.annotationforms.tests.connections.case import OneObject
from collective.annotationforms.tests.connections.case import PostgreSQLTestCase
from collective.annotationforms.tests.connections.case import REDIS
from collective.annotationforms.tests.connections.case import ZODBTestCase
from collective.annotationforms.tests.connections.proxy import Proxy
from collective.annotationforms.tests.connections.service import RecordingService
from persistent.mapping import PersistentMapping

import httpx
import json
import psycopg


class HTTPTestCase(OneObject, ZODBTestCase):
    """A service, and a connection to it."""

    class Manager(HTTPService):
        connect_timeout = answer_timeout = 1.0

    def setUp(self):
        self.service = RecordingService()
        self.addCleanup(self.service.close)
        self.proxy = Proxy(self.service.port)
        self.addCleanup(self.proxy.close)
        super().setUp()

    def connection(self, **more):
        more = {"base_url": f"http://127.0.0.1:{self.proxy.port}"} | more
        settings = self.service.settings(**more)
        return foreign_connection(self.one, self.Manager, settings=settings)


class TestVote(HTTPTestCase):
    """What is sent when the transaction commits."""

    def test_an_answer_below_400_commits(self):
        for status in (200, 201, 204, 301, 302, 303):
            with self.subTest(status):
                self.one["name"] = status
                self.connection().queue("POST", f"/{status}", content=b"x")
                self.manager.commit()
                self.assertEqual(status, self.stored())

    def test_an_answer_that_asks_to_send_it_elsewhere_commits_and_is_logged(self):
        for status in (307, 308):
            with self.subTest(status):
                self.one["name"] = status
                self.connection().queue("POST", f"/{status}", content=b"x")
                with self.assertLogs("collective.annotationforms", "WARNING") as logs:
                    self.manager.commit()
                self.assertIn(f"{status}", logs.output[0])
                self.assertEqual(status, self.stored())

    def test_a_redirect_is_followed_if_the_request_says_so(self):
        options = {"content": b"x", "follow_redirects": True}
        self.connection().queue("POST", "/307", **options)
        self.manager.commit()
        self.assertEqual(["/307", "/elsewhere"], self.service.paths())
        self.assertEqual([b"x", b"x"], self.service.bodies())

    def test_an_answer_from_400_rolls_back(self):
        for status in (400, 404, 409, 500, 503):
            with self.subTest(status):
                self.one["name"] = status
                self.connection().queue("POST", f"/{status}", content=b"x")
                self.assertRaises(httpx.HTTPStatusError, self.manager.commit)
                self.manager.abort()
                self.assertIsNone(self.stored())

    def test_what_was_given_is_sent(self):
        nested = {"document": {"tags": ["first"]}}
        ordered = OrderedDict(number=0, tags=["first"])
        data = bytearray(b"first")
        persistent = PersistentMapping(tags=["first"])
        headers = httpx.Headers({"X-Number": "first"})
        params = {"number": "first"}
        for each in (nested, ordered, persistent):
            self.connection().queue("POST", "/", json=each)
        self.connection().queue("POST", "/", content=data)
        self.connection().queue("POST", "/", headers=headers, params=params)
        nested["document"]["tags"].append("second")
        ordered["tags"].append("second")
        persistent["tags"] = ["second"]
        data[:] = b"other"
        headers["X-Number"] = params["number"] = "second"
        self.manager.commit()
        bodies = self.service.bodies()
        self.assertEqual({"document": {"tags": ["first"]}}, json.loads(bodies[0]))
        self.assertEqual({"number": 0, "tags": ["first"]}, json.loads(bodies[1]))
        self.assertEqual({"tags": ["first"]}, json.loads(bodies[2]))
        self.assertEqual(b"first", bodies[3])
        _method, path, _body, sent = self.service.asked[4]
        self.assertEqual(("/?number=first", "first"), (path, sent["X-Number"]))

    def test_one_body_that_is_filled_again_is_sent_three_times(self):
        body = {}
        for number in range(3):
            body["number"] = number
            self.connection().queue("POST", "/", json=body)
        self.manager.commit()
        sent = [json.loads(body)["number"] for body in self.service.bodies()]
        self.assertEqual([0, 1, 2], sent)


class TestRequests(HTTPTestCase):
    """What one request leaves behind is gone in the next."""

    def ends(self):
        return (self.end_request, self.manager.commit, self.manager.abort)

    def test_cookies_of_one_request_are_not_sent_in_the_next(self):
        for end in self.ends():
            with self.subTest(end.__name__):
                self.connection().raw.get("/cookie")
                self.connection().raw.get("/")
                self.assertEqual("user=ada", self.service.asked[-1][3]["Cookie"])
                end()
                self.connection().raw.get("/")
                self.assertNotIn("Cookie", self.service.asked[-1][3])
        self.assertEqual(1, self.proxy.accepted)

    def test_a_cookie_of_the_read_goes_with_the_vote_and_not_further(self):
        self.connection().raw.get("/cookie")
        self.connection().queue("POST", "/", content=b"x")
        self.manager.commit()
        self.assertEqual("user=ada", self.service.asked[-1][3]["Cookie"])
        self.connection().queue("POST", "/", content=b"x")
        self.manager.commit()
        self.assertNotIn("Cookie", self.service.asked[-1][3])

    def test_what_is_set_on_the_client_holds_for_one_request(self):
        settings = {"headers": {"X-Own": "own"}, "cookies": {"own": "own"}}
        for end in self.ends():
            with self.subTest(end.__name__):
                raw = self.connection(**settings).raw
                raw.headers["X-User"] = "ada"
                raw.headers["X-Own"] = "other"
                raw.auth = ("ada", "secret")
                raw.params = {"user": "ada"}
                raw.timeout = None
                raw.base_url = self.service.url + "/ada"
                raw.follow_redirects = True
                raw.event_hooks["request"].append(print)
                end()
                raw = self.connection(**settings).raw
                raw.get("/303")
                _method, path, _body, sent = self.service.asked[-1]
                self.assertEqual("/303", path)
                self.assertEqual(("own", "own=own"), (sent["X-Own"], sent["Cookie"]))
                self.assertNotIn("X-User", sent)
                self.assertNotIn("Authorization", sent)
                self.assertEqual(1.0, raw.timeout.read)

    def test_streams_half_read_are_closed_at_the_end(self):
        for end in self.ends():
            with self.subTest(end.__name__):
                raw = self.connection().raw
                request = raw.build_request("GET", "/long")
                left = [raw.send(request, stream=True) for _number in range(3)]
                next(left[0].iter_bytes(10))
                end()
                # Who has not joined is told of the end of a request only.
                self.assertEqual("hello", self.connection().raw.get("/").text)
                self.assertEqual([True] * 3, [answer.is_closed for answer in left])

    def test_streams_that_nobody_reads_are_bounded(self):
        raw = self.connection().raw
        request = raw.build_request("GET", "/long")
        left = []
        with self.assertRaisesRegex(httpx.PoolTimeout, "with raw.stream"):
            for _number in range(150):
                left.append(raw.send(request, stream=True))
        self.assertEqual(HTTPService.max_streams, len(left))
        self.assertLessEqual(self.proxy.accepted, HTTPService.max_streams)
        # It is no fault of the server.
        self.assertEqual("hello", self.connection().raw.get("/").text)

    def test_streams_that_are_read_are_not_counted(self):
        raw = self.connection().raw
        for _number in range(2 * HTTPService.max_streams):
            with raw.stream("GET", "/long") as answer:
                self.assertEqual(100_000, len(answer.read()))
        self.assertEqual(1, self.proxy.accepted)

    def test_with_does_not_close(self):
        with self.connection().raw as raw:
            raw.get("/")
        with self.connection().raw as raw:
            self.assertEqual("hello", raw.get("/").text)
        self.assertEqual(1, self.proxy.accepted)


class TestToken(HTTPTestCase):
    """A token is renewed without a new client, and shared by all threads."""

    def credentials(self, **more):
        options = {"client_id": "ada", "client_secret": self.id()} | more
        return ClientCredentials(token_url=f"{self.service.url}/token", **options)

    def ask(self):
        # Made anew for each call, as code that reads its settings does.
        return self.connection(auth=self.credentials()).raw.get("/protected")

    def test_one_token_for_all_requests_and_connections(self):
        for _number in range(2):
            for _again in range(2):
                self.assertEqual("seen", self.ask().text)
                self.end_request()
            self.one = self.obj()
        self.assertEqual(1, self.service.paths().count("/token"))

    def test_a_token_that_has_expired_is_renewed_on_the_same_client(self):
        self.service.handler.expires_in = 60
        self.ask()
        raw = self.connection(auth=self.credentials()).raw
        self.service.tokens.clear()
        with later(60):
            self.assertEqual(200, self.ask().status_code)
        self.assertEqual(["/token", "/protected"] * 2, self.service.paths())
        self.assertIs(raw, self.connection(auth=self.credentials()).raw)

    def test_a_token_that_is_refused_is_renewed_once(self):
        self.ask()
        self.service.tokens.clear()
        self.assertEqual(200, self.ask().status_code)
        self.assertEqual(
            ["/token", "/protected", "/protected", "/token", "/protected"],
            self.service.paths(),
        )

    def test_a_refusal_that_a_token_does_not_mend_is_the_answer(self):
        connection = self.connection(auth=self.credentials())
        self.assertEqual(401, connection.raw.get("/401").status_code)
        self.assertEqual(2, self.service.paths().count("/401"))

    def test_a_vote_uses_it_and_sends_the_body_again(self):
        self.ask()
        self.service.tokens.clear()
        connection = self.connection(auth=self.credentials())
        connection.queue("POST", "/protected", json={"add": 1})
        self.manager.commit()
        self.assertEqual(b'{"add":1}', self.service.bodies()[-1])

    def test_a_stream_is_not_read_for_it(self):
        raw = self.connection(auth=self.credentials()).raw
        with raw.stream("GET", "/long") as answer:
            self.assertFalse(answer.is_stream_consumed)

    def test_the_token_server_refuses(self):
        credentials = ClientCredentials(
            token_url=f"{self.service.url}/403",
            client_id="ada",
            client_secret="s3cret",  # noqa: S106
        )
        with self.assertRaises(httpx.HTTPStatusError) as raised:
            self.connection(auth=credentials).raw.get("/protected")
        self.assertNotIn("s3cret", str(raised.exception))
        self.assertNotIn("s3cret", repr(credentials))

    def test_the_token_server_says_something_else(self):
        credentials = ClientCredentials(
            token_url=f"{self.service.url}/", client_id="ada", client_secret=self.id()
        )
        with self.assertRaisesRegex(httpx.DecodingError, "access_token"):
            self.connection(auth=credentials).raw.get("/protected")

    def test_the_secret_goes_to_the_token_server_only(self):
        self.connection(auth=self.credentials(scope="read write")).raw.get("/")
        (_method, _path, body, headers), (*_rest, others) = self.service.asked
        self.assertEqual(b"grant_type=client_credentials&scope=read+write", body)
        self.assertTrue(headers["Authorization"].startswith("Basic "))
        self.assertTrue(others["Authorization"].startswith("Bearer "))


class TestOrderHTTP(PostgreSQLTestCase):
    """Who can't take back votes last, whatever the classes are called."""

    class Zebra(PostgreSQLTestCase.Manager):
        """Sorts after the others by its name."""

    class Ant(HTTPService):
        """Sorts before the others by its name."""

    def setUp(self):
        super().setUp()
        self.service = RecordingService()
        self.addCleanup(self.service.close)

    def send(self, obj):
        settings = self.service.settings()
        found = foreign_connection(obj, self.Ant, settings=settings, name="other")
        found.queue("POST", "/", content=b"x")

    def sent(self):
        return len(self.service.asked)

    def test_nothing_is_sent_if_another_server_refuses(self):
        self.server.query("DROP TABLE rows")
        self.server.query(
            "CREATE TABLE rows (name text UNIQUE DEFERRABLE INITIALLY DEFERRED)"
        )
        for first in (self.send, lambda obj: self.insert(obj, "a", factory=self.Zebra)):
            with self.subTest(first=first):
                obj = self.obj()
                obj["name"] = "refused"
                with self.assertLogs("collective.annotationforms", "WARNING"):
                    first(obj)
                    self.insert(obj, "a", factory=self.Zebra)
                    self.insert(obj, "a", factory=self.Zebra)
                    self.send(obj)
                manager = obj._p_jar.transaction_manager
                self.assertRaises(psycopg.errors.UniqueViolation, manager.commit)
                manager.abort()
                self.assertEqual(
                    (None, [], 0), (self.stored(), self.rows(), self.sent())
                )


class TestOrderRedis(ZODBTestCase):
    """The same for Redis, seen from its key."""

    layer = REDIS

    def test_sorts_after_those_that_can_roll_back(self):
        class Aardvark(Redis):
            """Sorts before the others by its name."""

        obj = self.obj()
        own = foreign_connection(obj, Aardvark, settings={})
        database = foreign_connection(obj, TestOrderHTTP.Zebra, settings={})
        self.assertLess(database.sortKey(), own.sortKey())
        self.assertTrue(own.sortKey().startswith("~foreign"))
