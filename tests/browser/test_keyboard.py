"""The page without a mouse."""

from playwright.sync_api import Page, expect

from tests.browser.pages import PAGES

FOCUSED = """() => {
  const one = document.activeElement;
  const shown = (part) => part && (getComputedStyle(part).outlineStyle !== "none"
    || getComputedStyle(part).boxShadow !== "none");
  return shown(one) || shown(one.nextElementSibling) || shown(one.closest("label"));
}"""


def name_of_focus(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def test_the_first_stop_leads_past_the_pages_to_the_content(page: Page) -> None:
    expect(page.get_by_role("heading", name="Live", exact=True)).to_be_visible()
    page.keyboard.press("Tab")
    assert name_of_focus(page) == "To the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "MAIN"


def test_each_page_is_reached_by_keys_and_says_that_it_is_there(page: Page) -> None:
    expect(page.get_by_role("heading", name="Live", exact=True)).to_be_visible()
    for name in PAGES:
        page.get_by_role("navigation").get_by_role("link", name=name.capitalize()).focus()
        page.keyboard.press("Enter")
        expect(page.locator(f"main[data-page={name}]")).to_be_visible()
        here = page.locator(".rail [aria-current=page]")
        expect(here).to_have_count(1)
        expect(here).to_contain_text(name.capitalize())


def test_focus_is_always_seen(page: Page) -> None:
    expect(page.get_by_role("region", name="table now")).to_be_visible()
    for _ in range(25):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break  # behind the last one
        assert page.evaluate(FOCUSED), page.evaluate("document.activeElement.outerHTML.slice(0, 300)")


def test_a_dialog_keeps_the_focus_and_gives_it_back(page: Page) -> None:
    opener = page.get_by_role("button", name="Appearance")
    opener.focus()
    page.keyboard.press("Enter")
    shown = page.get_by_role("dialog")
    expect(shown).to_be_visible()
    for _ in range(10):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_dialog_gives_the_focus_back_to_what_waits_for_its_answer(page: Page) -> None:
    opener = page.get_by_role("button", name="Snooze")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()
    expect(opener).to_be_enabled()
