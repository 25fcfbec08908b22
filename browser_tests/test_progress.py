"""Deleting the data of many pages, and what is told when it does not go as planned."""

from formdata import add_folder
from formdata import add_review
from formdata import copy_page
from formdata import delete
from playwright.sync_api import expect

import demo
import pytest


STOCK = 105
IN_PART = 100
CLEANUP = "@@form-data-cleanup"
DRY_RUN = f"{CLEANUP}?form=page-review&path=/many-reviews/copies"
BY_SCRIPT = ("xhr", "fetch")


@pytest.fixture(scope="module")
def folder(browser, site_url, login):
    """Address of a folder for the pages of this module."""
    window = demo.new_page(browser, login)
    folder = add_folder(window, site_url, "Many reviews")
    yield folder
    delete(window, folder)
    window.context.close()


@pytest.fixture(scope="module")
def stock(browser, login, folder):
    """Address of a folder with a few more pages than are done in one part."""
    window = demo.new_page(browser, login)
    stock = add_folder(window, folder, "Stock")
    review = add_review(window, stock, "Copied", "ada@example.org")
    copy_page(window, stock, review, STOCK - 1)
    window.context.close()
    return stock


@pytest.fixture
def part(page, site_url, folder, stock):
    """A function that deletes the first part of many; returns the window."""
    copies = add_folder(page, folder, "Copies")

    def first_part(handle=None, times=1, window=page):
        copy_page(page, copies, stock, times)
        window.goto(f"{site_url}/{DRY_RUN}")
        window.get_by_label("To go on, type").fill("page-review")
        if handle:
            window.route(f"**/{CLEANUP}", handle)
        press(window, "Delete these data")
        return window

    yield first_part
    delete(page, copies)


def left(page, site_url):
    """Return how many pages have data now, as the dry run tells."""
    page.goto(f"{site_url}/{DRY_RUN}")
    return int(page.locator("p[role=status] strong").inner_text())


def numbers(page):
    """Return the numbers of the report by their names."""
    terms = page.locator("#form-data-progress dt").all_inner_texts()
    values = page.locator("#form-data-progress dd").all_inner_texts()
    return dict(zip(terms, map(int, values), strict=True))


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def status(page):
    return page.locator("#form-data-progress [role=status]")


def test_stop_waits_for_the_part_that_is_running(part, site_url):
    held = []

    def hold(route):
        if route.request.resource_type in BY_SCRIPT and not held:
            held.append(route)
        else:
            route.continue_()

    page = part(hold, times=2)
    press(page, "Stop")
    note = page.locator("#form-data-progress").get_by_text("Stopping as soon as")
    expect(note).to_be_visible()
    held[0].continue_()
    expect(status(page)).to_contain_text("Stopped.", timeout=60_000)
    report = numbers(page)

    assert report["Pages whose data were deleted"] == 2 * IN_PART
    assert report["Pages not looked at"] == 2 * STOCK - 2 * IN_PART
    page.unroute_all()
    assert left(page, site_url) == 2 * STOCK - 2 * IN_PART


def test_a_finished_clean_up_is_reported_again_after_a_reload(part, site_url):
    page = part()
    expect(status(page)).to_contain_text("Finished.", timeout=60_000)
    report = numbers(page)
    page.reload()

    expect(status(page)).to_contain_text("Finished.")
    assert numbers(page) == report
    assert report["Pages whose data were deleted"] == STOCK
    assert report["Pages not looked at"] == 0


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"status": 500, "body": "<h1>Error</h1>"}, "The server reports an error."),
        (None, "The server does not answer"),
        (
            {"status": 200, "body": '<input name="__ac_password">'},
            "You are not logged in any more.",
        ),
        ({"status": 200, "body": "<h1>Something</h1>"}, "another page"),
    ],
    ids=["error", "no network", "no session", "another page"],
)
def test_trouble_is_told_and_continue_goes_on(part, site_url, answer, told):
    is_well = []

    def fail(route):
        if is_well or route.request.resource_type not in BY_SCRIPT:
            route.continue_()
        elif answer is None:
            route.abort()
        else:
            route.fulfill(content_type="text/html", **answer)

    page = part(fail)
    alert = page.get_by_role("alert").filter(has_text=told)
    expect(alert).to_be_visible(timeout=60_000)
    expect(status(page)).to_contain_text(f"{IN_PART} of {STOCK}")
    button = page.get_by_role("button", name="Continue")
    expect(button).to_be_focused()
    is_well.append(True)
    button.click()

    expect(status(page)).to_contain_text("Finished.", timeout=60_000)
    assert numbers(page)["Pages whose data were deleted"] == STOCK
    assert left(page, site_url) == 0


def test_a_part_whose_answer_was_lost_is_not_counted_as_left(part, site_url):
    lost = []

    def lose(route):
        if not lost and route.request.resource_type in BY_SCRIPT:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    page = part(lose, times=2)
    alert = page.get_by_role("alert").filter(has_text="does not answer")
    expect(alert).to_be_visible(timeout=60_000)
    press(page, "Stop")
    expect(status(page)).to_contain_text("Stopped.")
    report = numbers(page)

    assert report["Pages whose data were deleted"] == IN_PART
    assert report["Pages not looked at"] == 2 * STOCK - 2 * IN_PART
    gone = "Pages that had lost these data already when their turn came"
    assert report[gone] == IN_PART
    assert left(page, site_url) == 2 * STOCK - 2 * IN_PART


def test_it_stops_without_the_script(browser, login, part):
    context = browser.new_context(
        storage_state=login, java_script_enabled=False, reduced_motion="reduce"
    )
    page = part(times=2, window=context.new_page())
    expect(status(page)).to_contain_text(f"{IN_PART} of {2 * STOCK}")
    press(page, "Continue")
    expect(status(page)).to_contain_text(f"{2 * IN_PART} of {2 * STOCK}")
    press(page, "Stop")

    expect(status(page)).to_contain_text("Stopped.")
    assert numbers(page)["Pages not looked at"] == 2 * STOCK - 2 * IN_PART
    context.close()
