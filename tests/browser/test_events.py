"""Events: the history with pictures, filters, days, Right and Wrong, and as a file."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.appearances import EACH, Appearance
from tests.browser.served_nodes import ServedNode
from tests.browser.watched_pages import Faults
from tests.support.waiting import wait_for

SEND = """async ([path, body]) => {
    const headers = {"Content-Type": "application/json", "X-Edgeclassify": "page"};
    const answer = await fetch(path, {method: "POST", headers, body: JSON.stringify(body)});
    return [answer.status, await answer.json()];
}"""


@pytest.fixture
def page(page: Page, node: ServedNode) -> Page:
    """On the page Events, of a node on which several stays have ended."""
    wait_for(lambda: len(node.get("api/events")["events"]) >= 8, 30.0)
    page.goto("#/events")
    expect(rows(page).first).to_be_visible()
    return page


def rows(page: Page) -> Locator:
    """The stays that are listed."""
    return page.locator(".stay")


def send(page: Page, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What the node answers, as the page would ask it."""
    status, answer = page.evaluate(SEND, [path, body])
    assert status < 300, answer
    return dict(answer)


@pytest.mark.parametrize("appearance", EACH, indirect=True, ids=str)
def test_stays_are_listed_with_their_pictures_on_any_screen(page: Page, appearance: Appearance) -> None:
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    expect(rows(page).filter(has_text="Egyptian cat").first).to_be_visible()
    expect(rows(page).filter(has_text="espresso").first).to_be_visible()
    image = rows(page).locator("img").first
    expect(image).to_be_visible()
    wait_for(lambda: image.evaluate("image => image.naturalWidth > 0"))
    assert page.evaluate("document.documentElement.scrollWidth") == appearance.width


def test_what_happens_meanwhile_comes_on_top(page: Page, node: ServedNode) -> None:
    newest = rows(page).first.get_attribute("data-id")
    expect(rows(page).first).not_to_have_attribute("data-id", str(newest))


def test_what_came_while_nothing_was_heard_is_asked_for_anew(page: Page, node: ServedNode, faults: Faults) -> None:
    def newest() -> int:
        return int(node.get("api/events?limit=1")["events"][0]["seq"])

    faults.expect("ERR_FAILED")
    today = page.locator(".day-bar[aria-label^=Today]")
    before, name = newest(), today.get_attribute("aria-label")
    few = re.compile(r"api/events\?limit=20")
    page.route(few, lambda route: route.abort())
    wait_for(lambda: newest() > before + 25, 30.0)
    with page.expect_response(re.compile(r"api/events\?limit=60")):
        page.unroute(few)
    expect(today).not_to_have_attribute("aria-label", str(name))


def test_a_label_is_chosen_and_stays_chosen(page: Page) -> None:
    page.get_by_label("All labels").select_option("espresso")
    expect(page).to_have_url(re.compile("label=espresso"))
    expect(rows(page).filter(has_text="Egyptian cat")).to_have_count(0)
    expect(rows(page).filter(has_text="espresso").first).to_be_visible()
    page.reload()
    expect(rows(page).filter(has_text="espresso").first).to_be_visible()
    expect(rows(page).filter(has_text="Egyptian cat")).to_have_count(0)
    page.get_by_role("button", name="Clear").click()
    expect(rows(page).filter(has_text="Egyptian cat").first).to_be_visible()


def test_a_day_is_chosen_by_its_bar(page: Page) -> None:
    today = page.get_by_role("button", name=re.compile(r"^Today: \d+ starts"))
    expect(today).to_have_attribute("aria-pressed", "false")
    with page.expect_response(re.compile(r"api/events\?since=")):
        today.click()
    expect(page.get_by_role("button", name=re.compile("^Today: "))).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Not only Today").click()
    expect(page).to_have_url(re.compile("#/events$"))


def test_where_nothing_fits_it_says_so(page: Page) -> None:
    page.get_by_label("Everything").select_option("lasting")
    expect(page.get_by_role("heading", name="Nothing like that")).to_be_visible()


def test_a_stay_tells_all_of_itself(page: Page) -> None:
    page.get_by_label("All labels").select_option("espresso")
    page.get_by_label("Everything").select_option("start")
    expect(rows(page).filter(has_text="Egyptian cat")).to_have_count(0)
    row = rows(page).first.get_by_role("button")
    row.click()
    dialog = page.get_by_role("dialog", name="What happened")
    expect(dialog.get_by_role("img", name="espresso in table, as the camera saw it")).to_be_visible()
    expect(dialog).to_contain_text(re.compile(r"Score \d+% reached 60%"))
    expect(dialog.get_by_role("meter", name="espresso")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_what_is_shown_comes_as_a_file(page: Page, tmp_path: Path) -> None:
    page.get_by_label("All labels").select_option("espresso")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="CSV").click()
    file = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(file)
    assert re.fullmatch(r"bench-events-\d{4}-\d\d-\d\d\.csv", file.name)
    with file.open(encoding="utf-8", newline="") as lines:
        assert {row["label"] for row in csv.DictReader(lines)} == {"espresso"}


def test_right_and_wrong_are_examples_for_the_model_that_said_it(page: Page, node: ServedNode) -> None:
    expect(rows(page).get_by_role("button", name="Right")).to_have_count(0)  # the built-in model learns nothing
    taught(page, node)
    page.reload()
    row = rows(page).filter(has_text=re.compile("cup|animal")).filter(has=page.get_by_role("button", name="Right"))
    row.first.get_by_role("button", name="Right").click()
    expect(page.get_by_text("Learned from that.")).to_be_visible()
    expect(rows(page).get_by_text("right", exact=True)).to_have_count(1)
    row.filter(has_text="cup").first.get_by_role("button", name="Wrong").click()
    page.get_by_role("dialog", name="What was it?").get_by_role("button", name="animal").click()
    expect(rows(page).get_by_text("was: animal")).to_have_count(1)


def taught(page: Page, node: ServedNode) -> None:
    """Has the view decide by a model of its own, taught by what was behind its events."""
    names = {"espresso": "cup", "Egyptian cat": "animal"}
    starts = [one for one in node.get("api/events?type=start&limit=20")["events"] if one["label"] in names]
    for event in starts[:8]:
        body = {"model": "things", "view": "table", "label": names[event["label"]], "event_id": event["id"]}
        send(page, "api/requests/teach/add", body)
    send(page, "api/requests/teach/fit", {"model": "things"})
    etag = node.get("api/config")["etag"]
    send(page, "api/config", {"etag": etag, "keys": [{"path": ["view", "table", "model"], "value": "things"}]})
    wait_for(lambda: any(one["label"] in names.values() for one in node.get("api/events?limit=5")["events"]), 20.0)
