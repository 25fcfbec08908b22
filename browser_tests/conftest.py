"""A demo site and a browser for all tests, a new window for each."""

import demo
import pytest


def pytest_sessionstart():
    try:
        demo.chromium_path()
    except demo.DemoError as error:
        pytest.exit(str(error), returncode=1)


@pytest.fixture(scope="session")
def browser():
    with demo.chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def site_url(browser):
    with demo.demo_site() as site_url:
        yield site_url


@pytest.fixture(scope="session")
def login(browser, site_url):
    return demo.logged_in(browser, site_url)


@pytest.fixture
def page(browser, login):
    """A window of the administrator."""
    page = demo.new_page(browser, login)
    yield page
    page.context.close()


@pytest.fixture
def anonymous_page(browser, site_url):
    """A window of a visitor who is not logged in."""
    page = demo.new_page(browser)
    yield page
    page.context.close()
