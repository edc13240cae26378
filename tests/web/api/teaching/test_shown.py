"""What a view is shown: on the screen, and as the example that it becomes."""

import asyncio
import dataclasses
import weakref
from pathlib import Path

import httpx
import pytest

from edgeclassify.config import WebConfig
from edgeclassify.model.taught.places import find_taught, resolve_taught
from edgeclassify.model.taught.reading import read_manifest
from edgeclassify.types import FULL_FRAME
from edgeclassify.web.api.teaching import shown
from edgeclassify.web.page import Page
from edgeclassify.web.pictures.stills import KEPT
from tests.support.broker import free_port
from tests.support.lessons import CAT, ESPRESSO
from tests.support.waiting import patient
from tests.web.api.teaching.taught_node import NOON, Asking, TaughtNode, frame_of, show


def next_still(ask: Asking, photo: str, number: int = 0, view: str = "gate") -> dict[str, object]:
    """What is answered when the view is shown a part of a photo."""

    async def act(client: httpx.AsyncClient) -> httpx.Response:
        waiting = asyncio.ensure_future(client.get(f"/api/views/{view}/still"))
        await asyncio.sleep(0.05)
        await asyncio.to_thread(show, ask, "other", frame_of(ESPRESSO, 9))
        await asyncio.to_thread(show, ask, view, frame_of(photo, number, NOON + number))
        return await waiting

    answer = ask.together(act)
    assert answer.status_code == 200, answer.text
    said: dict[str, object] = answer.json()
    return said


def test_what_is_on_the_screen_becomes_the_example(ask: Asking) -> None:
    first, second = next_still(ask, CAT, 1), next_still(ask, ESPRESSO, 2)
    assert (first["width"], first["height"]) == (160, 160)
    picture = ask("GET", f"/api/stills/{first['still']}.jpg")
    assert picture.content.startswith(b"\xff\xd8\xff")
    assert picture.headers["cache-control"] == "private, no-store"
    # The view has gone on since: the one that was tapped counts.
    said = ask.json("POST", "/api/taught/pets/shown", json={"still": first["still"], "label": "cat"})
    assert said["new"]
    ask.json("POST", "/api/taught/pets/shown", json={"still": second["still"], "label": "unknown"})
    cat, none = read_manifest(resolve_taught("pets")).examples
    assert (cat.label, cat.view, cat.captured_at, cat.source) == ("cat", "gate", NOON + 1, "view gate")
    assert none.label is None
    assert ask.said == [("teaching", {"model": "pets"})] * 2


def test_only_the_last_few_are_there(ask: Asking) -> None:
    numbers = [next_still(ask, CAT, n)["still"] for n in range(KEPT + 1)]
    gone = ask.refused(404, "POST", "/api/taught/pets/shown", json={"still": numbers[0], "label": "cat"})
    assert "this one is gone" in gone
    assert ask("GET", f"/api/stills/{numbers[0]}.jpg").status_code == 404
    assert ask("GET", f"/api/stills/{numbers[1]}.jpg").status_code == 200


def test_where_nobody_waits_nothing_is_kept(ask: Asking) -> None:
    show(ask, "gate", frame_of(CAT, 0))
    assert ask.around.stills.still(1) is None


def test_a_view_that_looks_rarely_is_hurried_and_waited_for_so_long(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "PATIENT_S", 0.01)
    monkeypatch.setattr(shown, "LONGEST_S", 0.05)
    assert "view gate: has not looked" in ask.refused(504, "GET", "/api/views/gate/still")
    assert ask.around.node.hurried == ["front"]  # type: ignore[attr-defined]


def test_a_view_that_is_none(ask: Asking) -> None:
    assert "expected one of gate, yard" in ask.refused(404, "GET", "/api/views/roof/still")


@pytest.mark.parametrize("still", ["x", "0", "9" * 40])
def test_a_still_that_is_none(ask: Asking, still: str) -> None:
    assert ask("GET", f"/api/stills/{still}.jpg").status_code == 404


def test_the_newest_look_is_taught_and_learnt_at_once(ask: Asking) -> None:
    path, tap = "/api/taught/pets/shown", {"view": "gate", "fit": True}
    ask.is_watched = True
    show(ask, "gate", frame_of(ESPRESSO, 1))
    show(ask, "gate", frame_of(CAT, 1))
    show(ask, "yard", frame_of(ESPRESSO, 2))
    said = ask.json("POST", path, json={**tap, "label": "cat"})
    assert said["before"] is None
    assert "two classes" in said["not_fitted"]
    show(ask, "gate", frame_of(ESPRESSO, 3))
    said = ask.json("POST", path, json={**tap, "label": "cup"})
    assert said["not_fitted"] is None
    assert said["version"] == said["before"] + 2
    manifest = read_manifest(resolve_taught("pets"))
    assert manifest.is_fitted
    assert [(one.label, one.view) for one in manifest.examples] == [("cat", "gate"), ("cup", "gate")]


def test_a_tap_before_the_first_look_is_about_that_one(ask: Asking) -> None:
    ask.is_watched = True

    async def act(client: httpx.AsyncClient) -> httpx.Response:
        body = {"view": "gate", "label": "cat"}
        tapped = asyncio.ensure_future(client.post("/api/taught/pets/shown", json=body))
        await asyncio.sleep(0.05)
        await asyncio.to_thread(show, ask, "yard", frame_of(ESPRESSO, 1))
        await asyncio.to_thread(show, ask, "gate", frame_of(CAT, 2, NOON + 2))
        return await tapped

    answer = ask.together(act)
    assert answer.status_code == 200, answer.text
    (cat,) = read_manifest(resolve_taught("pets")).examples
    assert (cat.label, cat.view, cat.captured_at) == ("cat", "gate", NOON + 2)


def test_a_tap_at_a_view_that_is_shown_nothing(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "PATIENT_S", 0.01)
    monkeypatch.setattr(shown, "LONGEST_S", 0.05)
    body = {"view": "gate", "label": "cat"}
    assert "has not looked" in ask.refused(504, "POST", "/api/taught/pets/shown", json=body)
    assert ask.around.node.hurried == ["front"]  # type: ignore[attr-defined]
    assert find_taught("pets") is None


@pytest.mark.parametrize("labels_only", [False, True])
def test_a_page_holds_a_files_last_look_from_before_it_was_opened(tmp_path: Path, labels_only: bool) -> None:
    page = Page(WebConfig(enabled=True, port=free_port()), TaughtNode(tmp_path, labels_only=labels_only))
    of_file = dataclasses.replace(frame_of(CAT, 1), origin="cat.jpg")
    page.start()
    try:
        page.onlookers.looked("gate", of_file, FULL_FRAME)
        held = weakref.ref(of_file.pixels)
        del of_file
        assert (held() is None) == labels_only
        if not labels_only:
            body = {"view": "gate", "label": "cat"}
            headers = {"X-Edgeclassify": "page"}
            answer = httpx.post(
                f"{page.address}/api/taught/pets/shown", json=body, headers=headers, timeout=patient(30)
            )
            assert answer.status_code == 200, answer.text
            (cat,) = read_manifest(resolve_taught("pets")).examples
            assert cat.source == "cat.jpg"
    finally:
        page.stop(1.0)


def test_looks_are_let_go_when_nobody_watches(ask: Asking) -> None:
    ask.is_watched = True
    show(ask, "gate", frame_of(CAT, 1))
    ask.is_watched = False
    show(ask, "gate", frame_of(CAT, 2))
    assert ask.around.stills.newest("gate") is None


def test_lent_pixels_are_copied_now_and_then(ask: Asking) -> None:
    ask.is_watched = True
    first = dataclasses.replace(frame_of(CAT, 1), lent=True)
    show(ask, "gate", first)
    show(ask, "gate", dataclasses.replace(frame_of(ESPRESSO, 1), lent=True))
    first.pixels[:] = 0
    still = ask.around.stills.newest("gate")
    assert still is not None
    assert still.pixels().mean() == pytest.approx(frame_of(CAT, 1).pixels.mean())
