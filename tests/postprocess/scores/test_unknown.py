"""A label that no single frame is sure of stays unknown, however long it is the best."""

import math
from typing import Any

import numpy as np
import pytest

from edgeclassify.postprocess.interface import FilterKind, FilterRules
from edgeclassify.postprocess.scores.observation import observe
from edgeclassify.postprocess.scores.unknown import Recognition
from edgeclassify.tempering import Tempering
from edgeclassify.types import Block, EventType
from tests.postprocess.benches import Bench, kinds, moment, seen

BAYES = FilterRules(FilterKind.BAYES)
STARTED = [(EventType.START, "open")]


def bench(unknown_below: float, **rules: Any) -> Bench:
    """By a filter that makes any answer certain that is repeated."""
    return Bench(filter=BAYES, unknown_below=unknown_below, **rules)


def starts(found: Bench, *open_scores: float) -> list[bool]:
    """Whether the label starts with each frame, two in a second."""
    return [kinds(found.see(i / 2, 0.1, score, 0.1)) == STARTED for i, score in enumerate(open_scores)]


def test_what_is_repeated_is_certain_where_nothing_else_is_asked() -> None:
    assert sum(starts(bench(0.0), *[0.3] * 20)) == 1


def test_what_no_frame_is_sure_of_stays_unknown() -> None:
    found = bench(0.4)
    assert sum(starts(found, *[0.3] * 20)) == 0
    state = found.see(10.0, 0.1, 0.3, 0.1).state
    assert state is not None
    assert state.candidate is not None
    assert state.candidate.label == "open"
    assert state.candidate.blocked_by is Block.UNKNOWN


def test_one_sure_frame_is_enough_for_those_after_it() -> None:
    assert starts(bench(0.4), *[0.3] * 8, 0.5, 0.3)[8]
    after = starts(bench(0.4, confirm_s=6.0), 0.5, *[0.3] * 19)
    assert sum(after) == 0  # 6 s later it has faded to 0.27


def test_a_score_of_just_as_much_is_enough() -> None:
    assert sum(starts(bench(0.25), *[0.25] * 20)) == 1


def test_another_labels_sure_frame_does_not_count() -> None:
    found = bench(0.4)
    for i in range(6):
        found.see(i / 2, 0.9, 0.1, 0.1)
    assert all(kinds(found.see(i / 2, 0.0, 0.3, 0.0)) != STARTED for i in range(6, 26))


def test_what_was_sure_before_a_gap_does_not_count() -> None:
    found = bench(0.4, confirm_s=0.5)
    found.see(0.0, 0.1, 0.9, 0.1)
    found.lose(0.1)
    assert [kinds(found.see(1 + i / 2, 0.1, 0.3, 0.1)) for i in range(6)] == [[]] * 6


def test_what_is_there_ends_by_its_exit_alone() -> None:
    found = bench(0.4)
    assert sum(starts(found, *[0.9] * 6)) == 1
    assert all(kinds(found.see(3 + i / 2, 0.0, 0.3, 0.0)) == [] for i in range(100))


def test_single_frames_count_as_they_are_tempered() -> None:
    recognition = Recognition()
    observation = observe(seen(0.0, 0.3, 0.3, 0.4), tempering=Tempering(0.5))
    recognition.note(observation)
    assert recognition.of(2) == pytest.approx(0.16 / 0.34)


# --- the highest score of late --------------------------------------------------------------------------------


def test_the_highest_score_fades() -> None:
    recognition = Recognition()
    assert recognition.of(1) == 0
    recognition.note(observe(seen(1.0, 0.0, 0.8, 0.2)))
    assert recognition.of(1) == pytest.approx(0.8)
    recognition.note(observe(seen(6.0, 0.0, 0.1, 0.5)))
    assert recognition.of(1) == pytest.approx(0.8 * math.exp(-0.5), rel=1e-5)
    assert recognition.of(2) == pytest.approx(0.5)
    recognition.note(observe(seen(11.0, 0.0, 0.1, 0.1)))
    assert recognition.of(1) == pytest.approx(0.8 * math.exp(-1), rel=1e-5)


def test_it_is_the_same_at_any_frame_rate() -> None:
    slow, fast = Recognition(), Recognition()
    for recognition, frames in ((slow, 2), (fast, 200)):
        recognition.note(observe(seen(0.0, 0.9, 0.0, 0.0)))
        for second in np.linspace(0, 8, frames):
            recognition.note(observe(seen(float(second), 0.1, 0.0, 0.0)))
    assert slow.of(0) == pytest.approx(fast.of(0), rel=1e-4)


def test_a_prediction_is_left_as_it_was() -> None:
    first, recognition = seen(0.0, 0.9, 0.1, 0.0), Recognition()
    recognition.note(observe(first))
    recognition.note(observe(seen(1.0, 0.0, 0.5, 0.0)))
    assert first.scores.tolist() == pytest.approx([0.9, 0.1, 0.0])


def test_time_that_runs_back_begins_anew() -> None:
    recognition = Recognition()
    recognition.note(observe(seen(5.0, 0.9, 0.0, 0.0)))
    recognition.note(observe(seen(4.0, 0.2, 0.0, 0.0)))
    assert recognition.of(0) == pytest.approx(0.2)


def test_another_time_line_goes_on() -> None:
    recognition = Recognition()
    recognition.note(observe(seen(5.0, 0.9, 0.0, 0.0)))
    recognition.shift(moment(100.0).ns)
    recognition.note(observe(seen(105.0, 0.2, 0.0, 0.0)))
    assert recognition.of(0) == pytest.approx(0.9)


def test_what_is_forgotten_is_nothing() -> None:
    recognition = Recognition()
    recognition.note(observe(seen(5.0, 0.9, 0.0, 0.0)))
    recognition.forget()
    assert recognition.of(0) == 0
