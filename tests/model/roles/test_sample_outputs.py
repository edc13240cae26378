"""Outputs of a few pictures, compared; and what they settle."""

import numpy as np
import pytest

from edgeclassify.model.roles.output_role import Activation, OutputRole
from edgeclassify.model.roles.sample_outputs import SampleOutputs, judge, sample_frames
from edgeclassify.model.roles.settled_output_role import OutputWord, settled_role

NAN, INF = float("nan"), float("inf")
P, L, S = Activation.PROBABILITIES, Activation.LOGITS, Activation.SEPARATE_LOGITS


def judged(*rows: list[float]) -> SampleOutputs:
    return judge([np.array(row, np.float32) for row in rows])


@pytest.mark.parametrize(
    ("rows", "is_unit", "adds_up", "is_exclusive"),
    [
        ([[0.25, 0.75], [1, 0]], True, True, True),
        ([[0.25, 0.76], [0.99, 0]], True, True, True),
        ([[0.25, 0.75], [1, 0.03]], True, False, True),
        ([[0.25, 0.5], [0.5, 0]], True, False, True),
        ([[0.25, 0.75], [1, 0.06]], True, False, False),
        ([[0.25, 0.75], [1.03, -0.03]], False, False, False),
        ([[0.25, 0.75], [2, -1]], False, False, False),
        ([[0.25, 0.75], [0.6, -0.1]], False, False, False),
        ([[NAN, 1], [NAN, 1]], True, True, True),
        ([[INF, 1], [NAN, 1]], True, True, True),
        ([[-INF, 1], [0, 1]], False, False, False),
        ([[NAN, NAN]], False, False, False),
    ],
)
def test_what_outputs_have_in_common(
    rows: list[list[float]], is_unit: bool, adds_up: bool, is_exclusive: bool
) -> None:
    found = judged(*rows)
    assert (found.is_unit, found.adds_up, found.is_exclusive) == (is_unit, adds_up, is_exclusive)


def test_range() -> None:
    found = judged([3, -2.5], [NAN, 7])
    assert (found.low, found.high) == (-2.5, 7)


def test_pictures_differ_and_are_the_same_each_time() -> None:
    first, second = list(sample_frames(4, 3)), list(sample_frames(4, 3))
    assert len(first) == 4
    assert all((a.pixels == b.pixels).all() for a, b in zip(first, second, strict=True))
    assert len({frame.pixels.tobytes() for frame in first}) == 4
    assert {(frame.width, frame.height, frame.pixels.shape) for frame in first} == {(4, 3, (3, 4, 3))}


ONE_HOLDS, SHARES_LEFT = judged([0.5, 0.5], [1, 0]), judged([0.5, 0.25], [0.5, 0])
SEVERAL, RAW = judged([0.75, 0.75], [0, 0]), judged([3, -4], [1, 0])
UNSURE = OutputRole(L, is_sure=False)


@pytest.mark.parametrize(
    ("role", "said", "samples", "expected", "is_noted"),
    [
        (OutputRole(P), None, RAW, OutputRole(P), False),
        (OutputRole(L), None, ONE_HOLDS, OutputRole(L), False),
        (OutputRole(P, has_several=True), None, SEVERAL, OutputRole(P, has_several=True), False),
        (OutputRole(P, has_several=True), None, ONE_HOLDS, OutputRole(P), False),
        (UNSURE, None, ONE_HOLDS, OutputRole(P), True),
        (UNSURE, None, SHARES_LEFT, OutputRole(P), True),
        (UNSURE, None, SEVERAL, OutputRole(P, has_several=True), True),
        (UNSURE, None, RAW, OutputRole(L), True),
        (UNSURE, "probabilities", ONE_HOLDS, OutputRole(P), False),
        (OutputRole(L), "probabilities", SEVERAL, OutputRole(P, has_several=True), False),
        (OutputRole(L), "probabilities", RAW, OutputRole(P, has_several=True), True),
        (UNSURE, "logits", ONE_HOLDS, OutputRole(L), False),
        (OutputRole(P), "logits", ONE_HOLDS, OutputRole(L), True),
        (OutputRole(P), "sigmoid", SEVERAL, OutputRole(P, has_several=True), False),
        (OutputRole(L), "sigmoid", SEVERAL, OutputRole(S, has_several=True), False),
        (UNSURE, "sigmoid", SEVERAL, OutputRole(P, has_several=True), False),
        (UNSURE, "sigmoid", RAW, OutputRole(S, has_several=True), False),
    ],
)
def test_settled(
    role: OutputRole, said: OutputWord | None, samples: SampleOutputs, expected: OutputRole, is_noted: bool
) -> None:
    found, note = settled_role(role, said, samples, 2)
    assert found == expected
    assert (note is not None) is is_noted


@pytest.mark.parametrize(
    ("role", "said", "expected"),
    [
        (OutputRole(S, is_sure=False), None, S),
        (OutputRole(S), "logits", S),
        (OutputRole(S), "sigmoid", S),
        (OutputRole(S), "probabilities", P),
    ],
)
def test_one_value_alone_excludes_nothing(role: OutputRole, said: OutputWord | None, expected: Activation) -> None:
    assert settled_role(role, said, judged([4.0], [-2.0]), 1)[0] == OutputRole(expected)
