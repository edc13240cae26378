"""Teach: three taps name the demo's photos, and the view tells them apart from then on."""

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Route, expect

from edgeclassify.teaching.interface import LookKind
from tests.browser.appearances import DESKTOP_DARK, PHONE, Appearance
from tests.browser.conftest import OpenPage, Serve
from tests.browser.pages import wait_for_held
from tests.browser.served_nodes import ServedNode
from tests.support.lessons import CAT, ESPRESSO
from tests.support.waiting import wait_for
from tests.web.api.teaching.taught_node import keep_looks

PHOTOS = {"cat": 300, "cup": 320, "man": 480}
"""Labels for the demo's photos, each with the height of its still, by which they are known here."""


GERMAN_PHONE = dataclasses.replace(PHONE, language="de-DE")
"""Its words are longer."""
ADDRESSES = {
    "": ".teach-model",
    "?model=things": ".teach-tile",
    "?model=things&tab=result": ".teach-now",
    "?model=things&tab=changes": ".teach-version",
    "?step=1": ".roi-editor",
    "?step=2&model=things": ".teach-thumb",
}
"""What there is to look at, and what is seen there at last."""


@pytest.fixture(scope="module")
def node(browser: Browser, serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedNode]:
    """Its models lie in a folder of this module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EDGECLASSIFY_MODELS", str(tmp_path_factory.mktemp("models")))
        yield serve(interval_s=0.5)


def name(page: Page, label: str) -> None:
    """Say that there is a label."""
    page.get_by_role("button", name=re.compile("Name what you see|New label")).click()
    page.get_by_label("Label", exact=True).fill(label)
    page.get_by_role("button", name="Use it").click()


def tap(page: Page, label: str) -> Locator:
    """The button that says what it is."""
    return page.locator(".teach-tap", has_text=label)


def tap_when_it_shows(page: Page, label: str) -> None:
    """In the browser, as quick as a thumb that waits for it."""
    page.evaluate(
        """([label, height]) => new Promise((done) => {
          const look = setInterval(() => {
            const image = document.querySelector(".still-image");
            const buttons = [...document.querySelectorAll(".teach-tap")];
            const button = buttons.find((one) => one.innerText.includes(label));
            if (image?.naturalHeight !== height || !button || button.disabled) return;
            clearInterval(look);
            button.click();
            done();
          }, 20);
        })""",
        [label, PHOTOS[label]],
    )
    expect(tap(page, label)).to_contain_text("1 of 10")


def press_both(asked: Locator, *labels: str) -> None:
    """Two answers to one question, quicker than the node answers."""
    asked.evaluate(
        """(asked, labels) => labels.forEach((label) =>
             [...asked.querySelectorAll("button")].find((one) => one.innerText === label).click())""",
        labels,
    )


def check_access(page: Page) -> None:
    """No rule of accessibility is broken, as far as a program can tell."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_the_wizard_teaches_and_the_view_decides_by_it(open_page: OpenPage, node: ServedNode) -> None:
    page = open_page(node, appearance=PHONE)
    page.goto("#/teach")
    page.get_by_role("button", name="New classifier").click()
    # 1: where it looks, and its name
    expect(page.get_by_role("heading", name="What should it look at?")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("table")
    page.get_by_label("Name").fill("two words")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("beginning with a letter or digit")).to_be_visible()
    page.get_by_label("Name").fill("things")
    page.get_by_role("button", name="Next").click()
    # 2: what it is, a tap each
    expect(page.get_by_role("button", name="Learn", exact=True)).to_be_disabled()
    for label in PHOTOS:
        name(page, label)
        tap_when_it_shows(page, label)
    tap_when_it_shows(page, "cat")
    expect(page.get_by_text("It knows this very picture already")).to_be_visible()
    # 3: it has learnt, and is honest
    page.get_by_role("button", name="Learn", exact=True).click()
    expect(page.get_by_text("It has learnt, but nobody can tell yet how good it is")).to_be_visible()
    expect(page.get_by_text("More pictures of cat: only 1 so far")).to_be_visible()
    page.get_by_role("button", name="Use it in table").click()
    for label in PHOTOS:
        expect(page.locator(".teach-now")).to_have_text(label)
    assert 'model = "things"' in node.config_text
    assert node.get("api/node")["views"][0]["labels"] == ["cat", "cup", "man"]
    assert node.get("api/taught/things")["model"]["views"] == ["table"]


def test_pictures_are_moved_removed_and_brought_back(page: Page, node: ServedNode) -> None:
    page.goto("#/teach")
    page.get_by_role("link", name="things").click()
    tiles = page.locator(".teach-tile")
    expect(tiles).to_have_count(3)
    page.get_by_role("button", name=re.compile("^man, ")).click()
    page.get_by_role("button", name="Move", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="cup").click()
    expect(page.get_by_text("It is cup now")).to_be_visible()
    expect(page.get_by_role("tab", name="cup 2")).to_be_visible()
    expect(page.get_by_text("There are changes that it has not learnt yet")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("tab", name="man 1")).to_be_visible()
    for tile in tiles.all()[:2]:
        tile.click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(tiles).to_have_count(1)
    # Left before the answer has come: what is open then shows it all the same.
    held: list[Route] = []
    page.route("**/undo", lambda route: held.append(route))
    page.get_by_role("tab", name="Changes").click()
    page.locator(".card", has=page.locator(".teach-versions")).get_by_role("button", name="Undo").click()
    page.get_by_role("tab", name="Pictures").click()
    expect(tiles).to_have_count(1)
    wait_for_held(page, held)
    held[0].continue_()
    expect(tiles).to_have_count(3)
    expect(page.get_by_text("There are changes that it has not learnt yet")).not_to_be_visible()


def test_pictures_are_filtered_by_keys(page: Page) -> None:
    page.goto("#/teach?model=things")
    page.get_by_role("tab", name="All", exact=True).focus()
    for label in ("cat", "cup"):
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name=label)).to_be_focused()
        expect(page.locator(".teach-tile")).to_have_text([label])


def test_what_is_left_before_it_was_there_asks_for_nothing_more(page: Page) -> None:
    held: list[Route] = []
    asked: list[str] = []
    page.route("**/collections", lambda route: held.append(route))
    page.goto("#/teach?model=things&step=2")
    wait_for_held(page, held)
    page.goto("#/teach")
    expect(page.get_by_role("link", name="things")).to_be_visible()
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_response("**/collections"):
        held[0].continue_()
    page.goto("#/live")
    expect(page.get_by_role("button", name="None of these")).to_be_visible()
    assert not any("still" in url for url in asked)


def test_a_way_that_is_chosen_before_the_node_answers_stays(page: Page) -> None:
    held: list[Route] = []
    page.route("**/collections", lambda route: held.append(route))
    page.goto("#/teach?model=things&step=2")
    page.get_by_role("radio", name="Collect for hours").check()
    wait_for_held(page, held, 2)
    # The step asked first; what was chosen asks for itself.
    held[0].continue_()
    expect(page.get_by_role("button", name="Back", exact=True)).to_be_visible()
    held[1].continue_()
    expect(page.get_by_role("button", name="Start collecting")).to_be_visible()


def test_one_tap_on_live_teaches_and_is_taken_back(page: Page, node: ServedNode) -> None:
    def known() -> set[tuple[str, str]]:
        return {(one["id"], one["label"]) for one in node.get("api/taught/things")["examples"]}

    before = known()
    page.goto("#/live")
    page.get_by_role("button", name="None of these").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert known() != before
    assert node.get("api/taught/things")["model"]["is_fitted"]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Undo")).not_to_be_visible()
    wait_for(lambda: known() == before)
    assert node.get("api/taught/things")["model"]["is_fitted"]


def test_frames_are_gathered_for_hours_or_until_it_is_enough(page: Page) -> None:
    page.goto("#/teach?model=gathered&step=2")
    page.get_by_role("radio", name="Collect for hours").check()
    page.get_by_role("button", name="Start collecting").click()
    expect(page.get_by_text("left", exact=False)).to_be_visible()
    expect(page.get_by_role("button", name="Sort")).to_be_enabled(timeout=30_000)
    page.get_by_role("button", name="Stop collecting").click()
    expect(page.get_by_text("Collecting has ended")).to_be_visible()
    # There is no such model yet, and the way back to it is there.
    page.goto("#/teach")
    card = page.locator(".teach-model", has_text="gathered")
    expect(card.get_by_text("Collecting has ended")).to_be_visible()
    card.get_by_role("button", name="Sort").click()
    expect(page.locator(".teach-group").first.get_by_role("img").first).to_be_visible()


def test_what_was_gathered_is_sorted_in_groups(page: Page, node: ServedNode) -> None:
    for photo in (CAT, ESPRESSO):
        keep_looks(node.folder / "state", LookKind.COLLECTED, photo, 6, model="sorted", view="table")
    page.goto("#/teach?model=sorted&step=3")
    groups = page.locator(".teach-group")
    expect(groups).to_have_count(2)
    groups.first.get_by_role("button", name="New label").click()
    page.get_by_label("Label", exact=True).fill("one")
    page.get_by_role("button", name="Use it").click()
    expect(page.locator(".sorted")).to_have_count(1)
    page.get_by_role("button", name="Learn now").click()
    expect(page.get_by_text("Name groups of at least two labels first")).to_be_visible()
    # The other one shows two things, for all that one knows.
    page.get_by_role("button", name="One by one").click()
    pictures = page.locator(".teach-group:not(.sorted)")
    expect(pictures.nth(1)).to_be_visible()
    count = pictures.count()
    pictures.first.get_by_role("button", name="New label").click()
    page.get_by_label("Label", exact=True).fill("other")
    page.get_by_role("button", name="Use it").click()
    expect(pictures).to_have_count(count - 1)
    press_both(pictures.first, "other", "one")
    expect(pictures).to_have_count(count - 2)
    page.get_by_role("button", name="Learn now").click()
    expect(page.get_by_text("It has learnt")).to_be_visible()
    assert {one["label"] for one in node.get("api/taught/sorted")["model"]["labels"]} == {"one", "other"}


def test_what_it_was_not_sure_of_is_named(page: Page, node: ServedNode) -> None:
    keep_looks(node.folder / "state", LookKind.UNSURE, CAT, 2, view="table")
    page.goto("#/teach?model=things&tab=review")
    questions = page.locator(".teach-question")
    expect(questions.nth(1).get_by_text("perhaps cat, 50%")).to_be_visible()
    count = questions.count()
    answers: list[str] = []
    page.on("request", lambda request: answers.append(request.url) if "label" in request.url else None)
    press_both(questions.first, "cat", "cup")
    expect(questions).to_have_count(count - 1)
    assert len(answers) == 1
    questions.first.get_by_role("button", name="Skip").click()
    expect(questions).to_have_count(count - 2)
    page.get_by_role("button", name="Learn now").click()
    expect(page.get_by_role("heading", name="How good it is")).to_be_visible()


def test_a_photo_of_the_device_is_tried(page: Page, node: ServedNode, tmp_path: Path) -> None:
    page.goto("#/teach?model=things&tab=result")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose").click()
    photos = Path(node.config_text.split('source = "images:')[1].split('"')[0])
    chooser.value.set_files(photos / "cat.jpg")
    expect(page.locator(".teach-answer")).to_contain_text("cat")


def test_a_model_goes_out_comes_in_and_is_deleted(page: Page) -> None:
    page.goto("#/teach?model=things&tab=changes")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export").click()
    assert download.value.suggested_filename == "things.taught.zip"
    page.goto("#/teach")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import", exact=True).click()
    chooser.value.set_files(download.value.path())
    page.get_by_role("dialog").get_by_label("Name", exact=True).fill("things2")
    page.get_by_role("dialog").get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("link", name="things2")).to_be_visible()
    page.goto("#/teach?model=things2&tab=changes")
    page.get_by_role("button", name="Delete it").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("link", name="things", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="things2")).not_to_be_visible()


@pytest.mark.parametrize("appearance", [GERMAN_PHONE, DESKTOP_DARK], indirect=True, ids=str)
def test_everybody_can_read_and_reach_it(page: Page, appearance: Appearance) -> None:
    for query, seen in ADDRESSES.items():
        page.goto(f"#/teach{query}")
        expect(page.locator(seen).first).to_be_visible()
        expect(page.locator(".page-teach .skeleton")).to_have_count(0)
        expect(page.locator("h1")).to_have_text("Anlernen" if appearance is GERMAN_PHONE else "Teach")
        check_access(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= appearance.width, query


def test_the_box_is_drawn_by_keys_and_kept(page: Page, node: ServedNode) -> None:
    page.goto("#/teach?step=1&model=things")
    box = page.get_by_role("application", name="table")
    box.focus()
    for _ in range(10):
        page.keyboard.press("Shift+ArrowLeft")
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".teach-tap").first).to_be_visible()
    assert "roi = [0, 0, 0.9, 1]" in node.config_text


def test_a_node_that_shows_and_keeps_no_pictures_is_taught_without_one(
    open_page: OpenPage, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGECLASSIFY_MODELS", str(tmp_path))
    nothing_kept = "[teaching]\nenabled = false"
    page = open_page(serve(node="labels_only = true", snapshots=False, more=nothing_kept), appearance=PHONE)
    kinds: list[str] = []
    page.on("response", lambda response: kinds.append(response.headers.get("content-type", "")))
    page.goto("#/teach?step=2&model=blind")
    for label in ("left", "right"):
        name(page, label)
    expect(page.get_by_role("radio", name="Collect for hours")).to_be_hidden()
    learn = page.get_by_role("button", name="Learn", exact=True)
    # What is not shown may be the same photo twice: then it is of the other label from then on.
    for label in ("left", "right") * 10:
        tap(page, label).click()
        expect(tap(page, label)).not_to_contain_text("0 of 10")
        if learn.is_enabled():
            break
    learn.click()
    expect(page.get_by_text("It has learnt, but nobody can tell")).to_be_visible()
    page.goto("#/teach?model=blind")
    expect(page.locator(".teach-tile").nth(1)).to_be_visible()
    page.goto("#/live")
    expect(page.get_by_role("link", name="Teach it your own classes")).to_be_visible()
    assert "application/json" in kinds
    assert not any(kind.startswith(("image/jpeg", "multipart")) for kind in kinds)
