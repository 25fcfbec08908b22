"""The two forms of the example add-on, as an editor uses them."""

from widgets import error_of
from widgets import open_tab
from widgets import save

import pytest


@pytest.fixture
def open_form(page, site_url):
    """A function that opens a form of the example page and returns the window."""

    def open_form(name):
        page.goto(f"{site_url}/example/@@{name}")
        page.wait_for_load_state("networkidle")
        return page

    return open_form


def is_sent_to_the_page(page):
    page.wait_for_url("**/example")
    return True


def save_settings(open_form, contact):
    page = open_form("page-settings")
    page.get_by_label("Contact").fill(contact)
    save(page)
    assert is_sent_to_the_page(page)


def test_saved_settings_of_every_tab_are_in_the_form_again(open_form):
    page = open_form("page-settings")
    page.get_by_label("Contact").fill("team@example.org")
    page.get_by_label("Next check").fill("2031-05-17")
    open_tab(page, "Presentation")
    page.get_by_label("Layout").select_option("Two columns")
    page.get_by_label("Show a table of contents").uncheck()
    open_tab(page, "Publishing")
    page.get_by_label("Press").check()
    page.get_by_label("Former titles").fill("First\nSecond")
    save(page)
    assert is_sent_to_the_page(page)

    page = open_form("page-settings")

    assert page.get_by_label("Contact").input_value() == "team@example.org"
    assert page.get_by_label("Next check").input_value() == "2031-05-17"
    open_tab(page, "Presentation")
    assert page.get_by_label("Layout").input_value() == "columns"
    assert not page.get_by_label("Show a table of contents").is_checked()
    open_tab(page, "Publishing")
    assert page.get_by_label("General public").is_checked()
    assert page.get_by_label("Press").is_checked()
    assert not page.get_by_label("Staff").is_checked()
    assert page.get_by_label("Former titles").input_value() == "First\nSecond"


def test_a_refused_value_is_explained_and_not_saved(open_form):
    save_settings(open_form, "team@example.org")
    page = open_form("page-settings")
    page.get_by_label("Contact").fill("noreply@example.org")
    save(page)

    assert error_of(page, "contact").inner_text() == (
        "Nobody reads this mailbox: name a person or a team."
    )
    assert page.get_by_label("Contact").input_value() == "noreply@example.org"
    page = open_form("page-settings")
    assert page.get_by_label("Contact").input_value() == "team@example.org"


def test_the_review_has_its_own_values_and_rules(open_form):
    save_settings(open_form, "team@example.org")
    page = open_form("page-review")
    page.get_by_label("Contact").fill("team@example.org")
    page.get_by_label("Reviewed on").fill("2031-05-17")
    page.get_by_label("Needs changes").check()
    save(page)
    assert error_of(page, "contact").inner_text() == (
        "Who looks after the page can not review it."
    )

    page.get_by_label("Contact").fill("reviewer@example.org")
    save(page)
    assert is_sent_to_the_page(page)

    page = open_form("page-review")
    assert page.get_by_label("Contact").input_value() == "reviewer@example.org"
    assert page.get_by_label("Needs changes").is_checked()
    page = open_form("page-settings")
    assert page.get_by_label("Contact").input_value() == "team@example.org"


def test_cancel_saves_nothing(open_form):
    save_settings(open_form, "team@example.org")
    page = open_form("page-settings")
    page.get_by_label("Contact").fill("other@example.org")
    page.get_by_role("button", name="Cancel").click()
    assert is_sent_to_the_page(page)

    page = open_form("page-settings")
    assert page.get_by_label("Contact").input_value() == "team@example.org"


def test_a_visitor_is_asked_to_log_in(anonymous_page, site_url):
    anonymous_page.goto(f"{site_url}/example/@@page-settings")

    assert anonymous_page.locator("#__ac_name").is_visible()
