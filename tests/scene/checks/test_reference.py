import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from edgeclassify.scene.checks.reference import Reference, light_of
from edgeclassify.scene.checks.structure import Structure, structure_of
from tests.scene.checks.drawn import picture, scene, statistics_of


def structure(seed: int = 1, gain: float = 1.0) -> Structure:
    return structure_of(statistics_of(gain * picture(scene(seed)), noise=0))


def learned(seconds: int, every_s: float = 1.0) -> Reference:
    reference = Reference.of(structure())
    for _ in range(seconds):
        reference = reference.followed(structure(), 0.9, every_s)
    return reference


def test_is_mature_after_ten_seconds_and_ten_frames() -> None:
    assert not learned(9).mature
    assert learned(10).mature
    assert not learned(19, every_s=0.5).mature
    assert learned(20, every_s=0.5).mature
    assert not learned(8, every_s=60.0).mature
    assert learned(9, every_s=60.0).mature


def test_is_the_mean_of_its_first_frames() -> None:
    dark, bright = structure(gain=0.5), structure()
    reference = Reference.of(dark).followed(bright, 0.5, 0.5)
    assert reference.brightness == pytest.approx((dark.statistics.mean + bright.statistics.mean) / 2)
    assert reference.edges == pytest.approx((dark.edges + bright.edges) / 2, abs=1e-6)
    assert reference.energy == pytest.approx((dark.energy + bright.energy) / 2, abs=1e-6)
    assert reference.likeness == pytest.approx(0.75)
    assert (reference.frames, reference.age_s) == (2, 0.5)


def test_follows_an_old_one_by_its_time_constant() -> None:
    old = replace(Reference.of(structure()), frames=100_000, age_s=1e6, brightness=0.2, bright_share=0.0)
    found = old.followed(structure(), 1.0, 6.0)
    assert found.brightness == pytest.approx(0.2 + 0.01 * (structure().statistics.mean - 0.2))
    assert old.followed(structure(), 1.0, 1e5).brightness == pytest.approx((0.2 + structure().statistics.mean) / 2)


def test_detail_is_kept_for_each_light() -> None:
    dim = structure(gain=0.3)
    reference = Reference.of(structure())
    assert reference.detail_in(dim.statistics.mean) == structure().detail  # not known yet: the least of any
    reference = replace(reference.followed(dim, 1.0, 1.0), detail={0: 0.5, 1: 0.9, 2: 0.7})
    assert reference.detail_in(0.07) == 0.9
    assert reference.detail_in(0.9) == 0.5


def test_a_new_light_begins_with_what_it_shows() -> None:
    dim = structure(gain=0.3)
    assert light_of(dim.statistics.mean) != light_of(structure().statistics.mean)
    reference = Reference.of(structure()).followed(dim, 1.0, 1.0)
    assert reference.detail == {
        light_of(structure().statistics.mean): structure().detail,
        light_of(dim.statistics.mean): dim.detail,
    }


@pytest.mark.parametrize(
    ("brightness", "light"),
    [(0.0, 0), (0.049, 0), (0.05, 1), (0.099, 1), (0.1, 2), (0.2, 3), (0.399, 3), (0.4, 4), (1, 4)],
)
def test_lights(brightness: float, light: int) -> None:
    assert light_of(brightness) == light


def test_outlives_the_process() -> None:
    before = learned(12)
    after = Reference.of_document(json.loads(json.dumps(before.document())))
    assert after.edges == pytest.approx(before.edges, abs=0.005)
    assert after.energy == pytest.approx(before.energy, abs=1e-5)
    assert after.detail == before.detail
    for name in ("brightness", "bright_share", "likeness", "age_s", "frames"):
        assert getattr(after, name) == pytest.approx(getattr(before, name), abs=1e-3), name
    assert after.mature


def test_a_document_is_small() -> None:
    assert len(json.dumps(learned(12).document())) < 12_000


@pytest.mark.parametrize(
    "damage",
    [
        {"v": 2},
        {"edges": "AAAA"},
        {"edges": "no base64!"},
        {"energy": [1.0]},
        {"energy": [float("nan")] * 48},
        {"detail": {}},
        {"detail": {"1": float("inf")}},
        {"frames": 0},
        {"brightness": None},
        {"age_s": float("nan")},
    ],
)
def test_a_damaged_one_is_refused(damage: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        Reference.of_document(learned(12).document() | damage)


def test_what_is_missing_is_refused() -> None:
    document = learned(12).document()
    for key in document:
        with pytest.raises(KeyError):
            Reference.of_document({name: value for name, value in document.items() if name != key})


def test_edges_that_were_kept_are_no_longer_than_one() -> None:
    wild = replace(learned(10), edges=np.full((48, 64, 2), 3.0, np.float32))
    assert Reference.of_document(wild.document()).edges.max() == pytest.approx(1)
