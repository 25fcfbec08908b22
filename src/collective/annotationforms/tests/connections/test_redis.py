"""What a request leaves behind in a session of Redis, and how many there are."""

from collective.annotationforms.connections import foreign_connection
from collective.annotationforms.connections.redis import Redis
from collective.annotationforms.tests.connections.case import OneObject
from collective.annotationforms.tests.connections.case import REDIS
from collective.annotationforms.tests.connections.case import ZODBTestCase

import redis


def subscribed(raw):
    """Return a subscription, which somebody may keep."""
    subscription = raw.pubsub()
    subscription.subscribe("news")
    return subscription


class TestSessions(OneObject, ZODBTestCase):
    """The next request finds a session as it was made, and one only."""

    layer = REDIS

    class Manager(Redis):
        connect_timeout = answer_timeout = 1.0

    def setUp(self):
        self.server = self.layer["server"]
        self.proxy = self.layer["proxy"]
        with self.server.admin() as client:
            client.flushall()
            client.set("color", "green")
        super().setUp()

    def connection(self, **more):
        settings = self.server.settings(self.proxy.port, **more)
        return foreign_connection(self.one, self.Manager, settings=settings)

    def color(self):
        return self.connection().raw.get("color")

    def test_one_socket_for_reading_pipelines_and_the_vote(self):
        for more in ({}, {"single_connection_client": True}):
            with self.subTest(more):
                connection = self.connection(**more)
                before = self.proxy.accepted
                for _number in range(3):
                    connection.raw.get("color")
                    with connection.raw.pipeline() as pipeline:
                        pipeline.get("color").get("size").execute()
                    connection.command("SET", "size", "5")
                    self.manager.commit()
                    self.end_request()
                self.assertEqual(1, self.proxy.accepted - before)

    def test_what_one_request_sets_is_gone_in_the_next(self):
        for sends in (
            lambda raw: raw.select(1),
            lambda raw: raw.execute_command("select 1"),
            lambda raw: raw.client_setname("ada"),
            lambda raw: raw.execute_command("MULTI"),
            lambda raw: raw.execute_command(b"watch", "color"),
            lambda raw: raw.pipeline().watch("color"),
            lambda raw: raw.pipeline(transaction=False).select(1).execute(),
            subscribed,
            lambda raw: raw.client_reply("ON"),
            lambda raw: raw.client_no_evict("ON"),
        ):
            for ends in (self.end_request, self.manager.commit, self.manager.abort):
                with self.subTest(sends=sends.__code__.co_names, ends=ends.__name__):
                    raw = self.connection().raw
                    # So that it is not only the reference that keeps it open.
                    left = sends(raw)
                    ends()
                    self.assertEqual(b"green", self.color())
                    self.assertIsNot(raw, self.connection().raw)
                    del left
                    with self.server.admin() as client:
                        names = [c["name"] for c in client.client_list()]
                    self.assertEqual(["", "admin"], sorted(names))
                    self.end_request()

    def test_what_a_vote_sets_is_gone_in_the_next(self):
        self.connection().command("SELECT", 1)
        self.connection().command("SET", "color", "blue")
        self.manager.commit()
        self.assertEqual(b"green", self.color())

    def test_ordinary_commands_keep_the_session(self):
        for _number in range(3):
            self.assertEqual(b"green", self.color())
            self.connection().raw.set("size", 5)
            self.assertRaises(redis.ResponseError, self.connection().raw.lpush, "size")
            self.end_request()
        self.assertEqual(1, self.connection().opens)

    def test_with_does_not_close(self):
        with self.connection().raw as raw:
            raw.get("color")
        self.assertEqual(b"green", self.color())
        self.assertEqual(1, self.proxy.accepted)

    def test_a_server_that_became_a_replica_is_left_after_one_error(self):
        connection = self.connection()
        self.color()
        with self.server.admin() as client:
            client.replicaof("127.0.0.1", 1)
            self.addCleanup(self.make_master)
        for send in (
            lambda: connection.raw.set("color", "blue"),
            lambda: connection.raw.pipeline().set("color", "blue").execute(),
            self.vote,
        ):
            opens = connection.opens
            with self.assertRaises(redis.RedisError):
                send()
            self.manager.abort()
            self.color()
            self.assertEqual(opens + 1, connection.opens)

    def vote(self):
        self.connection().command("SET", "color", "blue")
        self.manager.commit()

    def make_master(self):
        with self.server.admin() as client:
            client.replicaof("NO", "ONE")
