"""The hand-off from the capture threads to inference: who gets which frame, and who hears what became of it."""

import gc
import threading
import time
import weakref
from collections.abc import Iterator

import pytest

from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.types import Outcome
from tests.sources.capture.taking import take_frame, take_lease
from tests.support.frames import make_frame
from tests.support.waiting import patient


@pytest.fixture
def frames() -> Iterator[LatestFrames]:
    hand_off = LatestFrames()
    yield hand_off
    hand_off.close()


def test_newest_wins_and_drops_are_counted(frames: LatestFrames) -> None:
    for sequence in range(3):
        frames.put(make_frame(sequence=sequence))
    assert take_frame(frames, 0).sequence == 2
    assert frames.take(0) is None
    assert frames.dropped == {"front": 2}


def test_cameras_in_turn(frames: LatestFrames) -> None:
    """The camera just served has a new frame at once; the others still come first."""
    for camera in ("a", "b", "c"):
        frames.put(make_frame(camera=camera))
    taken = []
    for _ in range(9):
        taken.append(take_frame(frames, 0).camera)
        frames.put(make_frame(camera=taken[-1]))
    assert taken == ["a", "b", "c"] * 3


def test_take_waits(frames: LatestFrames) -> None:
    threading.Timer(0.05, frames.put, [make_frame(sequence=9)]).start()
    assert take_frame(frames).sequence == 9


def test_it_is_known_whether_a_frame_waited_or_was_awaited(frames: LatestFrames) -> None:
    frames.put(make_frame())
    waited = frames.take(5)
    threading.Timer(0.05, frames.put, [make_frame()]).start()
    awaited = frames.take(5)
    assert waited is not None
    assert awaited is not None
    assert (waited.waited, awaited.waited) == (True, False)


def test_take_gives_up(frames: LatestFrames) -> None:
    started = time.monotonic()
    assert frames.take(0.05) is None
    assert 0.04 < time.monotonic() - started < 2


def test_close_wakes_everybody(frames: LatestFrames) -> None:
    frames.put_waiting(make_frame(), lambda: False)
    results: list[object] = []
    waiting = [
        threading.Thread(target=lambda: results.append(frames.put_waiting(make_frame(), lambda: False))),
    ]
    other = LatestFrames()
    taker = threading.Thread(target=lambda: results.append(other.take(30)))
    for thread in (*waiting, taker):
        thread.start()
    time.sleep(0.02)
    frames.close()
    other.close()
    for thread in (*waiting, taker):
        thread.join(patient(2))
        assert not thread.is_alive()
    assert sorted(map(str, results)) == ["False", "None"]
    assert frames.take(1) is None
    frames.put(make_frame())
    assert not frames.waiting


def test_put_waiting_drops_nothing(frames: LatestFrames) -> None:
    def produce() -> None:
        for sequence in range(50):
            assert frames.put_waiting(make_frame(sequence=sequence), lambda: False)

    thread = threading.Thread(target=produce)
    thread.start()
    assert [take_frame(frames, 2).sequence for _ in range(50)] == list(range(50))
    thread.join()
    assert frames.dropped == {}


def test_put_waiting_can_be_cancelled(frames: LatestFrames) -> None:
    cancelled = threading.Event()
    frames.put(make_frame())
    result = []
    thread = threading.Thread(target=lambda: result.append(frames.put_waiting(make_frame(), cancelled.is_set)))
    thread.start()
    cancelled.set()
    frames.wake()
    thread.join(patient(2))
    assert result == [False]


# --- leases ----------------------------------------------------------------------------------------------------


def waits(frames: LatestFrames, camera: str = "front", *sequences: int) -> None:
    """Frames of a source that hears what becomes of them."""
    for sequence in sequences:
        assert frames.put_waiting(make_frame(camera=camera, sequence=sequence), lambda: False)


def test_two_that_are_out_are_settled_each_by_its_own_lease(frames: LatestFrames) -> None:
    waits(frames, "front", 1)
    first = take_lease(frames)
    waits(frames, "front", 2)
    second = take_lease(frames)
    assert frames.settled("front") == []
    second.settle(Outcome.UNSEEN)
    assert frames.settled("front") == [(2, Outcome.UNSEEN)]
    first.settle(Outcome.SEEN)
    assert frames.settled("front") == [(1, Outcome.SEEN)]
    assert frames.settled("front") == []


def test_two_cameras_hear_of_their_own(frames: LatestFrames) -> None:
    waits(frames, "front", 1)
    waits(frames, "back", 1)
    leases = {lease.frame.camera: lease for lease in (take_lease(frames), take_lease(frames))}
    leases["back"].settle(Outcome.FAILED)
    leases["front"].settle(Outcome.SEEN)
    assert (frames.settled("front"), frames.settled("back")) == ([(1, Outcome.SEEN)], [(1, Outcome.FAILED)])


def test_only_the_first_outcome_counts(frames: LatestFrames) -> None:
    waits(frames, "front", 1)
    with take_lease(frames) as lease:
        lease.settle(Outcome.SEEN)
        lease.settle(Outcome.FAILED)
    assert frames.settled("front") == [(1, Outcome.SEEN)]


def test_of_one_that_was_left_nobody_hears(frames: LatestFrames) -> None:
    waits(frames, "front", 1)
    with pytest.raises(ZeroDivisionError), take_lease(frames) as lease:
        raise ZeroDivisionError
    lease.settle(Outcome.SEEN)
    assert frames.settled("front") == []


def test_a_camera_that_is_gone_hears_nothing_nor_does_its_successor(frames: LatestFrames) -> None:
    waits(frames, "front", 1)
    stale = take_lease(frames)
    frames.forget("front")
    waits(frames, "front", 1)
    stale.settle(Outcome.SEEN)
    assert frames.settled("front") == []
    take_lease(frames).settle(Outcome.UNSEEN)
    assert frames.settled("front") == [(1, Outcome.UNSEEN)]


def test_nobody_asks_after_the_frames_of_a_live_camera(frames: LatestFrames) -> None:
    frames.put(make_frame(sequence=1))
    take_lease(frames).settle(Outcome.SEEN)
    assert frames.settled("front") == []


def test_a_frame_goes_with_its_lease(frames: LatestFrames) -> None:
    """Its pixels may be a camera's own buffer, which must go back."""
    waits(frames, "front", 1)
    with take_lease(frames) as lease:
        pixels = weakref.ref(lease.frame.pixels)
        lease.settle(Outcome.SEEN)
    assert pixels() is not None
    del lease
    gc.collect()
    assert pixels() is None
