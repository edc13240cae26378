"""What goes for each page: it fits, everybody can use it, and it asks nobody but its node."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.appearances import EACH, Appearance
from tests.browser.pages import PAGES, go_to

WIDER_THAN_THE_SCREEN = """() => [...document.querySelectorAll("body *")].filter((one) => {
  const box = one.getBoundingClientRect();
  if (box.width === 0 || box.right <= innerWidth + 1) return false;
  for (let above = one.parentElement; above; above = above.parentElement)
    if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(above).overflowX)) return false;
  return true;
}).map((one) => `${one.tagName}.${one.className} to ${Math.round(one.getBoundingClientRect().right)}`)"""
TOUCHED = "button, a[href], input, select, [role=slider]"
SMALL_TARGETS = """(touched) => [...document.querySelectorAll(touched)].filter((one) => {
  const box = one.getBoundingClientRect();
  const isHidden = box.width === 0 || getComputedStyle(one).visibility === "hidden";
  if (isHidden || one.matches("p *, .skip, .visually-hidden, .visually-hidden *")) return false;
  const around = parseFloat(getComputedStyle(one, "::before").inset) || 0; // a hit area of its own around it
  return box.height - 2 * around < 40 || box.width < 18;
}).map((one) => `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 20)} ` +
  `${Math.round(one.getBoundingClientRect().width)}x${Math.round(one.getBoundingClientRect().height)}`)"""


def each(page: Page) -> Iterator[str]:
    for name in PAGES:
        go_to(page, name)
        yield name


@pytest.mark.parametrize("appearance", EACH, indirect=True, ids=str)
def test_it_fits_and_everybody_can_use_it(page: Page, appearance: Appearance) -> None:
    """axe finds nothing, nothing is wider than the screen, and a thumb hits what is to be touched."""
    found = []
    for name in each(page):
        results = Axe().run(page)
        found += [f"{name}: {results.generate_report()}"] * bool(results.violations_count)
        found += [f"{name}: too wide: {one}" for one in page.evaluate(WIDER_THAN_THE_SCREEN)]
        if appearance.touch:
            found += [f"{name}: too small: {one}" for one in page.evaluate(SMALL_TARGETS, TOUCHED)]
        if page.evaluate("document.documentElement.scrollWidth") > appearance.width:
            found.append(f"{name}: scrolls sideways")
    assert not found, "\n".join(found)


def test_each_page_has_a_title_and_one_heading(page: Page) -> None:
    titles = []
    for _ in each(page):
        expect(page.locator("h1")).to_have_count(1)
        titles.append(page.title())
    assert len(set(titles)) == len(PAGES), titles
    assert all(title.endswith("· bench") for title in titles)


def test_no_text_is_a_key_of_the_catalogue(page: Page) -> None:
    for name in each(page):
        text = page.locator("body").inner_text()
        assert not [word for word in text.split() if word.startswith(f"{name}.")], text
