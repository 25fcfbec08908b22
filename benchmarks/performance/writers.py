"""Zope processes on one database server that save at the same time.

Each opens a form, adds a number of its own to a counter, and saves, as often as it can.
In the end the counters tell how many of the saves are still there.
"""

from collections import Counter
from collective.annotationforms.interfaces import IAnnotationFormsLayer
from collective.annotationforms.tests.writers.__main__ import in_processes
from collective.annotationforms.tests.writers.site import application
from collective.annotationforms.tests.writers.site import COUNTERS
from collective.annotationforms.tests.writers.site import ILog
from collective.annotationforms.tests.writers.site import load_code
from collective.annotationforms.tests.writers.site import make_site
from collective.annotationforms.tests.writers.site import PASSWORD
from collective.annotationforms.tests.writers.site import server
from collective.annotationforms.tests.writers.site import USER
from performance.peers import ContentForm
from performance.site import BEHAVIOR
from performance.site import type_of
from time import monotonic
from webtest import TestApp
from zope.component import provideAdapter
from zope.component import provideHandler
from zope.configuration import xmlconfig
from zope.interface import Interface
from ZPublisher.interfaces import IPubBeforeAbort

import logging
import multiprocessing
import os
import transaction
import Zope2


DATABASES = {"zeo": "ZEO", "relstorage": "RelStorage on PostgreSQL"}
PROCESSES = len(COUNTERS)
#: More than a process can save: what it adds is a power of it, by its number.
BASE = 10_000
#: Which counter on which page a process adds to, by its number.
SCENARIOS = {
    "one page, different fields": lambda number: (0, number),
    "one page, the same field": lambda number: (0, 0),
    "different pages": lambda number: (number, number),
}


class ValuesForm(ContentForm):
    """The form of a page that keeps the values itself, or has an adapter that does."""

    __name__ = "values"
    schema = ILog
    enableCSRFProtection = True


#: The type of the pages and the name of the form, by what keeps the values.
PEERS = {
    "attributes": ("benchmark-attributes", "values"),
    "plone.behavior": ("benchmark-behavior", "values"),
    "AnnotationEditForm": ("benchmark", "log"),
}
# All start to save when all are ready.
_ready = multiprocessing.get_context("fork").Barrier(PROCESSES)


def race(database: str, seconds: float) -> list[dict]:
    """Let the processes save in each scenario; returns a row for each and each peer."""
    with server(database) as settings:
        os.environ.update(settings)
        _load()
        in_processes(make_site, [()])
        in_processes(_make_pages, [()])
        return [
            _run(scenario, peer, seconds) | {"database": DATABASES[database]}
            for scenario in SCENARIOS
            for peer in PEERS
        ]


def _load() -> None:
    """Do what all processes need, in the one that they are forked from."""
    load_code()
    # Conflicts are counted: their tracebacks tell no more.
    logging.getLogger("Zope.SiteErrorLog").setLevel(logging.CRITICAL)
    provides = f"{ILog.__module__}.{ILog.__name__}"
    xmlconfig.string(BEHAVIOR.format(provides=provides))
    provideAdapter(ValuesForm, (Interface, IAnnotationFormsLayer), Interface, "values")


def _make_pages() -> None:
    from AccessControl.SecurityManagement import newSecurityManager
    from Testing.makerequest import makerequest
    from zope.component.hooks import setSite

    application()
    app = makerequest(Zope2.app())
    newSecurityManager(None, app.acl_users.getUser(USER).__of__(app.acl_users))
    site = app["Plone"]
    setSite(site)
    for portal_type, _view in PEERS.values():
        site.portal_types._setObject(portal_type, type_of(portal_type, ILog))
        for scenario in range(len(SCENARIOS)):
            for number in range(PROCESSES):
                page_id = f"{portal_type}-{scenario}-{number}"
                site.invokeFactory(portal_type, page_id, title="A page")
    transaction.commit()
    Zope2.DB.close()


def _run(scenario: str, peer: str, seconds: float) -> dict:
    calls = [(scenario, peer, number, seconds) for number in range(PROCESSES)]
    counts: Counter = sum(in_processes(_write, calls), Counter())
    [kept] = in_processes(_kept, [(scenario, peer)])
    return {
        "scenario": scenario,
        "peer": peer,
        "per_second": counts["saved"] / seconds,
        "lost": counts["saved"] - kept,
        **{name: counts[name] for name in ("saved", "retries", "asked", "failed")},
    }


def _write(scenario: str, peer: str, number: int, seconds: float) -> Counter:
    """Save as often as there is time for; returns how often there was what."""
    counts: Counter = Counter()
    browser = _browser()
    page, counter = SCENARIOS[scenario](number)
    url, name = _url(scenario, peer, page), f"form.widgets.{COUNTERS[counter]}"

    def note_retry(event) -> None:
        counts["retries"] += bool(event.retry)

    browser.get(url)
    provideHandler(note_retry, (IPubBeforeAbort,))
    _ready.wait()
    end = monotonic() + seconds
    while monotonic() < end:
        form = browser.get(url).forms["form"]
        form[name] = str(_number(form[name].value) + BASE**number)
        answer = form.submit("form.buttons.save", expect_errors=True)
        counts[{302: "saved", 200: "asked"}.get(answer.status_int, "failed")] += 1
    Zope2.DB.close()
    return counts


def _kept(scenario: str, peer: str) -> int:
    """Return how many of the saves are in the counters."""
    browser = _browser()
    total = 0
    for page in range(PROCESSES):
        form = browser.get(_url(scenario, peer, page)).forms["form"]
        for name in COUNTERS:
            total += _saves_in(_number(form[f"form.widgets.{name}"].value))
    Zope2.DB.close()
    return total


def _saves_in(value: int) -> int:
    return value and value % BASE + _saves_in(value // BASE)


def _browser() -> TestApp:
    # Plone ignores what is sent from a page of another host, or port.
    browser = TestApp(application(), {"HTTP_HOST": "localhost"})
    browser.authorization = ("Basic", (USER, PASSWORD))
    return browser


def _url(scenario: str, peer: str, page: int) -> str:
    portal_type, view = PEERS[peer]
    page_id = f"{portal_type}-{list(SCENARIOS).index(scenario)}-{page}"
    return f"/Plone/{page_id}/@@{view}?ajax_load=1"


def _number(text: str) -> int:
    return int(text.replace(",", "") or 0)
