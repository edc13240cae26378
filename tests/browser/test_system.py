from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.appearances import EACH, PHONE, SIZES, Appearance
from tests.browser.conftest import OpenPage, Serve
from tests.browser.pages import asked, held_posts, wait_for_held
from tests.browser.served_nodes import ServedNode
from tests.browser.watched_pages import Faults
from tests.support.waiting import wait_for

PROFILE = """
[profile.night]
view."*".threshold_enter = 0.99
"""


@pytest.fixture(scope="module")
def node(browser: object, serve: Serve) -> ServedNode:
    return serve(more=PROFILE)


def open_system(page: Page) -> None:
    page.goto("#/system")
    expect(page.get_by_text("Frame rate")).to_be_visible()


def now(node: ServedNode) -> dict[str, Any]:
    found: dict[str, Any] = node.get("api/now")["views"]["table"]
    return found


@pytest.mark.parametrize("appearance", SIZES, indirect=True, ids=str)
def test_health_cameras_and_the_node_are_there(page: Page, appearance: Appearance) -> None:
    open_system(page)
    for tile in ("Latency", "Waiting", "Memory"):
        expect(page.locator(".tile", has=page.get_by_text(tile, exact=True))).to_be_visible()
    camera = page.locator(".camera", has_text="photos")
    expect(camera).to_contain_text("running")
    expect(camera.get_by_role("list", name="What was done to bring it back")).to_contain_text("opened again")
    expect(page.locator(".about")).to_contain_text("bench")
    expect(page.locator(".about")).to_contain_text("Running for")


@pytest.mark.parametrize("appearance", SIZES, indirect=True, ids=str)
def test_a_view_is_snoozed_and_goes_on(page: Page, node: ServedNode, appearance: Appearance) -> None:
    open_system(page)
    page.get_by_role("button", name="Snooze", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="15 min").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".switch")).to_contain_text("until")
    assert now(node)["snooze"] is not None
    page.get_by_role("button", name="Go on now").click()
    expect(page.locator(".switch")).to_contain_text("watched")
    assert now(node)["snooze"] is None


def test_all_views_are_snoozed_at_once(page: Page, node: ServedNode) -> None:
    open_system(page)
    page.get_by_role("button", name="Snooze all views").click()
    page.get_by_role("dialog").get_by_role("button", name="Until").click()
    expect(page.get_by_role("button", name="Go on now")).to_be_visible()
    page.get_by_role("button", name="Go on now").click()
    expect(page.locator(".switch")).to_contain_text("watched")


def test_what_goes_wrong_is_read_above_the_dialog_and_below_it(page: Page, faults: Faults) -> None:
    faults.expect("503")
    page.route("**/api/requests/pause", lambda route: route.fulfill(status=503, json={"error": "Not now."}))
    open_system(page)
    page.get_by_role("button", name="Snooze all views").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="15 min").click()
    expect(dialog.get_by_text("Not now.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator(".app").get_by_text("Not now.")).to_be_visible()


def test_a_view_is_switched_and_another_browser_sees_it(page: Page, node: ServedNode, open_page: OpenPage) -> None:
    other = open_page(node, appearance=PHONE)
    open_system(page)
    open_system(other)
    page.get_by_role("switch", name="table").uncheck()
    expect(other.locator(".switch")).to_contain_text("off")
    expect(other.get_by_role("switch", name="table")).not_to_be_checked()
    wait_for(lambda: now(node)["options"]["enabled"] is False)
    other.get_by_role("switch", name="table").check()
    expect(page.get_by_role("switch", name="table")).to_be_checked()
    wait_for(lambda: now(node)["options"]["enabled"] is True)


def test_a_switch_stays_where_it_was_put_while_something_else_is_heard(page: Page, node: ServedNode) -> None:
    open_system(page)
    asked(page, "set", view="table", option="enabled", value=False)
    switch = page.get_by_role("switch", name="table")
    expect(switch).not_to_be_checked()
    held = held_posts(page, "**/api/requests/set")
    switch.check()
    wait_for_held(page, held)
    asked(page, "pause", view="table", seconds=900)
    expect(page.locator(".switch")).to_contain_text("until")
    expect(switch).to_be_checked()
    held[0].continue_()
    wait_for(lambda: now(node)["options"]["enabled"] is True)
    expect(switch).to_be_checked()
    asked(page, "resume", view="table")
    expect(page.locator(".switch")).to_contain_text("watched")


def test_a_switch_waits_for_what_the_node_says_after_its_answer_but_not_for_long(page: Page) -> None:
    page.clock.install()
    open_system(page)
    asked(page, "set", view="table", option="enabled", value=False)
    switch = page.get_by_role("switch", name="table")
    expect(switch).not_to_be_checked()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    page.route("**/api/requests/set", lambda route: route.fulfill(json={}))  # answered, and nothing is done
    with page.expect_response("**/api/requests/set"):
        switch.check()
    asked(page, "pause", view="table", seconds=900)
    expect(page.locator(".switch")).to_contain_text("until")
    expect(switch).to_be_checked()
    page.clock.run_for(3000)
    expect(switch).not_to_be_checked()
    asked(page, "resume", view="table")
    expect(switch).to_be_checked()


def test_a_mode_is_chosen(page: Page, node: ServedNode) -> None:
    open_system(page)
    page.get_by_role("radio", name="night").check()
    wait_for(lambda: node.get("api/node")["profile"] == "night")
    wait_for(lambda: node.get("api/node")["views"][0]["rules"]["threshold_enter"] == 0.99)
    page.goto("#/tune")
    expect(page.get_by_text("The mode night is on")).to_be_visible()
    open_system(page)
    expect(page.get_by_role("radio", name="night")).to_be_checked()
    page.get_by_role("radio", name="night").focus()
    page.keyboard.press("ArrowUp")
    wait_for(lambda: node.get("api/node")["profile"] is None)
    expect(page.get_by_role("radio", name="As usual")).to_be_focused()
    page.keyboard.press("ArrowDown")  # it still has the focus
    wait_for(lambda: node.get("api/node")["profile"] == "night")
    expect(page.get_by_role("radio", name="night")).to_be_focused()
    page.keyboard.press("ArrowUp")
    wait_for(lambda: node.get("api/node")["profile"] is None)
    expect(page.get_by_role("radio", name="As usual")).to_be_checked()


def test_the_log_is_read(page: Page) -> None:
    open_system(page)
    log = page.get_by_role("list", name="Log")
    expect(log).to_contain_text("view table: start of espresso")
    page.get_by_role("radio", name="Warnings").check()
    expect(log).not_to_contain_text("view table: start of espresso")


def test_the_config_is_read_anew(page: Page, node: ServedNode, faults: Faults) -> None:
    faults.expect("422|409|400|500")
    open_system(page)
    before = node.config_text
    try:
        node.config_file.write_text(before.replace("confirm_s = 0", "confirm_s = -1"), encoding="utf-8")
        page.get_by_role("button", name="Read the config anew").click()
        expect(page.locator(".toast.error")).to_contain_text("confirm_s")
        node.config_file.write_text(before.replace("confirm_s = 0", "confirm_s = 0.1"), encoding="utf-8")
        page.get_by_role("button", name="Read the config anew").click()
        expect(page.get_by_text("The config is read anew")).to_be_visible()
        assert node.get("api/node")["views"][0]["rules"]["confirm_s"] == 0.1
    finally:
        node.config_file.write_text(before, encoding="utf-8")
        node.reload()


def test_theme_and_language_are_chosen(page: Page) -> None:
    open_system(page)
    page.get_by_role("radio", name="Dark").check()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("radio", name="Deutsch").check()
    expect(page.get_by_role("heading", name="Zustand")).to_be_visible()
    expect(page.get_by_role("link", name="Zielen")).to_be_visible()
    page.get_by_role("radio", name="English").check()
    expect(page.get_by_role("heading", name="Health")).to_be_visible()
    page.get_by_role("radio", name="Automatic").check()


@pytest.mark.parametrize("appearance", EACH, indirect=True, ids=str)
def test_a_check_up_says_what_is_wrong_and_what_to_do(page: Page, appearance: Appearance) -> None:
    found = {
        "version": "1", "ts": "2026-01-01T10:00:00.000Z", "worst": "fault",
        "checks": [
            finding("disk", "ok", "plenty"),
            finding("clock", "warning", "held by no time server", "sudo timedatectl set-ntp true"),
            finding("broker-topics", "fault", "refused for 3 of 12 topics", "topic readwrite bench/#"),
            finding("power", "unknown", "this machine does not tell"),
        ],
    }  # fmt: skip
    page.route("**/api/doctor", lambda route: route.fulfill(json=found))
    open_system(page)
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("1 fault, 1 warning")).to_be_visible()
    shown = page.locator(".check:visible")
    expect(shown).to_have_count(2)
    expect(shown.first).to_contain_text("Broker's topics")
    expect(shown.first).to_contain_text("topic readwrite bench/#")
    expect(shown.first).to_contain_text("In the guide: broker-topics")
    page.get_by_text("2 other checks").click()
    expect(page.locator(".check:visible")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def finding(check: str, standing: str, found: str, remedy: str | None = None) -> dict[str, Any]:
    return {
        "check": check, "subject": None, "title": check, "standing": standing, "found": found, "remedy": remedy,
        "figures": None,
    }  # fmt: skip


def test_a_check_up_is_made_by_the_node(page: Page) -> None:
    open_system(page)
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("other checks")).to_be_visible(timeout=100_000)
    page.get_by_text("other checks").click()
    expect(page.locator(".check", has_text="it runs, and has asked for this")).to_be_visible()


def test_a_check_up_that_can_not_be_made(page: Page, faults: Faults) -> None:
    faults.expect("409")
    page.route("**/api/doctor", lambda route: route.fulfill(status=409, json={"error": "Too little memory."}))
    open_system(page)
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("Too little memory.")).to_be_visible()
    expect(page.get_by_role("button", name="Check now")).to_be_enabled()
