"""A node that shows no pictures: the page has none, offers none, and stays useful."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.appearances import SIZES
from tests.browser.conftest import OpenPage, Serve
from tests.browser.pages import PAGES, go_to
from tests.browser.regions import drag, open_aim
from tests.browser.served_nodes import ServedNode
from tests.support.lessons import CAT, ESPRESSO
from tests.web.api.teaching.taught_node import fit, teach

PIXELS = ("image/jpeg", "image/png", "image/webp", "multipart/x-mixed-replace", "video/")


@pytest.fixture(scope="module")
def node(browser: object, serve: Serve) -> ServedNode:
    return serve(node="labels_only = true", snapshots=False)


@pytest.mark.parametrize("appearance", SIZES, indirect=True, ids=str)
def test_no_answer_to_any_page_has_a_pixel(page: Page) -> None:
    answers: list[Response] = []
    page.on("response", lambda one: answers.append(one))
    for name in PAGES:
        go_to(page, name)
        assert page.locator("main img[src*='api/']").count() == 0, name
    assert len(answers) > 10
    kinds = {answer.url: answer.headers.get("content-type", "") for answer in answers}
    assert not {url: kind for url, kind in kinds.items() if kind.startswith(PIXELS)}
    assert not [answer.url for answer in answers if answer.status >= 400], "nothing is asked that is not there"


def test_labels_scores_and_events_are_there(page: Page) -> None:
    shown = page.get_by_role("region", name="table now")
    expect(shown).to_contain_text("espresso")
    expect(page.get_by_text("labels only", exact=False).first).to_be_visible()
    go_to(page, "events")
    expect(page.locator("main")).to_contain_text("espresso")


def test_two_browsers(open_page: OpenPage, node: ServedNode) -> None:
    for page in (open_page(node), open_page(node)):
        expect(page.get_by_role("region", name="table now")).to_contain_text("Egyptian cat")


def test_it_is_aimed_by_numbers(page: Page, node: ServedNode) -> None:
    open_aim(page)
    expect(page.get_by_text("This node shows no pictures: labels only.")).to_be_visible()
    drag(page, (0.99, 0.98), (0.5, 0.5))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved, and live")).to_be_visible()
    assert node.get("api/node")["views"][0]["roi"] == pytest.approx([0, 0, 0.51, 0.52], abs=0.02)
    expect(page.locator("img.picture-image, canvas")).to_have_count(0)


@pytest.fixture
def taught_node(browser: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServedNode]:
    """Its view decides by a taught model."""
    node = ServedNode(tmp_path, node="labels_only = true", snapshots=False, more='model = "things"')
    monkeypatch.setenv("EDGECLASSIFY_MODELS", str(tmp_path / "models"))
    teach("things", "cat", CAT, 3)
    teach("things", "cup", ESPRESSO, 3)
    fit("things")
    try:
        yield node.start()
    finally:
        node.stop()


def test_a_tap_is_taken_back_with_its_example(taught_node: ServedNode, open_page: OpenPage) -> None:
    """And not what was learnt of it alone."""
    page = open_page(taught_node)
    page.locator(".choices").get_by_role("button", name="cup").click()
    expect(page.get_by_text("Learned: cup")).to_be_visible()
    model = taught_node.get("api/taught/things")["model"]
    assert [one["examples"] for one in model["labels"]] == [3, 4]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    model = taught_node.get("api/taught/things")["model"]
    assert ([one["examples"] for one in model["labels"]], model["is_fitted"]) == ([3, 3], True)
