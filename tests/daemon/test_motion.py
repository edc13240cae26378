"""The daemon with a gate, and with views that look at what moves: what is passed over, told, and lasts."""

import itertools
import json
import time
from typing import Any

import numpy as np
import pytest

from edgeclassify.types import Frame, PixelFormat
from tests.daemon.conftest import StartNode
from tests.daemon.nodes import BASE, Lamp, Node
from tests.support.waiting import wait_for

pytestmark = pytest.mark.broker

WIDTH, HEIGHT = 160, 120
GATE = {"name": "gate", "confirm_s": 0, "filter": "none", "labels": ["day", "night"]}
SHUT = GATE | {"motion": {"gate": True, "max_interval_s": 60.0}}
LOOKS = GATE | {"look": "motion"}


class Film(Lamp):
    """Shows a dark wall with stripes; with `visitor` a bright square before most of it."""

    visitor = False

    def __init__(self, camera: str) -> None:
        super().__init__(camera)
        self._sequence = itertools.count(1)

    def read(self, timeout_s: float) -> Frame | None:
        time.sleep(0.02)
        pixels = np.full((HEIGHT, WIDTH, 3), 20, np.uint8)
        pixels[:, ::16] = 60
        if self.visitor:
            pixels[10:110, 10:150] = 255
        now = time.monotonic_ns()
        return Frame(pixels, PixelFormat.BGR, WIDTH, HEIGHT, self.camera, next(self._sequence), now, time.time())


def films(node: Node) -> None:
    def film(camera: str) -> Film:
        made = node.lamps.get(camera)
        if not isinstance(made, Film):
            made = node.lamps[camera] = Film(camera)
        return made

    node.make_source = film


def visit(node: Node) -> None:
    film = node.lamps["front"]
    assert isinstance(film, Film)
    film.visitor = True


def health(node: Node) -> dict[str, Any]:
    """The newest."""
    found = node.of(f"{BASE}/health")
    return dict(json.loads(found[-1])) if found else {"frames": 0, "still_frames": 0}


def start(start_node: StartNode, *views: dict[str, Any]) -> Node:
    return start_node(films, view=list(views), node={"health_interval_s": 1.0})


def shut(node: Node) -> int:
    """Once its gate is shut for long: how many frames were classified."""
    wait_for(lambda: health(node)["still_frames"] > 20, 15)
    return node.seen


def test_a_gate_passes_over_what_does_not_move_and_an_event_comes_when_something_does(
    start_node: StartNode,
) -> None:
    node = start(start_node, SHUT)
    classified, passed = shut(node), health(node)["still_frames"]
    wait_for(lambda: health(node)["still_frames"] > passed + 20, 10)
    assert node.seen == classified
    assert [event["label"] for event in node.events()] == ["night"]
    visit(node)
    wait_for(lambda: any(event["label"] == "day" for event in node.events()), 5)
    assert node.seen > classified


def test_a_view_with_a_gate_goes_on_over_a_reload(start_node: StartNode) -> None:
    node = start(start_node, SHUT, GATE | {"name": "door"})
    wait_for(lambda: node.events() and node.events("door"), 10)
    begun = node.state()["event_id"]
    node.document["view"] = [SHUT, GATE | {"name": "yard"}]
    node.ask("reload")
    wait_for(lambda: node.events("yard"), 10)
    assert node.state()["event_id"] == begun
    assert len(node.events()) == 1
    visit(node)
    wait_for(lambda: any(event["label"] == "day" for event in node.events()), 5)


@pytest.mark.parametrize(("before", "after"), [(GATE, SHUT), (SHUT, GATE)])
def test_a_gate_comes_and_goes_with_a_reload(
    start_node: StartNode, before: dict[str, Any], after: dict[str, Any]
) -> None:
    node = start(start_node, before)
    wait_for(lambda: node.events(), 10)
    node.document["view"] = [after]
    node.ask("reload")
    if after is SHUT:
        shut(node)
    else:
        classified = node.seen
        wait_for(lambda: node.seen > classified + 20, 10)
    # A view with other rules begins anew.
    wait_for(lambda: [event["event_type"] for event in node.events()] == ["start", "end", "start"], 5)


@pytest.mark.parametrize(("before", "after"), [(GATE, LOOKS), (LOOKS, LOOKS)])
def test_a_view_looks_at_what_moves_behind_a_reload(
    start_node: StartNode, before: dict[str, Any], after: dict[str, Any]
) -> None:
    node = start(start_node, before)
    wait_for(lambda: node.events(), 10)
    node.document["view"] = [after]
    node.ask("reload")
    assert node.eye is not None
    classified = node.seen
    wait_for(lambda: node.seen > classified + 10, 10)
    assert {roi.width for _, roi in node.eye.seen[classified:]} == {1.0}
    node.make_source = lambda camera: Film(camera)
    film = node.lamps["front"]
    assert isinstance(film, Film)
    film.read = lambda timeout_s: walking(film, timeout_s)  # type: ignore[method-assign]
    wait_for(lambda: node.eye is not None and any(roi.width < 0.6 for _, roi in node.eye.seen[classified:]), 10)


def walking(film: Film, timeout_s: float) -> Frame | None:
    """Something small that goes to and fro."""
    frame = Film.read(film, timeout_s)
    assert frame is not None
    left = 20 + frame.sequence % 25 * 4
    frame.pixels[40:64, left : left + 24] = 255
    return frame
