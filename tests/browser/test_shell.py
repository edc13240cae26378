"""What stands around every page: the ways to the pages, and the theme from the first moment on."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.appearances import PHONE, Appearance

DARK, LIGHT = "rgb(14, 18, 20)", "rgb(244, 246, 247)"


def background(page: Page) -> str:
    """The colour behind everything."""
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_each_page_has_an_address_of_its_own(page: Page) -> None:
    links = page.get_by_role("navigation", name="Pages")
    for name in ("Events", "System", "Live"):
        links.get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
        expect(page).to_have_url(re.compile(f"#/{name.lower()}$"))
        expect(page).to_have_title(f"{name} · bench")
    page.go_back()
    expect(page.get_by_role("heading", name="System", level=1)).to_be_visible()


@pytest.mark.parametrize("appearance", [PHONE], indirect=True, ids=str)
def test_on_a_phone_the_rest_is_one_press_further(page: Page, appearance: Appearance) -> None:
    page.get_by_role("button", name="More").click()
    page.get_by_role("dialog").get_by_role("link", name="System").click()
    expect(page.get_by_role("heading", name="System", level=1)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_press_beside_a_dialog_closes_it_but_none_that_began_inside(page: Page) -> None:
    page.get_by_role("button", name="Appearance").first.click()
    shown = page.get_by_role("dialog")
    shown.get_by_role("heading").hover()
    page.mouse.down()
    page.mouse.move(5, 5)
    page.mouse.up()
    expect(shown).to_be_visible()
    page.mouse.click(5, 5)
    expect(shown).to_have_count(0)


def test_the_theme_that_was_chosen_is_there_from_the_first_moment_on(page: Page) -> None:
    assert background(page) == LIGHT
    page.get_by_role("button", name="Appearance").first.click()
    page.get_by_role("radio", name="Dark").check()
    assert background(page) == DARK
    page.reload(wait_until="commit")
    page.wait_for_selector("body")
    assert background(page) == DARK
