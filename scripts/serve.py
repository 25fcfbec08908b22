"""Serve the demo site; create it first if it is not there.

Called by scripts/dev.sh with the Python of the virtual environment:

    serve.py DATA_FOLDER HOST PORT

The environment variable PASSWORD is the administrator's password.
"""

from AccessControl.SecurityManagement import newSecurityManager
from AccessControl.SecurityManagement import noSecurityManager
from base64 import b64encode
from ipaddress import ip_address
from pathlib import Path
from Testing.makerequest import makerequest
from threading import Thread
from urllib.error import HTTPError
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
#: Only where nobody else gets to.
DEFAULT_PASSWORD = "admin"  # noqa: S105
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


def refuse_guests(host, sock, password):
    """Exit if other computers could come in by a password that everybody knows."""
    if ip_address(sock.getsockname()[0]).is_loopback:
        return
    if not password:
        sys.exit(
            f"HOST={host} lets other computers in, and the password of {USER} would be"
            f" {DEFAULT_PASSWORD}, which everybody knows.\n"
            f"Choose one: make start HOST={host} PASSWORD=...\n"
            f"(PASSWORD={DEFAULT_PASSWORD} says that everybody may change everything.)"
        )
    say(
        f"HOST={host}: whoever reaches this computer can open the site, and read what"
        " goes over the network, the password included."
    )
    if password == DEFAULT_PASSWORD:
        say(f"With the password {DEFAULT_PASSWORD}, everybody can change everything.")


def address_of(host, sock):
    """Return the address that this computer has for itself."""
    ip, port = sock.getsockname()[:2]
    if ip_address(ip).is_loopback or ip_address(ip).is_unspecified:
        # Plone's theme is off under the host name 127.0.0.1.
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


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


def ensure_site(password):
    """Create the administrator, the site and the example page, all or nothing.

    What is there stays, but for the password, if there is one.
    """
    # Plone's modules are imported once Zope has its configuration.
    from Products.CMFPlone.factory import addPloneSite

    app = makerequest(Zope2.app())
    try:
        if SITE_ID in app.objectIds():
            if password:
                app.acl_users.users.updateUserPassword(USER, password)
                transaction.commit()
            return
        say("Creating the site (only once) ...")
        app.acl_users.userFolderAddUser(
            USER, password or DEFAULT_PASSWORD, ["Manager"], []
        )
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


def announce(site_url, password):
    """Fetch the form, which compiles its templates, and print its address."""
    form_url = f"{site_url}/{PAGE_ID}/{FORM}"
    credentials = f"{USER}:{password or DEFAULT_PASSWORD}".encode()
    token = b64encode(credentials).decode()
    request = Request(form_url, headers={"Authorization": f"Basic {token}"})  # noqa: S310
    # Not written out: others may look at the screen, or read the log.
    shown = "the password that you chose"
    try:
        with urlopen(request) as answer:  # noqa: S310
            # Who may not use the form gets that for logging in.
            if answer.url == form_url and password in (None, DEFAULT_PASSWORD):
                shown = f"password {DEFAULT_PASSWORD}"
    except HTTPError as error:
        if error.code != 401:
            say(f"The server runs, but {form_url} gives: {error}")
    except URLError as error:
        say(f"The server runs, but {form_url} gives: {error}")
    say(f"\n  {form_url}\n  Log in as {USER}, {shown}. Ctrl-C stops the server.\n")


def stop(number, _frame):
    raise SystemExit(128 + number)


def main(var, host, port):
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    # Nobody needs to find it in the environment later.
    password = os.environ.pop("PASSWORD", None) or None
    sock = bound_socket(host, port)
    refuse_guests(host, sock, password)
    logging.basicConfig(level=logging.ERROR)
    say("Starting Plone ...")
    application = zope_application(Path(var).resolve())
    ensure_site(password)
    server = waitress.create_server(application, sockets=[sock])
    arguments = (f"{address_of(host, sock)}/{SITE_ID}", password)
    Thread(target=announce, args=arguments, daemon=True).start()
    try:
        server.run()
    finally:
        Zope2.DB.close()
        say("Stopped.")


if __name__ == "__main__":
    main(*sys.argv[1:])
