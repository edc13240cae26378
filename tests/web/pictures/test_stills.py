"""What views were shown last, for who teaches them."""

import dataclasses

import numpy as np
import pytest

from edgeclassify.errors import ImageError
from edgeclassify.types import FULL_FRAME, Roi
from edgeclassify.web.pictures.stills import KEPT, MOST_VIEWS, MOST_WAITING, Stills
from tests.support.lessons import CAT
from tests.web.api.teaching.taught_node import frame_of


def test_who_waits_gets_the_next_look_of_its_view() -> None:
    stills = Stills()
    waiting, other = stills.next_of("gate"), stills.next_of("yard")
    stills.looked("gate", frame_of(CAT, 1), Roi(0.0, 0.0, 0.5, 1.0))
    still = waiting.result(0)
    assert (still.view, still.pixels().shape) == ("gate", (160, 80, 3))
    assert stills.still(still.number) is still
    assert not other.done()


def test_a_camera_may_have_its_pixels_back_at_once() -> None:
    stills, frame = Stills(), dataclasses.replace(frame_of(CAT, 1), lent=True)
    waiting = stills.next_of("gate")
    stills.looked("gate", frame, FULL_FRAME)
    frame.pixels[:] = 0
    pixels = waiting.result(0).pixels()
    assert pixels.mean() > 20
    assert waiting.result(0).pixels() is pixels


def test_who_has_gone_is_not_told() -> None:
    stills = Stills()
    gone, here = stills.next_of("gate"), stills.next_of("gate")
    gone.cancel()
    stills.looked("gate", frame_of(CAT, 1), FULL_FRAME)
    assert here.result(0).number == 1


def test_only_so_many_wait_and_those_that_have_gone_leave_their_places() -> None:
    stills = Stills()
    waiting = [stills.next_of("gate") for _ in range(MOST_WAITING)]
    with pytest.raises(ImageError, match="wait for its next picture already"):
        stills.next_of("gate").result(0)
    waiting[0].cancel()
    assert not stills.next_of("gate").done()
    assert not stills.next_of("yard").done()


def test_only_the_last_of_few_views_are_kept() -> None:
    stills, numbers = Stills(), []
    for view in [f"view{n}" for n in range(MOST_VIEWS + 1)]:
        for n in range(KEPT + 1):
            future = stills.next_of(view)
            stills.looked(view, frame_of(CAT, n), FULL_FRAME)
            numbers.append(future.result(0).number)
    there = [number for number in numbers if stills.still(number) is not None]
    assert len(there) == MOST_VIEWS * KEPT
    assert there[-1] == numbers[-1]
    assert stills.still(numbers[1]) is None


def test_of_a_file_the_last_look_stays_for_who_comes() -> None:
    stills = Stills(keeps_files=True)
    for origin in ("one.jpg", "two.jpg"):
        stills.looked("gate", dataclasses.replace(frame_of(CAT, 1), origin=origin), FULL_FRAME)
    stills.looked("yard", frame_of(CAT, 1), FULL_FRAME)
    still = stills.newest("gate")
    assert still is not None
    assert still.origin == "two.jpg"
    # The view has gone over to a camera, which nobody watches.
    stills.looked("gate", frame_of(CAT, 2), FULL_FRAME)
    assert stills.newest("gate") is None


def test_neither_a_cameras_nor_a_lent_nor_a_huge_look_is_held_for_nobody() -> None:
    of_file = dataclasses.replace(frame_of(CAT, 1), origin="one.jpg")
    huge = dataclasses.replace(of_file, pixels=np.zeros((2000, 2000, 3), np.uint8), width=2000, height=2000)
    for frame in (frame_of(CAT, 1), dataclasses.replace(of_file, lent=True), huge):
        stills = Stills(keeps_files=True)
        stills.looked("gate", frame, FULL_FRAME)
        assert stills.newest("gate") is None


def test_what_was_held_for_who_watched_goes_with_them_but_for_files() -> None:
    watching = [True]
    stills = Stills(lambda: bool(watching), keeps_files=True)
    of_file = dataclasses.replace(frame_of(CAT, 1), origin="one.jpg")
    stills.looked("gate", frame_of(CAT, 1), FULL_FRAME)
    stills.looked("yard", of_file, FULL_FRAME)
    watching.clear()
    stills.looked("road", of_file, FULL_FRAME)
    assert [stills.newest(view) is not None for view in ("gate", "yard", "road")] == [False, True, True]
