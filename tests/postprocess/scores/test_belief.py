"""What is believed of a view, by Bayes' rule."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from numpy.typing import NDArray

from edgeclassify.postprocess.scores.belief import BayesRule, Believed

MEMORY_S = 1.5


def of(*scores: float) -> NDArray[np.float32]:
    return np.array(scores, np.float32)


def watched(
    rule: BayesRule,
    scores: NDArray[np.float32],
    seconds: float,
    fps: float,
    believed: Believed,
    others: float = 0.0,
) -> Believed:
    """The same scores for so long, so many times a second."""
    begin_ns = 0 if believed.at_ns is None else believed.at_ns
    for frame in range(1, round(seconds * fps) + 1):
        believed = rule.after(believed, scores, others, begin_ns + round(frame / fps * 1e9))
    return believed


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.lists(st.floats(0, 1, width=32), min_size=3, max_size=3),
            st.floats(0, 1),
            st.integers(-(10**11), 10**11),
        ),
        max_size=30,
    )
)
def test_it_is_a_share_of_one_whatever_comes(frames: list[tuple[list[float], float, int]]) -> None:
    rule = BayesRule(3, MEMORY_S)
    believed = rule.begin()
    at_ns = 0
    for scores, others, apart_ns in frames:
        at_ns += apart_ns
        believed = rule.after(believed, of(*scores), others, at_ns)
        assert believed.shares.shape == (4,)
        assert (believed.shares >= 0).all()
        assert believed.shares.sum() == pytest.approx(1, abs=1e-5)
        assert np.isfinite(believed.evidence).all()
        assert np.isfinite(believed.times).all()
        assert (believed.times >= 0).all()


def test_what_it_is_given_it_leaves_and_answers_alike() -> None:
    rule = BayesRule(3, MEMORY_S)
    before = rule.after(rule.begin(), of(0.5, 0.3, 0.2), 0.0, 0)
    kept = [array.copy() for array in (before.evidence, before.times, before.shares)]
    once = rule.after(before, of(0.0, 1.0, 0.0), 0.0, 500_000_000)
    again = rule.after(before, of(0.0, 1.0, 0.0), 0.0, 500_000_000)
    assert np.array_equal(once.shares, again.shares)
    for array, copy in zip((before.evidence, before.times, before.shares), kept, strict=True):
        assert np.array_equal(array, copy)


@pytest.mark.parametrize("fps", [1.5, 4.0, 10.0, 30.0])
def test_it_is_the_same_at_any_rate_of_frames(fps: float) -> None:
    """Of the seconds until a new label is believed, and of the belief in it at the end."""
    rule = BayesRule(50, MEMORY_S)
    old, new = np.zeros(50, np.float32), np.zeros(50, np.float32)
    old[3], new[7], new[3] = 0.8, 0.7, 0.1

    def course(fps: float) -> tuple[float, float]:
        believed = watched(rule, old, 20.0, fps, rule.begin())
        assert believed.at_ns is not None
        begin_ns, found_s = believed.at_ns, 0.0
        for frame in range(1, round(20 * fps) + 1):
            believed = rule.after(believed, new, 0.0, begin_ns + round(frame / fps * 1e9))
            if not found_s and believed.shares[7] >= 0.8:
                found_s = frame / fps
        return found_s, float(believed.shares[7])

    (found_s, share), (usual_s, usual_share) = course(fps), course(2.0)
    assert found_s == pytest.approx(usual_s, abs=1 / fps + 0.5)
    assert share == pytest.approx(usual_share, abs=0.01)


def test_evidence_of_many_frames_does_not_pile_up() -> None:
    """A minute of one label's small advantage proves no more than some seconds of it."""
    rule = BayesRule(2, MEMORY_S)
    seconds = watched(rule, of(0.6, 0.4), 6.0, 2.0, rule.begin())
    level = BayesRule(2, MEMORY_S).without_evidence(seconds)
    assert seconds.shares[0] < 0.95
    assert level.shares[0] > level.shares[1]


def test_one_frame_that_shows_something_else_rules_nothing_out() -> None:
    rule = BayesRule(100, MEMORY_S)
    there = np.zeros(100, np.float32)
    there[0] = 0.9
    elsewhere = np.zeros(100, np.float32)
    elsewhere[1] = 1.0
    believed = watched(rule, there, 10.0, 2.0, rule.begin())
    assert believed.at_ns is not None
    believed = rule.after(believed, elsewhere, 0.0, believed.at_ns + 500_000_000)
    assert believed.shares[0] > 0.5


def test_what_was_there_before_comes_back_sooner_than_what_is_new() -> None:
    rule = BayesRule(100, MEMORY_S)
    scores = np.eye(100, dtype=np.float32) * np.float32(0.7)
    believed = watched(rule, scores[0], 30.0, 2.0, rule.begin())
    believed = watched(rule, scores[1], 30.0, 2.0, believed)
    back = watched(rule, scores[0], 1.0, 2.0, believed)
    new = watched(rule, scores[2], 1.0, 2.0, believed)
    assert back.shares[0] > 2 * new.shares[2]


def test_a_gap_leaves_the_habit_and_no_evidence() -> None:
    rule = BayesRule(3, MEMORY_S)
    believed = watched(rule, of(0.9, 0.05, 0.05), 30.0, 2.0, rule.begin())
    after = rule.without_evidence(believed)
    assert after.at_ns is None
    assert after.shares[0] > after.shares[1] == pytest.approx(after.shares[2], rel=0.2)
    assert after.shares[0] < believed.shares[0]
    assert np.array_equal(after.times, believed.times)
    assert after.shares.sum() == pytest.approx(1, abs=1e-5)


def test_a_label_that_was_there_before_a_restart_is_expected() -> None:
    rule = BayesRule(3, MEMORY_S)
    fresh = rule.begin()
    known = rule.without_evidence(rule.with_time(fresh, 2, 60.0))
    assert known.shares[2] > 2 * known.shares[0]
    assert fresh.times.sum() == 0


def test_an_older_frame_begins_anew() -> None:
    rule = BayesRule(3, MEMORY_S)
    believed = watched(rule, of(1.0, 0.0, 0.0), 5.0, 2.0, rule.begin())
    older = rule.after(believed, of(0.0, 1.0, 0.0), 0.0, 0)
    fresh = rule.after(rule.without_evidence(believed), of(0.0, 1.0, 0.0), 0.0, 0)
    assert np.array_equal(older.evidence, fresh.evidence)
    assert older.at_ns == 0


def test_two_frames_of_one_time_count_once() -> None:
    rule = BayesRule(3, MEMORY_S)
    once = rule.after(rule.begin(), of(1.0, 0.0, 0.0), 0.0, 0)
    twice = rule.after(once, of(0.0, 1.0, 0.0), 0.0, 0)
    assert np.array_equal(once.evidence, twice.evidence)


def test_what_the_view_has_no_label_for_speaks_for_unknown() -> None:
    rule = BayesRule(2, MEMORY_S)
    believed = watched(rule, of(0.03, 0.02), 5.0, 2.0, rule.begin(), others=0.95)
    assert believed.shares[2] > 0.9
    seen = watched(rule, of(0.9, 0.02), 5.0, 2.0, rule.begin(), others=0.08)
    assert seen.shares[0] > 0.7


def test_a_longer_memory_is_slower() -> None:
    def after_a_second(memory_s: float) -> float:
        rule = BayesRule(20, memory_s)
        scores = np.eye(20, dtype=np.float32)
        believed = watched(rule, scores[0], 20.0, 2.0, rule.begin())
        return float(watched(rule, scores[1], 1.0, 2.0, believed).shares[1])

    assert after_a_second(0.5) > after_a_second(1.0) > after_a_second(2.0)


def test_a_frame_after_a_long_time_speaks_for_a_short_one_only() -> None:
    rule = BayesRule(3, MEMORY_S)
    believed = watched(rule, of(1.0, 0.0, 0.0), 5.0, 2.0, rule.begin())
    assert believed.at_ns is not None
    soon = rule.after(believed, of(0.0, 1.0, 0.0), 0.0, believed.at_ns + 1_000_000_000)
    late = rule.after(believed, of(0.0, 1.0, 0.0), 0.0, believed.at_ns + 3_000_000_000)
    assert np.array_equal(soon.evidence, late.evidence)


def test_a_frame_that_stands_alone_counts_as_one_of_the_independent_ones() -> None:
    rule = BayesRule(3, MEMORY_S)
    believed = watched(rule, of(1.0, 0.0, 0.0), 5.0, 2.0, rule.begin())
    assert believed.at_ns is not None
    alone, later = (
        rule.after(believed, of(0.0, 1.0, 0.0), 0.0, believed.at_ns + round(apart_s * 1e9))
        for apart_s in (3.01, 9.0)
    )
    assert np.array_equal(alone.evidence, later.evidence)
    seen, before = math.log(1.05), float(believed.evidence[1])
    share = (float(alone.evidence[1]) - before) / (seen - before)
    assert share * 4.5 == pytest.approx(1, abs=0.01)
    assert float((alone.times - believed.times * np.float32(math.exp(-3.01 / 3600))).sum()) == pytest.approx(0.38)


def test_the_first_frame_counts_as_half_a_second() -> None:
    rule = BayesRule(3, MEMORY_S)
    level, share = math.log(0.06), 1 - math.exp(-0.5 / MEMORY_S)
    first = rule.after(rule.begin(), of(0.95, 0.15, 0.0), 0.0, 10**15)
    wanted = [level + share * (math.log(score) - level) for score in (1.0, 0.2, 0.05, 0.06)]
    assert first.evidence.tolist() == pytest.approx(wanted, abs=1e-5)
    assert float(first.times.sum()) == pytest.approx(0.5)


def test_what_has_been_there_fades_within_an_hour() -> None:
    rule = BayesRule(3, MEMORY_S)
    known = rule.after(rule.with_time(rule.begin(), 1, 1e6), of(0.3, 0.3, 0.3), 0.0, 0)
    hour = rule.after(known, of(0.3, 0.3, 0.3), 0.0, 3_600_000_000_000)
    assert float(hour.times[1]) == pytest.approx(float(known.times[1]) / math.e, rel=5e-5)


@pytest.mark.parametrize("seconds", [0.01, 0.5, 1.0, 100.0])
def test_a_habit_is_a_share_of_the_time_however_short_that_was(seconds: float) -> None:
    rule = BayesRule(3, MEMORY_S)
    known = rule.without_evidence(rule.with_time(rule.begin(), 1, seconds))
    assert known.shares.tolist() == pytest.approx([0.38 / 3, 0.6 + 0.38 / 3, 0.38 / 3, 0.02])
