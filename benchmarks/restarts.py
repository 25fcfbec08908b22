"""A Plone server goes on while PostgreSQL restarts, and ends with its connections.

    .venv-6.2/bin/python benchmarks/restarts.py [--requests 2000] [--restarts 5]
        [--threads 4]

Starts PostgreSQL, and Plone as people run it (runwsgi with waitress) with the example
add-on.  Every request opens the form of page reviews, which shows a number from
PostgreSQL; every tenth one saves it as well, which changes ZODB and PostgreSQL.  In
the end one process of Plone gets a SIGTERM, another one a SIGINT.

Prints the figures as JSON.  The exit code is 1 if anything went wrong.
"""

from annotationforms_example.mirror import DATABASE
from argparse import ArgumentParser
from base64 import b64encode
from collective.annotationforms.tests.connections.servers import free_port
from collective.annotationforms.tests.connections.servers import PostgreSQLServer
from collective.annotationforms.tests.connections.servers import until
from concurrent.futures import ThreadPoolExecutor
from lxml import html
from pathlib import Path
from psycopg.conninfo import make_conninfo
from tempfile import TemporaryDirectory
from threading import Lock
from time import monotonic
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import build_opener
from urllib.request import HTTPCookieProcessor
from urllib.request import Request

import annotationforms_example
import json
import os
import signal
import subprocess
import sys


ROOT = Path(__file__).resolve().parent.parent
SCHEMA = Path(annotationforms_example.__file__).with_name("reviews.sql")
# Without the rest of the site, as in an overlay: that is none of what is measured.
FORM = "Plone/example/@@page-review?ajax_load=1"
# That of the demo site, see scripts/serve.py.
LOGIN = b64encode(b"admin:admin").decode()
SAVE_EVERY = 10

# A shell lets those that run in its background ignore SIGINT.  The first process makes
# the site; Zope starts only once in a process, so it serves what was started for that.
SERVE = """
from pathlib import Path
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
data = Path(sys.argv.pop())
if not (data / "Data.fs").exists():
    import serve
    serve.zope_application(data)
    serve.ensure_site(None)
from Zope2.Startup.serve import main
sys.exit(main())
"""
INI = """
[app:zope]
use = egg:Zope#main
zope_conf = {root}/demo/etc/zope.conf

[pipeline:main]
pipeline =
    egg:Zope#httpexceptions
    zope

[server:main]
use = egg:waitress#main
host = 127.0.0.1
port = {port}
threads = {threads}
"""


class Plone:
    """A process of Plone, with its data in a folder."""

    def __init__(self, folder, database, threads):
        self.port = free_port()
        self.log = folder / "log"
        self.ini = folder / "zope.ini"
        self.ini.write_text(INI.format(root=ROOT, port=self.port, threads=threads))
        self.environment = os.environ | {
            "DEMO_HOME": str(ROOT / "demo"),
            "DEMO_VAR": str(folder),
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PYTHONWARNINGS": "ignore",
            DATABASE: database,
        }
        self.command = [sys.executable, "-c", SERVE, str(self.ini), str(folder)]
        self.process = None

    def start(self):
        """Start and wait until the form is shown; what Plone says goes to the log."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                self.command,
                cwd=ROOT / "scripts",
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        until(self.is_ready, seconds=240, what="Plone answers")

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(self.log.read_text())
        try:
            return self.open()
        except URLError:
            return False

    def open(self, data=None):
        """Open the form, or send it; return what is shown then."""
        request = Request(
            f"http://localhost:{self.port}/{FORM}",
            data and urlencode(data).encode(),
            {"Authorization": f"Basic {LOGIN}"},
        )
        # Plone keeps in a cookie what the next page has to say.
        opener = build_opener(HTTPCookieProcessor())
        with opener.open(request, timeout=60) as response:
            return response.read().decode()

    def end(self, number):
        """Send a signal; return exit code and seconds until the end."""
        began = monotonic()
        self.process.send_signal(number)
        return self.process.wait(30), round(monotonic() - began, 2)


class Visitors:
    """Open the form of a server, and save it now and then, one at a time."""

    def __init__(self, plone):
        self.plone = plone
        self.saves = []
        self.failed = []
        self._saving = Lock()

    def visit(self, number):
        """Do one request, and a second one to save what the form has then."""
        try:
            shown = self.plone.open()
            self.expect("Reviews in the database: ", shown, number)
            if number % SAVE_EVERY == 0:
                with self._saving:
                    self.save(number)
        except (OSError, ValueError) as error:
            self.failed.append(f"{number}: {error}")

    def save(self, number):
        form = html.fromstring(self.plone.open()).get_element_by_id("form")
        typed = {
            "form.widgets.contact": "zoe@example.org",
            "form.widgets.reviewed_on": "2026-11-20",
            "form.widgets.verdict": "change",
            "form.widgets.findings": str(number),
            "form.buttons.save": "Save",
        }
        shown = self.plone.open(dict(form.form_values()) | typed)
        self.saves.append(number)
        self.expect("Changes saved.", shown, number)

    def expect(self, text, shown, number):
        if text not in shown:
            self.failed.append(f"{number}: not found: {text}")


def visit_and_restart(plone, server, options):
    """Do all requests; return the figures."""
    visitors = Visitors(plone)
    rounds = options.restarts + 1
    began = monotonic()
    with ThreadPoolExecutor(options.threads) as threads:
        for number in range(rounds):
            first, last = (options.requests * n // rounds for n in (number, number + 1))
            list(threads.map(visitors.visit, range(first, last)))
            if number < options.restarts:
                server.restart("immediate" if number % 2 else "fast")
    return {
        "requests": options.requests,
        "saves": len(visitors.saves),
        "restarts": options.restarts,
        "seconds": round(monotonic() - began, 1),
        "failed": visitors.failed,
        "both agree": stored(plone, server) == [str(visitors.saves[-1])] * 2,
    }


def stored(plone, server):
    """Return what was saved last: in ZODB, on the server."""
    (findings,) = html.fromstring(plone.open()).xpath(
        "//textarea[@name='form.widgets.findings']/text()"
    )
    ((rows,),) = server.query("SELECT findings FROM page_reviews")
    return [findings.strip(), *rows]


def end(plone, server, number):
    """Send a signal; return what became of process and sessions."""
    before = len(server.sessions())
    code, seconds = plone.end(number)
    until(lambda: not server.sessions(), what="the sessions are gone")
    return {
        "sessions before": before,
        "exit code": code,
        "seconds": seconds,
        "sessions": len(server.sessions()),
    }


def arguments():
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--restarts", type=int, default=5)
    parser.add_argument("--threads", type=int, default=4)
    return parser.parse_args()


def figures(folder, server, options):
    """Start Plone, visit it, end it by each signal."""
    plone = Plone(folder, make_conninfo(**server.settings()), options.threads)
    try:
        plone.start()
        found = visit_and_restart(plone, server, options)
        found["SIGTERM"] = end(plone, server, signal.SIGTERM)
        plone.start()
        found["SIGINT"] = end(plone, server, signal.SIGINT)
    finally:
        if plone.process is not None:
            plone.process.kill()
    return found | {"errors in the log": plone.log.read_text().count("Traceback")}


def is_good(found):
    """Tell whether nothing went wrong."""
    return (
        not found["failed"]
        and not found["errors in the log"]
        and found["both agree"]
        and found["SIGTERM"]["exit code"] == -signal.SIGTERM
        and found["SIGINT"]["exit code"] == 0
        and all(found[name]["sessions before"] for name in ("SIGTERM", "SIGINT"))
    )


def main():
    options = arguments()
    server = PostgreSQLServer()
    server.start()
    try:
        server.query(SCHEMA.read_text(encoding="utf-8"))
        with TemporaryDirectory(prefix="annotationforms-") as folder:
            found = figures(Path(folder), server, options)
    finally:
        server.remove()
    print(json.dumps(found, indent=2))
    return 0 if is_good(found) else 1


if __name__ == "__main__":
    sys.exit(main())
