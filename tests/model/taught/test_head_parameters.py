"""A head's parameters, and their bytes."""

import io
import json
import zipfile
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from edgeclassify.errors import ModelError
from edgeclassify.model.taught.head_parameters import Familiarity, HeadKind, HeadParameters, top_mean

ELEMENTS = 4


def parameters(
    kind: HeadKind = HeadKind.LOGISTIC, labels: tuple[str, ...] = ("open", "zu – ß"), rest: bool = False
) -> HeadParameters:
    draws = np.random.default_rng(1)
    rows = len(labels) + rest

    def some(*shape: int) -> Any:
        return draws.normal(size=shape).astype(np.float32)

    familiarity = Familiarity(
        some(ELEMENTS), some(2, ELEMENTS), some(2, 2), some(3, 2), np.arange(3) % len(labels), 2, 0.25, 9.5
    )
    return HeadParameters(kind, labels, some(rows, ELEMENTS), some(rows), familiarity, rest)


def arrays_of(content: bytes) -> dict[str, Any]:
    with np.load(io.BytesIO(content)) as file:
        return dict(file)


def saved(arrays: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def with_about(content: bytes, **changes: object) -> bytes:
    arrays = arrays_of(content)
    about = json.loads(arrays["about"].tobytes()) | changes
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    return saved(arrays)


@pytest.mark.parametrize(
    "given",
    [
        parameters(),
        parameters(HeadKind.NEAREST_MEAN, rest=True),
        parameters(HeadKind.ONE_CLASS, ("normal",)),
        parameters(HeadKind.ONE_CLASS, ("normal",), rest=True),
    ],
    ids=str,
)
def test_what_was_written_is_read(given: HeadParameters) -> None:
    read = HeadParameters.from_bytes(given.to_bytes())
    assert (read.kind, read.labels, read.has_rest) == (given.kind, given.labels, given.has_rest)
    assert read.elements == ELEMENTS
    pairs = [(read.weights, given.weights), (read.biases, given.biases)]
    mine, its = read.familiarity, given.familiarity
    pairs += [(mine.origin, its.origin), (mine.space, its.space)]
    pairs += [(mine.spread, its.spread), (mine.prototypes, its.prototypes)]
    for found, wanted in pairs:
        assert np.array_equal(found, wanted)
        assert found.dtype == np.float32
    assert mine.classes.tolist() == its.classes.tolist()
    assert (mine.neighbours, mine.threshold, mine.steepness) == (2, 0.25, 9.5)


def test_arrays_by_columns_are_written_by_rows() -> None:
    given = parameters()
    turned = replace(given, weights=np.asfortranarray(given.weights))
    assert HeadParameters.from_bytes(turned.to_bytes()).weights.tolist() == given.weights.tolist()
    assert turned.to_bytes() == given.to_bytes()


def test_equal_parameters_make_equal_bytes() -> None:
    assert parameters().to_bytes() == parameters().to_bytes()
    assert parameters().to_bytes() != parameters(labels=("open", "shut")).to_bytes()


def test_labels_of_one_class_have_another_beside_them() -> None:
    assert parameters(HeadKind.ONE_CLASS, ("normal",)).shown_labels == ("normal", "unusual")
    assert parameters(rest=True).shown_labels == ("open", "zu – ß")


@pytest.mark.parametrize("cut", [0, 1, 100, 700, -1])
def test_half_a_file_is_none(cut: int) -> None:
    with pytest.raises(
        ModelError, match=r"heads/ab\.npz: expected a fitted head, found a damaged or half-written"
    ):
        HeadParameters.from_bytes(parameters().to_bytes()[:cut], "heads/ab.npz")


def test_every_changed_byte_is_seen_or_harmless() -> None:
    """Never a traceback of another kind."""
    content = parameters().to_bytes()
    for at in range(0, len(content), 3):
        changed = bytearray(content)
        changed[at] ^= 0x5A
        try:
            HeadParameters.from_bytes(bytes(changed))
        except ModelError:
            continue


@pytest.mark.parametrize(
    "changes",
    [
        {"labels": ["open"]},
        {"labels": ["open", 3]},
        {"labels": "ab"},
        {"labels": []},
        {"kind": "oracle"},
        {"kind": "one class"},
        {"has_rest": True},
        {"neighbours": 0},
        {"threshold": "high"},
        {"threshold": float("nan")},
        {"steepness": float("inf")},
        {"version": "1"},
    ],
)
def test_what_does_not_fit_together_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ModelError, match="Fit again"):
        HeadParameters.from_bytes(with_about(parameters().to_bytes(), **changes))


def test_a_later_version_is_told_from_a_damaged_one() -> None:
    with pytest.raises(ModelError, match=r"version 1, found version 2\. Update edgeclassify"):
        HeadParameters.from_bytes(with_about(parameters().to_bytes(), version=2))


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("weights", np.full((2, ELEMENTS), np.nan, np.float32)),
        ("biases", np.zeros(2, np.float64)),
        ("biases", np.zeros((2, 1), np.float32)),
        ("weights", np.zeros((2, 0), np.float32)),
        ("origin", np.zeros(5, np.float32)),
        ("space", np.zeros((2, 5), np.float32)),
        ("space", np.zeros((3, ELEMENTS), np.float32)),
        ("spread", np.zeros((2, 3), np.float32)),
        ("spread", np.zeros((1, 2), np.float32)),
        ("prototypes", np.zeros((3, 5), np.float32)),
        ("prototypes", np.zeros((0, 2), np.float32)),
        ("classes", np.array([0, 1, 2], np.int32)),
        ("classes", np.array([-1, 1, 1], np.int32)),
        ("classes", np.zeros(3, np.float32)),
    ],
)
def test_arrays_of_another_kind_are_refused(name: str, array: Any) -> None:
    arrays = arrays_of(parameters().to_bytes())
    with pytest.raises(ModelError, match="Fit again"):
        HeadParameters.from_bytes(saved(arrays | {name: array}))


def test_a_missing_array_is_named() -> None:
    arrays = arrays_of(parameters().to_bytes())
    del arrays["weights"]
    with pytest.raises(ModelError, match="weights"):
        HeadParameters.from_bytes(saved(arrays))


def test_objects_are_not_unpickled() -> None:
    arrays = arrays_of(parameters().to_bytes())
    with pytest.raises(ModelError, match="Fit again"):
        HeadParameters.from_bytes(saved(arrays | {"origin": np.array([print], object)}))


def test_what_is_compressed_is_refused() -> None:
    """A few bytes must not become gigabytes."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays_of(parameters().to_bytes()))
    with pytest.raises(ModelError, match="compressed"):
        HeadParameters.from_bytes(file.getvalue())


def test_an_array_that_claims_to_be_larger_than_its_bytes_is_refused() -> None:
    header = b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little")
    about = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,)}"
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(parameters().to_bytes())) as old, zipfile.ZipFile(file, "w") as new:
        for member in old.infolist():
            is_it = member.filename == "origin.npy"
            new.writestr(member.filename, header + about.ljust(117) + b"\n" if is_it else old.read(member))
    with pytest.raises(ModelError, match="Fit again"):
        HeadParameters.from_bytes(file.getvalue())


@pytest.mark.parametrize(
    ("neighbours", "means"), [(1, [0.9, 0.4]), (2, [0.7, 0.3]), (3, [0.5, 0.1]), (9, [0.5, 0.1])]
)
def test_the_mean_of_the_highest(neighbours: int, means: list[float]) -> None:
    cosines = np.array([[0.1, 0.9, 0.5], [0.4, -0.3, 0.2]], np.float32)
    assert top_mean(cosines, neighbours) == pytest.approx(means)


def test_of_nothing_the_mean_is_the_lowest_cosine() -> None:
    assert top_mean(np.zeros((2, 0), np.float32), 3).tolist() == [-1, -1]


def test_the_chance_is_a_half_at_the_threshold() -> None:
    familiarity = parameters().familiarity
    assert familiarity.q(np.array([0.25, 0.25 + 1 / 9.5, -50, 50], np.float32)) == pytest.approx(
        [0.5, 1 / (1 + np.exp(-1)), 0, 1], abs=1e-6
    )
