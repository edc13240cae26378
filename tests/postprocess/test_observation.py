"""What becomes of a prediction before anything is decided on it."""

import math
from dataclasses import replace

import numpy as np
import pytest

from edgeclassify.postprocess.observation import observe
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
