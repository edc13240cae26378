"""TFLite metadata: what a model file says of its own normalization and labels.

The block "TFLITE_METADATA" inside the model is a FlatBuffer of metadata_schema.fbs (tflite-support); label
files that it names are attached to the model as a zip. Slots below are those of that schema.
"""

import math

from edgeclassify.errors import ModelError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.preprocess.normalization import Normalization
from edgeclassify.model.tflite.model_file import ModelFile
from edgeclassify.model.tflite.tables import UINT8, DamagedTableError, Table, TableBuffer

BLOCK = "TFLITE_METADATA"
_MODEL_SUBGRAPHS = 3
_SUBGRAPH_INPUTS, _SUBGRAPH_OUTPUTS = 2, 3
_TENSOR_PROCESS_UNITS, _TENSOR_FILES = 4, 6
_UNIT_TYPE, _UNIT_OPTIONS = 0, 1
_NORMALIZATION = 1
_FILE_NAME, _FILE_TYPE, _FILE_LOCALE = 0, 2, 3
_LABEL_TYPES = (2, 3)  # TENSOR_AXIS_LABELS, TENSOR_VALUE_LABELS


@dataclass(frozen=True, slots=True)
class ModelMetadata:
    """What a classifier's metadata tells; None where it says nothing."""

    normalization: Normalization | None = None
    label_file: str | None = None
    """Name of the attached file that holds the output's labels."""


def read_metadata(model: ModelFile) -> ModelMetadata:
    """The metadata of a model file; empty where there is none. Raises ModelError where it is damaged."""
    block = model.metadata.get(BLOCK)
    if block is None:
        return ModelMetadata()
    try:
        subgraphs = TableBuffer(memoryview(block)).root().tables(_MODEL_SUBGRAPHS)
        if not subgraphs:
            return ModelMetadata()
        inputs, outputs = subgraphs[0].tables(_SUBGRAPH_INPUTS), subgraphs[0].tables(_SUBGRAPH_OUTPUTS)
        return ModelMetadata(
            normalization=_normalization(model, inputs[0]) if inputs else None,
            label_file=_label_file(outputs[0]) if outputs else None,
        )
    except DamagedTableError as error:
        fault = f"its TFLite metadata is damaged: {error}"
        raise ModelError(f"{model.path}: {fault}. Fetch or convert the model again.") from error


def _normalization(model: ModelFile, tensor: Table) -> Normalization | None:
    for unit in tensor.tables(_TENSOR_PROCESS_UNITS):
        options = unit.table(_UNIT_OPTIONS)
        if unit.number(_UNIT_TYPE, UINT8) == _NORMALIZATION and options is not None:
            return _checked(model, options.numbers(0, "f"), options.numbers(1, "f"))
    return None


def _checked(model: ModelFile, mean: tuple[float, ...], std: tuple[float, ...]) -> Normalization:
    numbers = (*mean, *std)
    if not (mean and std) or not all(map(math.isfinite, numbers)) or min(std) <= 0:
        raise ModelError(
            f"{model.path}: the normalization in its TFLite metadata must have finite means and positive standard "
            f"deviations but got mean {list(mean)}, std {list(std)}. Correct it in a sidecar: [normalization]."
        )
    return Normalization(mean, std)


def _label_file(tensor: Table) -> str | None:
    """The label file without a locale (the model's own language), else the first."""
    files = [file for file in tensor.tables(_TENSOR_FILES) if file.number(_FILE_TYPE, UINT8) in _LABEL_TYPES]
    files.sort(key=lambda file: bool(file.text(_FILE_LOCALE)))
    return files[0].text(_FILE_NAME) if files else None
