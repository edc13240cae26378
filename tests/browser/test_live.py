"""Live: what a camera sees, what the model thinks of it, and why."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.appearances import EACH, PHONE, Appearance
from tests.browser.conftest import OpenPage, Serve
from tests.browser.served_nodes import ServedNode
from tests.support.waiting import wait_for

CORNER = """
[[view]]
name = "corner"
camera = "photos"
roi = [0.5, 0.25, 0.25, 0.5]
confirm_s = 2
"""


@pytest.fixture(scope="module")
def node(serve: Serve) -> ServedNode:
    """Two views of the same camera."""
    return serve(more=CORNER)


@pytest.fixture
def blind_node(browser: Browser, tmp_path: Path) -> Iterator[ServedNode]:
    """One that shows labels only."""
    node = ServedNode(tmp_path, node="labels_only = true")
    node.config_file.write_text(node.config_text.replace("disk = true", "disk = false"), encoding="utf-8")
    try:
        yield node.start()
    finally:
        node.stop()


def state_of(page: Page, view: str = "table") -> Locator:
    """The card that says what a view shows now."""
    return page.get_by_role("region", name=f"{view} now")


def picture_of(page: Page) -> Locator:
    """What the camera sees."""
    return page.get_by_role("img", name="What the camera photos sees")


def is_drawn(image: Locator) -> Callable[[], bool]:
    """Whether an image has come."""
    return lambda: bool(image.evaluate("image => image.naturalWidth > 0"))


@pytest.mark.parametrize("appearance", EACH, indirect=True, ids=str)
def test_it_shows_the_picture_the_state_and_the_scores_on_any_screen(page: Page, appearance: Appearance) -> None:
    expect(page.get_by_role("heading", name="Live", level=1)).to_be_visible()
    expect(picture_of(page)).to_be_visible()
    wait_for(is_drawn(picture_of(page)))
    expect(page.get_by_role("meter", name="espresso").first).to_be_visible()
    expect(page.get_by_role("img", name="What table showed of late: states and scores")).to_be_visible()
    expect(page.get_by_role("heading", name="Health")).to_be_visible()
    # Nothing sticks out to the side.
    assert page.evaluate("document.documentElement.scrollWidth") == appearance.width


def test_the_label_changes_with_what_is_seen(page: Page) -> None:
    for label in ("espresso", "Egyptian cat", "espresso"):
        expect(state_of(page)).to_contain_text(label)


def test_it_says_what_is_missing_until_the_next_change(page: Page) -> None:
    expect(state_of(page)).to_contain_text(re.compile("leaves below 4\\d%|enters at 60%"))


def test_events_come_with_their_why(page: Page) -> None:
    events = page.locator("section", has=page.get_by_role("heading", name="Last events"))
    expect(events).to_contain_text(re.compile(r"espresso entered"))
    expect(events).to_contain_text(re.compile(r"Score \d+% reached 60%"))
    events.get_by_role("link", name="All events").click()
    expect(page.get_by_role("heading", name="Events", level=1)).to_be_visible()


def test_another_view_is_chosen_by_its_outline_in_the_picture(page: Page) -> None:
    expect(picture_of(page)).to_be_visible()
    wait_for(is_drawn(picture_of(page)))
    outline = page.get_by_role("link", name="corner")
    frame, box = page.locator(".picture").bounding_box(), outline.bounding_box()
    assert frame is not None
    assert box is not None
    assert box["x"] - frame["x"] == pytest.approx(frame["width"] / 2, abs=2)
    assert box["width"] == pytest.approx(frame["width"] / 4, abs=2)
    outline.click()
    expect(state_of(page, "corner")).to_be_visible()
    expect(page.get_by_role("tab", name="corner")).to_have_attribute("aria-selected", "true")
    page.get_by_role("tab", name="table").click()
    expect(state_of(page)).to_be_visible()


def test_the_span_of_the_timeline_is_kept(page: Page) -> None:
    with page.expect_response(re.compile(r"timeline\?minutes=2$")):
        page.get_by_role("radio", name="2 min").check()
    with page.expect_response(re.compile(r"timeline\?minutes=2$")):
        page.reload()


def test_a_view_is_left_alone_for_a_while(page: Page, node: ServedNode) -> None:
    state_of(page).get_by_role("button", name="Snooze").click()
    page.get_by_role("dialog").get_by_role("button", name="10 minutes").click()
    expect(state_of(page)).to_contain_text("Snoozed until")
    assert node.get("api/now")["views"]["table"]["snooze"] is not None
    state_of(page).get_by_role("button", name="Resume").click()
    expect(state_of(page).get_by_role("button", name="Snooze")).to_be_visible()
    expect(state_of(page)).not_to_contain_text("Snoozed")


def test_all_of_it_goes_by_the_keyboard(page: Page) -> None:
    expect(state_of(page)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.get_by_role("tab", name="table").focus()
    page.keyboard.press("ArrowRight")
    expect(state_of(page, "corner")).to_be_visible()
    page.get_by_role("tab", name="corner").focus()
    page.keyboard.press("ArrowLeft")
    state_of(page).get_by_role("button", name="Snooze").press("Enter")
    expect(page.get_by_role("dialog", name="Leave table alone")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_node_that_shows_no_pictures_is_of_use_all_the_same(blind_node: ServedNode, open_page: OpenPage) -> None:
    page = open_page(blind_node, appearance=PHONE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(page.get_by_text("This node shows no pictures: labels only.")).to_be_visible()
    expect(state_of(page)).to_contain_text("espresso")
    expect(page.get_by_role("meter", name="espresso").first).to_be_visible()
    assert not [url for url in asked if re.search(r"stream\.mjpeg|\.jpg", url)]
