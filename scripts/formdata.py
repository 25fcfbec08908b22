"""Pages with form data in the demo site, for browser tests and screenshots."""

import demo
import re


JSON = {"Accept": "application/json"}


def add_folder(window, site_url, title):
    """Add a folder; return its address."""
    response = window.request.post(
        site_url, data={"@type": "Folder", "title": title}, headers=JSON
    )
    return response.json()["@id"]


def delete(window, url):
    """Delete a folder and what is in it."""
    window.request.delete(url, headers=JSON)


def add_review(window, folder_url, title, contact, verdict="change"):
    """Add a page with a review; return its address."""
    page_url = demo.add_page(window, folder_url, title)
    form_url = f"{page_url}/@@page-review"
    html = window.request.get(form_url).text()
    token = re.search('name="_authenticator".* value="([0-9a-f]+)"', html).group(1)
    widgets = {
        "contact": contact,
        "notes": "",
        "reviewed_on": "2026-11-20",
        "verdict": verdict,
        "findings": "Too long\nNo picture",
    }
    data = {f"form.widgets.{name}": value for name, value in widgets.items()}
    response = window.request.post(
        form_url, form=data | {"form.buttons.save": "Save", "_authenticator": token}
    )
    if response.url != page_url:
        raise demo.DemoError(f"The review of {title} was not saved: {response.url}")
    return page_url


def copy_page(window, folder_url, page_url, times):
    """Put copies of a page into a folder; they have copies of its data."""
    response = window.request.post(
        f"{folder_url}/@copy", data={"source": [page_url] * times}, headers=JSON
    )
    if not response.ok:
        raise demo.DemoError(f"{page_url} was not copied: {response.text()}")
