"""A demo site and a browser for all tests, a new window for each."""

import demo
import pytest


OTHER = ("grace", "Grace Hopper")
OTHER_PASSWORD = "a-long-password-1"  # noqa: S105


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


@pytest.fixture(scope="session")
def other_login(browser, site_url, login):
    """The cookies of Grace Hopper, who may edit all pages."""
    window = demo.new_page(browser, login)
    demo.add_editor(window, site_url, *OTHER, OTHER_PASSWORD)
    window.context.close()
    return demo.logged_in(browser, site_url, OTHER[0], OTHER_PASSWORD)


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
