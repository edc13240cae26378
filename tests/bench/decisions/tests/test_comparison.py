"""The table's rows on the given streams, and the pictures."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from edgeclassify.postprocess.interface import FilterKind
from edgeclassify.recording.replay.score_streams import ScoreStream
from tests.bench.decisions.comparison import default_rules, judged, row, rules_by, unlike_their_truth
from tests.bench.decisions.cost import milliseconds, noise_stream
from tests.bench.decisions.deciders import BestOfFrame, ComparedDecider, InARow, PlainForwardFilter, TwoThresholds
from tests.bench.decisions.plot import pictures
from tests.bench.decisions.sets import given_streams
from tests.support.data import NO_TEST_DATA


def a_stream() -> ScoreStream:
    """20 s of one label, 20 s of the other, in a frame every half second; every fifth frame is wrong."""
    truth = np.repeat([0, 1], 40)
    best = np.where(np.arange(80) % 5 == 4, 1 - truth, truth)
    scores = np.where(np.arange(2) == best[:, None], 0.9, 0.1).astype(np.float32)
    return ScoreStream(0, ("a", "b"), np.arange(80) / 2, scores, truth)


@pytest.mark.data
@pytest.mark.parametrize(
    ("decider", "extra_per_hour", "delay_s", "missed"),
    [
        (BestOfFrame(), 1852, 2.0, 4),
        (InARow(0.5), 0.0, 3.6, 35),
        (InARow(0.8), 0.0, 5.6, 61),
        (PlainForwardFilter(), 1.6, 4.1, 25),
        (TwoThresholds(), 5.7, 4.2, 46),
    ],
    ids=["best of frame", "three at 0.5", "three at 0.8", "plain forward filter", "two thresholds"],
)
def test_rules_do_on_the_given_streams_what_is_known_of_them(
    decider: ComparedDecider, extra_per_hour: float, delay_s: float, missed: int
) -> None:
    streams = given_streams()
    if streams is None:
        pytest.skip(NO_TEST_DATA)
    found = judged(decider, streams)
    assert (found.scenes, found.missed) == (128, missed)
    assert found.extra_per_hour == pytest.approx(extra_per_hour, abs=0.1)
    assert found.mean_delay_s == pytest.approx(delay_s, abs=0.05)


def test_streams_add_up_and_those_without_truth_do_not_count() -> None:
    one = a_stream()
    unknown = ScoreStream(1, one.labels, one.times_s, one.scores, None)
    alone, all_three = judged(BestOfFrame(), [one]), judged(BestOfFrame(), [one, unknown, one])
    assert (all_three.scenes, all_three.extra, all_three.lasted_s) == (4, 2 * alone.extra, 2 * alone.lasted_s)
    assert alone.extra > 10


def test_scenes_are_told_by_all_their_frames() -> None:
    given = a_stream()
    assert unlike_their_truth([given]) == (0, 2)
    assert given.truth is not None
    swapped = ScoreStream(0, given.labels, given.times_s, given.scores, np.where(given.times_s < 5, 0, 1))
    assert unlike_their_truth([given, swapped]) == (0, 4)  # most frames of the second scene are of its label
    assert unlike_their_truth([ScoreStream(0, given.labels, given.times_s, given.scores, 1 - given.truth)]) == (
        2,
        2,
    )


def test_a_row_says_what_was_found() -> None:
    text = row("a rule", judged(InARow(0.5), [a_stream()]))
    assert text.split() == ["a", "rule", "0.0", "0.8", "s", "0", "of", "2", "0.0", "0.0"]
    nothing = row("a rule", judged(InARow(0.95), [a_stream()]))
    assert nothing.split() == ["a", "rule", "0.0", "-", "2", "of", "2", "0.0", "0.0"]


def test_rules_differ_by_what_is_changed_alone() -> None:
    usual = default_rules()
    made = rules_by(FilterKind.BAYES, memory_s=33.0, threshold_enter=0.9)
    assert (made.filter.kind, made.filter.memory_s, made.threshold_enter) == (FilterKind.BAYES, 33.0, 0.9)
    assert (made.pace, made.confirm_s) == (usual.pace, usual.confirm_s)


def test_pictures_have_a_curve_for_each_decider() -> None:
    drawn = pictures("a title", [a_stream()])
    assert list(drawn) == ["decisions", "decisions-missed"]
    for text in drawn.values():
        texts = [text.text for text in ElementTree.fromstring(text).iter("{http://www.w3.org/2000/svg}text")]
        for name in ("three in a row, at a score", "plain forward filter, shown at", "the defaults"):
            assert name in texts


def test_the_cost_is_told_for_each_of_the_rules() -> None:
    found = milliseconds({"none": rules_by(FilterKind.NONE)}, noise_stream(3, 20))
    assert list(found) == ["none"]
    assert found["none"] > 0
    scores = noise_stream(50, 200).scores
    assert scores.sum(axis=1) == pytest.approx(1.0, abs=0.1)
    assert len(set(scores.argmax(axis=1))) == 4
