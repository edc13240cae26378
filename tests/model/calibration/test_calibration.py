"""A calibration: no picture is judged at a temperature that it helped to find."""

from dataclasses import replace

import numpy as np
import pytest

from edgeclassify.model.calibration.calibration import FOLDS, calibrate, folds, tempered_by_others
from edgeclassify.model.calibration.fit import fit_temperature
from edgeclassify.model.calibration.labelled_scores import NOTHING_KNOWN
from edgeclassify.model.calibration.reliability import ece_by_chance, reliability
from tests.model.calibration.score_sets import made_at


def test_the_error_falls_and_accuracy_stays() -> None:
    data = made_at(2.0)
    found = calibrate(data)
    is_right = data.scores.argmax(axis=1) == data.truth
    assert found.temperature == pytest.approx(2.0, rel=0.05)
    assert found.top1 == pytest.approx(is_right.mean())
    assert found.before.ece > 0.1
    assert found.after.ece < 0.05
    assert found.by_chance < found.before.ece
    assert found.pictures == 3000


def test_before_is_at_the_temperature_that_the_model_has() -> None:
    data = made_at(2.0)
    assert calibrate(data, former=2.0).before.ece < 0.05
    assert calibrate(data, former=2.0).former == 2.0


def test_each_part_is_tempered_as_the_others_say() -> None:
    data = made_at(1.5, pictures=200)
    fold, found = folds(data), tempered_by_others(data)
    for number in range(FOLDS):
        others = fit_temperature(data.of_pictures(np.flatnonzero(fold != number)))
        inside = np.flatnonzero(fold == number)
        assert found[inside] == pytest.approx(data.of_pictures(inside).at(others))


def test_copies_of_a_photo_are_in_one_part() -> None:
    data = made_at(1.0, pictures=120)
    photos = np.arange(120, dtype=np.intp) // 4
    fold = folds(replace(data, photos=photos, truth=data.truth[photos * 4]))
    assert all(len(set(fold[photos == photo].tolist())) == 1 for photo in range(30))
    assert set(fold.tolist()) == set(range(FOLDS))


def test_the_pictures_of_a_label_go_round_the_parts() -> None:
    data = made_at(1.0, pictures=100)
    truth = np.repeat(np.arange(5), 20).astype(np.intp)
    fold = folds(replace(data, truth=truth))
    assert all(np.bincount(fold[truth == label]).tolist() == [4] * FOLDS for label in range(5))


def test_shares_of_the_best_and_the_five_best() -> None:
    data = made_at(1.0, pictures=500)
    found = calibrate(data)
    order = np.argsort(-data.scores, axis=1)
    assert found.top5 == pytest.approx((order[:, :5] == data.truth[:, np.newaxis]).any(axis=1).mean())
    assert found.top1 < found.top5 < 1


def test_figures_of_each_label_that_has_pictures() -> None:
    data = made_at(1.0, pictures=300)
    data = replace(data, truth=np.where(data.truth == 3, 2, data.truth))
    found = {figures.label: figures for figures in calibrate(data).labels}
    assert "label 3" not in found
    best = data.scores.argmax(axis=1)
    assert found["label 2"].pictures == (data.truth == 2).sum()
    assert found["label 2"].right == ((data.truth == 2) & (best == 2)).sum()


def test_pictures_of_nothing_raise_the_entry_alone() -> None:
    data = made_at(1.0, pictures=1000)
    without = calibrate(data, precision=0.8)
    truth = data.truth.copy()
    truth[:200] = NOTHING_KNOWN
    found = calibrate(replace(data, truth=truth), precision=0.8)
    assert (found.pictures, found.of_nothing) == (800, 200)
    assert without.thresholds is not None
    assert found.thresholds is None or found.thresholds.enter > without.thresholds.enter
    assert found.temperature == pytest.approx(without.temperature, rel=0.15)


def test_the_entry_is_for_the_wanted_share() -> None:
    data = made_at(1.0)
    strict, lax = calibrate(data, precision=0.97).thresholds, calibrate(data, precision=0.7).thresholds
    assert strict is not None
    assert lax is not None
    assert strict.enter > lax.enter
    assert strict.precision >= 0.97


def test_too_few_pictures_are_refused() -> None:
    assert calibrate(made_at(1.0, pictures=20)).pictures == 20
    with pytest.raises(ValueError, match=r"^at least 20 pictures with a label: 19$"):
        calibrate(made_at(1.0, pictures=19))
    some = made_at(1.0, pictures=40)
    with pytest.raises(ValueError, match="with a label: 19"):
        calibrate(replace(some, truth=np.where(np.arange(40) < 19, some.truth, NOTHING_KNOWN)))


def test_the_figures_are_those_of_pictures_with_a_label_by_their_best_scores() -> None:
    data = made_at(1.7, pictures=400)
    data = replace(data, truth=np.where(np.arange(400) % 4 == 0, NOTHING_KNOWN, data.truth))
    found, known = calibrate(data, former=1.3), data.known
    after = tempered_by_others(data)[known]
    before, truth = data.at(1.3)[known], data.truth[known]
    assert found.temperature == round(fit_temperature(data), 3) != round(fit_temperature(data), 2)
    assert found.by_chance == ece_by_chance(after.max(axis=1))
    assert found.after == reliability(after.max(axis=1), after.argmax(axis=1) == truth)
    assert found.before == reliability(before.max(axis=1), before.argmax(axis=1) == truth)
