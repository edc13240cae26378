"""Pictures are taken beside inference: bounded, counted, and never a reason to stop."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from edgeclassify.config import SnapshotConfig
from edgeclassify.errors import ImageError, PublishError
from edgeclassify.publish.snapshots import SnapshotTaker
from edgeclassify.publish.snapshots.taker import WAITING_PER_VIEW
from edgeclassify.sources.images.reading import load_frame
from edgeclassify.types import FULL_FRAME, EventType, PixelFormat
from tests.model.frames import frame_of
from tests.publish.records import event, state
from tests.publish.snapshots.sample_images import comment_of, decoded, flat, noise
from tests.support.waiting import patient, wait_for


class Outlet:
    """Takes what is published; `gate` closed: publishing lasts until it opens."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()

    def __call__(self, view: str, jpeg: bytes) -> None:
        self.entered.set()
        assert self.gate.wait(patient(10))
        self.sent.append((view, jpeg))


StartTaker = Callable[..., SnapshotTaker]


@pytest.fixture
def outlet() -> Outlet:
    return Outlet()


@pytest.fixture
def start_taker(outlet: Outlet) -> Iterator[StartTaker]:
    with ExitStack() as stack:

        def start(folder: Path | None = None, publish: Any = outlet, **settings: Any) -> SnapshotTaker:
            config = SnapshotConfig(**({"mqtt": True, "min_free_bytes": 0} | settings))
            taker = SnapshotTaker(config=config, folder=folder, publish=publish)
            taker.start()
            stack.callback(taker.stop, 5.0)
            return taker

        yield start


def test_a_picture_of_an_event_goes_to_mqtt_and_to_disk(
    start_taker: StartTaker, outlet: Outlet, tmp_path: Path
) -> None:
    taker = start_taker(tmp_path)
    taker.offer(flat(320, 240), FULL_FRAME, state(), [event(812)])
    wait_for(lambda: bool(outlet.sent))
    ((view, jpeg),) = outlet.sent
    assert view == "gate"
    assert comment_of(jpeg)["id"] == "id-812"
    (path,) = tmp_path.glob("gate/*-start-open-seq812-1.jpg")
    assert path.read_bytes() == jpeg
    assert (taker.dropped, taker.skipped) == (0, 0)


@pytest.mark.parametrize("captioned", [True, False])
def test_the_caption_can_be_switched_off(start_taker: StartTaker, outlet: Outlet, captioned: bool) -> None:
    taker = start_taker(caption=captioned)
    frame = replace(flat(320, 240), origin="2026-11-28/1.jpg")
    taker.offer(frame, FULL_FRAME, state(), [event(1)])
    taker.stop(patient(5))
    ((_, jpeg),) = outlet.sent
    assert (decoded(jpeg).shape[0] == 240) == (not captioned)
    assert comment_of(jpeg)["origin"] == "2026-11-28/1.jpg"


def test_a_dropped_picture_is_taken_in_full_size(start_taker: StartTaker, outlet: Outlet, tmp_path: Path) -> None:
    """Also when its file has been put away meanwhile."""
    file = tmp_path / "1.jpg"
    cv2.imwrite(str(file), np.zeros((960, 1280, 3), np.uint8))
    frame = load_frame(file, wanted_side=100)
    assert frame.height < 480
    file.unlink()
    taker = start_taker(caption=False)
    taker.offer(frame, FULL_FRAME, state(), [event(1)])
    taker.stop(patient(5))
    assert decoded(outlet.sent[0][1]).shape[:2] == (960, 1280)


def test_only_the_kinds_that_the_config_names_are_taken(start_taker: StartTaker, outlet: Outlet) -> None:
    taker = start_taker(on=[EventType.END])
    kinds = [event(seq, event_type=kind) for seq, kind in enumerate(EventType, start=1)]
    taker.offer(flat(320, 240), FULL_FRAME, state(), kinds)
    taker.stop(patient(5))
    assert [comment_of(jpeg)["event_type"] for _, jpeg in outlet.sent] == ["end"]


def test_the_newest_stay_when_pictures_come_too_fast(
    start_taker: StartTaker, outlet: Outlet, caplog: pytest.LogCaptureFixture
) -> None:
    taker = start_taker()
    outlet.gate.clear()
    taker.offer(flat(320, 240), FULL_FRAME, state(), [event(1)])
    assert outlet.entered.wait(patient(5))
    began = time.monotonic()
    for seq in range(2, 12):
        taker.offer(flat(320, 240), FULL_FRAME, state(), [event(seq)])
    taker.offer(flat(320, 240), FULL_FRAME, state(view="door"), [event(20, view="door")])
    assert time.monotonic() - began < 5, "nobody waits for a sink that hangs"
    outlet.gate.set()
    taker.stop(patient(5))
    assert [comment_of(jpeg)["seq"] for _, jpeg in outlet.sent] == [1, 9, 10, 11, 20]
    assert taker.dropped == 10 - WAITING_PER_VIEW
    assert caplog.text.count("the oldest that wait are dropped") == 1


def test_stop_takes_what_waits_but_not_for_ever(start_taker: StartTaker, outlet: Outlet) -> None:
    taker = start_taker()
    outlet.gate.clear()
    for seq in (1, 2):
        taker.offer(flat(320, 240), FULL_FRAME, state(), [event(seq)])
    assert outlet.entered.wait(patient(5))
    taker.stop(0.05)
    assert taker.dropped == 1
    outlet.gate.set()


def test_a_picture_now(start_taker: StartTaker, outlet: Outlet, tmp_path: Path) -> None:
    shot = start_taker(tmp_path).take_now(flat(320, 240), FULL_FRAME, state("unknown", event_id=None))
    assert shot.published
    assert outlet.sent == [("gate", shot.jpeg)]
    assert decoded(shot.jpeg).shape == (shot.height, shot.width, 3)
    assert shot.path is not None
    assert shot.path.read_bytes() == shot.jpeg
    assert comment_of(shot.jpeg)["event_type"] == "request"
    assert comment_of(shot.jpeg)["id"] is None


def test_without_mqtt_and_folder_a_picture_is_only_given_back(start_taker: StartTaker) -> None:
    shot = start_taker(None, publish=None).take_now(flat(320, 240), FULL_FRAME, state())
    assert (shot.published, shot.path) == (False, None)
    assert shot.jpeg.startswith(b"\xff\xd8")


def test_mqtt_gets_a_smaller_one_than_the_disk(start_taker: StartTaker, outlet: Outlet, tmp_path: Path) -> None:
    shot = start_taker(tmp_path, mqtt_max_bytes=20_000).take_now(noise(640, 480), FULL_FRAME, state())
    assert shot.path is not None
    assert len(shot.jpeg) <= 20_000 < shot.path.stat().st_size
    assert outlet.sent == [("gate", shot.jpeg)]


def test_a_broken_frame_is_said_once_and_the_next_is_taken(
    start_taker: StartTaker, outlet: Outlet, caplog: pytest.LogCaptureFixture
) -> None:
    taker = start_taker()
    broken = frame_of(np.zeros((4, 4), np.uint8), PixelFormat.BGR, 8, 8)
    for seq in (1, 2):
        taker.offer(broken, FULL_FRAME, state(), [event(seq)])
    taker.offer(flat(320, 240), FULL_FRAME, state(), [event(3)])
    taker.stop(patient(5))
    assert [comment_of(jpeg)["seq"] for _, jpeg in outlet.sent] == [3]
    assert taker.skipped == 2
    assert caplog.text.count("snapshot skipped: test: a bgr frame of 8x8 must have shape") == 1
    with pytest.raises(ImageError):
        taker.take_now(broken, FULL_FRAME, state())


@pytest.mark.parametrize("fault", [PublishError("the broker is gone"), RuntimeError("a bug")])
def test_a_publisher_that_fails_does_not_end_the_thread(
    start_taker: StartTaker, caplog: pytest.LogCaptureFixture, fault: Exception
) -> None:
    calls: list[str] = []

    def publish(view: str, _: bytes) -> None:
        calls.append(view)
        if len(calls) == 1:
            raise fault

    taker = start_taker(publish=publish)
    for seq in (1, 2):
        taker.offer(flat(320, 240), FULL_FRAME, state(), [event(seq)])
    taker.stop(patient(5))
    assert len(calls) == 2
    assert taker.skipped == 1
    assert str(fault) in caplog.text


def test_a_disk_that_can_not_be_written_does_not_keep_from_mqtt(
    start_taker: StartTaker, outlet: Outlet, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "snapshots").write_bytes(b"a file in the way")
    shot = start_taker(tmp_path / "snapshots").take_now(flat(320, 240), FULL_FRAME, state())
    assert shot.published
    assert shot.path is None
    assert "pictures" in caplog.text


def test_it_can_be_started_again(start_taker: StartTaker, outlet: Outlet) -> None:
    taker = start_taker()
    taker.stop(patient(5))
    taker.start()
    taker.offer(flat(320, 240), FULL_FRAME, state(), [event(1)])
    taker.stop(patient(5))
    assert len(outlet.sent) == 1


def test_a_folder_is_tidied_at_start(start_taker: StartTaker, tmp_path: Path) -> None:
    (tmp_path / "gate").mkdir()
    left = tmp_path / "gate" / ".20261118T110640.123Z-start-open-seq7-3.jpg.tmp"
    left.write_bytes(b"half")
    start_taker(tmp_path)
    wait_for(lambda: not left.exists())


def test_quiet_while_all_is_well(
    start_taker: StartTaker, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.INFO)
    taker = start_taker(tmp_path)
    for seq in range(WAITING_PER_VIEW):
        taker.offer(flat(320, 240), FULL_FRAME, state(), [event(seq)])
    taker.stop(patient(5))
    assert not caplog.records
