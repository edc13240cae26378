"""One more output: what the runtimes give is the tensor itself, and everything else is as before."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify.model.embedding.extra_output import with_output
from edgeclassify.model.embedding.find import find_embedding
from edgeclassify.model.runtime.interpreter import Interpreter, open_interpreter
from edgeclassify.model.runtime.runtimes import import_runtime
from edgeclassify.model.tflite.model_file import ModelFile, parse_model, read_model_file
from edgeclassify.types.model_choice import RuntimeName
from tests.model.embedding.nets import WITH_EMBEDDING, Build, keras
from tests.model.tflite_files import ModelDef, tflite_bytes
from tests.support.photos import BIRDS, TF2_V2, V1_SMALL, V2, model_path

PATH = Path("net.tflite")
BUILTIN = Path("edgeclassify/model/builtin/mobilenet_v2_64.tflite")


def parsed(model: ModelDef) -> ModelFile:
    return parse_model(PATH, tflite_bytes(model))


def noise(interpreter: Interpreter) -> NDArray[Any]:
    spec = interpreter.inputs[0]
    drawn = np.random.default_rng(3).integers(0, 256, spec.shape, np.uint8)
    return drawn.view(spec.dtype) if spec.dtype.itemsize == 1 else drawn.astype(spec.dtype) / 255


def run(content: bytes, runtime: RuntimeName) -> list[NDArray[Any]]:
    """The outputs for noise."""
    interpreter = open_interpreter(PATH, runtime, 1, content)
    interpreter.input_view()[...] = noise(interpreter)
    interpreter.invoke()
    return [interpreter.output_views[i].copy() for i in range(len(interpreter.outputs))]


def inner_tensor(content: bytes, runtime: RuntimeName, tensor: int) -> NDArray[Any]:
    """A tensor inside the unchanged network, as the runtime's own kernels leave it for noise."""
    _, module = import_runtime(runtime)
    native = module.Interpreter(
        model_content=content,
        num_threads=1,
        experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=module.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    native.allocate_tensors()
    opened = Interpreter(native, runtime)
    opened.input_view()[...] = noise(opened)
    opened.invoke()
    found: NDArray[Any] = native.get_tensor(tensor)
    return found


def check(model: ModelFile, runtime: RuntimeName) -> None:
    place = find_embedding(model)
    changed, output = with_output(model, place.tensor)
    before, after = run(model.data(), runtime), run(changed.data(), runtime)
    for one, same in zip(before, after, strict=False):
        assert np.array_equal(one, same)
    real = inner_tensor(model.data(), runtime, place.tensor)
    assert after[output].shape == real.shape
    assert after[output].dtype == real.dtype
    # Kernels round differently, and of a network of 8 bits a difference grows from layer to layer.
    if real.dtype == np.float32:
        assert np.allclose(after[output], real, atol=1e-4)
    else:
        assert np.corrcoef(after[output].reshape(-1), real.reshape(-1))[0, 1] > 0.97
    assert after[output].std() > 0


@pytest.mark.parametrize("build", WITH_EMBEDDING.values(), ids=WITH_EMBEDDING)
def test_the_runtimes_give_the_tensor_beside_the_scores(build: Build, runtime: RuntimeName) -> None:
    check(parsed(build()[0]), runtime)


def test_the_built_in_model(runtime: RuntimeName) -> None:
    check(read_model_file(BUILTIN), runtime)


@pytest.mark.data
@pytest.mark.parametrize("name", [TF2_V2, V2, V1_SMALL, BIRDS])
def test_real_models(test_data: Path, runtime: RuntimeName, name: str) -> None:
    check(read_model_file(model_path(test_data, name)), runtime)


def test_the_changed_file_reads_as_what_it_is_said_to_be() -> None:
    """With files attached, which end where they like: the list of outputs is aligned all the same."""
    built, tensor = keras()
    for length in range(5):
        model = parsed(replace(built, files={"labels.txt": b"x" * length}, metadata={"note": b"kept"}))
        changed, output = with_output(model, tensor)
        assert (changed.outputs, output) == ((*model.outputs, tensor), 1)
        again = parse_model(PATH, changed.data())
        assert again == replace(changed, associated_files=again.associated_files)
        assert (again.size, again.metadata) == (len(changed.data()), {"note": b"kept"})
        assert changed.associated_files == model.associated_files == {"labels.txt": b"x" * length}
        assert changed.data()[: model.size] != model.data()
        assert len(changed.data()) - model.size < 16 + 4


def test_one_that_is_an_output_already_stays_where_it_is() -> None:
    built, tensor = keras()
    model = parsed(replace(built, outputs=[tensor, *built.outputs]))
    assert with_output(model, tensor) == (model, 0)
