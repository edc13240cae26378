"""Scores of single frames → scores that decisions go by."""

import math

import numpy as np
import pytest

from edgeclassify.postprocess.interface import FilterKind, FilterRules
from edgeclassify.postprocess.scores.filter_over_time import (
    BayesFilter,
    ExponentialSmoothing,
    FilterOverTime,
    NoFilter,
    filter_of,
)
from edgeclassify.postprocess.scores.observation import Observation


def observed(at_s: float, *scores: float, others: float = 0.0) -> Observation:
    return Observation(np.array(scores, np.float32), round(at_s * 1e9), 1e9 + at_s, others=others)


def test_rules_say_which_it_is() -> None:
    for kind, expected in (
        (FilterKind.NONE, NoFilter),
        (FilterKind.EXPONENTIAL, ExponentialSmoothing),
        (FilterKind.BAYES, BayesFilter),
    ):
        made = filter_of(FilterRules(kind), 3)
        assert type(made) is expected
        assert made.labels == 3


def test_without_a_filter_an_observation_stays_the_very_same() -> None:
    made = NoFilter(2)
    made.expect(0, 10.0)
    made.forget()
    observation = observed(0.0, 0.5, 0.5)
    assert made.take(observation) is observation
    assert made.look(observation) is observation


@pytest.mark.parametrize("fps", [0.5, 2.0, 10.0])
def test_exponential_smoothing_goes_by_seconds(fps: float) -> None:
    made = ExponentialSmoothing(2, 2.0)
    made.take(observed(0.0, 1.0, 0.0, others=1.0))
    for frame in range(1, round(4 * fps) + 1):
        smoothed = made.take(observed(frame / fps, 0.0, 1.0))
    assert smoothed.scores.tolist() == pytest.approx([math.exp(-2), 1 - math.exp(-2)], abs=1e-5)
    assert smoothed.others == pytest.approx(math.exp(-2))
    assert [smoothed.raw_score(index) for index in (0, 1)] == [0.0, 1.0]


@pytest.mark.parametrize("kind", [FilterKind.EXPONENTIAL, FilterKind.BAYES])
class TestAny:
    def made(self, kind: FilterKind) -> FilterOverTime:
        return filter_of(FilterRules(kind), 2)

    def test_a_look_does_not_count(self, kind: FilterKind) -> None:
        looked, other = self.made(kind), self.made(kind)
        for made in (looked, other):
            made.take(observed(0.0, 0.9, 0.1))
        seen = looked.look(observed(0.5, 0.0, 1.0))
        assert np.array_equal(seen.scores, other.look(observed(0.5, 0.0, 1.0)).scores)
        assert np.array_equal(
            looked.take(observed(0.5, 0.9, 0.1)).scores, other.take(observed(0.5, 0.9, 0.1)).scores
        )

    def test_what_is_forgotten_is_no_evidence(self, kind: FilterKind) -> None:
        made = self.made(kind)
        for frame in range(20):
            before = made.take(observed(frame / 2, 1.0, 0.0))
        made.forget()
        after = made.take(observed(10.0, 0.0, 1.0))
        assert before.scores[0] > 0.9
        assert after.scores[1] > after.scores[0]

    def test_the_models_own_scores_stay(self, kind: FilterKind) -> None:
        made = self.made(kind)
        made.take(observed(0.0, 1.0, 0.0))
        filtered = made.take(observed(0.5, 0.2, 0.8))
        assert filtered.scores.dtype == np.float32
        assert filtered.raw is not None
        assert filtered.raw.tolist() == pytest.approx([0.2, 0.8])
        assert (filtered.scene_ns, filtered.captured_at) == (500_000_000, 1e9 + 0.5)

    def test_time_that_runs_back_begins_anew(self, kind: FilterKind) -> None:
        made = self.made(kind)
        made.take(observed(10.0, 1.0, 0.0))
        assert np.isfinite(made.take(observed(0.0, 0.0, 1.0)).scores).all()


def test_bayes_scores_are_shares_with_what_speaks_for_none() -> None:
    made = BayesFilter(2, 1.2)
    filtered = made.take(observed(0.0, 0.3, 0.2, others=0.5))
    assert float(filtered.scores.sum()) + filtered.others == pytest.approx(1, abs=1e-5)


def test_bayes_expects_what_was_there_before_a_restart() -> None:
    made, other = BayesFilter(10, 1.2), BayesFilter(10, 1.2)
    made.expect(4, 60.0)
    scores = [0.05] * 10
    assert made.take(observed(0.0, *scores)).scores[4] > other.take(observed(0.0, *scores)).scores[4]


def test_two_frames_of_one_time_count_once_in_a_mean() -> None:
    made = ExponentialSmoothing(2, 2.0)
    made.take(observed(1.0, 0.9, 0.1))
    assert made.take(observed(1.0, 0.1, 0.9)).scores.tolist() == pytest.approx([0.9, 0.1])


def test_of_several_labels_at_once_each_is_believed_by_itself() -> None:
    shared, apart = (filter_of(FilterRules(FilterKind.BAYES), 2, several=several) for several in (False, True))
    for frame in range(20):
        of_shared, of_apart = (made.take(observed(frame / 2, 0.9, 0.9)) for made in (shared, apart))
    assert of_shared.scores.max() < 0.6
    assert of_apart.scores.min() > 0.99
    assert of_apart.others == pytest.approx(1 - of_apart.scores.max())
