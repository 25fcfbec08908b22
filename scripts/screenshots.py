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


PICTURES = [
    Picture("example-page", "/example"),
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
