"""`make advisories` fails for what we pin, and says when it could not look."""

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from http.server import HTTPServer

import advisories
import demo
import json
import pytest
import threading


ENTRIES = {
    "GHSA-1": {"aliases": ["CVE-1"], "summary": "Writes out of bounds"},
    "PYSEC-1": {"aliases": ["CVE-1"], "details": "The same\nagain"},
    "GHSA-2": {"details": "Another one\nlong"},
    "GHSA-3": {"summary": "No fault after all", "withdrawn": "2026-01-01T00:00:00Z"},
}


@contextmanager
def index(known, status=200):
    """Serve the advisories of some names; gives the address, and what was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["Content-Length"])
            queries = json.loads(self.rfile.read(length))["queries"]
            asked.extend(
                (query["package"]["name"], query["version"]) for query in queries
            )
            names = [known.get(query["package"]["name"], ()) for query in queries]
            found = [[{"id": name} for name in ids] for ids in names]
            self.answer({"results": [{"vulns": ids} if ids else {} for ids in found]})

        def do_GET(self):
            name = self.path.rpartition("/")[2]
            self.answer(ENTRIES[name] | {"id": name})

        def answer(self, data):
            body = json.dumps(data).encode() if status == 200 else b"<html>"
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def folder(tmp_path):
    """A virtual environment with Plone, what it requires, and more."""
    for name, requires in (
        ("Products.CMFPlone", ["zope.one>=1", "Pillow; python_version > '3'"]),
        ("zope.one", ["zope_two", "not-there"]),
        ("zope.two", ["mine; extra == 'test'"]),
        ("Pillow", []),
        ("mine", []),
    ):
        path = tmp_path / f"lib/python3.11/site-packages/{name}-1.0.dist-info"
        path.mkdir(parents=True)
        lines = [f"Name: {name}", "Version: 1.0"]
        lines += [f"Requires-Dist: {text}" for text in requires]
        (path / "METADATA").write_text("\n".join(lines))
    (tmp_path / "constraints.txt").write_text("# All\nmine==1.0\npillow==1.0\n")
    return tmp_path


@pytest.fixture
def look(folder, monkeypatch, capsys):
    """Look for advisories; return the exit code and the lines."""

    def look(url):
        monkeypatch.setenv("ADVISORIES", url)
        code = advisories.main(folder / "constraints.txt", folder)
        return code, capsys.readouterr().out.splitlines()

    return look


def test_nothing_is_known(look):
    with index({}) as (url, asked):
        assert look(url) == (0, ["Looked at 1 versions of ours and 4 of Plone's."])
    names = ["mine", "pillow", "products-cmfplone", "zope-one", "zope-two"]
    assert asked == [(name, "1.0") for name in names]


def test_ours_fails(look):
    with index({"mine": ["GHSA-1", "PYSEC-1", "GHSA-2", "GHSA-3"]}) as (url, _asked):
        assert look(url) == (
            1,
            [
                "mine 1.0 (ours): CVE-1, GHSA-1: Writes out of bounds",
                "mine 1.0 (ours): GHSA-2: Another one",
                "Looked at 1 versions of ours and 4 of Plone's.",
            ],
        )


def test_one_that_was_withdrawn_does_not(look):
    with index({"mine": ["GHSA-3"]}) as (url, _asked):
        assert look(url)[0] == 0


def test_that_of_plone_does_not_unless_we_have_changed_it(look, folder):
    with index({"pillow": ["GHSA-2"]}) as (url, _asked):
        code, lines = look(url)
        assert (code, lines[0]) == (0, "pillow 1.0 (Plone's own): GHSA-2: Another one")
        (folder / "constraints.txt").write_text("# Ours, for a reason.\nPillow==1.0\n")
        code, lines = look(url)
        assert (code, lines[0]) == (1, "pillow 1.0 (ours): GHSA-2: Another one")


def test_no_index_is_no_failure_but_is_said(look):
    addresses = [f"http://127.0.0.1:{demo.free_port()}", "http://no.such.host.invalid"]
    for status in (404, 500, 503):
        with index({}, status) as (url, _asked):
            code, lines = look(url)
            assert (code, lines[0][:12]) == (0, "NOT CHECKED:")
    for url in addresses:
        code, lines = look(url)
        assert (code, lines[0][:12]) == (0, "NOT CHECKED:")
        assert url in lines[0]
