from collective.annotationforms.connections import check
from collective.annotationforms.connections import foreign_connection
from collective.annotationforms.connections import ForeignConnection
from collective.annotationforms.tests.layers import FORMS_FIXTURE
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.layers import PASSWORD
from contextlib import redirect_stderr
from contextlib import redirect_stdout
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from io import StringIO
from plone.app.testing import applyProfile
from plone.app.testing import FunctionalTesting
from plone.app.testing import SITE_OWNER_NAME
from plone.testing.zope import WSGI_SERVER_FIXTURE
from unittest import mock

import json
import os
import subprocess
import sys
import threading
import transaction
import unittest


TOKEN = "a-token-that-is-long-enough"  # noqa: S105
VIEW = "@@foreign-connections.json"
SERVED = FunctionalTesting(
    bases=(FORMS_FIXTURE, WSGI_SERVER_FIXTURE), name="Forms:Served"
)


class Unreachable(ForeignConnection):
    def connect(self):
        raise OSError("no such server")


def run(*arguments, token=None):
    """Return the exit code of the check and what it prints."""
    environment = {} if token is None else {check.TOKEN: token}
    output = StringIO()
    with (
        mock.patch.dict(os.environ, environment),
        redirect_stdout(output),
        redirect_stderr(output),
    ):
        try:
            code = check.main(arguments)
        except SystemExit as stopped:
            code = stopped.code
    return code, output.getvalue()


class MonitoringTestCase(FunctionalTestCase):
    """With a connection that fails, and one outside of the site."""

    def setUp(self):
        super().setUp()
        self.url = self.portal.absolute_url()
        self.keep(self.portal.portal_catalog)
        self.keep(self.layer["app"].acl_users)

    def keep(self, obj):
        connection = foreign_connection(obj, Unreachable)
        self.addCleanup(obj._p_jar.foreign_connections.clear)
        self.assertRaises(OSError, lambda: connection.raw)

    def start_with(self, token):
        patcher = mock.patch.dict(os.environ, {check.TOKEN: token})
        patcher.start()
        self.addCleanup(patcher.stop)


class TestView(MonitoringTestCase):
    """Who sees what."""

    def get(self, user=None, token=None):
        """Return the status and the answer."""
        browser = self.browser(user)
        if token is not None:
            browser.addHeader("Authorization", f"Bearer {token}")
        browser.open(f"{self.url}/{VIEW}")
        self.assertEqual("application/json", browser.headers["Content-Type"])
        self.assertEqual("no-store", browser.headers["Cache-Control"])
        return browser.headers["status"][:3], json.loads(browser.contents)

    def assert_refused(self, **options):
        refused = {"error": "for managers, or with the token"}
        self.assertEqual(("401", refused), self.get(**options))

    def paths(self, **options):
        status, answer = self.get(**options)
        self.assertEqual("200", status)
        return [row["path"] for row in answer["connections"]]

    def test_a_manager_sees_the_connections_of_the_site(self):
        self.assertEqual(["/plone/portal_catalog"], self.paths(user=SITE_OWNER_NAME))

    def test_the_token_opens_all_of_the_process(self):
        self.start_with(TOKEN)
        expected = ["/acl_users", "/plone/portal_catalog"]
        self.assertEqual(expected, sorted(self.paths(token=TOKEN)))

    def test_others_see_nothing(self):
        self.start_with(TOKEN)
        for options in (
            {},
            {"user": "editor"},
            {"token": ""},
            {"token": TOKEN[:-1]},
            {"token": PASSWORD},
        ):
            with self.subTest(**options):
                self.assert_refused(**options)

    def test_no_token_is_set(self):
        for token in ("", "None"):
            self.assert_refused(token=token)

    def test_a_short_token_opens_nothing(self):
        self.start_with("short")
        self.assert_refused(token="short")  # noqa: S106

    def test_reading_writes_nothing(self):
        self.get(user=SITE_OWNER_NAME)
        self.assertEqual([], self.portal._p_jar._registered_objects)

    def test_not_there_without_the_add_on(self):
        applyProfile(self.portal, "collective.annotationforms:uninstall")
        transaction.commit()
        browser = self.browser(SITE_OWNER_NAME)
        browser.open(f"{self.url}/{VIEW}")
        self.assertEqual("404", browser.headers["status"][:3])


class TestCheck(MonitoringTestCase):
    """The check asks a site that runs."""

    layer = SERVED

    def test_critical(self):
        self.start_with(TOKEN)
        self.assertEqual(
            (2, "FOREIGN CONNECTIONS CRITICAL - not reached: 2 (Unreachable)\n"),
            run(f"{self.url}/{VIEW}", token=TOKEN),
        )

    def test_ok(self):
        self.start_with(TOKEN)
        self.assertEqual(
            (0, "FOREIGN CONNECTIONS OK - 0 of 2 open\n"),
            run(f"{self.url}/{VIEW}", "--recent", "0", token=TOKEN),
        )

    def test_the_wrong_token_is_unknown(self):
        self.start_with(TOKEN)
        with mock.patch.object(check, "TOKEN", "ANOTHER_VARIABLE"):
            code, text = run(f"{self.url}/{VIEW}", token="wrong")  # noqa: S106
        self.assertEqual(3, code)
        self.assertIn("UNKNOWN - HTTP Error 401", text)

    def test_another_page_is_unknown(self):
        code, text = run(self.url)
        self.assertEqual(3, code)
        self.assertIn("UNKNOWN - ", text)


class Redirects(BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self):
        type(self).asked += 1
        self.send_response(302)
        self.send_header("Location", "/login")
        self.end_headers()

    def log_message(self, *arguments):
        pass


class TestUnknown(unittest.TestCase):
    """What the check says of everything else."""

    def test_nobody_listens(self):
        code, text = run("http://127.0.0.1:1/")
        self.assertEqual(3, code)
        self.assertRegex(text, "^FOREIGN CONNECTIONS UNKNOWN - .*refused")

    def test_the_exit_code_is_that_of_the_process(self):
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", check.__name__, "http://127.0.0.1:1/"],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
        )
        self.assertEqual(3, done.returncode)
        self.assertTrue(done.stdout.startswith(b"FOREIGN CONNECTIONS UNKNOWN - "))

    def test_wrong_arguments(self):
        for arguments in ((), ("http://x", "--longest", "x"), ("file:///etc/passwd",)):
            with self.subTest(arguments=arguments):
                code, text = run(*arguments)
                self.assertEqual(3, code)
                self.assertRegex(text, "^FOREIGN CONNECTIONS UNKNOWN - ")

    def test_a_redirect_is_not_followed(self):
        with ThreadingHTTPServer(("127.0.0.1", 0), Redirects) as server:
            threading.Thread(target=server.serve_forever, args=(0.01,)).start()
            code, text = run(f"http://127.0.0.1:{server.server_port}/", token=TOKEN)
            server.shutdown()
        self.assertEqual((3, 1), (code, Redirects.asked))
        self.assertIn("302", text)
