import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from edgeclassify.demo import demo_photos
from tests.browser.appearances import PHONE, SIZES, Appearance
from tests.browser.conftest import OpenPage
from tests.browser.pages import held_posts, wait_for_held
from tests.browser.regions import drag, open_aim, swipe
from tests.browser.served_nodes import ServedNode
from tests.browser.watched_pages import Faults
from tests.support.waiting import wait_for


@pytest.fixture(scope="module")
def node(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedNode]:
    """Its camera shows one photo: pictures of other proportions would move what a hand is about to meet."""
    node = ServedNode(tmp_path_factory.mktemp("node"))
    alone = node.folder / "alone"
    alone.mkdir()
    with demo_photos() as photos:
        shutil.copy(photos / "espresso.jpg", alone)
        node.config_file.write_text(node.config_text.replace(str(photos), str(alone)), encoding="utf-8")
    try:
        yield node.start()
    finally:
        node.stop()


def region(page: Page, view: str) -> Locator:
    return page.get_by_role("application", name=f"Region of {view}")


def view_of(node: ServedNode, name: str = "table") -> dict[str, Any]:
    views: list[dict[str, Any]] = node.get("api/node")["views"]
    return next(view for view in views if view["name"] == name)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved, and live")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_be_hidden()


def whole_again(page: Page) -> None:
    page.get_by_role("button", name="Whole picture").click()
    save(page)


@pytest.mark.parametrize("appearance", SIZES, indirect=True, ids=str)
def test_a_region_that_is_drawn_is_in_the_file_and_in_the_live_view(
    page: Page, node: ServedNode, appearance: Appearance
) -> None:
    open_aim(page)
    drag(page, (0.99, 0.98), (0.7, 0.8))
    expect(page.get_by_text("Drawn, not saved: table")).to_be_visible()
    assert view_of(node)["roi"] == [0, 0, 1, 1]
    save(page)
    x, y, width, height = view_of(node)["roi"]
    assert (x, y) == (0, 0)
    assert width == pytest.approx(0.71, abs=0.02)
    assert height == pytest.approx(0.82, abs=0.02)
    written = re.search(r"^roi = \[(.*)\]$", node.config_text, re.MULTILINE)
    assert written is not None
    assert [float(one) for one in written[1].split(",")] == [x, y, width, height]
    assert "# A photo is seen once per round: it counts at once." in node.config_text
    wait_for(lambda: node_looks_at(page) == [x, y, width, height])
    whole_again(page)


def node_looks_at(page: Page) -> list[float]:
    """Of the stream's newest look, as the Live page has it."""
    found: list[float] = page.evaluate(
        """() => new Promise((done) => {
             const source = new EventSource("api/stream");
             source.addEventListener("look", (message) => {
               source.close();
               done(JSON.parse(message.data).region);
             });
           })"""
    )
    return found


def test_a_finger_draws_as_a_mouse_does(node: ServedNode, open_page: OpenPage) -> None:
    page = open_page(node, appearance=PHONE)
    open_aim(page)
    swipe(page, (0.99, 0.98), (0.6, 0.5))
    expect(region(page, "table")).to_have_accessible_name(re.compile("6[01]% wide, 5[0-3]% high"))
    swipe(page, (0.3, 0.3), (0.5, 0.4))
    expect(region(page, "table")).to_have_accessible_name(re.compile("(19|20|21)% from the left, (9|10|11)% from"))
    page.get_by_role("button", name="Discard").click()


def test_what_is_drawn_can_be_discarded(page: Page, node: ServedNode) -> None:
    before = node.config_text
    open_aim(page)
    drag(page, (0.99, 0.98), (0.5, 0.5))
    page.get_by_role("button", name="Discard").click()
    expect(region(page, "table")).to_have_accessible_name(re.compile("100% wide, 100% high"))
    expect(page.get_by_role("button", name="Save")).to_be_hidden()
    assert node.config_text == before


def test_a_region_is_kept_while_another_page_is_open(page: Page) -> None:
    open_aim(page)
    drag(page, (0.99, 0.98), (0.5, 0.5))
    page.goto("#/system")
    open_aim(page)
    expect(page.get_by_text("Drawn, not saved: table")).to_be_visible()


def test_keys_move_a_region_and_change_its_size(page: Page, node: ServedNode) -> None:
    open_aim(page)
    region(page, "table").focus()
    for key in ["Shift+ArrowLeft"] * 5 + ["Shift+ArrowUp"] * 3 + ["ArrowRight"] * 2 + ["ArrowDown"]:
        page.keyboard.press(key)
    expect(region(page, "table")).to_have_accessible_name(
        re.compile("2% from the left, 1% from the top, 95% wide, 97% high")
    )
    save(page)
    assert view_of(node)["roi"] == [0.02, 0.01, 0.95, 0.97]
    whole_again(page)


def test_a_region_stays_in_the_picture_and_does_not_vanish(page: Page) -> None:
    open_aim(page)
    drag(page, (0.99, 0.98), (0.0, 0.0))
    expect(region(page, "table")).to_have_accessible_name(re.compile("4% wide, 4% high"))
    drag(page, (0.02, 0.02), (0.99, 0.99))
    expect(region(page, "table")).to_have_accessible_name(re.compile("96% from the left, 96% from the top"))


def test_numbers_are_as_good_as_a_hand(page: Page) -> None:
    open_aim(page)
    page.get_by_text("Exact numbers").click()
    page.get_by_label("Width (%)").fill("40")
    page.get_by_label("Left (%)").fill("12.5")
    expect(region(page, "table")).to_have_accessible_name(re.compile("13% from the left, 0% .*, 40% wide"))


@pytest.mark.parametrize("appearance", SIZES, indirect=True, ids=str)
def test_a_view_is_added_called_otherwise_and_removed(
    page: Page, node: ServedNode, appearance: Appearance
) -> None:
    open_aim(page)
    page.get_by_role("button", name="Add a view").click()
    drag(page, (0.1, 0.2), (0.4, 0.6))
    page.get_by_role("textbox", name="Name").fill("the cup")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("1 to 64 of: letters a to z")).to_be_visible()
    page.get_by_role("textbox", name="Name").fill("cup")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("tab", name="cup", selected=True)).to_be_visible()
    assert view_of(node, "cup")["roi"] == pytest.approx([0.1, 0.2, 0.3, 0.4], abs=0.02)
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="Name").fill("saucer")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(page.get_by_role("tab", name="saucer", selected=True)).to_be_visible()
    assert [view["name"] for view in node.get("api/node")["views"]] == ["table", "saucer"]
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("saucer is removed")).to_be_visible()
    expect(region(page, "saucer")).to_have_count(0)
    assert "saucer" not in node.config_text


def test_without_a_pointer_a_view_is_added_in_the_middle(page: Page, node: ServedNode) -> None:
    open_aim(page)
    page.get_by_role("button", name="Add a view").press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Name")).to_have_value("photos-2")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Add a view")).to_be_visible()
    expect(region(page, "table")).to_be_visible()
    assert [view["name"] for view in node.get("api/node")["views"]] == ["table"]


def test_what_is_drawn_goes_with_a_view_that_is_called_otherwise(page: Page, node: ServedNode) -> None:
    open_aim(page)
    drag(page, (0.99, 0.98), (0.5, 0.5))
    for name in ("desk", "table"):
        page.get_by_role("button", name="Rename").click()
        page.get_by_role("textbox", name="Name").fill(name)
        page.get_by_role("dialog").get_by_role("button", name="Rename").click()
        expect(page.get_by_text(f"Drawn, not saved: {name}")).to_be_visible()
        expect(region(page, name)).to_have_accessible_name(re.compile("5[01]% wide, 5[0-3]% high"))
    assert view_of(node)["roi"] == [0, 0, 1, 1]


def test_what_is_drawn_while_another_region_is_saved_is_kept(page: Page, node: ServedNode) -> None:
    open_aim(page)
    drag(page, (0.99, 0.98), (0.5, 0.5))
    held = held_posts(page, "**/api/config")
    page.get_by_role("button", name="Save").click()
    wait_for_held(page, held)
    drag(page, (0.5, 0.5), (0.7, 0.7))
    held[0].continue_()
    page.unroute("**/api/config")
    expect(page.get_by_text("Saved, and live")).to_be_visible()
    expect(region(page, "table")).to_have_accessible_name(re.compile("7[01]% wide, 7[0-3]% high"))
    save(page)
    assert view_of(node)["roi"][2] == pytest.approx(0.71, abs=0.02)
    whole_again(page)


def test_a_name_that_is_taken_is_refused_by_the_node(page: Page, node: ServedNode, faults: Faults) -> None:
    faults.expect("422")
    before = node.config_text
    open_aim(page)
    page.get_by_role("button", name="Add a view").click()
    drag(page, (0.1, 0.2), (0.4, 0.6))
    page.get_by_role("textbox", name="Name").fill("health")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("dialog").get_by_text("topics of the node itself")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert node.config_text == before


def test_a_file_that_changed_meanwhile_is_not_written_over(page: Page, node: ServedNode, faults: Faults) -> None:
    faults.expect("409")
    open_aim(page)
    drag(page, (0.99, 0.98), (0.7, 0.8))
    node.config_file.write_text(node.config_text + "# somebody was here\n", encoding="utf-8")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast.error")).to_contain_text("changed")
    assert view_of(node)["roi"] == [0, 0, 1, 1]
    save(page)
    assert "# somebody was here" in node.config_text
    whole_again(page)


def test_how_a_view_looks_and_a_camera_takes_its_picture_is_taken_over_at_once(
    page: Page, node: ServedNode
) -> None:
    open_aim(page)
    before = node.config_text
    page.get_by_role("radio", name="What moves in it").check()
    expect(page.get_by_text("Saved, and live")).to_be_visible()
    wait_for(lambda: view_of(node)["rules"]["look"] == "motion")
    page.get_by_role("switch", name="Only when something moves").check()
    wait_for(lambda: "gate = true" in node.config_text)
    page.get_by_text("Camera photos").click()
    page.get_by_label("A frame every").select_option("0.2 s")
    wait_for(lambda: node.get("api/node")["cameras"][0]["interval_s"] == 0.2)
    page.get_by_role("radio", name="90°").check()
    wait_for(lambda: "rotation = 90" in node.config_text)
    size = "() => document.querySelector('.picture-image').naturalHeight"
    wait_for(lambda: page.evaluate(size) > page.evaluate(size.replace("Height", "Width")), 10)
    node.config_file.write_text(before, encoding="utf-8")
    node.reload()
    expect(page.get_by_role("radio", name="The region")).to_be_checked()


def test_what_is_chosen_stays_while_the_node_answers_the_choice_before_it(page: Page, node: ServedNode) -> None:
    open_aim(page)
    before = node.config_text
    held = held_posts(page, "**/api/config")
    page.get_by_role("radio", name="What moves in it").check()
    page.get_by_role("switch", name="Only when something moves").check()
    wait_for_held(page, held)
    held[0].continue_()
    wait_for_held(page, held, 2)
    expect(page.get_by_text("Saved, and live")).to_be_visible()
    expect(page.get_by_role("switch", name="Only when something moves")).to_be_checked()
    assert "gate = true" not in node.config_text
    held[1].continue_()
    wait_for(lambda: "gate = true" in node.config_text)
    node.config_file.write_text(before, encoding="utf-8")
    node.reload()
    expect(page.get_by_role("switch", name="Only when something moves")).not_to_be_checked()


def test_what_the_node_refuses_is_put_back(page: Page, node: ServedNode, faults: Faults) -> None:
    faults.expect("422")
    open_aim(page)
    before = node.config_text
    node.config_file.write_text(before + "\n[profile.night]\nwhen = ['never']\n", encoding="utf-8")
    page.reload()
    page.get_by_role("radio", name="What moves in it").click()
    expect(page.locator(".toast.error")).to_contain_text("profile.night")
    expect(page.get_by_role("radio", name="The region")).to_be_checked()
    node.config_file.write_text(before, encoding="utf-8")
