"""A server that stops answering in the middle of a page: one wait for all threads."""

from collective.annotationforms.connections import foreign_connection
from collective.annotationforms.connections import ForeignUnavailable
from collective.annotationforms.connections.http import HTTPService
from collective.annotationforms.connections.redis import Redis
from collective.annotationforms.tests.connections.case import later
from collective.annotationforms.tests.connections.case import REDIS
from collective.annotationforms.tests.connections.case import ZODBTestCase
from collective.annotationforms.tests.connections.proxy import Proxy
from collective.annotationforms.tests.connections.service import RecordingService
from collective.annotationforms.tests.connections.service import TLS
from concurrent.futures import ThreadPoolExecutor

import httpx
import redis
import signal


class SilentTests:
    """What holds for each of them; see `ask`, `fall_silent` and `answer_again`."""

    def tearDown(self):
        self.answer_again()
        super().tearDown()

    def connected(self, number):
        """Return objects whose connections, one each, are open."""
        objects = [self.obj() for _number in range(number)]
        for obj in objects:
            self.ask(obj)
        return objects

    def failure(self, obj):
        """Return the class of the error that asking ends with, None without one."""
        try:
            self.ask(obj)
        except (ForeignUnavailable, *self.silence) as error:
            return type(error)
        return None

    def test_one_wait_for_all_pages_and_threads(self):
        objects = self.connected(4)
        self.fall_silent()
        found = [self.failure(obj) for obj in objects for _number in range(2)]
        self.assertTrue(issubclass(found[0], self.silence), found[0])
        self.assertEqual([ForeignUnavailable] * 7, found[1:])
        with ThreadPoolExecutor(4) as threads:
            found = list(threads.map(self.failure, objects))
        self.assertEqual([ForeignUnavailable] * 4, found)
        self.assertEqual(ForeignUnavailable, self.failure(self.obj()))

    def test_afterwards_one_thread_tries_for_all(self):
        objects = self.connected(3)
        self.fall_silent()
        self.failure(objects[0])
        with later(self.Manager.retry_after):
            with ThreadPoolExecutor(3) as threads:
                found = list(threads.map(self.failure, objects))
            self.assertEqual(2, found.count(ForeignUnavailable))

    def test_answers_again(self):
        objects = self.connected(2)
        self.fall_silent()
        self.failure(objects[0])
        self.answer_again()
        with later(self.Manager.retry_after):
            self.assertEqual(
                [None] * 4, [self.failure(obj) for obj in objects for _n in range(2)]
            )
        self.assertIsNone(self.connection(objects[0]).cooldown.failed_at)

    def test_another_server_is_asked(self):
        one, other = self.connected(2)
        self.fall_silent()
        self.failure(one)
        proxy = Proxy(self.server_port())
        self.addCleanup(proxy.close)
        proxy.black_hole = True
        self.proxy = proxy
        self.assertTrue(issubclass(self.failure(other), self.silence))

    def test_a_vote_counts_too(self):
        objects = self.connected(2)
        self.write(objects[0])
        self.fall_silent()
        manager = objects[0]._p_jar.transaction_manager
        self.assertRaises(self.silence, manager.commit)
        manager.abort()
        self.assertEqual(ForeignUnavailable, self.failure(objects[1]))


class TestRedis(SilentTests, ZODBTestCase):
    """Redis is stopped as if its machine had lost the network."""

    layer = REDIS
    silence = (redis.TimeoutError,)

    class Manager(Redis):
        connect_timeout = answer_timeout = 0.3

    def setUp(self):
        self.server = self.layer["server"]
        self.proxy = self.layer["proxy"]
        super().setUp()

    def server_port(self):
        return self.server.port

    def fall_silent(self):
        self.server.process.send_signal(signal.SIGSTOP)

    def answer_again(self):
        self.server.process.send_signal(signal.SIGCONT)

    def connection(self, obj):
        settings = self.server.settings(self.proxy.port)
        return foreign_connection(obj, self.Manager, settings=settings)

    def ask(self, obj):
        self.connection(obj).raw.get("color")

    def write(self, obj):
        self.connection(obj).command("SET", "color", "blue")


class TestHTTP(SilentTests, ZODBTestCase):
    """A service behind a network that swallows what is sent."""

    silence = (httpx.TimeoutException,)

    class Manager(HTTPService):
        connect_timeout = answer_timeout = 0.3

    def setUp(self):
        self.service = RecordingService()
        self.addCleanup(self.service.close)
        self.proxy = self.first = Proxy(self.server_port())
        self.addCleanup(self.proxy.close)
        super().setUp()

    def server_port(self):
        return self.service.port

    def fall_silent(self):
        self.proxy.black_hole = True

    def answer_again(self):
        self.first.restore()

    def connection(self, obj):
        settings = {"base_url": f"http://127.0.0.1:{self.proxy.port}", "verify": TLS}
        return foreign_connection(obj, self.Manager, settings=settings)

    def ask(self, obj):
        self.connection(obj).raw.get("/")

    def write(self, obj):
        self.connection(obj).queue("POST", "/count", json={"add": 1})
