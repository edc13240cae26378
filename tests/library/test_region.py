"""A region of interest: four fractions that lie in the picture."""

import math
from typing import Any

import numpy as np
import pytest

from edgeclassify import ArgumentError, Classifier
from edgeclassify.library.region import roi_of
from edgeclassify.types import FULL_FRAME, Roi


@pytest.mark.parametrize(
    "region", [(0.25, 0.25, 0.5, 0.5), [0.25, 0.25, 0.5, 0.5], np.array([0.25, 0.25, 0.5, 0.5])]
)
def test_four_numbers(region: Any) -> None:
    assert roi_of(region) == Roi(0.25, 0.25, 0.5, 0.5)


def test_the_whole_picture() -> None:
    assert roi_of(None) == FULL_FRAME
    assert roi_of((0, 0, 1, 1)) == FULL_FRAME
    assert roi_of((0.7, 0, 0.1 + 0.2, 1)).width == 0.1 + 0.2


@pytest.mark.parametrize(
    ("region", "why"),
    [
        ((0, 0, 1), "is not four numbers"),
        ((0, 0, 1, 1, 1), "is not four numbers"),
        (("a", 0, 1, 1), "is not four numbers"),
        (3, "is not four numbers"),
        ("full", "is not four numbers"),
        ((0, 0, math.nan, 1), "has a value that is no number"),
        ((0, 0, math.inf, 1), "has a value that is no number"),
        ((-0.1, 0, 1, 1), "leaves the picture"),
        ((0, -0.1, 1, 1), "leaves the picture"),
        ((0.5, 0, 0.6, 1), "leaves the picture"),
        ((0, 0.5, 1, 0.6), "leaves the picture"),
        ((0, 0, 640, 480), "leaves the picture"),
        ((0, 0, 0, 1), "is empty"),
        ((0, 0, 1, 0), "is empty"),
        ((0.5, 0.5, -0.1, 0.1), "is empty"),
    ],
)
def test_what_is_none(region: Any, why: str) -> None:
    with pytest.raises(ArgumentError, match=rf"roi: expected \(x, y, width, height\), found .*which {why}"):
        roi_of(region)


def test_only_the_region_is_looked_at(classifier: Classifier) -> None:
    scene = np.zeros((100, 200, 3), np.uint8)
    scene[:, 100:] = np.random.default_rng(0).integers(0, 256, (100, 100, 3))
    part = classifier(scene, order="rgb", roi=(0.5, 0, 0.5, 1))
    alone = classifier(np.ascontiguousarray(scene[:, 100:]), order="rgb")
    assert np.array_equal(part.scores, alone.scores)
