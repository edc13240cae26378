"""Scores at a temperature, class by class, and added up to labels."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from edgeclassify.model.calibration.labelled_scores import NOTHING_KNOWN, LabelledScores
from edgeclassify.tempering import Tempering
from tests.model.calibration.score_sets import made_at

STEPS = st.lists(st.lists(st.integers(0, 255), min_size=5, max_size=5).filter(any), min_size=1, max_size=6)


@given(STEPS, st.floats(0.3, 4))
def test_they_are_as_the_daemon_tempers_them(steps: list[list[int]], temperature: float) -> None:
    scores = np.array([np.array(row) / max(256, sum(row)) for row in steps], np.float32)
    data = LabelledScores.of_classes(scores, "abcde", np.zeros(len(steps), np.intp))
    wanted = [Tempering(temperature).scores(row) for row in scores]
    if temperature != 1:
        assert data.at(temperature) == pytest.approx(np.array(wanted), abs=1e-4)


def test_many_pictures_are_tempered_as_few_are() -> None:
    data = made_at(1.0, pictures=2500)
    some = np.array([0, 1023, 1024, 2047, 2048, 2499])
    assert data.at(1.5)[some] == pytest.approx(data.of_pictures(some).at(1.5))
    assert len(data.at(1.5)) == 2500


@given(st.floats(0.3, 4))
def test_the_best_label_is_the_same_at_any_temperature(temperature: float) -> None:
    data = made_at(1.0, pictures=200)
    assert np.array_equal(data.at(temperature).argmax(axis=1), data.scores.argmax(axis=1))


def test_classes_are_tempered_then_added_up_and_the_background_left_out() -> None:
    scores = np.array([[0.3, 0.3, 0.2, 0.2]], np.float32)
    data = LabelledScores(scores, ("pet", "car"), np.zeros(1, np.intp), np.array([0, 0, 1, NOTHING_KNOWN]))
    squares = np.array([0.18, 0.04]) / 0.26
    assert data.at(0.5)[0] == pytest.approx(squares, rel=1e-5)


def test_pictures_of_a_label_are_known() -> None:
    data = made_at(1.0, pictures=4)
    assert replace(data, truth=np.array([0, NOTHING_KNOWN, 2, NOTHING_KNOWN])).known.tolist() == [0, 2]


def test_some_of_the_pictures_keep_their_photos() -> None:
    data = replace(made_at(1.0, pictures=4), photos=np.array([7, 7, 8, 9]))
    some = data.of_pictures(np.array([1, 3]))
    assert some.photos is not None
    assert some.photos.tolist() == [7, 9]
    assert len(some) == 2


def test_scores_of_which_none_is_0_share_nothing_out() -> None:
    with np.errstate(all="raise"):
        found = LabelledScores.of_classes(
            np.array([[0.6, 0.4], [1.0, 0.0]], np.float32), "ab", np.zeros(2, np.intp)
        )
        assert found.at(1.0)[0].tolist() == pytest.approx([0.6, 0.4])
        assert found.at(1.0)[1].tolist() == pytest.approx([1 / (1 + 1 / 512), 1 / 513])


def test_no_picture_at_all_is_a_set_too() -> None:
    assert made_at(1.0, pictures=4).of_pictures(np.zeros(0, np.intp)).at(1.0).shape == (0, 8)


@pytest.mark.parametrize("change", ["truth", "label_of", "photos"])
def test_lengths_must_fit(change: str) -> None:
    with pytest.raises(ValueError, match="4 pictures of 8 classes"):
        replace(made_at(1.0, pictures=4), **{change: np.zeros(3, np.intp)})  # type: ignore[arg-type]
