"""Small faults of the pages for admins, as people meet them."""

from formdata import add_folder
from formdata import add_review
from formdata import copy_page
from formdata import delete
from playwright.sync_api import expect
from test_admin import assert_accessible
from test_admin import assert_fits_narrow_screens

import demo
import json
import pytest


LONG = (
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
)
NARROW = {"width": 360, "height": 800}
MANY = 105
IN_WINDOW = "(element) => element.getBoundingClientRect().top < innerHeight"
PAGES = (
    "@@form-data-controlpanel",
    "@@form-data-pages?form=page-review",
    "@@form-data-pages?form=page-review&since=x",
    "@@form-data-preview?form=page-review&text=hours",
    "@@form-data-cleanup?form=page-review",
    "@@form-data-cleanup?form=page-review&before=x",
    "@@form-data-import",
    "faults/opening-hours/@@form-data",
    "faults/opening-hours/@@form-data-delete?key=annotationforms_example.review",
    "@@form-data-cleanup?form=page-review&report=stopped&done=3&deleted=2&total=9&left=6",
)


@pytest.fixture(scope="module", autouse=True)
def folder(browser, site_url, login):
    """Address of a folder with many pages that have a review."""
    window = demo.new_page(browser, login)
    folder = add_folder(window, site_url, "Faults")
    add_review(window, folder, "Opening hours", "zoe@example.org", "good")
    add_review(window, folder, LONG, "ada@example.org")
    prices = add_review(window, folder, "Prices", "ada@example.org")
    copy_page(window, folder, prices, MANY)
    yield folder
    delete(window, folder)
    window.context.close()


@pytest.fixture
def open_panel(page, site_url):
    def open_panel(view):
        page.goto(f"{site_url}/{view}", wait_until="networkidle")
        return page

    return open_panel


def press(page, name):
    page.locator("#content").get_by_role("button", name=name, exact=True).click()


def assert_alert(page, text, field):
    """Find the message at the top, with the focus, and at the field."""
    alert = page.locator("#content").get_by_role("alert")
    expect(alert).to_contain_text(text)
    expect(alert).to_be_focused()
    assert alert.evaluate(IN_WINDOW)
    field = page.get_by_label(field)
    expect(field).to_have_attribute("aria-invalid", "true")
    described = field.get_attribute("aria-describedby").split()
    texts = [page.locator(f"[id='{name}']").inner_text() for name in described]
    assert any(text in one for one in texts)
    alert.get_by_role("link").click()
    expect(field).to_be_in_viewport()
    assert_accessible(page)


def test_a_wrong_name_is_told_at_the_top(open_panel):
    page = open_panel("@@form-data-cleanup?form=page-review")
    page.get_by_label("To go on, type").fill("page-settings")
    press(page, "Delete these data")

    assert_alert(page, "This is not the name of the data.", "To go on, type")


@pytest.mark.parametrize(
    ("view", "field"),
    [
        (
            "@@form-data-cleanup?form=page-review&before=yesterday",
            "Last changed before",
        ),
        ("@@form-data-pages?form=page-review&since=yesterday", "Changed since"),
    ],
)
def test_a_wrong_date_is_told_at_the_top(open_panel, view, field):
    assert_alert(open_panel(view), "Please enter a date", field)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The file is empty. Please choose a file."),
        (b"{", "The file is no JSON document."),
        (b"{}", "The file is no export of form data."),
    ],
)
def test_a_wrong_file_is_told_at_the_top(open_panel, content, told):
    page = open_panel("@@form-data-import")
    file = {"name": "a.json", "mimeType": "application/json", "buffer": content}
    page.get_by_label("JSON file").set_input_files(file)
    press(page, "Show what would change")

    assert_alert(page, told, "JSON file")


def test_export_takes_what_is_typed_and_says_it(open_panel):
    page = open_panel("@@form-data-pages?form=page-review&sort=path")
    page.get_by_label("Text of the page").fill("Opening")
    page.get_by_label("Below this path").fill("/faults")
    page.get_by_label("State").select_option("private")
    page.get_by_label("Changed since").fill("2026-01-01")
    # It leads to another page.
    page.locator("#content").get_by_role("link", name="Export", exact=True).click()

    content = page.locator("#content")
    expect(content.get_by_text("Pages to export")).to_contain_text("1")
    shown = content.locator("dd").all_inner_texts()
    assert shown == ["Opening", "/faults", "Private", "2026-01-01"]
    assert_accessible(page)
    page.get_by_label("JSON, for programs").check()
    with page.expect_download() as download:
        press(page, "Download")
    exported = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert [one["title"] for one in exported["pages"]] == ["Opening hours"]
    page.get_by_role("link", name="Choose other pages").click()
    expect(page.get_by_label("Text of the page")).to_have_value("Opening")


def test_export_of_a_filter_that_is_not_understood_is_refused(open_panel):
    page = open_panel("@@form-data-preview?form=page-review&since=yesterday")
    expect(page.locator("#content").get_by_role("alert")).to_contain_text("a date")
    expect(page.get_by_role("button", name="Download")).to_have_count(0)


def test_show_keeps_a_descending_order(open_panel):
    page = open_panel("@@form-data-pages?form=page-review&sort=path&descending=1")
    press(page, "Show")

    heading = page.get_by_role("columnheader", name="Path")
    expect(heading).to_have_attribute("aria-sort", "descending")


@pytest.mark.parametrize(
    "view",
    [
        "@@form-data-pages",
        "@@form-data-preview",
        "@@form-data-download",
        "@@form-data-cleanup",
        "@@form-data-rebuild",
    ],
)
def test_an_address_without_a_form_leads_to_where_one_is_chosen(open_panel, view):
    page = open_panel(view)
    assert page.url.endswith("/@@form-data-controlpanel")
    expect(page.locator("h1")).to_have_text("Form data")


@pytest.mark.parametrize("view", ["@@form-data-export", "@@form-data-delete"])
def test_an_address_of_a_page_without_a_key_leads_to_the_tab(open_panel, view):
    page = open_panel(f"faults/opening-hours/{view}")
    assert page.url.endswith("/faults/opening-hours/@@form-data")


@pytest.mark.parametrize(
    "path", ["/Plone/faults", "faults/", "{site}/faults", "/faults"]
)
@pytest.mark.parametrize("view", ["pages", "cleanup"])
def test_a_path_is_understood_as_people_copy_it(open_panel, site_url, path, view):
    page = open_panel(f"@@form-data-{view}?form=page-review")
    page.get_by_label("Below this path").fill(path.format(site=site_url))
    press(page, "Show" if view == "pages" else "Show what would go")

    found = page.locator("p[role=status] strong")
    expect(found).to_have_text(str(MANY + 3))


@pytest.mark.parametrize("view", PAGES)
def test_pages_are_accessible_in_the_dark_and_fit_a_phone(open_panel, view):
    page = open_panel(view)
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    assert_accessible(page)
    assert_fits_narrow_screens(page)


def test_paging_and_long_words_fit_a_phone(open_panel):
    page = open_panel("@@form-data-pages?form=page-review&b_start:int=50")
    assert_fits_narrow_screens(page)
    page = open_panel(f"@@form-data-pages?form=page-review&text={LONG}")
    page.set_viewport_size(NARROW)
    title = page.get_by_role("rowheader", name=LONG)
    assert title.bounding_box()["width"] <= NARROW["width"]
    path = page.locator("tbody td").first
    assert path.bounding_box()["width"] >= 150


@pytest.mark.parametrize("view", [PAGES[0], PAGES[1], PAGES[3], PAGES[4], PAGES[7]])
@pytest.mark.parametrize("window", [NARROW, demo.WINDOW])
def test_columns_are_wide_enough_to_read(open_panel, view, window):
    page = open_panel(view)
    page.set_viewport_size(window)
    cells = page.locator(".form-data-table th")
    assert min(cell.bounding_box()["width"] for cell in cells.all()) >= 100
