"""Classifier: one model with all that belongs to it; preprocess, invoke, scores, top-k.

`open_classifier(config)` is the way in: it finds the file, checks everything that can be checked, once, and
runs the model once, so that a classifier that exists works.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgeclassify.config import ModelConfig
from edgeclassify.config.sections import is_model_path
from edgeclassify.config.values import expanded
from edgeclassify.errors import LabelError, ModelError, ModelMissingError
from edgeclassify.model.catalog import resolve_model
from edgeclassify.model.contract import ClassifierContract, check_classifier
from edgeclassify.model.golden import read_golden_image
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.model.interpreter import Interpreter, open_interpreter
from edgeclassify.model.labels import check_count, parse_labels, read_labels
from edgeclassify.model.metadata import ModelMetadata, read_metadata
from edgeclassify.model.preprocess.normalization import Normalization, input_table
from edgeclassify.model.preprocess.preprocessor import DEFAULT_CROP, Preprocessor
from edgeclassify.model.scores import ScoreReader
from edgeclassify.model.sidecar import GoldenSection, Sidecar, read_sidecar, sidecar_path
from edgeclassify.model.tflite.model_file import ModelFile, read_model_file
from edgeclassify.types import FULL_FRAME, Frame, ModelInfo, Prediction, Roi


@dataclass(frozen=True, slots=True, eq=False)
class ClassifierParts:
    """What a classifier is made of, each already checked against the model."""

    info: ModelInfo
    labels: tuple[str, ...]
    interpreter: Interpreter
    preprocessor: Preprocessor
    scores: ScoreReader
    golden: GoldenSection | None = None


class Classifier(ImageClassifier):
    """Frame → prediction by a .tflite model. Not thread-safe: one thread uses it."""

    def __init__(self, parts: ClassifierParts) -> None:
        self._parts = parts
        self._interpreter: Interpreter | None = parts.interpreter

    @property
    def info(self) -> ModelInfo:
        """Name, checksum, runtime and input size of the loaded model."""
        return self._parts.info

    @property
    def labels(self) -> Sequence[str]:
        """Labels by class index."""
        return self._parts.labels

    def classify(self, frame: Frame, roi: Roi = FULL_FRAME) -> Prediction:
        """Preprocess the frame's region of interest, invoke the model, return the scores.

        Raises ImageError where the frame's pixels are not as its format and size say, ModelError where the
        runtime fails or the classifier is closed.
        """
        interpreter, parts = self._interpreter, self._parts
        if interpreter is None:
            raise ModelError(f"{parts.info.path}: the classifier is closed.")
        started = time.perf_counter()
        # The views are not bound to names: the runtime refuses to invoke while one is alive.
        parts.preprocessor.fill(frame, interpreter.input_view(), roi)
        filled = time.perf_counter()
        try:
            interpreter.invoke()
        except (RuntimeError, ValueError) as error:
            reason = str(error).strip()[:160]
            raise ModelError(f"{parts.info.path}: {interpreter.runtime} failed: {reason}") from error
        invoked = time.perf_counter()
        scores = parts.scores.read(interpreter.output_view())
        return Prediction(
            scores=scores,
            labels=parts.labels,
            preprocess_ms=(filled - started) * 1e3,
            invoke_ms=(invoked - filled) * 1e3,
            frame_sequence=frame.sequence,
            captured_at_ns=frame.captured_at_ns,
            scene_ns=frame.scene_ns,
            captured_at=frame.captured_at,
            origin=frame.origin,
        )

    def wanted_side(self, roi: Roi = FULL_FRAME) -> int:
        """Pixels that a frame's shorter side needs so that nothing is scaled up."""
        return self._parts.preprocessor.wanted_side(roi)

    def self_test(self) -> bool:
        """Classify the sidecar's golden picture; False where it names none.

        Raises ModelError where another label than the golden one comes out on top.
        """
        golden = self._parts.golden
        if golden is None:
            return False
        best = self.classify(read_golden_image(golden.image)).top(1)[0]
        if best.label != golden.label:
            raise ModelError(
                f"{self.info.path}: the self-test failed: {golden.image} must be {golden.label!r} but got "
                f"{best.label!r} ({best.score:.2f}). The model, its labels or its normalization is wrong."
            )
        return True

    def close(self) -> None:
        """Release the interpreter; the classifier can't be used afterwards."""
        self._interpreter = None


def open_classifier(config: ModelConfig) -> Classifier:
    """Open the model that `config` names, checked and ready.

    Raises ModelError or a subclass, with a message for the user, where anything does not fit.
    """
    path = find_model(config.name)
    model = read_model_file(path)
    sidecar = read_sidecar(path)
    sha256 = model.sha256()
    _check_sha256(model, sidecar, sha256)
    contract = check_classifier(model)
    metadata = read_metadata(model)
    labels = _labels(config, model, sidecar, metadata, contract)
    preprocessor = _preprocessor(config, model, sidecar, metadata, contract)
    interpreter = open_interpreter(path, config.runtime, config.threads, model.data())
    _check_agreement(model, interpreter)
    info = ModelInfo(
        name=path.stem if is_model_path(config.name) else config.name,
        path=str(path),
        sha256=sha256,
        runtime=interpreter.runtime,
        labels=len(labels),
        input_width=contract.input.width,
        input_height=contract.input.height,
    )
    parts = ClassifierParts(info, labels, interpreter, preprocessor, ScoreReader(contract.output), sidecar.golden)
    return Classifier(parts)


def model_labels(config: ModelConfig) -> tuple[str, ...]:
    """The labels of the model that `config` names, by class index, read without a runtime.

    Raises ModelError or a subclass where the model or its labels are not there or do not fit.
    """
    path = find_model(config.name)
    model = read_model_file(path)
    return _labels(config, model, read_sidecar(path), read_metadata(model), check_classifier(model))


def find_model(name: str) -> Path:
    """The .tflite file of a path or of a name of the catalog. Raises ModelMissingError or ConfigError."""
    if is_model_path(name):
        return expanded(name, ModelMissingError)
    return resolve_model(name)


def _check_sha256(model: ModelFile, sidecar: Sidecar, sha256: str) -> None:
    if sidecar.sha256 not in (None, sha256):
        raise ModelError(
            f"{model.path}: expected the sha256 {sidecar.sha256} that {sidecar_path(model.path).name} gives, "
            f"found {sha256}. Fetch the model again, or correct its sidecar."
        )


def _check_agreement(model: ModelFile, interpreter: Interpreter) -> None:
    """What was checked in the file must be what the runtime made of it."""
    for tensor, spec in (
        (model.input_tensors[0], interpreter.inputs[0]),
        (model.output_tensors[0], interpreter.outputs[0]),
    ):
        if (tensor.shape, tensor.dtype) != (spec.shape, spec.dtype.name):
            raise ModelError(
                f"{model.path}: {tensor.name} must be {tensor.dtype} {list(tensor.shape)} by the file but "
                f"{interpreter.runtime} got {spec.dtype} {list(spec.shape)}. Convert it with fixed shapes."
            )


def _labels(
    config: ModelConfig, model: ModelFile, sidecar: Sidecar, metadata: ModelMetadata, contract: ClassifierContract
) -> tuple[str, ...]:
    """The labels: the config's, else the sidecar's, else those inside the model file."""
    path = config.labels or sidecar.labels
    if path is not None:
        name, labels = str(path), read_labels(path)
    elif metadata.label_file is not None:
        name = f"{model.path}, {metadata.label_file} inside it"
        content = model.associated_files.get(metadata.label_file)
        if content is None:
            raise LabelError(
                f"{name}: the model's metadata names this label file but it is not there. "
                f"Give one: labels = in the config, or in {sidecar_path(model.path).name} beside the model."
            )
        labels = parse_labels(content, name)
    else:
        raise ModelMissingError(
            f"{model.path}: expected labels, found none in the model file. Give a file with "
            f"{contract.output.classes} labels, one per line: labels = in the config's [model], or in "
            f"{sidecar_path(model.path).name} beside the model."
        )
    check_count(labels, contract.output.classes, name, model.path.name)
    return labels


def _preprocessor(
    config: ModelConfig, model: ModelFile, sidecar: Sidecar, metadata: ModelMetadata, contract: ClassifierContract
) -> Preprocessor:
    """Normalization from the sidecar, else the metadata, else the quantization; crop from the config first."""
    normalization = metadata.normalization
    if sidecar.normalization is not None:
        normalization = sidecar.normalization.to_normalization()
    _check_channels(model, normalization, contract.input.channels)
    table = input_table(contract.input, normalization, str(model.path))
    crop = next((crop for crop in (config.crop, sidecar.crop) if crop is not None), DEFAULT_CROP)
    return Preprocessor(contract.input, table, config.fit, crop)


def _check_channels(model: ModelFile, normalization: Normalization | None, channels: int) -> None:
    if normalization is None:
        return
    for key, values in (("mean", normalization.mean), ("std", normalization.std)):
        if len(values) not in (1, channels):
            raise ModelError(
                f"{model.path}: its normalization must have 1 {key} or one for each of the {channels} channels of "
                f"its input but got {len(values)}. Correct it in {sidecar_path(model.path).name} beside the model."
            )
