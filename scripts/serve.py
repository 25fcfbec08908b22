"""Serve the demo site; create it first if it is not there.

Called by scripts/dev.sh with the Python of the virtual environment:

    serve.py DATA_FOLDER HOST PORT
"""

from AccessControl.SecurityManagement import newSecurityManager
from AccessControl.SecurityManagement import noSecurityManager
from base64 import b64encode
from pathlib import Path
from Testing.makerequest import makerequest
from threading import Thread
from urllib.error import URLError
from urllib.request import Request
from urllib.request import urlopen
from zc.lockfile import LockError
from Zope2.Startup.run import make_wsgi_app
from ZPublisher.httpexceptions import HTTPExceptionHandler

import logging
import os
import signal
import socket
import sys
import transaction
import waitress
import Zope2


HOME = Path(__file__).resolve().parent.parent / "demo"
SITE_ID = "Plone"
PAGE_ID = "example"
FORM = "@@page-settings"
USER = "admin"
PASSWORD = "admin"  # noqa: S105
EXTENSIONS = (
    "plone.app.contenttypes:default",
    "plonetheme.barceloneta:default",
    "collective.annotationforms:default",
    "annotationforms_example:default",
)


def say(text):
    print(text, flush=True)


def bound_socket(host, port):
    """Return a socket bound to the address, or exit saying why there is none."""
    if not port.isdecimal() or int(port) >= 2**16:
        sys.exit(f"PORT={port} is not a port number")
    try:
        info = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, kind, proto, _name, address = info[0]
        sock = socket.socket(family, kind, proto)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
    except OSError as error:
        sys.exit(
            f"Cannot listen on {host}, port {port}: {error}\n"
            "Stop what listens there, or choose another port: make start PORT=8081"
        )
    return sock


def zope_application(var):
    """Return the WSGI application with its data in the folder `var`."""
    try:
        for folder in (var, var / "blobstorage"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.environ.update(DEMO_HOME=str(HOME), DEMO_VAR=str(var))
        return HTTPExceptionHandler(
            make_wsgi_app({}, str(HOME / "etc" / "zope.conf")),
        )
    except LockError:
        sys.exit(
            f"The data in {var} is in use by another server.\n"
            "Stop that one, or use another folder: make start VAR=var/other"
        )
    except PermissionError as error:
        sys.exit(
            f"Cannot write the data in {var}: {error}\n"
            "Make it yours, or use another folder: make start VAR=/a/folder"
        )


def ensure_site():
    """Create the administrator, the site and the example page, all or nothing."""
    # Plone's modules are imported once Zope has its configuration.
    from Products.CMFPlone.factory import addPloneSite

    app = makerequest(Zope2.app())
    try:
        if SITE_ID in app.objectIds():
            return
        say("Creating the site (only once) ...")
        app.acl_users.userFolderAddUser(USER, PASSWORD, ["Manager"], [])
        newSecurityManager(None, app.acl_users.getUser(USER).__of__(app.acl_users))
        site = addPloneSite(
            app,
            SITE_ID,
            title="Annotation forms",
            profile_id="Products.CMFPlone:plone",
            extension_ids=EXTENSIONS,
        )
        site.invokeFactory("Document", PAGE_ID, title="Example page")
        site.portal_workflow.doActionFor(site[PAGE_ID], "publish")
        transaction.commit()
    finally:
        noSecurityManager()
        transaction.abort()
        app._p_jar.close()


def announce(site_url):
    """Fetch the form, which compiles its templates, and print its address."""
    form_url = f"{site_url}/{PAGE_ID}/{FORM}"
    token = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    request = Request(form_url, headers={"Authorization": f"Basic {token}"})  # noqa: S310
    try:
        urlopen(request).close()  # noqa: S310
    except URLError as error:
        say(f"The server runs, but {form_url} gives: {error}")
    say(
        f"\n  {form_url}\n"
        f"  Log in as {USER}, password {PASSWORD}. Ctrl-C stops the server.\n"
    )


def stop(number, _frame):
    raise SystemExit(128 + number)


def main(var, host, port):
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    sock = bound_socket(host, port)
    logging.basicConfig(level=logging.ERROR)
    say("Starting Plone ...")
    application = zope_application(Path(var).resolve())
    ensure_site()
    server = waitress.create_server(application, sockets=[sock])
    # Plone's theme is off under the host name 127.0.0.1.
    site_url = f"http://localhost:{sock.getsockname()[1]}/{SITE_ID}"
    Thread(target=announce, args=(site_url,), daemon=True).start()
    try:
        server.run()
    finally:
        Zope2.DB.close()
        say("Stopped.")


if __name__ == "__main__":
    main(*sys.argv[1:])
