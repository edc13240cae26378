"""What is believed of a view whose model scores each label by itself."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.typing import NDArray

from edgeclassify.postprocess.scores.belief import BayesRule, Believed
from edgeclassify.postprocess.scores.presence import PresenceRule

MEMORY_S = 1.5
RULE = PresenceRule(3, MEMORY_S)


def of(*scores: float) -> NDArray[np.float32]:
    return np.array(scores, np.float32)


def watched(
    *scores: float,
    seconds: float = 20.0,
    fps: float = 2.0,
    before: Believed | None = None,
    rule: PresenceRule = RULE,
) -> Believed:
    """The same scores for so long, so many times a second."""
    believed = rule.begin() if before is None else before
    begin_ns = 0 if believed.at_ns is None else believed.at_ns
    for frame in range(1, round(seconds * fps) + 1):
        believed = rule.after(believed, of(*scores), 0.0, begin_ns + round(frame / fps * 1e9))
    return believed


def test_two_labels_at_once_are_both_believed() -> None:
    """One belief that they share shows neither."""
    assert watched(0.9, 0.9, 0.05).shares[:2].min() > 0.99
    shared = BayesRule(3, MEMORY_S)
    believed = shared.begin()
    for frame in range(40):
        believed = shared.after(believed, of(0.9, 0.9, 0.05), 0.0, frame * 500_000_000)
    assert believed.shares[:2].max() < 0.6


@pytest.mark.parametrize(
    ("score", "least", "most"), [(0.85, 0.97, 1), (0.8, 0.97, 1), (0.65, 0.5, 0.97), (0.5, 0, 0.3)]
)
def test_a_new_label_is_believed_by_its_own_score_alone(score: float, least: float, most: float) -> None:
    for other in (0.0, 0.5, 1.0):
        assert least <= watched(score, other, 0.0, seconds=6.0).shares[0] <= most


def test_what_has_been_there_is_believed_sooner_and_left_at_half_the_score() -> None:
    before = watched(0.9, 0.05, 0.05, seconds=60.0)
    away = watched(0.05, 0.05, 0.05, seconds=10.0, before=before)
    back = watched(0.7, 0.7, 0.05, seconds=4.0, before=away)
    assert back.shares[0] > 0.9 > 1.1 * back.shares[1]
    assert watched(0.52, 0.05, 0.05, seconds=20.0, before=before).shares[0] > 0.647
    assert watched(0.42, 0.05, 0.05, seconds=20.0, before=before).shares[0] < 0.647


def test_nothing_is_there_where_no_score_says_so() -> None:
    believed = watched(0.05, 0.02, 0.01)
    assert believed.shares[:-1].max() < 0.001
    assert believed.shares[-1] == pytest.approx(1 - believed.shares[:-1].max())


def test_before_any_frame_and_after_a_gap_what_is_usual_is_expected() -> None:
    assert RULE.begin().shares.tolist() == pytest.approx([0.12, 0.12, 0.12, 0.88])
    known = RULE.without_evidence(watched(0.95, 0.05, 0.05, seconds=200.0))
    assert known.at_ns is None
    assert known.shares.tolist() == pytest.approx([0.648, 0.12, 0.12, 0.352], abs=0.005)
    assert not known.evidence.any()


def test_a_label_that_was_there_before_a_restart_is_expected() -> None:
    fresh = RULE.begin()
    known = RULE.without_evidence(RULE.with_time(fresh, 2, 60.0))
    assert known.shares.tolist() == pytest.approx([0.12, 0.12, 0.648, 0.352])
    assert RULE.with_time(RULE.with_time(fresh, 2, 60.0), 1, 60.0).times.tolist() == [0, 60, 60, 120]
    assert not fresh.times.any()


@pytest.mark.parametrize("seconds", [0.01, 0.5, 1.0, 100.0])
def test_a_habit_is_a_share_of_the_time_however_short_that_was(seconds: float) -> None:
    """Also where the last label has never been there."""
    known = RULE.without_evidence(RULE.with_time(RULE.begin(), 1, seconds))
    assert known.shares.tolist() == pytest.approx([0.12, 0.648, 0.12, 0.352])


@pytest.mark.parametrize("fps", [2.0, 4.0, 10.0, 30.0])
def test_it_is_the_same_at_any_rate_of_frames(fps: float) -> None:
    usual, other = (
        watched(0.1, 0.6, 0.0, seconds=2.0, fps=rate, before=watched(0.9, 0.1, 0.0, fps=rate))
        for rate in (2.0, fps)
    )
    assert other.shares.tolist() == pytest.approx(usual.shares.tolist(), abs=0.02)
    assert other.times.tolist() == pytest.approx(usual.times.tolist(), abs=0.7)


def test_a_frame_counts_for_the_time_since_the_one_before_and_not_for_long() -> None:
    before = watched(0.9, 0.1, 0.0)
    assert before.at_ns is not None
    at_once, soon, late, later = (
        RULE.after(before, of(0.1, 0.9, 0.0), 0.0, before.at_ns + round(apart_s * 1e9))
        for apart_s in (0, 0.3, 0.6, 3.0)
    )
    assert np.array_equal(at_once.evidence, before.evidence)
    assert at_once.evidence[1] < soon.evidence[1] < late.evidence[1] == later.evidence[1]
    assert late.times[-1] - before.times[-1] == pytest.approx(0.6, abs=0.01)
    assert RULE.after(before, of(0.1, 0.9, 0.0), 0.0, before.at_ns + 3_600_000_000_000).times[-1] == pytest.approx(
        before.times[-1] / np.e + 0.38
    )


def test_an_older_frame_is_the_first_one_again() -> None:
    older = RULE.after(watched(0.9, 0.1, 0.0), of(0.1, 0.9, 0.0), 0.0, 0)
    first = RULE.after(RULE.begin(), of(0.1, 0.9, 0.0), 0.0, 0)
    assert np.array_equal(older.evidence, first.evidence)
    assert older.at_ns == 0


def test_a_longer_memory_is_slower() -> None:
    quick, slow = (watched(0.9, 0.1, 0.0, seconds=1.0, rule=PresenceRule(3, memory_s)) for memory_s in (0.5, 3.0))
    assert quick.shares[0] > slow.shares[0]


@given(
    st.lists(
        st.tuples(st.tuples(*[st.floats(0, 1, width=32)] * 3), st.integers(-(10**11), 10**15)),
        max_size=30,
    )
)
def test_it_is_a_belief_whatever_comes(frames: list[tuple[tuple[float, ...], int]]) -> None:
    believed, at_ns = RULE.begin(), 0
    for scores, apart_ns in frames:
        at_ns += apart_ns
        kept = [believed.evidence.copy(), believed.times.copy(), believed.shares.copy()]
        later = RULE.after(believed, of(*scores), 0.0, at_ns)
        for array, copy in zip((believed.evidence, believed.times, believed.shares), kept, strict=True):
            assert np.array_equal(array, copy)
        believed = later
        assert believed.shares.dtype == believed.times.dtype == np.float32
        assert ((believed.shares >= 0) & (believed.shares <= 1)).all()
        assert np.isfinite(believed.evidence).all()
        assert (believed.times[:-1] <= believed.times[-1] * 1.0001 + 1e-6).all()
