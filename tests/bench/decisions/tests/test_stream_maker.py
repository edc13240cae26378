"""Streams that are made: their times, scenes and truth, without a model and photos of the test data."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgeclassify.recording.replay.score_streams import read_score_streams
from edgeclassify.types import Pixels
from tests.bench.decisions.fixed_camera import HEIGHT, WIDTH, Conditions, FixedCamera, as_scene
from tests.bench.decisions.stream_maker import Making, Play, make_stream, order_of
from tests.bench.decisions.streams import save_streams
from tests.support.classifiers import BrightnessClassifier

MAKING = Making("none", 5, scenes=4, scene_s=(3.0, 5.0))


def photos() -> list[Pixels]:
    """Six plain ones, dark and bright in turns."""
    return [np.full((90, 120, 3), 40 if i % 2 else 220, np.uint8) for i in range(6)]


def test_a_stream_follows_from_its_seed_and_number() -> None:
    first, same = (make_stream(BrightnessClassifier(), photos(), MAKING, 1) for _ in range(2))
    assert np.array_equal(first.scores, same.scores)
    assert np.array_equal(first.times_s, same.times_s)
    for making, number in ((replace(MAKING, seed=6), 1), (MAKING, 2)):
        assert not np.array_equal(
            first.times_s, make_stream(BrightnessClassifier(), photos(), making, number).times_s
        )


def test_frames_come_about_every_interval() -> None:
    apart = np.diff(make_stream(BrightnessClassifier(), photos(), replace(MAKING, interval_s=0.2), 0).times_s)
    assert 0.18 <= apart.min() < 0.185
    assert 0.215 < apart.max() <= 0.22


def test_each_scene_lasts_as_long_as_it_should_and_is_another_one() -> None:
    scenes = make_stream(BrightnessClassifier(), photos(), MAKING, 0).scenes()
    assert scenes is not None
    assert len(scenes) == 4
    assert all(one.label != other.label for one, other in itertools.pairwise(scenes))
    for scene in scenes:
        assert 3.0 - 0.55 <= scene.end_s - scene.begin_s <= 5.0 + 0.55


def test_the_truth_is_what_the_model_says_of_the_clean_picture() -> None:
    stream = make_stream(BrightnessClassifier(), photos(), replace(MAKING, severities=(0.0,)), 0)
    assert stream.truth is not None
    agree = stream.scores.argmax(axis=1) == stream.truth
    changes = np.flatnonzero(np.diff(stream.truth)) + 1
    assert set(np.flatnonzero(~agree)) <= set(changes)  # the first blended frame is mostly the scene before
    assert stream.scores.sum(axis=1) == pytest.approx(1.0, abs=0.01)


def test_a_change_is_blended_over_two_frames() -> None:
    dark, bright = np.zeros((2, 2, 3), np.uint8), np.full((2, 2, 3), 240, np.uint8)
    play = Play([dark, bright], [0, 1, 0], [1.0, 2.0, 3.0])
    assert play.ends_s == 3.0
    seen = [play.frame_at(second) for second in (0.5, 0.99, 1.0, 1.2, 1.4, 2.1, 2.2, 2.3)]
    assert [(int(pixels[0, 0, 0]), scene) for pixels, scene in seen] == [
        (0, 0), (0, 0), (80, 1), (160, 1), (240, 1), (160, 0), (80, 0), (0, 0),
    ]  # fmt: skip


def test_scenes_that_are_one_to_the_model_do_not_follow_each_other() -> None:
    truths = [7, 7, 8]
    order = order_of(truths, 50, np.random.default_rng(1))
    assert {order[i] for i in range(50)} == {0, 1, 2}
    assert all(truths[one] != truths[other] for one, other in itertools.pairwise(order))


def test_where_all_scenes_are_one_to_the_model_any_may_follow() -> None:
    assert len(order_of([7, 7], 5, np.random.default_rng(1))) == 5


@pytest.mark.parametrize(("zoom", "mirrored"), [(1.0, False), (1.25, True)])
def test_a_photo_fills_the_picture(zoom: float, mirrored: bool) -> None:
    photo = np.repeat(np.tile(np.linspace(0, 255, 300).astype(np.uint8), (200, 1))[:, :, None], 3, axis=2)
    scene = as_scene(photo, mirrored=mirrored, zoom=zoom, aside=(0.0, 0.0))
    assert scene.shape == (HEIGHT, WIDTH, 3)
    left, right = int(scene[0, 0, 0]), int(scene[0, -1, 0])
    dark, bright = (right, left) if mirrored else (left, right)
    assert dark == 0
    assert bright == pytest.approx(255 * (200 * WIDTH / HEIGHT / zoom) / 300, abs=2)


def test_nothing_is_wrong_with_a_picture_under_no_severity() -> None:
    scene = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    made = FixedCamera(Conditions(0.0), 60.0, np.random.default_rng(1)).picture(scene, 10.0)
    assert np.abs(made.astype(int) - 90).max() <= 1


def test_it_is_the_worse_the_severer() -> None:
    scene = np.random.default_rng(2).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    wrong = []
    for severity in (0.2, 0.7, 1.4):
        camera = FixedCamera(Conditions(severity, passing_per_s=0.0), 60.0, np.random.default_rng(1))
        wrong.append(np.mean([np.abs(camera.picture(scene, at).astype(int) - scene).mean() for at in range(4)]))
    assert wrong == sorted(wrong)


def test_something_passes_and_is_gone() -> None:
    scene = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    conditions = Conditions(1.0, gain=0.0, warmth=0.0, passing_per_s=0.05, noise=0.0)
    camera = FixedCamera(conditions, 200.0, np.random.default_rng(1))
    is_seen = [np.abs(camera.picture(scene, at / 2).astype(int) - 128).max() > 20 for at in range(400)]
    runs = [(key, len(list(run))) for key, run in itertools.groupby(is_seen)]
    assert 3 <= sum(key for key, _ in runs) <= 20
    assert all(length <= 2 * 2.5 * 2 for key, length in runs if key)  # at most 2.4 s, or two that overlap


def test_streams_come_back_from_their_file(tmp_path: Path) -> None:
    made = [make_stream(BrightnessClassifier(), photos(), MAKING, number) for number in (0, 1)]
    save_streams(tmp_path / "new" / "made.npz", made)
    for one, other in zip(made, read_score_streams(tmp_path / "new" / "made.npz"), strict=True):
        assert np.array_equal(one.scores, other.scores)
        assert one.truth is not None
        assert other.truth is not None
        assert np.array_equal(one.truth, other.truth)
        assert other.times_s == pytest.approx(one.times_s, abs=1e-4)
