"""What becomes of a prediction before anything is decided on it."""

import math
from dataclasses import replace

import numpy as np
import pytest

from edgeclassify.postprocess.scores.groups import Grouping
from edgeclassify.postprocess.scores.observation import Observation, observe
from edgeclassify.tempering import Tempering
from tests.postprocess.benches import START, in_a_file, seen


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_no_number_counts_as_nothing(odd: float) -> None:
    assert observe(seen(0.0, 0.5, odd, 0.25)).scores.tolist() == [0.5, 0.0, 0.25]


def test_whole_scores_are_not_copied() -> None:
    prediction = seen(1.0, 0.1, 0.2, 0.3)
    assert np.shares_memory(observe(prediction).scores, prediction.scores)


def test_times_are_the_cameras_or_the_files() -> None:
    camera = observe(seen(2.0, 0, 0, 0))
    assert (camera.scene_ns, camera.own_time, camera.captured_at, camera.origin) == (
        2_000_000_000,
        False,
        START + 2,
        None,
    )
    film = observe(replace(in_a_file(3.0, 0, 0, 0), captured_at_ns=7))
    assert (film.scene_ns, film.own_time, film.origin) == (3_000_000_000, True, "a.jpg")


def test_scores_are_tempered_and_the_models_own_are_kept() -> None:
    observation = observe(seen(0.0, 0.6, 0.3, 0.1), tempering=Tempering(0.5))
    assert observation.scores.tolist() == pytest.approx([0.36 / 0.46, 0.09 / 0.46, 0.01 / 0.46])
    assert [observation.raw_score(index) for index in range(3)] == pytest.approx([0.6, 0.3, 0.1])
    plain = observe(seen(0.0, 0.6, 0.3, 0.1))
    assert plain.raw is None
    assert plain.raw_score(1) == pytest.approx(0.3)


def test_classes_are_tempered_before_they_are_added_up() -> None:
    grouping = Grouping(["pet"], [(0, 1)], 3)
    observation = observe(seen(0.0, 0.3, 0.3, 0.4), grouping, Tempering(0.5))
    assert observation.scores.tolist() == pytest.approx([0.18 / 0.34])
    assert observation.others == pytest.approx(0.16 / 0.34)
    assert observation.raw_score(0) == pytest.approx(0.6)
    plain = observe(seen(0.0, 0.3, 0.3, 0.4), grouping)
    assert plain.others == pytest.approx(0.4)
    assert plain.raw_score(0) == pytest.approx(0.6)


def test_a_score_that_is_no_number_is_none_for_a_temperature_either() -> None:
    observation = observe(seen(0.0, 0.5, math.nan, 0.5), tempering=Tempering(2.0))
    assert np.isfinite(observation.scores).all()
    assert observation.raw_score(1) == 0.0


def test_of_an_observation_by_itself_nothing_else_is_known() -> None:
    observation = Observation(np.array([0.5], np.float32), 1, 2.0)
    assert (observation.origin, observation.own_time, observation.others, observation.raw) == (
        None,
        False,
        0.0,
        None,
    )
    assert observation.raw_score(0) == 0.5
