"""Two editors change the same field: the second one chooses, and can do so by keys."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from widgets import error_of
from widgets import field_of
from widgets import save

import demo
import pytest


@pytest.fixture
def conflict(browser, page, site_url, login):
    """The form of the second editor, who has saved "mine" after "theirs"."""
    page_url = demo.add_page(page, site_url, "Edited by two")
    form_url = f"{page_url}/@@page-settings"
    page.goto(form_url, wait_until="networkidle")
    other = demo.new_page(browser, login)
    other.goto(form_url, wait_until="networkidle")
    other.get_by_label("Contact").fill("theirs@example.org")
    save(other)
    other.wait_for_url(page_url)
    other.context.close()
    page.get_by_label("Contact").fill("mine@example.org")
    save(page)
    return page


def stored_contact(page):
    page.goto(page.url.partition("/@@")[0] + "/@@page-settings")
    return page.get_by_label("Contact").input_value()


def test_the_conflict_is_shown_accessibly(conflict):
    expect(error_of(conflict, "contact")).to_contain_text("You changed this in another")
    expect(field_of(conflict, "contact")).to_contain_text("theirs@example.org")
    results = Axe().run(conflict, context="#formfield-form-widgets-contact")
    assert results.violations_count == 0, results.generate_report()


def test_mine_is_kept(conflict):
    assert conflict.get_by_label("Contact").input_value() == "mine@example.org"
    conflict.get_by_label("Mine: what is in the field now").check()
    save(conflict)
    conflict.wait_for_url("**/edited-by-two*")
    assert stored_contact(conflict) == "mine@example.org"


def test_theirs_is_chosen_by_keys(conflict):
    # The form has led here.
    mine = conflict.get_by_label("Mine: what is in the field now")
    expect(mine).to_be_focused()
    expect(mine).not_to_be_checked()
    conflict.keyboard.press("ArrowDown")
    expect(conflict.get_by_label("The other one")).to_be_checked()
    conflict.keyboard.press("Enter")
    conflict.wait_for_url("**/edited-by-two*")
    assert stored_contact(conflict) == "theirs@example.org"
