"""The page while its node goes and comes back, and while somebody else looks too."""

from playwright.sync_api import Page, expect

from tests.browser.appearances import PHONE
from tests.browser.conftest import OpenPage
from tests.browser.served_nodes import PASSWORD, ServedNode
from tests.browser.watched_pages import Faults

AWAY = "ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|net::ERR|503"
"""What a console says of a node that is away."""
CORNER = """
[[view]]
name = "corner"
camera = "photos"
roi = [0.5, 0.25, 0.25, 0.5]
"""


def see_changes(page: Page) -> None:
    """Wait until Live shows two labels, one after the other."""
    shown = page.get_by_role("region", name="table now")
    expect(shown).to_contain_text("espresso")
    expect(shown).to_contain_text("Egyptian cat")


def test_labels_change_as_they_come(page: Page) -> None:
    see_changes(page)


def test_it_goes_on_after_the_node_was_away(fresh_node: ServedNode, open_page: OpenPage, faults: Faults) -> None:
    faults.expect(AWAY)
    page = open_page(fresh_node)
    bar = page.get_by_role("alert").filter(has_text="does not answer")
    see_changes(page)
    expect(bar).to_be_hidden()
    fresh_node.stop()
    expect(bar).to_be_visible()
    fresh_node.start()
    expect(bar).to_be_hidden(timeout=20_000)
    see_changes(page)
    # The picture comes back too.
    expect(page.locator("main img").first).to_be_visible()


def test_who_comes_back_with_another_config_is_known_anew(
    fresh_node: ServedNode, open_page: OpenPage, faults: Faults
) -> None:
    faults.expect(AWAY)
    page = open_page(fresh_node)
    see_changes(page)
    expect(page.get_by_role("tab", name="corner")).to_have_count(0)
    fresh_node.config_file.write_text(fresh_node.config_text + CORNER, encoding="utf-8")
    fresh_node.restart()
    page.get_by_role("tab", name="corner").click(timeout=20_000)
    expect(page.get_by_role("region", name="corner now")).to_be_visible()


def test_who_is_logged_out_elsewhere_is_asked_for_the_password(
    locked_node: ServedNode, open_page: OpenPage, faults: Faults
) -> None:
    faults.expect(f"401|{AWAY}")
    page = open_page(locked_node)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    see_changes(page)
    other = page.context.new_page()
    other.goto("")
    other.get_by_role("button", name="Log out").click()
    expect(other.get_by_label("Password")).to_be_visible()
    expect(page.get_by_label("Password")).to_be_visible()


def test_who_cannot_log_out_is_told_and_goes_on(
    locked_node: ServedNode, open_page: OpenPage, faults: Faults
) -> None:
    faults.expect(AWAY)
    page = open_page(locked_node)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.route("**/api/logout", lambda route: route.abort())
    page.get_by_role("button", name="Log out").click()
    expect(page.locator(".toast.error")).to_be_visible()
    see_changes(page)


def test_what_one_browser_changes_shows_in_the_other(page: Page, open_page: OpenPage) -> None:
    other = open_page(appearance=PHONE)
    page.get_by_role("button", name="Snooze").click()
    page.get_by_role("dialog").get_by_role("button", name="10 minutes").click()
    for one in (page, other):
        expect(one.get_by_role("button", name="Resume")).to_be_visible()
    other.get_by_role("button", name="Resume").click()
    for one in (page, other):
        expect(one.get_by_role("button", name="Snooze")).to_be_visible()
        see_changes(one)
