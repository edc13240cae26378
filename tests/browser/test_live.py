"""Live: what a camera sees, what the model thinks of it, and why."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.appearances import EACH, Appearance
from tests.browser.conftest import Serve
from tests.browser.pages import asked
from tests.browser.served_nodes import ServedNode
from tests.support.waiting import wait_for

CORNER = """
[[view]]
name = "corner"
camera = "photos"
roi = [0.5, 0.25, 0.25, 0.5]
confirm_s = 2
"""

PLACE = """element => {
    const [box, all] = [element, element.parentElement].map(one => one.getBoundingClientRect());
    const corner = [(box.x - all.x) / all.width, (box.y - all.y) / all.height];
    return [...corner, box.width / all.width, box.height / all.height];
}"""


@pytest.fixture(scope="module")
def node(serve: Serve) -> ServedNode:
    """Two views of the same camera."""
    return serve(more=CORNER)


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
    x, y, width, height = outline.evaluate(PLACE)
    assert (x, y, width, height) == pytest.approx((0.5, 0.25, 0.25, 0.5), abs=0.01)
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


def test_keys_snooze_and_resume_without_losing_their_place(page: Page) -> None:
    state_of(page).get_by_role("button", name="Snooze").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="10 minutes").press("Enter")
    expect(state_of(page).get_by_role("button", name="Resume")).to_be_focused()
    page.keyboard.press("Enter")
    expect(state_of(page).get_by_role("button", name="Snooze")).to_be_focused()


def test_views_are_chosen_by_arrow_keys(page: Page) -> None:
    page.get_by_role("tab", name="table").focus()
    page.keyboard.press("ArrowRight")
    expect(state_of(page, "corner")).to_be_visible()
    expect(page.get_by_role("tab", name="corner")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(state_of(page)).to_be_visible()


@pytest.mark.parametrize("name", ["Aim", "Tune"])
def test_what_leads_to_another_page_leads_to_the_same_view(page: Page, name: str) -> None:
    page.goto("#/live?view=corner")
    expect(state_of(page, "corner")).to_be_visible()
    page.locator("main").get_by_role("button" if name == "Aim" else "link", name=name).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    expect(page.get_by_role("tab", name="corner")).to_have_attribute("aria-selected", "true")


def test_a_threshold_that_others_set_moves_the_marks(page: Page) -> None:
    expect(page.get_by_text("enters at 60%", exact=True)).to_be_visible()
    for share in (0.8, 0.6):
        assert asked(page, "set", view="table", option="threshold", value=share) == 200
        expect(page.get_by_text(f"enters at {share:.0%}", exact=True)).to_be_visible()


def test_scores_are_read_where_the_pointer_is(page: Page) -> None:
    timeline = page.locator("section", has=page.get_by_role("heading", name="Timeline"))
    chart = timeline.get_by_role("img")
    expect(chart).to_be_visible()
    expect(timeline.get_by_role("listitem").first).to_be_visible()
    box = chart.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 30, box["y"] + box["height"] / 2)
    told = timeline.get_by_role("listitem").first.inner_text()
    page.mouse.move(box["x"] + 80, box["y"] + box["height"] / 2)
    expect(timeline.get_by_role("listitem").first).not_to_have_text(told)
