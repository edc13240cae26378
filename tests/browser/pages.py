"""The pages behind the "#", and when one is there; what is asked beside them."""

from playwright.sync_api import Page, Route, expect

from tests.support.waiting import wait_for

PAGES = ("live", "events", "aim", "tune", "teach", "models", "system")


def go_to(page: Page, name: str) -> None:
    """Open a page of the page, and wait until it shows more than placeholders."""
    page.evaluate(f"location.hash = '#/{name}'")
    expect(page.locator(f"main[data-page={name}]")).to_be_visible()
    expect(page.locator("main .skeleton, main [aria-busy=true]")).to_have_count(0)


def asked(page: Page, command: str, **args: object) -> int:
    """What the node answers to who asks it for something beside the page."""
    status: int = page.evaluate(
        """([command, args]) => fetch(`api/requests/${command}`, {
             method: "POST", headers: { "Content-Type": "application/json", "X-Edgeclassify": "page" },
             body: JSON.stringify(args),
           }).then((answer) => answer.status)""",
        [command, args],
    )
    return status


def held_posts(page: Page, url: str) -> list[Route]:
    """What the page posts there from now on: each waits until `continue_()` lets it go."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "POST":
            held.append(route)
        else:
            route.fallback()

    page.route(url, hold)
    return held


def wait_for_held(page: Page, held: list[Route], count: int = 1) -> None:
    """Until so many are held: they are only heard of while the page is asked something."""
    wait_for(lambda: page.evaluate("true") and len(held) >= count)
