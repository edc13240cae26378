"""Where the embedding of a network is, whatever its exporter put behind it."""

from dataclasses import replace
from pathlib import Path

import pytest

from edgeclassify.model.embedding.find import NoEmbeddingError, find_embedding
from edgeclassify.model.tflite.model_file import ModelFile, parse_model, read_model_file
from tests.model.embedding.nets import WITH_EMBEDDING, Build, linear_on_pixels, mobilenet_v1, whole_map
from tests.model.networks import mobilenet_v1 as mobilenet_v1_of_zeros
from tests.model.tflite_files import ModelDef, flatten_model, tflite_bytes
from tests.support.photos import BIRDS, TF2_V2, V1_SMALL, V2, model_path

BUILTIN = Path("edgeclassify/model/builtin/mobilenet_v2_64.tflite")


def parsed(model: ModelDef) -> ModelFile:
    return parse_model(Path("net.tflite"), tflite_bytes(model))


@pytest.mark.parametrize("build", WITH_EMBEDDING.values(), ids=WITH_EMBEDDING)
def test_the_embedding_is_what_classes_are_made_of(build: Build) -> None:
    model, tensor = build()
    place = find_embedding(parsed(model))
    assert (place.tensor, place.name) == (tensor, model.tensors[tensor].name)
    assert place.elements == max(model.tensors[tensor].shape)
    assert (place.dtype, place.scale, place.zero_point) == ("float32", 0.0, 0)
    assert place.has_classes is not build.__name__.startswith("extractor")


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (linear_on_pixels(), "nothing in its graph is a vector"),
        (flatten_model(), "nothing in its graph is a vector"),
        (flatten_model(softmax=True), "nothing in its graph is a vector"),
        (whole_map(), r"has 32768 elements, more than 8192"),
        (mobilenet_v1_of_zeros(0.25, 32), "the uint8 vector that its classes are made of has no scale"),
    ],
)
def test_why_there_is_none(model: ModelDef, reason: str) -> None:
    with pytest.raises(NoEmbeddingError, match=reason):
        find_embedding(parsed(model))


def test_a_vector_of_a_type_that_is_not_read() -> None:
    model, tensor = mobilenet_v1()
    tensors = [replace(one, dtype="float16") if i == tensor else one for i, one in enumerate(model.tensors)]
    with pytest.raises(NoEmbeddingError, match="is float16, none of uint8, int8 and float32"):
        find_embedding(parsed(replace(model, tensors=tensors)))


@pytest.mark.parametrize(("scale", "zero_point"), [(0.25, 3), (1e-3, -128)])
def test_quantization_stands_in_the_file(scale: float, zero_point: int) -> None:
    model, tensor = mobilenet_v1()
    tensors = [
        replace(one, dtype="int8", scale=scale, zero_point=zero_point) if i == tensor else one
        for i, one in enumerate(model.tensors)
    ]
    place = find_embedding(parsed(replace(model, tensors=tensors)))
    assert (place.dtype, place.zero_point) == ("int8", zero_point)
    assert place.scale == pytest.approx(scale)


def test_the_built_in_model() -> None:
    place = find_embedding(read_model_file(BUILTIN))
    assert (place.name, place.elements, place.dtype, place.has_classes) == ("mean", 1280, "int8", True)
    assert place.zero_point == -128
    assert place.scale == pytest.approx(0.0217097, abs=1e-6)


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "elements", "dtype"),
    [(TF2_V2, 1280, "int8"), (V2, 1280, "uint8"), (V1_SMALL, 256, "uint8"), (BIRDS, 1280, "uint8")],
)
def test_real_models(test_data: Path, name: str, elements: int, dtype: str) -> None:
    place = find_embedding(read_model_file(model_path(test_data, name)))
    assert (place.elements, place.dtype, place.has_classes) == (elements, dtype, True)
    assert "pool" in place.name.lower()
