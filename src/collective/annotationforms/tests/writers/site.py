"""A Plone site on a database server, and the form that the writers save."""

from AccessControl.SecurityManagement import newSecurityManager
from AccessControl.SecurityManagement import noSecurityManager
from AccessControl.users import system
from collections.abc import Iterator
from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.interfaces import IAnnotationFormsLayer
from collective.annotationforms.tests.connections.servers import PostgreSQLServer
from contextlib import contextmanager
from OFS.Application import import_products
from pathlib import Path
from plone.supermodel import model
from tempfile import TemporaryDirectory
from Testing.makerequest import makerequest
from zope import schema
from zope.component import provideAdapter
from zope.interface import Interface
from Zope2.App.patches import apply_patches
from Zope2.App.startup import load_zcml
from Zope2.Startup.run import configure_wsgi
from Zope2.Startup.run import make_wsgi_app

import os
import socket
import subprocess
import sys
import time
import transaction
import Zope2


RELSTORAGE = """<relstorage>
    keep-history %s
    blob-dir $HOME/blobs
    shared-blob-dir off
    <postgresql>
      dsn $(WRITERS_DSN)
    </postgresql>
  </relstorage>"""
#: The storage of each database, and the package that knows it.
STORAGES = {
    "zeo": (
        "ZEO",
        """<zeoclient>
    server 127.0.0.1:$(WRITERS_PORT)
    blob-dir $HOME/blobs
    shared-blob-dir on
  </zeoclient>""",
    ),
    "relstorage": ("relstorage", RELSTORAGE % "on"),
    "relstorage-history-free": ("relstorage", RELSTORAGE % "off"),
}
CONFIGURATION = {
    "zope.conf": """
%%import %(package)s
%%define HOME $(WRITERS_HOME)
instancehome $HOME
clienthome $HOME
<zodb_db main>
  mount-point /
  cache-size 30000
  %(storage)s
</zodb_db>
""",
    "site.zcml": """
<configure
    xmlns="http://namespaces.zope.org/zope"
    xmlns:five="http://namespaces.zope.org/five">
  <include package="Zope2.App" />
  <five:loadProducts file="meta.zcml" />
  <five:loadProducts />
  <five:loadProductsOverrides />
</configure>
""",
}
USER = PASSWORD = "writer"  # noqa: S105
PAGE = "/Plone/page"
#: The fields that one writer each changes; all change the log.
COUNTERS = ("first", "second", "third", "fourth")


class ILog(model.Schema):
    """What is counted."""

    log = schema.Text(title="Log", required=False)
    first = schema.Int(title="First", default=0)
    second = schema.Int(title="Second", default=0)
    third = schema.Int(title="Third", default=0)
    fourth = schema.Int(title="Fourth", default=0)


class LogForm(AnnotationEditForm):
    """The form that the writers save."""

    __name__ = "log"
    schema = ILog
    ANNOTATION_STORAGE_KEY = "example.log"


@contextmanager
def server(database: str) -> Iterator[dict[str, str]]:
    """Run a server for one of STORAGES; yields the environment of its clients."""
    package, storage = STORAGES[database]
    with TemporaryDirectory() as home:
        Path(home, "etc").mkdir()
        Path(home, "blobs").mkdir(mode=0o700)
        for name, text in CONFIGURATION.items():
            if name == "zope.conf":
                text = text % {"package": package, "storage": storage}
            Path(home, "etc", name).write_text(text)
        run = zeo_server if database == "zeo" else postgresql_server
        with run(home) as settings:
            yield {"WRITERS_HOME": home, **settings}


@contextmanager
def zeo_server(home: str) -> Iterator[dict[str, str]]:
    """Run a ZEO server with its data in a folder; yields how to reach it."""
    port = free_port()
    command = [sys.executable, "-m", "ZEO.runzeo", "-a", f"127.0.0.1:{port}"]
    command += ["-f", f"{home}/Data.fs"]
    with Path(home, "zeo.log").open("w") as log:
        process = subprocess.Popen(command, cwd=home, stderr=log)  # noqa: S603
    try:
        wait_for(port)
        yield {"WRITERS_PORT": f"{port}"}
    finally:
        process.terminate()
        process.wait()


@contextmanager
def postgresql_server(home: str) -> Iterator[dict[str, str]]:
    """Run PostgreSQL, which has a folder of its own; yields how to reach it."""
    postgresql = PostgreSQLServer()
    try:
        postgresql.start()
        yield {"WRITERS_DSN": dsn(postgresql.settings())}
    finally:
        postgresql.remove()


def dsn(settings: dict) -> str:
    """Return the settings as the drivers of PostgreSQL want them."""
    return " ".join(f"{name}='{value}'" for name, value in settings.items())


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def wait_for(port: int) -> None:
    """Wait until somebody listens on the port."""
    while True:
        with socket.socket() as sock:
            if not sock.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)


def load_code() -> None:
    """Do what starting Zope takes long for, but leave the database alone.

    Processes that are forked from this one need not do it again.
    """
    configure_wsgi(configuration_file())
    apply_patches()
    import_products()
    newSecurityManager(None, system)
    load_zcml()
    noSecurityManager()
    provideAdapter(LogForm, (Interface, IAnnotationFormsLayer), Interface, "log")


def configuration_file() -> str:
    return f"{os.environ['WRITERS_HOME']}/etc/zope.conf"


def application():
    """Return the WSGI application on the server that the environment names."""
    return make_wsgi_app({}, configuration_file())


def make_site() -> None:
    """Make the site, its user and its page."""
    from Products.CMFPlone.factory import addPloneSite

    application()
    app = makerequest(Zope2.app())
    app.acl_users.userFolderAddUser(USER, PASSWORD, ["Manager"], [])
    newSecurityManager(None, app.acl_users.getUser(USER).__of__(app.acl_users))
    profiles = ("plone.app.contenttypes:default", "collective.annotationforms:default")
    site = addPloneSite(app, "Plone", setup_content=False, extension_ids=profiles)
    site.invokeFactory("Document", "page", title="Page")
    transaction.commit()
    noSecurityManager()
    Zope2.DB.close()


def stored() -> dict:
    """Return what the form of the page has stored."""
    application()
    app = Zope2.app()
    transaction.begin()
    found = dict(annotation_storage(app.unrestrictedTraverse(PAGE), "example.log"))
    Zope2.DB.close()
    return found
