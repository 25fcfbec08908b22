"""Plone's widgets filled in as a person does, for browser tests and screenshots.

Each function waits for the JavaScript of its widget.  `field` is the locator that
`field_of` returns.
"""

from playwright.sync_api import expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout


def field_of(page, name):
    """Return the locator of a field with its label, widget and error."""
    return page.locator(f"#formfield-form-widgets-{name}")


def error_of(page, name):
    return field_of(page, name).locator(".invalid-feedback")


def open_tab(page, title):
    page.locator(".autotoc-nav").get_by_text(title, exact=True).click()


def save(page):
    page.get_by_role("button", name="Save", exact=True).click()


# TinyMCE


def editor_of(field):
    """Return the locator of the text in the editor, ready to be typed into."""
    return field.frame_locator("iframe").locator("body[contenteditable=true]")


def press_tool(field, label):
    """Press a button of the editor's toolbar, also if it has no room there."""
    tool = field.page.get_by_role("button", name=label, exact=True)
    if not tool.is_visible():
        field.get_by_label("Reveal or hide additional toolbar items").click()
    tool.click()


def link_to(field, title):
    """Make the selected text a link to the content item, through the dialog."""
    press_tool(field, "Insert/edit link")
    dialog = field.page.get_by_role("dialog").filter(has_text="Insert link")
    choose_content(dialog, title, opener="Select or Upload")
    dialog.get_by_role("button", name="Insert").click()
    dialog.wait_for(state="detached")


# Content browser


def choose_content(field, title, *, opener="Select"):
    """Open the content browser and choose the item that is in the site's root."""
    browser = field.page.locator(".content-browser")
    field.get_by_text(opener, exact=True).click()
    browser.locator(".contentItem").get_by_text(title, exact=True).click()
    browser.get_by_title(f"select {title}").click()
    browser.wait_for(state="detached")


def chosen_content(field):
    """Return the locator of the titles of the chosen items."""
    return field.locator(".content-browser-selected-items .item-title")


def remove_content(field, title):
    item = field.locator(".selected-item").filter(has_text=title)
    item.get_by_role("button").click()


# AJAX select


def choose_tag(field, tag, *, typed=None):
    """Type a tag, or the beginning of it, and click on it in the list."""
    entry = field.locator(".select2-input")
    found = field.page.locator(
        ".select2-drop-active .select2-result-label"
    ).get_by_text(tag, exact=True)
    # The list asks the server once for what was typed, and gives up if it fails.
    for _attempt in range(3):
        entry.click()
        entry.fill("")
        field.page.keyboard.type(typed or tag)
        try:
            found.wait_for(timeout=10_000)
        except PlaywrightTimeout:
            continue
        break
    found.click()


def chosen_tags(field):
    return field.locator(".select2-search-choice")


# Data grid


def rows_of(field):
    """Return the locator of the rows, including the empty one that can be filled."""
    # The script disables the buttons of that row when it is ready.
    expect(field.locator(".auto-append .dgf--row-delete")).to_be_disabled()
    return field.locator(".datagridwidget-row:not(.datagridwidget-empty-row)")


def type_row(row, *values):
    """Fill in the cells of a row one after the other."""
    for cell, value in zip(row.locator("input:visible").all(), values, strict=True):
        cell.click()
        cell.press_sequentially(value)
        cell.press("Tab")
