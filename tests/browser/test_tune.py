import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.appearances import SIZES, Appearance
from tests.browser.conftest import OpenPage, Serve
from tests.browser.pages import asked, held_posts, wait_for_held
from tests.browser.served_nodes import START_S, ServedNode
from tests.support.waiting import wait_for

ENTERS = "A label enters at"
CORNER = """
[[view]]
name = "corner"
camera = "photos"
roi = [0.5, 0.25, 0.25, 0.5]
filter = "none"

[profile.away.view.corner]
threshold_enter = 0.9
"""


@pytest.fixture(scope="module")
def used_node(browser: object, serve: Serve) -> ServedNode:
    """It has seen each photo some times, so that there is something to try rules on."""
    node = serve(interval_s=0.2)
    wait_for(lambda: node.get("api/events?type=start&label=espresso")["events"], START_S)
    return node


@pytest.fixture
def node(used_node: ServedNode) -> Iterator[ServedNode]:
    """Its rules are as they were, also where a test before has failed and left others."""
    rules, text = rules_of(used_node), used_node.config_text
    yield used_node
    if rules_of(used_node) != rules:
        used_node.config_file.write_text(text, encoding="utf-8")
        used_node.reload()
        wait_for(lambda: rules_of(used_node) == rules, 10)


@pytest.fixture(scope="module")
def two_views(browser: object, serve: Serve) -> ServedNode:
    """One of them with other rules in a mode."""
    return serve(more=CORNER)


def open_tune(page: Page) -> None:
    page.goto("#/tune")
    expect(page.locator(".what-if-canvas")).to_be_visible()
    expect(outcome(page)).to_have_attribute("aria-busy", "false")


def outcome(page: Page) -> Locator:
    return page.locator(".outcome")


def slide(page: Page, name: str, value: float) -> None:
    page.get_by_role("slider", name=name, exact=True).fill(str(value))


def apply(page: Page) -> None:
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("The rules of table are in force")).to_be_visible()
    expect(page.get_by_role("button", name="Apply")).to_be_hidden()


def rules_of(node: ServedNode) -> dict[str, Any]:
    rules: dict[str, Any] = node.get("api/node")["views"][0]["rules"]
    return rules


def labels_shown(page: Page, states: int, *, after: str = "") -> set[str]:
    """Of the next states of the view. `after`: from the first on that shows another label: what was in the view
    when its rules changed stays until it leaves, and is told until then."""
    found: list[str] = page.evaluate(
        """([wanted, before]) => new Promise((done) => {
             const found = [];
             const source = new EventSource("api/stream");
             source.addEventListener("state", (message) => {
               const { label } = JSON.parse(message.data);
               if (label === before && !found.length) return;
               found.push(label);
               if (found.length < wanted) return;
               source.close();
               done(found);
             });
           })""",
        [states, after],
    )
    return set(found)


@pytest.mark.parametrize("appearance", SIZES, indirect=True, ids=str)
def test_a_threshold_is_tried_then_applied_and_the_state_follows(
    page: Page, node: ServedNode, appearance: Appearance
) -> None:
    open_tune(page)
    wait_for(lambda: "Egyptian cat" in labels_shown(page, 3), 10)
    slide(page, ENTERS, 0.7)
    expect(outcome(page)).to_contain_text(re.compile(r"\d+ starts in the place of \d+: \d+ fewer"))
    expect(page.get_by_role("heading", name=re.compile("would be gone"))).to_be_visible()
    expect(page.locator(".outcome-list.is-gone")).to_contain_text("Egyptian cat")
    expect(page.locator(".outcome-list.is-gone")).not_to_contain_text("espresso")
    assert rules_of(node)["threshold_enter"] == 0.6
    wait_for(lambda: "Egyptian cat" in labels_shown(page, 3), 10)
    apply(page)
    assert rules_of(node)["threshold_enter"] == 0.7
    assert "threshold_enter = 0.7" in node.config_text
    assert "# A photo is seen once per round: it counts at once." in node.config_text
    assert "Egyptian cat" not in labels_shown(page, 6, after="Egyptian cat")
    slide(page, ENTERS, 0.6)
    expect(outcome(page)).to_contain_text(re.compile(r"\d+ more"))
    expect(page.locator(".outcome-list.is-new")).to_contain_text("Egyptian cat")
    apply(page)
    assert rules_of(node)["threshold_enter"] == 0.6


def test_what_is_tried_can_be_discarded_and_is_kept_till_then(page: Page, node: ServedNode) -> None:
    before = node.config_text
    open_tune(page)
    slide(page, ENTERS, 0.9)
    page.goto("#/system")
    expect(page.get_by_role("heading", name="Health")).to_be_visible()
    open_tune(page)
    expect(page.get_by_text("1 rule of table is tried")).to_be_visible()
    expect(page.get_by_role("slider", name=ENTERS)).to_have_value("0.9")
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("slider", name=ENTERS)).to_have_value("0.6")
    expect(page.get_by_role("button", name="Apply")).to_be_hidden()
    assert node.config_text == before


def test_another_filter_brings_its_own_rules_and_defaults(page: Page) -> None:
    open_tune(page)
    expect(page.get_by_role("slider", name="A frame counts for")).to_be_hidden()
    page.get_by_role("radio", name="Belief").check()
    expect(page.get_by_role("slider", name="A frame counts for")).to_be_visible()
    expect(page.get_by_role("slider", name="An end must last")).to_have_attribute("aria-valuetext", "3 s")
    expect(page.get_by_text("1 rule of table is tried")).to_be_visible()
    page.get_by_role("radio", name="Mean").check()
    expect(page.get_by_role("slider", name="Mean over")).to_be_visible()
    expect(page.get_by_role("slider", name="An end must last")).to_have_attribute("aria-valuetext", "at once")
    page.get_by_role("radio", name="None").check()
    expect(page.get_by_role("button", name="Apply")).to_be_hidden()


def test_a_label_never_leaves_above_where_it_enters(page: Page, node: ServedNode) -> None:
    open_tune(page)
    page.get_by_role("switch", name="It leaves below two thirds of that").uncheck()
    slide(page, "It leaves below", 0.55)
    slide(page, ENTERS, 0.5)
    expect(page.get_by_role("slider", name="It leaves below")).to_have_value("0.5")
    page.get_by_role("switch", name="It leaves below two thirds of that").check()
    expect(page.get_by_role("slider", name="It leaves below")).to_be_hidden()
    slide(page, ENTERS, 0.6)
    expect(page.get_by_role("button", name="Apply")).to_be_hidden()
    assert rules_of(node)["threshold_exit"] == pytest.approx(0.4)


def test_it_is_told_that_a_label_lasts(page: Page, node: ServedNode) -> None:
    open_tune(page)
    page.get_by_label("Label", exact=True).fill("no such thing")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("The view shows no such label")).to_be_visible()
    page.get_by_label("Label", exact=True).fill("espresso")
    page.get_by_label("Still there after").select_option("1 h")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("The view shows no such label")).to_be_hidden()
    apply(page)
    assert rules_of(node)["lasting"] == {"espresso": [3600]}
    assert "espresso = [3600" in node.config_text
    page.get_by_role("button", name="espresso after 1 h: remove").click()
    apply(page)
    assert rules_of(node)["lasting"] == {}
    assert "lasting" not in node.config_text


def test_a_threshold_that_was_set_for_now_gives_way(page: Page, node: ServedNode) -> None:
    """It lies over that of the config, which stays as it is."""
    open_tune(page)
    assert asked(page, "set", view="table", option="threshold", value=0.8) == 200
    wait_for(lambda: rules_of(node)["threshold_enter"] == 0.8)
    page.reload()
    expect(page.get_by_role("slider", name=ENTERS)).to_have_value("0.8")
    slide(page, ENTERS, 0.6)
    apply(page)
    assert rules_of(node)["threshold_enter"] == 0.6


def test_a_label_has_rules_of_its_own(page: Page, node: ServedNode) -> None:
    open_tune(page)
    page.get_by_label("Rules of").select_option("espresso")
    page.get_by_role("switch", name="Leave it out").check()
    expect(page.locator(".outcome-list.is-gone")).to_contain_text("espresso")
    expect(page.locator(".outcome-list.is-gone")).not_to_contain_text("Egyptian cat")
    slide(page, ENTERS, 0.8)
    apply(page)
    assert re.search(r"\[view\.label_rules.*espresso.*\]", node.config_text)
    assert "muted = true" in node.config_text
    assert "espresso" not in labels_shown(page, 6, after="espresso")
    expect(page.get_by_label("Rules of").locator("optgroup").first).to_have_attribute(
        "label", "With rules of their own"
    )
    page.get_by_role("switch", name="Leave it out").uncheck()
    apply(page)
    assert "muted" not in node.config_text
    assert "threshold_enter = 0.8" in node.config_text
    slide(page, ENTERS, 0.6)
    apply(page)
    assert "label_rules" not in node.config_text
    wait_for(lambda: "espresso" in labels_shown(page, 3), 10)


def test_lines_of_labels_are_taken_away_and_brought_back(page: Page) -> None:
    open_tune(page)
    line = page.get_by_role("button", name="espresso", exact=True)
    line.click()
    expect(line).to_have_attribute("aria-pressed", "false")
    line.click()
    expect(line).to_have_attribute("aria-pressed", "true")


def test_a_time_of_the_chart_is_told_in_words(page: Page) -> None:
    open_tune(page)
    page.locator(".what-if-canvas").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".what-if-readout")).to_contain_text(re.compile(r"tried: .* · .+ \d+%"))


def test_what_is_applied_is_of_the_view_where_apply_was_pressed(
    two_views: ServedNode, open_page: OpenPage
) -> None:
    page = open_page(two_views)
    page.goto("#/tune?view=table")
    slide(page, ENTERS, 0.7)
    held = held_posts(page, "**/api/config")
    page.get_by_role("button", name="Apply").click()
    wait_for_held(page, held)
    slide(page, "A start must last", 2)  # tried after it
    page.get_by_role("tab", name="corner").click()
    slide(page, ENTERS, 0.8)
    held[0].continue_()
    expect(page.get_by_text("The rules of table are in force")).to_be_visible()
    expect(page.get_by_text("1 rule of corner is tried")).to_be_visible()
    expect(page.get_by_role("slider", name=ENTERS)).to_have_value("0.8")
    rules = {view["name"]: view["rules"] for view in two_views.get("api/node")["views"]}
    assert (rules["table"]["threshold_enter"], rules["corner"]["threshold_enter"]) == (0.7, 0.6)
    page.get_by_role("tab", name="table").click()
    expect(page.get_by_text("1 rule of table is tried")).to_be_visible()


def test_what_a_mode_lies_over_is_said(two_views: ServedNode, open_page: OpenPage) -> None:
    page = open_page(two_views)
    page.goto("#/tune?view=corner")
    expect(page.get_by_role("slider", name=ENTERS)).to_have_value("0.6")
    assert asked(page, "profile", profile="away") == 200
    expect(page.get_by_text("The mode away is on")).to_be_visible()
    slide(page, ENTERS, 0.5)
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("profile away is on and says something else of it")).to_be_visible()
    assert asked(page, "profile", profile="none") == 200
    expect(page.get_by_text("The mode away is on")).to_be_hidden()
    expect(page.get_by_role("slider", name=ENTERS)).to_have_value("0.5")
