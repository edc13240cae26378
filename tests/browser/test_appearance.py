"""Light and dark, English and German: as the system has it, or as somebody chose."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.appearances import DESKTOP, DESKTOP_DARK, PHONE
from tests.browser.conftest import OpenPage
from tests.browser.pages import PAGES, go_to
from tests.browser.served_nodes import ServedNode

LIGHTNESS = """() => {
  const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number);
  return (red + green + blue) / 765;
}"""


@pytest.mark.parametrize("appearance", [DESKTOP, DESKTOP_DARK], indirect=True, ids=str)
def test_the_system_says_light_or_dark_and_the_switch_lies_over_it(page: Page) -> None:
    was_dark = page.evaluate(LIGHTNESS) < 0.5
    assert was_dark == page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    page.get_by_role("button", name="Appearance").click()
    page.get_by_role("radio", name="Light" if was_dark else "Dark").check(force=True)
    assert (page.evaluate(LIGHTNESS) < 0.5) != was_dark
    page.reload()
    expect(page.get_by_role("heading", name="Live", exact=True)).to_be_visible()
    assert (page.evaluate(LIGHTNESS) < 0.5) != was_dark


def test_german_for_who_reads_german(node: ServedNode, open_page: OpenPage) -> None:
    page = open_page(node, appearance=PHONE, locale="de-DE")
    titles = []
    for name in PAGES:
        go_to(page, name)
        titles.append(page.locator("h1").inner_text())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert "Ereignisse" in titles
    assert page.evaluate("document.documentElement.lang") == "de"


def test_a_language_is_chosen_and_kept(page: Page) -> None:
    page.get_by_role("button", name="Appearance").click()
    page.get_by_role("radio", name="Deutsch").click(force=True)
    expect(page.locator("html[lang=de]")).to_be_attached()
    page.goto("#/events")
    expect(page.get_by_role("heading", name="Ereignisse", exact=True)).to_be_visible()


def test_another_language_than_those_is_english(node: ServedNode, open_page: OpenPage) -> None:
    page = open_page(node, locale="fr-FR")
    expect(page.get_by_role("heading", name="Live", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "en"
