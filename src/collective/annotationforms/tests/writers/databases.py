"""The databases that the writers share: a ZEO server, or RelStorage on PostgreSQL."""

from collections.abc import Iterator
from collective.annotationforms.tests.connections.servers import free_port
from collective.annotationforms.tests.connections.servers import PostgreSQLServer
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import socket
import subprocess
import sys
import time


ZOPE_CONF = """
%define HOME $(WRITERS_HOME)
%import relstorage
instancehome $HOME
clienthome $HOME
<zodb_db main>
  mount-point /
  cache-size 30000
{storage}
</zodb_db>
"""
ZEO = """
  <zeoclient>
    server 127.0.0.1:{port}
    blob-dir $HOME/blobs
    shared-blob-dir on
  </zeoclient>
"""
RELSTORAGE = """
  <relstorage>
    keep-history {keep_history}
    blob-dir $HOME/blobs
    <postgresql>
      driver psycopg2
      dsn {dsn}
    </postgresql>
  </relstorage>
"""
SITE_ZCML = """
<configure
    xmlns="http://namespaces.zope.org/zope"
    xmlns:five="http://namespaces.zope.org/five">
  <include package="Zope2.App" />
  <five:loadProducts file="meta.zcml" />
  <five:loadProducts />
  <five:loadProductsOverrides />
</configure>
"""


@contextmanager
def zeo() -> Iterator[dict[str, str]]:
    """Run a ZEO server in a temporary folder; yields environment variables for it."""
    port = free_port()
    with _instance(ZEO.format(port=port)) as home:
        command = [sys.executable, "-m", "ZEO.runzeo", "-a", f"127.0.0.1:{port}"]
        command += ["-f", f"{home}/Data.fs"]
        with Path(home, "zeo.log").open("w") as log:
            process = subprocess.Popen(command, cwd=home, stderr=log)  # noqa: S603
        try:
            _wait_for(port)
            yield {"WRITERS_HOME": home}
        finally:
            process.terminate()
            process.wait()


@contextmanager
def relstorage(*, keep_history: bool) -> Iterator[dict[str, str]]:
    """Run PostgreSQL; yields environment variables for RelStorage on it."""
    server = PostgreSQLServer()
    try:
        server.start()
        settings = server.settings()
        dsn = " ".join(f"{name}='{value}'" for name, value in settings.items())
        storage = RELSTORAGE.format(
            keep_history="true" if keep_history else "false", dsn=dsn
        )
        with _instance(storage) as home:
            yield {"WRITERS_HOME": home}
    finally:
        server.remove()


DATABASES = {
    "zeo": zeo,
    "relstorage": lambda: relstorage(keep_history=True),
    "relstorage-without-history": lambda: relstorage(keep_history=False),
}


@contextmanager
def _instance(storage: str) -> Iterator[str]:
    """Yield the folder of a Zope instance whose database has that storage."""
    with TemporaryDirectory() as home:
        Path(home, "etc").mkdir()
        Path(home, "blobs").mkdir(mode=0o700)
        conf = ZOPE_CONF.format(storage=storage)
        Path(home, "etc", "zope.conf").write_text(conf)
        Path(home, "etc", "site.zcml").write_text(SITE_ZCML)
        yield home


def _wait_for(port: int) -> None:
    while True:
        with socket.socket() as sock:
            if not sock.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
