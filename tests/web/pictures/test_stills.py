"""What views were shown last, for who teaches them."""

import dataclasses

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
