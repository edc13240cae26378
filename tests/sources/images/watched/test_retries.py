"""Turns of images that failed, by the times of the watch."""

import pytest

from edgeclassify.sources.images.watched.retries import after_bad_read, after_failure
from edgeclassify.sources.images.watched.wait_times import WatchTimes
from edgeclassify.sources.images.watched.waiting_images import Candidate
from tests.support.optional import present

TIMES = WatchTimes(grace_s=30.0, retry_s=3.0, unreadable_retry_s=60.0, failed_retry_s=(5.0, 70.0))
NEW = Candidate("a.jpg", "mark", 0, due=100.0)


@pytest.mark.parametrize("readable", [True, False])
def test_within_the_grace_it_is_tried_again_soon(readable: bool) -> None:
    first = present(after_bad_read(NEW, 100.0, TIMES, readable=readable))
    assert (first.failed_since, first.due, first.said) == (100.0, 103.0, False)
    again = present(after_bad_read(first, 129.9, TIMES, readable=readable))
    assert (again.failed_since, again.said) == (100.0, False)
    assert again.due == pytest.approx(132.9)


def test_after_the_grace_one_that_can_be_read_is_bad() -> None:
    first = present(after_bad_read(NEW, 100.0, TIMES, readable=True))
    assert after_bad_read(first, 130.0, TIMES, readable=True) is None


def test_after_the_grace_one_that_cannot_be_read_is_said_and_tried_on() -> None:
    first = present(after_bad_read(NEW, 100.0, TIMES, readable=False))
    told = present(after_bad_read(first, 130.0, TIMES, readable=False))
    assert (told.failed_since, told.due, told.said) == (100.0, 190.0, True)
    assert present(after_bad_read(told, 190.0, TIMES, readable=False)).due == 250.0


def test_without_grace_the_first_failure_counts() -> None:
    assert after_bad_read(NEW, 100.0, WatchTimes(grace_s=0.0), readable=True) is None


def test_what_could_not_be_classified_has_a_turn_for_each_time() -> None:
    first = present(after_failure(NEW, 100.0, TIMES))
    second = present(after_failure(first, 200.0, TIMES))
    assert [(one.tries, one.due) for one in (first, second)] == [(1, 105.0), (2, 270.0)]
    assert after_failure(second, 300.0, TIMES) is None
