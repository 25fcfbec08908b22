"""AMQP: messages are published when the transaction commits."""

from collective.annotationforms.connections import foreign_connection
from collective.annotationforms.connections import ForeignSettingsError
from collective.annotationforms.connections import ForeignUnavailable
from collective.annotationforms.connections.amqp import AMQP
from collective.annotationforms.connections.amqp import NoAnswer
from collective.annotationforms.tests.connections.case import ServerLayer
from collective.annotationforms.tests.connections.case import ZODBTestCase
from collective.annotationforms.tests.connections.rabbitmq import RabbitMQServer
from collective.annotationforms.tests.connections.servers import PASSWORD
from collective.annotationforms.tests.connections.servers import until
from collective.annotationforms.tests.connections.servers import USER
from collective.annotationforms.tests.connections.test_buffered import BufferedTests
from time import monotonic
from time import sleep

import pika


RABBITMQ = ServerLayer(RabbitMQServer)


class TestAMQP(BufferedTests, ZODBTestCase):
    """What holds for all that collect, and what is RabbitMQ's own."""

    layer = RABBITMQ
    # The method that commits: class 90, method 20.
    request_marker = b"\x00\x5a\x00\x14"
    lost_errors = (pika.exceptions.AMQPConnectionError,)

    class Manager(AMQP):
        connect_timeout = 3.0
        answer_timeout = 2.0

    def setUp(self):
        self.proxy = self.layer["proxy"]
        self.server = self.layer["server"]
        self.server.empty()
        super().setUp()

    def connection(self, **more):
        settings = self.server.settings(self.proxy.port, **more)
        return foreign_connection(self.one, self.Manager, settings=settings)

    def count(self):
        self.connection().publish("", "news", "hello")

    def counted(self):
        return self.server.count()

    def restart(self):
        # The server takes long to start; what a client sees of it is this.
        self.proxy.reset_all()
        until(lambda: not self.proxy.connected)

    def received(self):
        with self.server.channel() as channel:
            return channel.basic_get("news", auto_ack=True)

    def test_what_was_given_is_published_for_good(self):
        self.connection().publish("", "news", "grüezi")
        self.manager.commit()
        _method, properties, body = self.received()
        self.assertEqual(("grüezi", 2), (body.decode(), properties.delivery_mode))
        given = pika.BasicProperties(content_type="text/plain", headers={"n": 1})
        self.connection().publish("", "news", b"x", properties=given)
        given.headers["n"] = 2
        self.manager.commit()
        _method, properties, _body = self.received()
        self.assertEqual(
            ("text/plain", {"n": 1}), (properties.content_type, properties.headers)
        )

    def test_all_messages_or_none(self):
        self.write()
        self.connection().publish("no-such-exchange", "news", "hello")
        self.assertRaises(pika.exceptions.ChannelClosedByBroker, self.manager.commit)
        self.manager.abort()
        self.assertEqual((None, 0), (self.stored(), self.counted()))

    def test_a_message_without_a_queue_rolls_back(self):
        self.one["name"] = "new"
        self.connection().publish("", "no-such-queue", "hello")
        with self.assertRaises(pika.exceptions.UnroutableError) as raised:
            self.manager.commit()
        self.manager.abort()
        self.assertIsNone(self.stored())
        [message] = raised.exception.messages
        self.assertEqual("no-such-queue", message.method.routing_key)
        self.connection().publish("", "no-such-queue", "hello", mandatory=False)
        self.manager.commit()

    def test_one_connection_for_many_requests(self):
        for number in range(3):
            self.write(str(number))
            self.manager.commit()
            self.end_request()
        self.assertEqual((1, 3), (self.proxy.accepted, self.counted()))

    def test_heartbeats_keep_what_is_idle(self):
        connection = self.connection(heartbeat=2)
        connection.raw  # noqa: B018
        # Both sides send one each second.
        for _number in range(4):
            sleep(0.75)
            self.manager.begin()
            self.assertTrue(connection.raw.is_open)
        self.assertEqual(1, connection.opens)

    def test_what_the_server_has_closed_is_opened_again(self):
        connection = self.connection(heartbeat=1)
        connection.raw  # noqa: B018
        self.manager.begin()
        until(lambda: not self.proxy.connected, what="the server closes")
        connection.publish("", "news", "hello")
        self.manager.commit()
        self.assertEqual((2, 1), (connection.opens, self.counted()))

    def test_a_channel_that_was_left_open_does_not_meet_the_next_request(self):
        self.write()
        self.manager.commit()
        channel = self.connection().raw.channel()
        self.assertIsNotNone(channel.basic_get("news")[0])
        self.assertEqual(0, self.counted())
        self.end_request()
        self.assertTrue(self.connection().raw.is_open)
        self.assertFalse(channel.is_open)
        until(self.counted, what="the message is given back")

    def test_a_silent_server_is_waited_for_once(self):
        self.write()
        self.manager.commit()
        other = self.obj()
        self.proxy.black_hole = True
        self.write("lost")
        started = monotonic()
        self.assertRaises(NoAnswer, self.manager.commit)
        self.manager.abort()
        settings = self.server.settings(self.proxy.port)
        found = foreign_connection(other, self.Manager, settings=settings)
        with self.assertRaises(ForeignUnavailable):
            found.raw  # noqa: B018
        self.assertLess(monotonic() - started, 2 * self.Manager.answer_timeout)

    def test_closed_with_the_zodb_connection_without_a_word(self):
        raw = self.connection().raw
        self.proxy.black_hole = True
        started = monotonic()
        self.db.close()
        self.assertLess(monotonic() - started, 0.5)
        self.assertTrue(raw.is_closed)
        self.proxy.restore()
        self.proxy.reset_all()

    def test_settings_may_be_a_url(self):
        url = f"amqp://{USER}:{PASSWORD}@127.0.0.1:{self.proxy.port}/%2f?heartbeat=7"
        found = foreign_connection(self.one, AMQP, settings=url)
        found.publish("", "news", "hello")
        self.manager.commit()
        self.assertEqual(1, self.counted())
        self.assertNotIn(PASSWORD, repr(found))
        self.assertEqual(7, found._parameters().heartbeat)

    def test_no_error_shows_a_password(self):
        for settings in (
            f"amqp://ada:{PASSWORD}/x@127.0.0.1",
            f"amqp://ada:{PASSWORD}@127.0.0.1?heartbeat={PASSWORD}",
            {"host": f"amqp://ada:{PASSWORD}@127.0.0.1"},
            {"host": "127.0.0.1", "heartbeat": -1},
        ):
            with self.subTest(settings), self.assertRaises(ValueError) as raised:
                foreign_connection(self.one, AMQP, settings=settings).raw  # noqa: B018
            self.assertIsInstance(raised.exception, ForeignSettingsError)
            self.assertNotIn(PASSWORD, str(raised.exception))
            self.assertIsNone(raised.exception.__context__)

    def test_a_wrong_password_is_not_shown(self):
        settings = f"amqp://{USER}:s3cret@127.0.0.1:{self.proxy.port}/"
        with self.assertRaises(pika.exceptions.AMQPError) as raised:
            foreign_connection(self.one, AMQP, settings=settings).raw  # noqa: B018
        self.assertNotIn("s3cret", f"{raised.exception!r} {raised.exception}")
