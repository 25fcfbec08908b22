"""Measure the control panel with many pages that have form data.

    .venv-6.2/bin/python benchmarks/admin_table.py [PAGES ...]

Makes the demo site in a folder that is deleted afterwards, adds pages with a review,
and asks for each view through the WSGI application, as a browser does: without the
network, with templates compiled.  Prints the median and the slowest of 20 requests,
the mean time of the processor, which other programs do not matter for, and how much
memory the exports need beside.
"""

from base64 import b64encode
from pathlib import Path
from tempfile import TemporaryDirectory

import io
import logging
import resource
import statistics
import sys
import time


sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

import serve


KEY = "annotationforms_example.review"
FOLDER = "pages"
REQUESTS = 20
PAGES_IN_TRANSACTION = 500
TABLE = "@@form-data-pages?form=page-review"
VIEWS = {
    "control panel": "@@form-data-controlpanel",
    "table": TABLE,
    "table, last part": f"{TABLE}&b_start:int={{last}}",
    "table, by date": f"{TABLE}&sort=modified&descending=1",
    "table, by path": f"{TABLE}&sort=path",
    "table, by text": f"{TABLE}&text=number",
    "table, of a value": f"{TABLE}&field=verdict&operator=is&value=Needs+changes",
    "table, by a value": f"{TABLE}&sort=field:reviewed_on",
    "dry run": "@@form-data-cleanup?form=page-review",
    "dry run, by age": "@@form-data-cleanup?form=page-review&before=2999-01-01",
    "preview": "@@form-data-preview?form=page-review",
}
EXPORTS = {
    "CSV": "@@form-data-download?form=page-review&format=csv",
    "JSON": "@@form-data-download?form=page-review&format=json",
}


def add_pages(first, last):
    """Add pages with a review of five fields."""
    from AccessControl.SecurityManagement import newSecurityManager
    from AccessControl.SecurityManagement import noSecurityManager
    from collective.annotationforms import annotation_storage
    from datetime import date
    from plone.dexterity.utils import createContentInContainer
    from Testing.makerequest import makerequest
    from zope.component.hooks import setSite

    import transaction
    import Zope2

    app = makerequest(Zope2.app())
    site = app[serve.SITE_ID]
    setSite(site)
    newSecurityManager(None, app.acl_users.getUser(serve.USER).__of__(app.acl_users))
    if FOLDER not in site:
        createContentInContainer(site, "Folder", id=FOLDER, title="Pages")
        # Else every page of the site has a menu with all these pages.
        site.portal_registry["plone.navigation_depth"] = 1
    for number in range(first, last):
        page = createContentInContainer(
            site[FOLDER],
            "Document",
            id=f"page-{number:06}",
            title=f"Page number {number}",
        )
        annotation_storage(page, KEY).update(
            contact=f"user{number % 50}@example.org",
            notes="Some words about the page. " * 5,
            reviewed_on=date(2026, 1 + number % 12, 1 + number % 28),
            verdict=("good", "change", "remove")[number % 3],
            findings=["Too long", "No picture"],
        )
        if number % PAGES_IN_TRANSACTION == 0:
            transaction.commit()
            app._p_jar.cacheMinimize()
    transaction.commit()
    noSecurityManager()
    setSite(None)
    app._p_jar.close()


def get(application, path):
    """Return status, seconds and size of the answer."""
    login = b64encode(f"{serve.USER}:{serve.DEFAULT_PASSWORD}".encode()).decode()
    view, _mark, query = path.partition("?")
    status = []
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": f"/{serve.SITE_ID}/{view}",
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "HTTP_AUTHORIZATION": f"Basic {login}",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.version": (1, 0),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    start = time.perf_counter()
    answer = application(environ, lambda line, headers: status.append(line))
    size = sum(map(len, answer))
    seconds = time.perf_counter() - start
    if hasattr(answer, "close"):
        answer.close()
    if not status[0].startswith("200"):
        sys.exit(f"{path}: {status[0]}")
    return seconds, size


def memory():
    """Return the most memory that the process had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(application, pages):
    print(f"\n{pages:>6} pages with data {'median':>9} {'slowest':>11} {'CPU':>11}")
    for name, path in VIEWS.items():
        path = path.format(last=pages - pages % 25 - 25)
        get(application, path)
        before = time.process_time()
        seconds = [get(application, path)[0] for _number in range(REQUESTS)]
        cpu = (time.process_time() - before) / REQUESTS
        median = statistics.median(seconds)
        print(f"{name:22} {median:7.3f} s {max(seconds):9.3f} s {cpu:9.3f} s")
    for name, path in EXPORTS.items():
        before = memory()
        seconds, size = get(application, path)
        print(
            f"{name:22} {seconds:13.3f} s, {size / 1e6:.1f} MB,"
            f" {memory() - before:.1f} MB more memory"
        )


def main(numbers):
    logging.basicConfig(level=logging.ERROR)
    with TemporaryDirectory() as folder:
        application = serve.zope_application(Path(folder))
        serve.ensure_site(None)
        done = 0
        for pages in sorted(numbers):
            start = time.perf_counter()
            add_pages(done, pages)
            seconds = time.perf_counter() - start
            print(f"{pages - done} pages added in {seconds:.0f} s")
            done = pages
            measure(application, pages)


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or [100, 1000, 10_000])
