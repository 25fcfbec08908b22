"""AMQP, as RabbitMQ speaks it, by pika; needs the extra ``amqp``.

Settings are a URL, or a dict of what pika.ConnectionParameters() takes.
"""

from collections.abc import Callable
from collective.annotationforms.connections.address import address_of
from collective.annotationforms.connections.buffered import BufferedDataManager
from collective.annotationforms.connections.cooldown import Cooldown
from contextlib import suppress
from copy import deepcopy
from functools import partial
from pika.adapters.blocking_connection import BlockingChannel
from pika.adapters.blocking_connection import ReturnedMessage
from pika.exceptions import AMQPConnectionError
from pika.exceptions import AMQPError
from pika.exceptions import ConnectionClosedByClient
from pika.exceptions import UnroutableError
from typing import Any
from urllib.parse import parse_qs
from urllib.parse import urlsplit

import pika


class NoAnswer(AMQPConnectionError):
    """The server did not answer within `answer_timeout`; the connection is closed."""


class Connection(pika.BlockingConnection):
    """A connection that does not wait for an answer for ever."""

    answer_timeout: float | None = None
    # Not before it is open, which is a try by itself.
    cooldown: Cooldown | None = None

    def __init__(self, parameters: pika.connection.Parameters):
        self._channels: list[BlockingChannel] = []
        super().__init__(parameters)

    def channel(self, channel_number: int | None = None) -> BlockingChannel:
        """See pika.BlockingConnection; leave none open, ``with`` closes it."""
        channel = super().channel(channel_number)
        self._channels = [each for each in self._channels if each.is_open]
        self._channels.append(channel)
        return channel

    @property
    def has_channels(self) -> bool:
        """Tell whether a channel is open, which may hold messages back."""
        return any(channel.is_open for channel in self._channels)

    def _flush_output(self, *waiters: Callable[[], bool]) -> None:
        """See pika.BlockingConnection, which waits here for whatever it has asked.

        Raises NoAnswer when the time is over, and ForeignUnavailable.
        """
        if self.cooldown is None:
            return super()._flush_output(*waiters)
        loop = self._impl.ioloop
        with self.cooldown.trying(NoAnswer):
            timer = loop.call_later(self.answer_timeout, self._give_up)
            try:
                return super()._flush_output(*waiters)
            finally:
                if self.is_open:
                    loop.remove_timeout(timer)

    def _give_up(self) -> None:
        self._impl._terminate_stream(NoAnswer("the server did not answer in time"))

    def abandon(self) -> None:
        """Close without a word to the server, as pika does not."""
        if self.is_closed:
            return
        self._impl._terminate_stream(ConnectionClosedByClient(200, "closed"))
        with suppress(AMQPError):
            # Until the socket is closed, which waits for nobody.
            super()._flush_output(lambda: False)

    def __exit__(self, *error: Any) -> None:
        """Stay open for the next request."""


class AMQP(BufferedDataManager):
    """Publishes when the transaction commits: all messages, or none.

    `raw` is a connection of pika, such as for asking how long a queue is.  What is
    published by its channels is sent at once.
    """

    connect_timeout = 5.0
    answer_timeout = 10.0

    def connect(self) -> Connection:
        """See ForeignConnection; raises ForeignSettingsError."""
        raw = Connection(self._parameters())
        raw.answer_timeout = self.answer_timeout
        raw.cooldown = self.cooldown
        return raw

    def _parameters(self) -> pika.connection.Parameters:
        settings = self.settings
        defaults = {
            "socket_timeout": self.connect_timeout,
            "stack_timeout": self.connect_timeout,
            # A server that is short of memory says so, and answers later.
            "blocked_connection_timeout": self.answer_timeout,
            # The server closes what is silent for that long: nobody sends between two
            # requests.
            "heartbeat": int(2 * self.max_idle),
        }
        if isinstance(settings, str):
            return self._made(
                partial(self._parsed, settings, defaults),
                library="pika",
                refusals=(ValueError, TypeError),
            )
        self._refuse_address(settings, "host")
        make = partial(pika.ConnectionParameters, **defaults | settings)
        return self._made(make, library="pika")

    def _parsed(self, url: str, defaults: dict) -> pika.URLParameters:
        address = address_of(url, what=self.setting())
        parameters = pika.URLParameters(address.url)
        named = parse_qs(urlsplit(address.url).query)
        for name in defaults.keys() - named.keys():
            setattr(parameters, name, defaults[name])
        if address.user is not None:
            parameters.credentials = pika.PlainCredentials(
                address.user, address.password or ""
            )
        return parameters

    def is_alive(self, raw: Connection) -> bool:
        """See ForeignConnection; reads and sends heartbeats, too."""
        try:
            raw.process_data_events(time_limit=0)
        except AMQPError:
            return False
        return raw.is_open and not raw.has_channels

    def close_raw(self, raw: Connection) -> None:
        """See ForeignConnection"""
        raw.abandon()

    def publish(
        self,
        exchange: str,
        routing_key: str,
        body: bytes | str,
        *,
        properties: pika.BasicProperties | None = None,
        mandatory: bool = True,
    ) -> None:
        """Collect a message, published in the vote.

        It outlives a restart of the server unless `properties` say something else.  If
        it is `mandatory` and goes to no queue, UnroutableError rolls ZODB back.
        """
        if isinstance(body, str):
            body = body.encode()
        # Persistent: a commit is for good.
        properties = deepcopy(properties) or pika.BasicProperties(delivery_mode=2)
        self.add((exchange, routing_key, body, properties, mandatory))

    def send(self, raw: Connection, items: list) -> None:
        """See BufferedDataManager"""
        returned: list[ReturnedMessage] = []

        def note_returned(_channel: Any, *message: Any) -> None:
            returned.append(ReturnedMessage(*message))

        with raw.channel() as channel:
            channel.add_on_return_callback(note_returned)
            channel.tx_select()
            for message in items:
                channel.basic_publish(*message)
            channel.tx_commit()
            raw.process_data_events(time_limit=0)
        if returned:
            raise UnroutableError(returned)
