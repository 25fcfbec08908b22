"""Take the pictures of the documentation: docs/images/NAME.png.

With names as arguments: only those.
"""

from collections.abc import Callable
from typing import NamedTuple

import demo
import sys


FOLDER = demo.ROOT / "docs" / "images"


class Picture(NamedTuple):
    """A picture: the page is opened, the steps are done, the window is saved."""

    name: str
    path: str
    steps: Callable = lambda page: None


def save_unread_mailbox(page):
    page.get_by_label("Contact").fill("noreply@example.org")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_selector(".invalid-feedback")


def open_publishing_tab(page):
    page.locator(".autotoc-nav").get_by_text("Publishing", exact=True).click()


PICTURES = [
    Picture("page-settings", "/example/@@page-settings"),
    Picture("page-settings-tab", "/example/@@page-settings", open_publishing_tab),
    Picture("page-settings-error", "/example/@@page-settings", save_unread_mailbox),
    Picture("page-review", "/example/@@page-review"),
]


def take(picture, page, site_url):
    page.goto(site_url + picture.path, wait_until="networkidle")
    picture.steps(page)
    file = FOLDER / f"{picture.name}.png"
    page.screenshot(path=file, animations="disabled")
    print(file.relative_to(demo.ROOT))


def main(names):
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo.chromium() as browser, demo.demo_site() as site_url:
        login = demo.logged_in(browser, site_url)
        for picture in PICTURES:
            if not names or picture.name in names:
                page = demo.new_page(browser, login)
                take(picture, page, site_url)
                page.context.close()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except demo.DemoError as error:
        sys.exit(str(error))
