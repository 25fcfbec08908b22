"""What becomes of what an editor has typed: conflicts, locks, logins, double clicks."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from widgets import error_of
from widgets import field_of
from widgets import open_tab
from widgets import save

import demo
import pytest


PHONE = {"width": 390, "height": 844}
PLAIN = {"java_script_enabled": False}
WINDOWS = pytest.mark.parametrize("options", [{}, {"viewport": PHONE}, PLAIN])


class Editing:
    """The form of page settings, in the window of one of two editors."""

    def __init__(self, window, page_url):
        self.window = window
        self.page_url = page_url

    def open(self):
        self.window.goto(f"{self.page_url}/@@page-settings", wait_until="networkidle")
        return self

    def input(self, name):
        return self.window.locator(f"#form-widgets-{name}")

    def type(self, **values):
        for name, value in values.items():
            # It may be in a tab that is closed.
            self.input(name).evaluate("(input, value) => input.value = value", value)
        return self

    def save(self):
        save(self.window)

    def saved(self):
        self.save()
        expect(self.window.get_by_text("Changes saved.")).to_be_visible()

    def choose(self, name, choice):
        self.window.locator(f"#form-widgets-{name}-{choice}").check()

    def radios(self, name):
        group = field_of(self.window, name).get_by_role("radiogroup")
        return group.get_by_role("radio")

    def stored(self, *names):
        """Return what is stored, from a form that is opened anew."""
        html = self.window.request.get(f"{self.page_url}/@@page-settings").text()
        page = self.window.context.browser.new_page()
        page.set_content(html, wait_until="domcontentloaded")
        found = [page.locator(f"#form-widgets-{name}").input_value() for name in names]
        page.close()
        return found


@pytest.fixture
def editors(browser, site_url, login, other_login, request):
    """Return a function that gives the forms of two editors on a new page."""
    windows = []

    def two(**options):
        for cookies, chosen in ((login, options), (other_login, {})):
            windows.append(demo.new_page(browser, cookies, **chosen))
        setup = demo.new_page(browser, login)
        url = demo.add_page(setup, site_url, request.node.originalname)
        windows.append(setup)
        return Editing(windows[0], url), Editing(windows[1], url)

    yield two
    for window in windows:
        window.context.close()


def in_view(locator):
    return locator.evaluate(
        "element => { const { top, bottom } = element.getBoundingClientRect();"
        " return top >= 0 && bottom <= innerHeight; }"
    )


def in_conflict(mine, theirs, **values):
    """Let both save other values; the first one gets to know it."""
    mine.open()
    theirs.open().type(**values, contact="somebody@example.org").saved()
    mine.type(**{name: f"{value} of mine" for name, value in values.items()})
    mine.type(contact="somebody@example.org").save()
    mine.window.wait_for_selector(".annotationforms-conflicts")
    if mine.window.locator(".autotoc-nav").count():
        mine.window.wait_for_timeout(1500)


# Conflicts


@WINDOWS
def test_the_top_names_the_fields_in_conflict_and_leads_there(editors, options):
    mine, theirs = editors(**options)
    in_conflict(mine, theirs, notes="Notes", summary="Summary")
    alert = mine.window.get_by_role("alert").filter(has_text="Nothing was saved yet")
    expect(alert).to_contain_text("Notes: Grace Hopper has changed this field")
    expect(alert).to_contain_text("Summary: Grace Hopper has changed this field")
    expect(mine.radios("notes").nth(0)).not_to_be_checked()
    expect(mine.radios("notes").nth(1)).not_to_be_checked()

    alert.get_by_role("link", name="Summary").click()
    assert in_view(mine.radios("summary").first)


def test_the_tab_of_a_conflict_is_open_and_the_field_in_view(editors):
    for options in ({}, {"viewport": PHONE}):
        mine, theirs = editors(**options)
        in_conflict(mine, theirs, former_titles="Title")
        expect(mine.window.locator(".autotoc-nav .active")).to_have_text("Publishing")
        assert in_view(mine.radios("former_titles").first)
        expect(mine.radios("former_titles").first).to_be_focused()


@WINDOWS
def test_nothing_is_saved_before_a_choice_was_made(editors, options):
    mine, theirs = editors(**options)
    in_conflict(mine, theirs, summary="Summary")
    for _number in range(2):
        mine.save()
        mine.window.wait_for_selector(".annotationforms-conflicts")
        mine.window.wait_for_load_state("networkidle")
        assert mine.stored("summary") == ["Summary"]
    if not mine.radios("summary").first.is_visible():
        open_tab(mine.window, "Presentation")
    mine.choose("summary", "mine")
    mine.saved()
    assert mine.stored("summary") == ["Summary of mine"]


def test_all_of_theirs_are_taken(editors):
    mine, theirs = editors()
    in_conflict(mine, theirs, notes="Notes", summary="Summary")
    mine.window.get_by_label("Take all of theirs").check()
    mine.save()
    expect(mine.window.locator("#global_statusmessage")).to_contain_text(
        "What Grace Hopper changed meanwhile was kept: Notes, Summary."
    )
    assert mine.stored("notes", "summary") == ["Notes", "Summary"]


def test_line_breaks_of_the_other_value_and_what_differs(editors):
    mine, theirs = editors()
    in_conflict(mine, theirs, notes="one\ntwo")
    field = field_of(mine.window, "notes")
    assert field.locator("#form-widgets-notes-other").inner_text() == "one\ntwo"
    expect(field.locator("ins")).to_have_text(["only in theirs"])
    expect(field.locator("del")).to_have_text(["only in mine", " of mine"])


def test_a_conflict_with_another_window_of_ones_own(editors):
    mine, _theirs = editors()
    again = Editing(mine.window.context.new_page(), mine.page_url)
    in_conflict(mine, again, notes="Notes")
    expect(error_of(mine.window, "notes")).to_contain_text(
        "You changed this in another window"
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_conflicts_have_no_faults_of_contrast(editors, theme):
    mine, theirs = editors()
    in_conflict(mine, theirs, notes="Notes", next_check="2031-01-01")
    mine.window.evaluate(
        "theme => document.documentElement.dataset.bsTheme = theme", theme
    )
    for selector in (".annotationforms-conflicts", "#formfield-form-widgets-notes"):
        results = Axe().run(mine.window, context=selector)
        assert results.violations_count == 0, results.generate_report()


# Locks


@WINDOWS
def test_unlock_comes_back_with_what_was_typed(editors, options):
    mine, theirs = editors(**options)
    mine.open()
    theirs.window.goto(f"{theirs.page_url}/edit", wait_until="networkidle")
    mine.type(contact="ada@example.org", summary="Typed").save()
    expect(mine.window.locator("#content")).to_contain_text(
        "Nothing was saved: Grace Hopper has locked the page."
    )
    expect(mine.window.locator("#plone-lock-status")).to_contain_text("Grace Hopper")
    mine.window.locator("#plone-lock-status").get_by_text("Unlock").click()
    expect(mine.window.get_by_text("The page is unlocked.")).to_be_visible()
    expect(mine.input("summary")).to_have_value("Typed")
    expect(mine.window.locator("#plone-lock-status")).to_have_count(0)
    expect(mine.window.get_by_text("Unlock", exact=True)).to_have_count(0)
    mine.saved()
    assert mine.stored("contact", "summary") == ["ada@example.org", "Typed"]


# Sessions and clicks


def end_session(window):
    window.context.clear_cookies(name="__ac")


def test_what_was_typed_is_back_after_the_login(editors):
    mine, _theirs = editors()
    mine.open().type(contact="ada@example.org", summary="Typed\n<b>twice</b>")
    end_session(mine.window)
    mine.save()
    demo.fill_in_login(mine.window)
    expect(
        mine.window.get_by_text("What you typed before is in the form again.")
    ).to_be_visible()
    expect(mine.input("contact")).to_have_value("ada@example.org")
    expect(mine.input("summary")).to_have_value("Typed\n<b>twice</b>")
    assert mine.stored("contact") == [""]
    mine.window.wait_for_load_state("networkidle")
    mine.saved()
    assert mine.stored("contact") == ["ada@example.org"]

    mine.open()
    expect(mine.window.get_by_text("What you typed before")).to_have_count(0)
    assert mine.window.evaluate("Object.keys(sessionStorage).join()") == ""


def kept_text(window):
    """Return what is in the window's storage of our forms."""
    return window.evaluate("JSON.stringify(sessionStorage)")


def test_it_is_back_for_nobody_else(editors):
    mine, _theirs = editors()
    mine.open().type(contact="ada@example.org")
    end_session(mine.window)
    mine.save()
    mine.window.wait_for_selector("#__ac_name")
    assert "ada@example.org" in kept_text(mine.window)
    demo.fill_in_login(mine.window, "grace", "a-long-password-1")
    mine.window.wait_for_load_state("networkidle")
    expect(mine.input("contact")).to_have_value("")
    assert "ada@example.org" not in kept_text(mine.window)


def test_it_is_forgotten_at_the_logout(editors, site_url):
    mine, _theirs = editors()
    mine.open().type(contact="ada@example.org")
    mine.window.route("**/@@page-settings", lambda route: route.fulfill(body="lost"))
    mine.save()
    mine.window.wait_for_selector("text=lost")
    assert "ada@example.org" in kept_text(mine.window)
    mine.window.goto(f"{site_url}/logout", wait_until="networkidle")
    assert "ada@example.org" not in kept_text(mine.window)


def test_leaving_is_warned_of(editors):
    mine, _theirs = editors()
    mine.open()
    asked = []

    def leave(dialog):
        asked.append(dialog.type)
        dialog.accept()

    mine.window.on("dialog", leave)
    mine.input("notes").press_sequentially("typed")
    mine.window.goto(mine.page_url)
    assert asked == ["beforeunload"]
    mine.open()
    assert mine.input("notes").input_value() == ""


def test_a_double_click_saves_once(editors):
    mine, _theirs = editors()
    mine.open().type(contact="ada@example.org")
    methods = []
    mine.window.on("request", lambda request: methods.append(request.method))
    mine.window.get_by_role("button", name="Save", exact=True).dblclick()
    expect(mine.window.get_by_text("Changes saved.")).to_be_visible()
    assert methods.count("POST") == 1
    assert mine.stored("contact") == ["ada@example.org"]


def test_a_form_that_came_back_can_be_saved_at_once(editors):
    mine, _theirs = editors()
    mine.open().type(contact="noreply@example.org")
    mine.save()
    expect(error_of(mine.window, "contact")).to_contain_text("Nobody reads")
    mine.type(contact="ada@example.org").saved()
