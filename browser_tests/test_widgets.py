"""The form "Page material" of the example: widgets that need a browser.

Everything is done by clicks and keys, saved, and looked at again in the form and in
the view.  Each test has a page of its own.
"""

from playwright.sync_api import expect
from widgets import choose_content
from widgets import choose_tag
from widgets import chosen_content
from widgets import chosen_tags
from widgets import editor_of
from widgets import error_of
from widgets import field_of
from widgets import link_to
from widgets import open_tab
from widgets import press_tool
from widgets import remove_content
from widgets import rows_of
from widgets import save
from widgets import type_row

import demo
import pytest
import re


PICTURE = demo.ROOT / "docs" / "images" / "page-settings.png"
OTHER_PICTURE = demo.ROOT / "docs" / "images" / "page-review.png"
PREVIEW_WIDTH = 400
SAVED_WITHIN = 15_000  # milliseconds
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture(scope="module")
def targets(browser, site_url, login):
    """Two pages to link to, one of them with a tag."""
    window = demo.new_page(browser, login)
    demo.add_page(window, site_url, "Opening hours", tags="Holidays")
    demo.add_page(window, site_url, "Prices")
    window.context.close()


class Material:
    """The form and the view of a page."""

    def __init__(self, window, url):
        self.window = window
        self.url = url

    def open(self, tab):
        self.window.goto(f"{self.url}/@@page-media", wait_until="domcontentloaded")
        open_tab(self.window, tab)

    def field(self, name):
        return field_of(self.window, name)

    def save(self):
        save(self.window)
        self.window.wait_for_url(
            self.url, wait_until="domcontentloaded", timeout=SAVED_WITHIN
        )
        expect(self.window.get_by_text("Changes saved.")).to_be_visible()

    def open_view(self):
        self.window.goto(f"{self.url}/@@page-media-view")

    def shown(self, label):
        """Return the locator of what the view shows of the field."""
        return self.window.locator(f"#content-core dt:text-is('{label}') + dd")

    def download(self, element):
        """Return what is behind a link or an image."""
        url = element.evaluate("element => element.href || element.src")
        response = self.window.request.get(url)
        assert response.ok, f"{response.status} {response.url}"
        return response.body()


@pytest.fixture
def material(page, site_url, targets):
    return Material(page, demo.add_page(page, site_url, "A page with material"))


@pytest.fixture
def handout(tmp_path):
    path = tmp_path / "handout.pdf"
    path.write_bytes(PDF)
    return path


def width_of(image):
    """Wait for the image; fails if it is broken."""
    return image.evaluate("image => image.decode().then(() => image.naturalWidth)")


def test_text_is_typed_made_bold_and_linked(material):
    material.open("Text")
    field = material.field("introduction")
    editor = editor_of(field)
    editor.click()
    editor.press_sequentially("Closed on ")
    press_tool(field, "Bold")
    editor.press_sequentially("Mondays")
    press_tool(field, "Bold")
    editor.press_sequentially(", see hours")
    editor.press("Control+Shift+ArrowLeft")
    link_to(field, "Opening hours")
    material.save()

    material.open("Text")
    editor = editor_of(material.field("introduction"))
    expect(editor).to_have_text("Closed on Mondays, see hours")
    expect(editor.locator("strong")).to_have_text("Mondays")
    expect(editor.locator("a")).to_have_attribute(
        "data-mce-href", re.compile("resolveuid/[0-9a-f]{32}$")
    )

    material.open_view()
    shown = material.shown("Introduction")
    expect(shown.locator("strong")).to_have_text("Mondays")
    shown.get_by_role("link", name="hours").click()
    expect(material.window.locator("h1")).to_have_text("Opening hours")


def test_an_existing_and_a_new_tag(material):
    material.open("Text")
    field = material.field("topics")
    choose_tag(field, "Holidays", typed="Hol")
    choose_tag(field, "Öffnungszeiten")
    material.save()

    material.open("Text")
    expect(chosen_tags(material.field("topics"))).to_have_text(
        ["Holidays", "Öffnungszeiten"]
    )
    material.open_view()
    expect(material.shown("Topics")).to_have_text(
        re.compile(r"Holidays\W+Öffnungszeiten")
    )


def test_pages_are_chosen_and_removed(material):
    material.open("Links")
    choose_content(material.field("main_page"), "Opening hours")
    related = material.field("related_pages")
    choose_content(related, "Opening hours")
    choose_content(related, "Prices")
    expect(chosen_content(related)).to_have_text(["Opening hours", "Prices"])
    remove_content(related, "Opening hours")
    choose_content(related, "Example page")
    material.save()

    material.open("Links")
    expect(chosen_content(material.field("main_page"))).to_have_text("Opening hours")
    expect(chosen_content(material.field("related_pages"))).to_have_text(
        ["Prices", "Example page"]
    )
    material.open_view()
    expect(material.shown("Main page").get_by_role("link")).to_have_text(
        "Opening hours"
    )
    expect(material.shown("Related pages").get_by_role("link")).to_have_text(
        ["Prices", "Example page"]
    )
    material.shown("Related pages").get_by_role("link", name="Prices").click()
    expect(material.window.locator("h1")).to_have_text("Prices")


def test_rows_are_added_and_removed(material):
    material.open("Links")
    rows = rows_of(material.field("sources"))
    type_row(rows.nth(0), "Law", "https://example.org/law", "05172031")
    expect(rows).to_have_count(2)
    type_row(rows.nth(1), "Mistake", "", "")
    rows.nth(0).get_by_role("button", name="Add row").click()
    type_row(rows.nth(1), "Report", "https://example.org/report", "")
    rows.nth(2).get_by_role("button", name="Delete row").click()
    material.save()

    material.open("Links")
    rows = rows_of(material.field("sources"))
    cells = [cell.input_value() for cell in rows.locator("input:visible").all()]
    assert cells == [
        *("Law", "https://example.org/law", "2031-05-17"),
        *("Report", "https://example.org/report", ""),
        *("", "", ""),
    ]
    rows.nth(0).get_by_role("button", name="Delete row").click()
    # The script takes the token of the second row along: it was at place 1.
    marker = "form.widgets.sources.0-empty-marker"
    token = rows.nth(0).locator(f"input[name='{marker}']")
    expect(token).to_have_value(re.compile(r"1\..+"))
    material.save()

    material.open_view()
    expect(material.shown("Sources").locator("tbody tr")).to_have_count(1)
    expect(material.shown("Sources").get_by_role("link")).to_have_attribute(
        "href", "https://example.org/report"
    )


def test_day_and_time_are_typed(material):
    material.open("Files")
    material.field("picture_until").locator("input").press_sequentially("05172031")
    taken = material.field("picture_taken").locator("input")
    taken.press_sequentially("12242026")
    # The year may have more digits.
    taken.press("Tab")
    material.window.keyboard.type("0830AM")
    material.save()

    material.open("Files")
    expect(material.field("picture_until").locator("input")).to_have_value("2031-05-17")
    expect(material.field("picture_taken").locator("input")).to_have_value(
        "2026-12-24T08:30"
    )
    material.open_view()
    # Two digits of this year could be those of the last century.
    expect(material.shown("Picture free until")).to_have_text("2031-05-17")
    expect(material.shown("Picture taken")).to_have_text("12/24/26 8:30 AM")


def test_a_file_is_uploaded_replaced_and_removed(material, handout):
    material.open("Files")
    material.field("handout").locator("input").set_input_files(handout)
    material.save()

    material.open("Files")
    field = material.field("handout")
    assert material.download(field.get_by_role("link", name="handout.pdf")) == PDF
    field.get_by_label("Replace with new file").check()
    new = handout.with_name("nötig.pdf")
    new.write_bytes(PDF * 2)
    field.locator("input[type=file]").set_input_files(new)
    material.save()

    material.open_view()
    link = material.shown("Handout").get_by_role("link", name="nötig.pdf")
    assert material.download(link) == PDF * 2
    material.open("Files")
    material.field("handout").get_by_label("Remove existing file").check()
    material.save()

    material.open("Files")
    field = material.field("handout")
    expect(field.locator("input[type=file]")).to_be_visible()
    expect(field.get_by_role("link")).to_have_count(0)
    material.open_view()
    expect(material.shown("Handout").get_by_role("link")).to_have_count(0)


def test_a_file_is_kept_while_another_field_is_refused(material, handout):
    text = handout.with_name("notes.txt")
    text.write_text("This is no picture.")
    material.open("Files")
    material.field("handout").locator("input").set_input_files(handout)
    material.field("picture").locator("input").set_input_files(text)
    save(material.window)

    open_tab(material.window, "Files")
    expect(error_of(material.window, "picture")).to_have_text("Invalid image file")
    expect(material.field("handout")).to_contain_text(
        "File already uploaded: handout.pdf"
    )
    material.field("picture").get_by_label("Replace with new image").check()
    material.field("picture").locator("input[type=file]").set_input_files(PICTURE)
    material.save()

    material.open("Files")
    link = material.field("handout").get_by_role("link", name="handout.pdf")
    assert material.download(link) == PDF


def test_a_picture_is_uploaded_and_replaced(material):
    material.open("Files")
    material.field("picture").locator("input").set_input_files(PICTURE)
    material.save()

    material.open("Files")
    field = material.field("picture")
    link = field.get_by_role("link").filter(has_text=PICTURE.name)
    assert material.download(link) == PICTURE.read_bytes()
    assert width_of(field.locator("a img")) == PREVIEW_WIDTH
    field.get_by_label("Replace with new image").check()
    field.locator("input[type=file]").set_input_files(OTHER_PICTURE)
    material.save()

    material.open_view()
    image = material.shown("Picture").locator("img")
    assert width_of(image) == demo.WINDOW["width"]
    assert material.download(image) == OTHER_PICTURE.read_bytes()


def test_a_text_is_no_picture_whatever_it_is_called(material, tmp_path):
    text = tmp_path / "photo.png"
    text.write_text("This is no picture.")
    material.open("Files")
    material.field("picture").locator("input").set_input_files(text)
    save(material.window)
    expect(error_of(material.window, "picture")).to_contain_text(
        "“photo.png” is no picture that can be shown."
    )
    for _number in range(2):
        material.open("Files")
        expect(material.window.get_by_text("Confirming User Action")).to_have_count(0)
        expect(material.field("picture").get_by_role("link")).to_have_count(0)


def test_in_a_conflict_about_a_picture_each_has_its_own(material):
    other = Material(material.window.context.new_page(), material.url)
    for one in (material, other):
        one.open("Files")
    other.field("picture").locator("input").set_input_files(OTHER_PICTURE)
    other.save()
    material.field("picture").locator("input").set_input_files(PICTURE)
    save(material.window)

    field = material.field("picture")
    expect(field).to_contain_text(f"Image already uploaded: {PICTURE.name}")
    expect(field).not_to_contain_text("0 KB")
    theirs = field.locator("#form-widgets-picture-other-value img")
    assert material.download(theirs) == OTHER_PICTURE.read_bytes()
    expect(field.locator("img")).to_have_count(1)
    material.window.wait_for_load_state("networkidle")
    field.get_by_label("Mine: what is in the field now").check()
    material.save()
    material.open_view()
    image = material.shown("Picture").locator("img")
    assert material.download(image) == PICTURE.read_bytes()
