"""Verification of a model as it lies there, with real runtimes."""

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from edgeclassify.errors import LabelError, ModelError, ModelMissingError
from edgeclassify.model.inspect.verification import NOT_KNOWN, Verification, VerificationStep, verify_model
from edgeclassify.types.model_choice import RuntimeName
from tests.model.conftest import WriteModel
from tests.model.embedding.nets import extractor, keras
from tests.model.tflite_files import flatten_model

LABELS = [f"value {i}" for i in range(12)]
BRIGHTEST = 4  # the green of the second pixel


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    """A picture of four patches whose brightest value is the second one's green."""
    pixels = np.full((2, 2, 3), 40, np.uint8)
    pixels[0, 1, 1] = 250
    path = tmp_path / "golden.png"
    cv2.imwrite(str(path), cv2.resize(pixels, (64, 64), interpolation=cv2.INTER_NEAREST))
    return path


def sidecar(label: str, extra: str = "") -> str:
    return f'labels = "labels.txt"\ncrop = 1.0\n{extra}\n[golden]\nimage = "golden.png"\nlabel = "{label}"\n'


def verify(path: Path, sha256: str | None = None, runtime: RuntimeName = "auto") -> Verification:
    return verify_model("net", path, sha256, runtime)


def test_a_good_model(write_model: WriteModel, golden: Path, runtime: RuntimeName) -> None:
    path = write_model(flatten_model(), sidecar=sidecar(LABELS[BRIGHTEST]), labels=LABELS)
    result = verify(path, hashlib.sha256(path.read_bytes()).hexdigest(), runtime)
    assert result.error is None
    assert (result.checksum, result.labels, result.golden) == ("ok", 12, LABELS[BRIGHTEST])
    assert result.runtime is not None
    assert result.runtime.startswith(runtime)


def test_a_golden_example_that_fails(write_model: WriteModel, golden: Path) -> None:
    path = write_model(flatten_model(), sidecar=sidecar("value 7"), labels=LABELS)
    result = verify(path)
    assert isinstance(result.error, ModelError)
    assert "'value 7'" in str(result.error)
    assert f"{LABELS[BRIGHTEST]!r}" in str(result.error)
    assert (result.checksum, result.labels, result.golden) == (NOT_KNOWN, 12, None)


def test_a_golden_picture_that_is_gone(write_model: WriteModel) -> None:
    path = write_model(flatten_model(), sidecar=sidecar("value 7"), labels=LABELS)
    assert isinstance(verify(path).error, ModelMissingError)


def test_the_step_that_failed_is_named(write_model: WriteModel, golden: Path, tmp_path: Path) -> None:
    assert verify(tmp_path / "none.tflite").failed is VerificationStep.FILE
    assert (
        verify(write_model(flatten_model(), sidecar="crop = 7\n", labels=LABELS)).failed
        is VerificationStep.SIDECAR
    )
    assert (
        verify(write_model(flatten_model(), sidecar="", labels=LABELS), "0" * 64).failed
        is VerificationStep.CHECKSUM
    )
    few = write_model(flatten_model(), sidecar='labels = "labels.txt"', labels=LABELS[:3])
    assert verify(few).failed is VerificationStep.LABELS
    other = write_model(flatten_model(), sidecar=sidecar("value 7"), labels=LABELS)
    assert verify(other).failed is VerificationStep.GOLDEN
    good = write_model(flatten_model(), sidecar=sidecar(LABELS[BRIGHTEST]), labels=LABELS)
    assert verify(good).failed is None


def test_no_golden_example_and_no_checksum_are_said(write_model: WriteModel) -> None:
    path = write_model(flatten_model(), sidecar='labels = "labels.txt"', labels=LABELS)
    result = verify(path)
    assert (result.checksum, result.golden, result.error) == (NOT_KNOWN, NOT_KNOWN, None)


def test_a_tampered_file(write_model: WriteModel) -> None:
    path = write_model(flatten_model(), labels=LABELS)
    result = verify(path, "0" * 64)
    assert result.checksum is None
    message = str(result.error)
    assert "0" * 64 in message
    assert hashlib.sha256(path.read_bytes()).hexdigest() in message


def test_the_sidecars_checksum_counts_where_the_catalog_has_none(write_model: WriteModel) -> None:
    path = write_model(flatten_model(), sidecar=f'sha256 = "{"1" * 64}"', labels=LABELS)
    assert "1" * 64 in str(verify(path).error)


def test_too_few_labels(write_model: WriteModel) -> None:
    path = write_model(flatten_model(), sidecar='labels = "labels.txt"', labels=LABELS[:-2])
    assert isinstance(verify(path).error, LabelError)


def test_a_missing_file(tmp_path: Path) -> None:
    assert isinstance(verify(tmp_path / "gone.tflite").error, ModelMissingError)


def test_a_base_without_classes_is_verified_as_that(write_model: WriteModel, runtime: RuntimeName) -> None:
    path = write_model(extractor()[0])
    result = verify(path, hashlib.sha256(path.read_bytes()).hexdigest(), runtime)
    assert (result.error, result.checksum, result.labels, result.golden) == (None, "ok", None, NOT_KNOWN)
    assert result.runtime is not None


def test_what_should_have_classes_and_has_none_is_a_fault(write_model: WriteModel) -> None:
    assert isinstance(verify(write_model(keras()[0])).error, ModelMissingError)
    path = write_model(extractor()[0], labels=["a", "b"], sidecar='labels = "labels.txt"\n')
    assert isinstance(verify(path).error, LabelError)
