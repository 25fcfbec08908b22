"""The demo site in a browser, for the browser tests and the screenshots."""

from contextlib import contextmanager
from pathlib import Path
from playwright.sync_api import sync_playwright
from urllib.error import URLError
from urllib.request import urlopen

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time


ROOT = Path(__file__).resolve().parent.parent
USER = "admin"
PASSWORD = "admin"  # noqa: S105
PAGE = "/example"
WINDOW = {"width": 1200, "height": 800}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
SECONDS_TO_START = 180


class DemoError(Exception):
    """The demo site or the browser does not start; the text says why."""


def chromium_path():
    """Return the path of the Chromium to use."""
    named = os.environ.get("CHROMIUM")
    for name in [named] if named else CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    raise DemoError(
        "Chromium is needed"
        + (f", and CHROMIUM={named} is not a program" if named else "")
        + ". On Debian: apt-get install chromium."
        " If it is elsewhere, name it: CHROMIUM=/path/to/chromium"
    )


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return sock.getsockname()[1]


def wait_for(url, server, log):
    """Return when the server answers."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urlopen(url).close()  # noqa: S310
        except URLError:
            time.sleep(0.2)
        else:
            return
    raise DemoError(f"The demo site does not start:\n{log.read_text()}")


@contextmanager
def demo_site():
    """Start a new demo site as `make start` does; give its address."""
    with tempfile.TemporaryDirectory(prefix="annotationforms-") as folder:
        port = free_port()
        site_url = f"http://localhost:{port}/Plone"
        log = Path(folder) / "server.log"
        settings = {
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "VAR": str(Path(folder) / "var"),
            "PASSWORD": PASSWORD,
        }
        with log.open("w") as output:
            server = subprocess.Popen(
                ["sh", "scripts/dev.sh", "start"],  # noqa: S607
                cwd=ROOT,
                env=os.environ | settings,
                stdout=output,
                stderr=output,
            )
        try:
            wait_for(site_url + PAGE, server, log)
            yield site_url
        finally:
            server.terminate()
            server.wait()


@contextmanager
def chromium():
    """Start Chromium; give Playwright's browser object."""
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


def new_page(browser, login=None, **options):
    """Return a new window of a fixed size, logged in if `login` is given.

    `login` is the result of `logged_in`; the options are those of Playwright.
    """
    standard = {"viewport": WINDOW, "reduced_motion": "reduce", "locale": "en-US"}
    context = browser.new_context(storage_state=login, **standard | options)
    return context.new_page()


def log_in(page, site_url, user=USER, password=PASSWORD):
    """Log in through the login form."""
    page.goto(f"{site_url}/login")
    fill_in_login(page, user, password)


def fill_in_login(page, user=USER, password=PASSWORD):
    page.fill("#__ac_name", user)
    page.fill("#__ac_password", password)
    page.click("#buttons-login")
    page.wait_for_selector("body.userrole-authenticated")


def logged_in(browser, site_url, user=USER, password=PASSWORD):
    """Log in through the login form; return the cookies for `new_page`."""
    page = new_page(browser)
    log_in(page, site_url, user, password)
    login = page.context.storage_state()
    page.context.close()
    return login


def add_editor(window, site_url, user, full_name, password):
    """Add a user who may edit all pages."""
    response = window.request.post(
        f"{site_url}/@users",
        headers={"Accept": "application/json"},
        data={
            "username": user,
            "fullname": full_name,
            "email": f"{user}@example.org",
            "password": password,
            "roles": ["Editor", "Reader", "Member"],
        },
    )
    if not response.ok:
        raise DemoError(f"The user {user} was not added: {response.text()}")


def add_page(window, site_url, title, tags=""):
    """Add a page, private to the user of the window; return its address."""
    form_url = f"{site_url}/++add++Document"
    html = window.request.get(form_url).text()
    token = re.search('name="_authenticator".* value="([0-9a-f]+)"', html).group(1)
    response = window.request.post(
        form_url,
        form={
            "form.widgets.IDublinCore.title": title,
            "form.widgets.IDublinCore.subjects": tags,
            "form.buttons.save": "Save",
            "_authenticator": token,
        },
    )
    if not response.url.endswith("/view"):
        raise DemoError(f"The page {title} was not added: {response.url}")
    return response.url.removesuffix("/view")
