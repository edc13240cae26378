"""The pages behind the "#", and when one is there."""

from playwright.sync_api import Page, expect

PAGES = ("live", "events", "aim", "tune", "teach", "models", "system")


def go_to(page: Page, name: str) -> None:
    """Open a page of the page, and wait until it shows more than placeholders."""
    page.evaluate(f"location.hash = '#/{name}'")
    expect(page.locator(f"main[data-page={name}]")).to_be_visible()
    expect(page.locator("main .skeleton, main [aria-busy=true]")).to_have_count(0)
