"""TFLite metadata inside a model file: normalization and the name of its label file."""

from pathlib import Path

import pytest

from edgeclassify.errors import ModelError
from edgeclassify.model.description.metadata import BLOCK, ModelMetadata, read_metadata
from edgeclassify.model.preprocess.normalization import Normalization
from edgeclassify.model.tflite.model_file import read_model_file
from tests.model.conftest import WriteModel
from tests.model.tflite_files import flatten_model, metadata_bytes
from tests.support.photos import BIRDS, TF2_V2, model_path


def metadata_of(write_model: WriteModel, block: bytes | None) -> ModelMetadata:
    return read_metadata(
        read_model_file(write_model(flatten_model(metadata={} if block is None else {BLOCK: block})))
    )


def test_none(write_model: WriteModel) -> None:
    assert metadata_of(write_model, None) == ModelMetadata()


def test_empty(write_model: WriteModel) -> None:
    assert metadata_of(write_model, metadata_bytes()) == ModelMetadata()


def test_normalization_and_labels(write_model: WriteModel) -> None:
    found = metadata_of(write_model, metadata_bytes((123.5, 116.5, 103.5), (58.5,), "labels.txt"))
    assert found == ModelMetadata(Normalization((123.5, 116.5, 103.5), (58.5,)), "labels.txt")


def test_attached_files_that_are_no_labels(write_model: WriteModel) -> None:
    assert metadata_of(write_model, metadata_bytes(label_file="about.txt", label_type=1)).label_file is None


@pytest.mark.parametrize(
    ("mean", "std"), [((127.5,), (0.0,)), ((127.5,), ()), ((float("nan"),), (1.0,)), ((1.0,), (float("inf"),))]
)
def test_normalization_that_makes_no_sense(
    write_model: WriteModel, mean: tuple[float, ...], std: tuple[float, ...]
) -> None:
    with pytest.raises(ModelError, match="must have finite means and positive standard deviations but got"):
        metadata_of(write_model, metadata_bytes(mean, std))


def test_damaged_block_at_every_length(write_model: WriteModel) -> None:
    whole = metadata_bytes((127.5,), (127.5,), "labels.txt")
    refused = 0
    for length in range(1, len(whole)):
        try:
            metadata_of(write_model, whole[:length])
        except ModelError as error:
            assert "its TFLite metadata is damaged" in str(error)  # noqa: PT017  some lengths are whole enough
            refused += 1
    assert refused > len(whole) // 2


@pytest.mark.data
@pytest.mark.parametrize(
    ("model", "label_file"), [(TF2_V2, "imagenet_labels.txt"), (BIRDS, "inat_bird_labels.txt")]
)
def test_real_models(test_data: Path, model: str, label_file: str) -> None:
    found = read_metadata(read_model_file(model_path(test_data, model)))
    assert found == ModelMetadata(Normalization((127.5,), (127.5,)), label_file)
