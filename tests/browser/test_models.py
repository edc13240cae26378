"""Models: which decides, fetching one, looking inside, trying one on a picture."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from edgeclassify.demo import demo_photos
from tests.browser.appearances import PHONE, SIZES, Appearance
from tests.browser.pages import go_to
from tests.browser.served_nodes import ServedNode
from tests.browser.watched_pages import Faults
from tests.web.api.models.nodes import models_served, node_with_models

on_a_phone = pytest.mark.parametrize("appearance", [PHONE], indirect=True, ids=str)


@pytest.fixture(scope="module")
def node(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedNode]:
    with models_served() as server, node_with_models(tmp_path_factory.mktemp("models"), server) as node:
        yield node


@pytest.fixture
def models(page: Page) -> Page:
    go_to(page, "models")
    return page


def model(page: Page, name: str) -> Locator:
    return page.locator(f"[data-model='{name}']")


def who_decides(page: Page) -> Locator:
    return page.locator(".models-view strong")


def choose(page: Page, name: str) -> None:
    page.get_by_role("button", name="Change").click()
    page.get_by_role("dialog").get_by_role("button", name=name).click()


@pytest.mark.parametrize("appearance", SIZES, indirect=True, ids=str)
def test_a_picture_of_this_device_is_tried(models: Page, appearance: Appearance) -> None:
    with demo_photos() as photos, models.expect_file_chooser() as chooser:
        models.get_by_role("button", name="Choose or take a picture").click()
    chooser.value.set_files(Path(photos) / "espresso.jpg")
    expect(models.locator(".try .score").first).to_contain_text("espresso")
    expect(models.locator(".try-preview")).to_be_visible()
    models.get_by_label("Model", exact=True).select_option("gates")
    expect(models.locator(".try .score").first).to_contain_text("open")


def test_what_is_no_picture_is_said_in_one_sentence(models: Page, tmp_path: Path, faults: Faults) -> None:
    (tmp_path / "notes.jpg").write_text("no picture")
    faults.expect("422")
    with models.expect_file_chooser() as chooser:
        models.get_by_role("button", name="Choose or take a picture").click()
    chooser.value.set_files(tmp_path / "notes.jpg")
    expect(models.get_by_role("alert").filter(has_text="the picture: expected an image")).to_be_visible()


@on_a_phone
def test_another_model_decides_and_the_one_before_again(models: Page, node: ServedNode) -> None:
    expect(who_decides(models)).to_have_text("builtin")
    choose(models, "own.tflite")
    expect(models.get_by_text("table decides by own.tflite now")).to_be_visible()
    expect(who_decides(models)).to_have_text("own.tflite")
    expect(models.get_by_role("button", name="Change")).to_be_focused()
    assert f'model = "{node.folder}/models/own.tflite"' in node.config_text
    assert "# A photo is seen once per round: it counts at once." in node.config_text
    assert node.get("api/node")["views"][0]["model_kind"] == "file"
    models.get_by_role("button", name="Undo").click()
    expect(who_decides(models)).to_have_text("builtin")
    assert "own.tflite" not in node.config_text
    assert node.get("api/node")["views"][0]["model"] == "builtin"


@on_a_phone
def test_one_that_is_damaged_is_refused(models: Page, node: ServedNode, faults: Faults) -> None:
    before = node.config_text
    faults.expect("4..")
    model(models, "damaged.tflite").get_by_role("button", name="Use").click()
    dialog = models.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("damaged.tflite can't decide in table")
    expect(dialog.get_by_role("alert")).to_contain_text("damaged.tflite")
    dialog.locator(".dialog-body").get_by_role("button", name="Close").click()
    expect(who_decides(models)).to_have_text("builtin")
    assert node.config_text == before


@on_a_phone
def test_one_is_fetched(models: Page, node: ServedNode) -> None:
    model(models, "net").get_by_role("button", name="Fetch net").click()
    expect(models.get_by_text("net is on this node now")).to_be_visible()
    expect(model(models, "net").get_by_role("button", name="Use")).to_be_visible()
    assert (node.folder / "models/net.tflite").is_file()


def test_one_that_is_not_where_it_should_be(models: Page) -> None:
    model(models, "gone").get_by_role("button", name="Fetch gone").click()
    expect(model(models, "gone").get_by_role("alert")).to_contain_text("found the answer 404")
    expect(model(models, "gone").get_by_role("button", name="Fetch gone")).to_be_visible()


def test_what_is_inside(models: Page) -> None:
    model(models, "builtin").get_by_role("button", name="Inside").click()
    dialog = models.get_by_role("dialog", name="builtin")
    expect(dialog.get_by_text("64 × 64", exact=True)).to_be_visible()
    dialog.get_by_label("Find a label").fill("espr")
    expect(dialog.locator(".inside-labels .chip")).to_have_text(["espresso"])
    dialog.get_by_text("68 layers").click()
    expect(dialog.get_by_role("cell", name="CONV_2D").first).to_be_visible()
    models.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_its_address_opens_one(page: Page) -> None:
    page.evaluate("location.hash = '#/models?model=gates'")
    expect(page.get_by_role("dialog", name="gates").get_by_text("closed")).to_be_visible()


@pytest.mark.parametrize("name", ["Change", "Inside"])
def test_everybody_can_use_what_opens(models: Page, name: str) -> None:
    models.get_by_role("button", name=name).first.click()
    expect(models.get_by_role("dialog").locator(".skeleton")).to_have_count(0)
    results = Axe().run(models)
    assert not results.violations_count, results.generate_report()
