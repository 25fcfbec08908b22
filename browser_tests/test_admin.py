"""Form data of a page and of the site, as an admin sees and handles them.

Each page is checked by axe-core as well.
"""

from axe_playwright_python.sync_playwright import Axe
from formdata import add_folder
from formdata import add_review
from formdata import copy_page
from formdata import delete
from formdata import JSON
from playwright.sync_api import expect

import csv
import demo
import io
import json
import pytest


CONTROL_PANEL = "@@form-data-controlpanel"
MANY = 130
NARROW = {"width": 360, "height": 800}
WIDER_THAN_WINDOW = "() => document.documentElement.scrollWidth > innerWidth"


@pytest.fixture(scope="module")
def folder(browser, site_url, login):
    """Address of a folder for the pages of this module."""
    window = demo.new_page(browser, login)
    folder = add_folder(window, site_url, "Reviewed pages")
    yield folder
    # Other modules look for pages in lists, which are short.
    delete(window, folder)
    window.context.close()


@pytest.fixture(scope="module", autouse=True)
def reviews(browser, folder, login):
    """Addresses of two pages with a review, by their titles."""
    window = demo.new_page(browser, login)
    yield {
        title: add_review(window, folder, title, contact, verdict)
        for title, contact, verdict in (
            ("Opening hours", "=zoe@example.org", "good"),
            ("Prices", "ada@example.org", "change"),
        )
    }
    window.context.close()


@pytest.fixture
def open_panel(page, site_url):
    """A function that opens a page of the control panel."""

    def open_panel(view=CONTROL_PANEL):
        page.goto(f"{site_url}/{view}", wait_until="networkidle")
        return page

    return open_panel


def assert_accessible(page):
    """Find no violation in our part of the page, and one heading of level 1."""
    results = Axe().run(page, context="#content")
    assert results.violations_count == 0, results.generate_report()
    assert page.locator("h1").count() == 1


def assert_fits_narrow_screens(page):
    page.set_viewport_size(NARROW)
    assert not page.evaluate(WIDER_THAN_WINDOW)
    page.set_viewport_size(demo.WINDOW)


def row_of(page, title):
    return page.locator("tbody tr").filter(has_text=title).first


def press(page, link):
    page.locator("#content").get_by_role("link", name=link).click()


def test_the_tab_leads_to_the_data_of_the_page(page, reviews):
    page.goto(reviews["Prices"])
    page.locator("#contentview-form-data a").click()

    assert page.locator("h1").inner_text() == "Form data"
    row = row_of(page, "Page review")
    expect(row).to_contain_text("4 of 5")
    expect(row).to_contain_text("admin")
    assert_accessible(page)
    assert_fits_narrow_screens(page)


def test_data_are_edited_and_shown_from_the_tab(page, reviews):
    page.goto(f"{reviews['Prices']}/@@form-data")
    press(page, "Edit Page review")
    page.get_by_label("Notes").fill("Ask Zoë")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(reviews["Prices"])
    page.goto(f"{reviews['Prices']}/@@form-data")
    row = row_of(page, "Page review")
    expect(row).to_contain_text("5 of 5")
    press(page, "View Page review")

    expect(page.locator("#content")).to_contain_text("Ask Zoë")
    assert_accessible(page)


def test_the_history_of_the_page_tells_which_form_was_edited(page, folder):
    page_url = add_review(page, folder, "With a history", "ada@example.org")
    page.request.patch(page_url, data={"versioning_enabled": True}, headers=JSON)
    page.goto(f"{page_url}/@@page-review")
    page.get_by_label("Notes").fill("Ask Zoë")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(page_url)
    page.goto(f"{page_url}/@@form-data")
    press(page, "History of the page")
    expect(page.locator("#content")).to_contain_text("Form data edited: Page review")
    # Other tests count the pages with data.
    delete(page, page_url)


def test_data_of_a_page_are_exported(page, reviews):
    page.goto(f"{reviews['Opening hours']}/@@form-data")
    with page.expect_download() as download:
        press(page, "Export Page review")
    exported = json.loads(download.value.path().read_text(encoding="utf-8"))

    assert download.value.suggested_filename == "opening-hours-page-review.json"
    assert exported["pages"][0]["values"] == {
        "contact": "=zoe@example.org",
        "reviewed_on": "2026-11-20",
        "verdict": "good",
        "findings": ["Too long", "No picture"],
    }


def test_data_of_a_page_are_deleted_after_a_question(page, folder):
    page_url = add_review(page, folder, "Outdated", "ada@example.org")
    page.goto(f"{page_url}/@@form-data")
    press(page, "Delete Page review")
    expect(page.locator("#content")).to_contain_text("ada@example.org")
    assert_accessible(page)
    page.get_by_role("button", name="Delete", exact=True).click()

    page.wait_for_url("**/@@form-data?deleted=*")
    expect(row_of(page, "Page review")).to_contain_text("0 of 5")
    assert_accessible(page)
    assert_fits_narrow_screens(page)

    press(page, "Undo the deletion")
    assert_accessible(page)
    assert_fits_narrow_screens(page)
    page.get_by_role("button", name="Undo the deletion").click()
    page.wait_for_url("**/@@form-data")
    expect(page.locator("#global_statusmessage")).to_contain_text("the data are back")
    expect(row_of(page, "Page review")).to_contain_text("4 of 5")
    # Other tests count the pages with data.
    delete(page, page_url)


def test_the_control_panel_is_found_and_counts_pages(open_panel):
    page = open_panel("@@overview-controlpanel")
    page.locator("#content").get_by_role("link", name="Form data").last.click()
    page.wait_for_url(f"**/{CONTROL_PANEL}")

    assert page.locator("h1").inner_text() == "Form data"
    expect(row_of(page, "Page review")).to_contain_text("2 of")
    expect(row_of(page, "Page material")).to_contain_text("0 of")
    chart = page.get_by_role("img", name="Pages with form data, by the month")
    expect(chart.locator("rect")).to_have_count(13)
    assert chart.locator("rect").last.bounding_box()["height"] > 20
    page.locator("summary", has_text="The same as a table").click()
    expect(page.locator("details tbody tr").last).to_contain_text("2")
    assert_accessible(page)
    assert_fits_narrow_screens(page)


def test_the_pages_of_a_form_are_sorted_and_filtered(open_panel):
    page = open_panel()
    page.get_by_role("link", name="Page review", exact=True).click()
    titles = page.locator("tbody th")
    expect(titles).to_have_text(["Opening hours", "Prices"])
    page.get_by_role("link", name="Title", exact=True).click()
    expect(titles).to_have_text(["Prices", "Opening hours"])
    page.get_by_label("Verdict").check()
    page.get_by_role("button", name="Show these fields").click()
    expect(titles).to_have_text(["Prices", "Opening hours"])
    expect(row_of(page, "Opening hours")).to_contain_text("Good as it is")
    page.get_by_label("Text of the page").fill("open")
    page.get_by_role("button", name="Show", exact=True).click()

    expect(titles).to_have_text(["Opening hours"])
    assert_accessible(page)
    assert_fits_narrow_screens(page)


def test_the_pages_of_a_form_are_filtered_and_sorted_by_values(open_panel):
    page = open_panel("@@form-data-pages?form=page-review")
    titles = page.locator("tbody th")
    # The column was chosen before, and is there again.
    page.get_by_role("link", name="Verdict", exact=True).click()
    expect(titles).to_have_text(["Opening hours", "Prices"])
    page.get_by_role("link", name="Verdict", exact=True).click()
    expect(titles).to_have_text(["Prices", "Opening hours"])
    page.locator("#filter-field").select_option(label="Verdict")
    page.locator("#filter-value").fill("needs changes")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(titles).to_have_text(["Prices"])
    assert_accessible(page)
    page.locator("#filter-value").fill("nothing like that")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#content")).to_contain_text("No page is like that.")
    assert_accessible(page)
    press(page, "Show all pages with these data")
    expect(titles).to_have_count(2)


def test_rows_are_selected_for_export_and_deletion(open_panel):
    page = open_panel("@@form-data-pages?form=page-review")
    page.get_by_label("Select Prices").check()
    page.get_by_role("button", name="Export the selected pages").click()
    expect(page.locator("#content")).to_contain_text("in number: 1")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert_accessible(page)
    page.go_back()
    page.get_by_role("button", name="Delete the data of the selected pages").click()
    expect(page.locator("tbody th")).to_have_text(["Prices"])
    assert_accessible(page)
    page = open_panel("@@form-data-pages?form=page-review")
    page.get_by_role("button", name="Delete the data of the selected pages").click()
    expect(page.locator("#content")).to_contain_text("You have selected no page.")
    expect(page.locator("tbody tr")).to_have_count(0)


def test_the_export_is_previewed_and_downloaded(open_panel, reviews):
    page = open_panel("@@form-data-pages?form=page-review")
    page.locator("#content-core").get_by_role("link", name="Export").click()
    expect(page.locator("table")).to_contain_text("'=zoe@example.org")
    assert_accessible(page)
    assert_fits_narrow_screens(page)
    page.get_by_label("Between the cells").select_option("Semicolon")
    page.get_by_label("Findings").uncheck()
    page.get_by_label("Last editor").check()
    page.get_by_role("button", name="Show the preview").click()
    expect(page.locator("thead")).to_contain_text("Last editor")
    expect(page.get_by_label("Findings")).not_to_be_checked()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    data = download.value.path().read_bytes()

    assert data.startswith(b"\xef\xbb\xbf")
    text = io.StringIO(data.decode("utf-8-sig"))
    lines = list(csv.DictReader(text, delimiter=";"))
    assert [line["Title"] for line in lines] == ["Opening hours", "Prices"]
    assert [line["Contact"] for line in lines] == [
        "'=zoe@example.org",
        "ada@example.org",
    ]
    assert [line["Verdict"] for line in lines] == ["Good as it is", "Needs changes"]
    assert lines[0]["Path"] == "/reviewed-pages/opening-hours"
    assert "Findings" not in lines[0]


def test_exported_data_are_imported_after_a_dry_run(open_panel, reviews):
    page = open_panel()
    press(page, "Export Page review")
    page.get_by_label("JSON, for programs").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    exported = json.loads(download.value.path().read_text(encoding="utf-8"))
    for record in exported["pages"]:
        if record["title"] == "Prices":
            record["values"]["contact"] = "zoe@example.org"
        else:
            record["values"]["verdict"] = "unknown"
    file = {
        "name": "data.json",
        "mimeType": "application/json",
        "buffer": json.dumps(exported).encode(),
    }

    open_panel()
    press(page, "Import form data")
    assert_accessible(page)
    page.get_by_label("JSON file").set_input_files(file)
    page.get_by_role("button", name="Show what would change").click()
    expect(page.locator("h2")).to_have_text("What would change")
    cells = row_of(page, "prices").locator("td")
    expect(cells).to_have_text(["Contact", "ada@example.org", "zoe@example.org"])
    expect(row_of(page, "opening-hours")).to_contain_text("Constraint not satisfied")
    assert_accessible(page)
    assert_fits_narrow_screens(page)
    # The file is not chosen again.
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator("h2")).to_have_text("What was done")
    assert_accessible(page)

    page.goto(f"{reviews['Prices']}/@@page-review-view")
    expect(page.locator("#content")).to_contain_text("zoe@example.org")


def test_many_data_are_deleted_after_a_dry_run_and_the_name(open_panel, folder):
    page = open_panel()
    page_url = add_review(page, folder, "Copied", "ada@example.org")
    copy_page(page, folder, page_url, MANY)
    page = open_panel("@@form-data-cleanup?form=page-review")
    total = page.locator("p[role=status] strong")
    expect(total).to_have_text(str(MANY + 3))
    assert_accessible(page)
    assert_fits_narrow_screens(page)
    page.get_by_label("To go on, type").fill("page-settings")
    page.get_by_role("button", name="Delete these data").click()
    expect(page.locator(".invalid-feedback")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("To go on, type").fill("page-review")
    page.get_by_role("button", name="Delete these data").click()

    # Nobody presses Continue: the script does.
    status = page.locator("#form-data-progress [role=status]")
    expect(status).to_contain_text("Finished.", timeout=60_000)
    expect(status).to_contain_text(f"{MANY + 3} of {MANY + 3}")
    expect(page.locator("#form-data-progress dd").first).to_have_text(str(MANY + 3))
    assert_accessible(page)
    page = open_panel()
    expect(row_of(page, "Page review")).to_contain_text("0 of")


def test_the_index_is_rebuilt(open_panel):
    page = open_panel()
    page.get_by_role("button", name="Rebuild the index").click()

    status = page.locator("#form-data-progress [role=status]")
    expect(status).to_contain_text("Finished.", timeout=60_000)
    assert_accessible(page)
