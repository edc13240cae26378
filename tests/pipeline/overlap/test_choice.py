"""Whether frames overlap is measured, in turns, and measured again."""

import pytest

from edgeclassify.pipeline.overlap.choice import (
    BLOCK_ROUNDS,
    BLOCK_S,
    BLOCKS,
    HOLDS_S,
    OverlapChoice,
    usable_cores,
)


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def run(choice: OverlapChoice, clock: Clock, overlapped_s: float, in_turns_s: float, rounds: int) -> list[bool]:
    """So many frames of one turn; how each was done."""
    ways = []
    for _ in range(rounds):
        seconds = overlapped_s if choice.overlaps else in_turns_s
        ways.append(choice.overlaps)
        clock.now_s += seconds
        choice.note(1, seconds)
    return ways


MEASURING = 2 * BLOCKS * (BLOCK_ROUNDS + 1)
"""Frames until it is known, where each takes long enough: the first of a block does not count."""


def test_a_single_core_is_not_shared() -> None:
    clock = Clock()
    choice = OverlapChoice(1, clock)
    assert set(run(choice, clock, 0.1, 9.0, 3 * MEASURING)) == {False}


@pytest.mark.parametrize(
    ("overlapped_s", "in_turns_s", "overlaps"), [(0.090, 0.1, True), (0.0995, 0.1, False), (0.2, 0.1, False)]
)
def test_the_faster_way_is_taken(overlapped_s: float, in_turns_s: float, overlaps: bool) -> None:
    clock = Clock()
    choice = OverlapChoice(2, clock)
    measured = run(choice, clock, overlapped_s, in_turns_s, MEASURING)
    assert measured.count(True) == measured.count(False) == MEASURING // 2
    assert choice.overlaps is overlaps
    assert set(run(choice, clock, overlapped_s, in_turns_s, MEASURING)) == {overlaps}


def test_both_ways_are_measured_in_turns() -> None:
    clock = Clock()
    ways = run(OverlapChoice(4, clock), clock, 0.1, 0.1, 4 * (BLOCK_ROUNDS + 1))
    block = BLOCK_ROUNDS + 1
    assert ways == [True] * block + [False] * block + [True] * block + [False] * block


def test_a_block_of_short_frames_lasts_its_time() -> None:
    clock = Clock()
    ways = run(OverlapChoice(4, clock), clock, BLOCK_S / 32, BLOCK_S / 32, 40)
    assert ways.index(False) == 1 + 32


def test_a_few_frames_that_were_disturbed_decide_nothing() -> None:
    clock = Clock()
    choice = OverlapChoice(2, clock)
    for number in range(MEASURING):
        seconds = (0.05 if choice.overlaps else 0.1) + (1.0 if number < 2 * (BLOCK_ROUNDS + 1) else 0.0)
        clock.now_s += seconds
        choice.note(1, seconds)
    assert choice.overlaps is True


def test_frames_count_by_what_was_inferred_of_them() -> None:
    """Four views of one frame are not slower than one view of one."""
    clock = Clock()
    choice = OverlapChoice(2, clock)
    for _ in range(MEASURING):
        clock.now_s += 0.4
        choice.note(4, 0.36) if choice.overlaps else choice.note(1, 0.1)
    assert choice.overlaps is True


def test_it_is_measured_again() -> None:
    clock = Clock()
    choice = OverlapChoice(2, clock)
    run(choice, clock, 0.05, 0.1, MEASURING)
    assert choice.overlaps is True
    run(choice, clock, 0.2, 0.1, 100)
    assert choice.overlaps is True
    clock.now_s += HOLDS_S
    run(choice, clock, 0.2, 0.1, MEASURING)
    assert choice.overlaps is False


def test_there_is_a_core_at_least() -> None:
    assert usable_cores() >= 1
