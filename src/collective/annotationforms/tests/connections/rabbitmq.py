"""RabbitMQ for the tests, from Debian: on loopback, in a folder of its own."""

from collective.annotationforms.tests.connections.servers import DebianServer
from collective.annotationforms.tests.connections.servers import free_port
from collective.annotationforms.tests.connections.servers import PASSWORD
from collective.annotationforms.tests.connections.servers import USER
from contextlib import contextmanager
from pathlib import Path

import os
import pika
import subprocess


CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{port}
default_user = {user}
default_pass = {password}
log.console = true
"""


class RabbitMQServer(DebianServer):
    """RabbitMQ with one queue, which every test finds empty."""

    program = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    package = "rabbitmq-server"

    def __init__(self):
        super().__init__()
        # Erlang asks it for the port of a node, and starts it; ours has its own port,
        # so that it ends with us.
        self.names_port = free_port()
        self.nodes_port = free_port()
        (self.folder / "rabbitmq.conf").write_text(
            CONFIGURATION.format(port=self.port, user=USER, password=PASSWORD)
        )
        self.give(self.folder)

    def environment(self):
        folder = self.folder
        return {
            "HOME": str(folder),
            # So that our process is the server, and not the script that started it.
            "RUNNING_UNDER_SYSTEMD": "yes",
            "ERL_EPMD_PORT": str(self.names_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            # So that it ends when told, if it does not know yet that its node is gone.
            "ERL_EPMD_RELAXED_COMMAND_CHECK": "yes",
            "RABBITMQ_NODENAME": "test@localhost",
            "RABBITMQ_DIST_PORT": str(self.nodes_port),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "logs"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-kernel inet_dist_use_interface {127,0,0,1}"
            ),
        }

    def command(self):
        yield "env"
        for name, value in self.environment().items():
            yield f"{name}={value}"
        yield self.program

    def start(self):
        (self.folder / "log").unlink(missing_ok=True)
        super().start()
        with self.channel() as channel:
            channel.queue_declare("news", durable=True)

    def remove(self):
        super().remove()
        subprocess.run(
            ["epmd", "-kill"],  # noqa: S607
            env={"PATH": os.environ["PATH"], "ERL_EPMD_PORT": str(self.names_port)},
            capture_output=True,
            check=False,
        )

    def settings(self, port=None, **more):
        return {
            "host": "127.0.0.1",
            "port": port or self.port,
            "credentials": pika.PlainCredentials(USER, PASSWORD),
        } | more

    def answers(self):
        # Not by trying to connect, as long as nobody listens: in so many tries, one
        # gets this very port as its own, is connected to itself, and the server can't
        # have it.
        return b"started TCP listener" in (self.folder / "log").read_bytes()

    def admin(self):
        return pika.BlockingConnection(pika.ConnectionParameters(**self.settings()))

    @contextmanager
    def channel(self):
        """Give a channel of somebody else."""
        connection = self.admin()
        try:
            yield connection.channel()
        finally:
            connection.close()

    def count(self):
        """Return how many messages wait."""
        with self.channel() as channel:
            return channel.queue_declare("news", passive=True).method.message_count

    def empty(self):
        with self.channel() as channel:
            channel.queue_purge("news")
