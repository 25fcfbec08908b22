"""The example page of the demo site."""

STYLE_SHEETS_WITH_RULES = """
() => [...document.styleSheets]
    .filter(sheet => sheet.href && sheet.cssRules.length)
    .map(sheet => new URL(sheet.href).pathname)
"""


def test_the_administrator_sees_the_page_in_the_theme(page, site_url):
    page.goto(f"{site_url}/example")

    assert page.locator("h1").inner_text() == "Example page"
    assert page.locator("#edit-zone").is_visible()
    sheets = page.evaluate(STYLE_SHEETS_WITH_RULES)
    assert any("++theme++barceloneta" in sheet for sheet in sheets), sheets


def test_a_visitor_sees_the_published_page(anonymous_page, site_url):
    anonymous_page.goto(f"{site_url}/example")

    assert anonymous_page.locator("h1").inner_text() == "Example page"
    assert anonymous_page.locator("#edit-zone").count() == 0
