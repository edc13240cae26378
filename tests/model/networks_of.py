"""Networks of small .tflite files, opened as `open_classifier` opens them."""

from dataclasses import replace
from pathlib import Path

from edgeclassify.model.description.sidecar import read_sidecar
from edgeclassify.model.network import TfliteNetwork
from edgeclassify.model.opening.model_facts import read_network_facts
from edgeclassify.model.opening.networks import open_network
from edgeclassify.model.tflite.model_file import read_model_file
from edgeclassify.types import ModelChoice
from edgeclassify.types.model_choice import RuntimeName
from tests.model.known import ALL_KNOWN
from tests.model.tflite_files import ModelDef, flatten_model

SCORES, EMBEDDING = 0, 1
"""The outputs of `two_outputs`."""


def two_outputs(dtype: str = "float32") -> ModelDef:
    """Scores of 12 classes, and before their softmax the 12 values of the input as they are: an embedding."""
    one = flatten_model(dtype=dtype, scale=1 / 64, zero_point=-128 if dtype == "int8" else 0, softmax=True)
    return replace(one, outputs=[3, 2])


def network_of(path: Path, runtime: RuntimeName = "auto", in_flight: int = 1) -> TfliteNetwork:
    """The network of a file, whatever its outputs; nothing is cropped."""
    facts = read_network_facts(read_model_file(path), read_sidecar(path))
    config = ModelChoice(name=str(path), runtime=runtime, crop=1.0)
    return open_network(config, facts, "", trials=ALL_KNOWN, in_flight=in_flight)
