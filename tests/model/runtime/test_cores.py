"""How many threads an invoke may take of how many cores."""

import os

import pytest

from edgeclassify.model.runtime.cores import auto_threads, thread_counts, usable_cores


@pytest.mark.parametrize(
    ("cores", "most", "measured"),
    [(1, 1, (1,)), (2, 2, (1, 2)), (3, 3, (1, 2, 3)), (4, 3, (1, 2, 3)), (6, 4, (1, 2, 4)), (64, 4, (1, 2, 4))],
)
def test_where_there_are_four_one_is_left(cores: int, most: int, measured: tuple[int, ...]) -> None:
    assert auto_threads(cores) == most
    assert thread_counts(cores) == measured


def test_the_cores_are_those_of_this_process() -> None:
    assert usable_cores() == len(os.sched_getaffinity(0))
    one = {min(os.sched_getaffinity(0))}
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, one)
    try:
        assert (usable_cores(), auto_threads(), thread_counts()) == (1, 1, (1,))
    finally:
        os.sched_setaffinity(0, before)
