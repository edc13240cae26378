"""Opens a model's network: preprocessing that suits it, and an interpreter that agrees with its file."""

from functools import partial
from pathlib import Path

import numpy as np

from edgeclassify.errors import EdgeClassifyError, ModelError
from edgeclassify.model.description.golden_image import read_golden_image
from edgeclassify.model.embedding.output import EmbeddingOutput
from edgeclassify.model.network import TfliteNetwork
from edgeclassify.model.opening.model_facts import NetworkFacts
from edgeclassify.model.opening.network_origin import NetworkOrigin
from edgeclassify.model.opening.preprocessors import make_preprocessor
from edgeclassify.model.opening.tried_interpreter import Trials, open_model
from edgeclassify.model.preprocess.input_memory import IN_FLIGHT
from edgeclassify.model.preprocess.preprocessor import Preprocessor
from edgeclassify.model.runtime.interpreter import Interpreter
from edgeclassify.model.tflite.model_file import ModelFile
from edgeclassify.types import ModelChoice


def open_network(
    config: ModelChoice,
    facts: NetworkFacts,
    sha256: str,
    *,
    trials: Trials | None = None,
    in_flight: int = IN_FLIGHT,
    embedding: EmbeddingOutput | None = None,
) -> TfliteNetwork:
    """The network, ready. `in_flight`: how many inputs may be prepared at once; `embedding`: which of its outputs
    is its embedding.

    Raises ModelError or a subclass, with a message for the user, where anything does not fit.
    """
    model, golden = facts.model, facts.sidecar.golden
    preprocessor = make_preprocessor(config, facts)
    sample = partial(_sample, model, preprocessor, None if golden is None else golden.image)
    interpreter = open_model(model, sha256, config, sample, trials)
    check_agreement(model, interpreter)
    origin = NetworkOrigin.of(config, facts, sha256, in_flight)
    return TfliteNetwork(str(model.path), interpreter, preprocessor, in_flight, embedding, origin)


def _sample(model: ModelFile, preprocessor: Preprocessor, golden: Path | None) -> bytes:
    """What the golden image becomes in the model's input tensor; nothing where none can be read."""
    if golden is None:
        return b""
    tensor = model.input_tensors[0]
    values = np.zeros(tensor.shape, tensor.dtype)
    try:
        preprocessor.fill(read_golden_image(golden), values)
    except EdgeClassifyError:  # the self-test says it
        return b""
    return values.tobytes()


def check_agreement(model: ModelFile, interpreter: Interpreter) -> None:
    """Raises ModelError where the runtime made something else of the file than what was checked."""
    pairs = [
        (model.input_tensors[0], interpreter.inputs[0]),
        *zip(model.output_tensors, interpreter.outputs, strict=False),
    ]
    for tensor, spec in pairs:
        if (tensor.shape, tensor.dtype) != (spec.shape, spec.dtype.name):
            raise ModelError(
                f"{model.path}: {tensor.name} must be {tensor.dtype} {list(tensor.shape)} by the file but "
                f"{interpreter.runtime} got {spec.dtype} {list(spec.shape)}. Convert it with fixed shapes."
            )
