"""Take the pictures of the documentation: docs/images/NAME.png.

With names as arguments: only those.
"""

from collections.abc import Callable
from formdata import add_folder
from formdata import add_review
from formdata import copy_page
from tempfile import TemporaryDirectory
from typing import NamedTuple
from widgets import choose_content
from widgets import choose_tag
from widgets import editor_of
from widgets import field_of
from widgets import open_tab
from widgets import press_tool
from widgets import rows_of
from widgets import save
from widgets import type_row

import demo
import pathlib
import sys


FOLDER = demo.ROOT / "docs" / "images"


class Picture(NamedTuple):
    """A picture: the page is opened, the steps are done, the window is saved."""

    name: str
    path: str
    steps: Callable = lambda page: None
    height: int = demo.WINDOW["height"]


def save_unread_mailbox(page):
    page.get_by_label("Contact").fill("noreply@example.org")
    save(page)
    page.wait_for_selector(".invalid-feedback")


def save_after_somebody_else(page):
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_label("Contact").fill("ada@example.org")
    save(other)
    other.wait_for_url("**/example")
    other.close()
    page.get_by_label("Contact").fill("zoe@example.org")
    save(page)
    page.wait_for_selector("[role=radiogroup]")


def open_publishing_tab(page):
    open_tab(page, "Publishing")


def type_introduction(page):
    introduction = field_of(page, "introduction")
    editor = editor_of(introduction)
    editor.press_sequentially("The museum is closed on ")
    press_tool(introduction, "Bold")
    editor.press_sequentially("Mondays")
    press_tool(introduction, "Bold")
    editor.press_sequentially(".")
    choose_tag(field_of(page, "topics"), "Holidays")
    choose_tag(field_of(page, "topics"), "Museum")
    page.evaluate("scrollTo(0, 0)")


def fill_in_links(page):
    open_tab(page, "Links")
    choose_content(field_of(page, "main_page"), "Opening hours")
    choose_content(field_of(page, "related_pages"), "Prices")
    choose_content(field_of(page, "related_pages"), "How to get here")
    rows = rows_of(field_of(page, "sources"))
    type_row(rows.nth(0), "House rules", "https://example.org/rules", "05172026")
    type_row(rows.nth(1), "Yearly report", "https://example.org/report", "")
    page.evaluate("scrollTo(0, 0)")


def choose_files(page):
    open_tab(page, "Files")
    with TemporaryDirectory() as folder:
        handout = pathlib.Path(folder) / "opening-hours.pdf"
        handout.write_bytes(b"%PDF-1.4\n%%EOF\n")
        picture = pathlib.Path(folder) / "museum.png"
        draw_picture(page.context, picture)
        field_of(page, "handout").locator("input").set_input_files(handout)
        field_of(page, "picture").locator("input").set_input_files(picture)
        field_of(page, "picture_until").locator("input").fill("2031-12-31")
        save(page)
        page.wait_for_url("**/example")


def draw_picture(context, file):
    """Draw a house at sunset."""
    page = context.new_page()
    page.set_viewport_size({"width": 480, "height": 300})
    page.set_content(
        "<body style='margin: 0; background: linear-gradient(#27496d, #f6b26b 75%,"
        " #3d5a3d 75%)'><div style='position: absolute; left: 150px; top: 120px;"
        " width: 180px; height: 130px; background: linear-gradient(90deg, #f3ead7 50%,"
        " #ddcfb2 50%)'></div><div style='position: absolute; left: 130px; top: 60px;"
        " border: solid transparent; border-width: 0 110px 60px;"
        " border-bottom-color: #8c3b2e'></div></body>"
    )
    page.screenshot(path=file)
    page.close()


def save_material(page):
    type_introduction(page)
    fill_in_links(page)
    choose_files(page)
    page.goto(f"{page.url}/@@page-media-view", wait_until="networkidle")


PICTURES = [
    Picture("page-settings", "/example/@@page-settings"),
    Picture("page-settings-tab", "/example/@@page-settings", open_publishing_tab),
    Picture("page-settings-error", "/example/@@page-settings", save_unread_mailbox),
    Picture("page-review", "/example/@@page-review"),
    Picture(
        "form-conflict",
        "/example/@@page-settings",
        save_after_somebody_else,
        height=1000,
    ),
    Picture("page-media", "/example/@@page-media", type_introduction, height=1100),
    Picture("page-media-links", "/example/@@page-media", fill_in_links, height=1150),
    Picture("page-media-view", "/example/@@page-media", save_material, height=1400),
]


def delete_many(page):
    """Press Delete, and stay where the first part is done."""
    page.route("**/@@form-data-cleanup", let_person_continue)
    page.get_by_label("To go on, type").fill("page-review")
    page.get_by_role("button", name="Delete these data").click()
    page.wait_for_selector("#form-data-progress")


def let_person_continue(route):
    if route.request.resource_type in ("xhr", "fetch"):
        route.abort()
    else:
        route.continue_()


# Taken after the others, since there are more pages in the site then.
ADMIN_PICTURES = [
    Picture("form-data-page", "/reviews/prices/@@form-data"),
    Picture(
        "form-data-delete",
        "/reviews/prices/@@form-data-delete?key=annotationforms_example.review",
    ),
    Picture("form-data-controlpanel", "/@@form-data-controlpanel", height=850),
    Picture("form-data-pages", "/@@form-data-pages?form=page-review", height=1250),
    Picture("form-data-export", "/@@form-data-preview?form=page-review", height=1100),
    Picture("form-data-cleanup", "/@@form-data-cleanup?form=page-review", height=1250),
    Picture(
        "form-data-progress",
        "/@@form-data-cleanup?form=page-review&path=/reviews/archive",
        delete_many,
    ),
]


def add_reviews(browser, site_url, login):
    """Add pages with form data, many of them in an archive."""
    page = demo.new_page(browser, login)
    folder = add_folder(page, site_url, "Reviews")
    for title, contact, verdict in (
        ("Opening hours", "ada@example.org", "good"),
        ("Prices", "zoe@example.org", "change"),
        ("House rules", "ada@example.org", "remove"),
    ):
        add_review(page, folder, title, contact, verdict)
    archive = add_folder(page, folder, "Archive")
    first = add_review(page, archive, "Yearly report", "zoe@example.org", "good")
    copy_page(page, archive, first, 140)
    page.context.close()


def add_pages(browser, site_url, login):
    """Add what the example page can be linked with."""
    page = demo.new_page(browser, login)
    demo.add_page(page, site_url, "Opening hours", tags="Holidays")
    demo.add_page(page, site_url, "Prices")
    demo.add_page(page, site_url, "How to get here")
    page.context.close()


def take(picture, page, site_url):
    page.set_viewport_size(demo.WINDOW | {"height": picture.height})
    page.goto(site_url + picture.path, wait_until="networkidle")
    picture.steps(page)
    file = FOLDER / f"{picture.name}.png"
    page.screenshot(path=file, animations="disabled")
    print(file.relative_to(demo.ROOT))


def take_all(pictures, names, browser, site_url, login):
    for picture in pictures:
        if not names or picture.name in names:
            page = demo.new_page(browser, login)
            take(picture, page, site_url)
            page.context.close()


def main(names):
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo.chromium() as browser, demo.demo_site() as site_url:
        login = demo.logged_in(browser, site_url)
        add_pages(browser, site_url, login)
        take_all(PICTURES, names, browser, site_url, login)
        add_reviews(browser, site_url, login)
        take_all(ADMIN_PICTURES, names, browser, site_url, login)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except demo.DemoError as error:
        sys.exit(str(error))
