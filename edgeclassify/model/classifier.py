"""Classifier: one model with all that belongs to it; preprocess, invoke, scores, top-k.

`open_classifier(config)` is the way in: it finds the file, checks everything that can be checked, once, and
runs the model once, so that a classifier that exists works.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgeclassify.config import ModelConfig
from edgeclassify.config.sections import is_model_path
from edgeclassify.config.values import expanded
from edgeclassify.errors import ModelError, ModelMissingError
from edgeclassify.model.broken_scores import BrokenScores
from edgeclassify.model.catalog import resolve_model
from edgeclassify.model.facts import ModelFacts, read_facts
from edgeclassify.model.first_look import FirstLook
from edgeclassify.model.golden import read_golden_image
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.model.interpreter import Interpreter
from edgeclassify.model.labels import told_apart
from edgeclassify.model.preprocess.normalization import Normalization, input_table
from edgeclassify.model.preprocess.preprocessor import DEFAULT_CROP, Preprocessor
from edgeclassify.model.scores import ScoreReader
from edgeclassify.model.sidecar import GoldenSection, Sidecar, read_sidecar, sidecar_path
from edgeclassify.model.soundness.check import check_soundness
from edgeclassify.model.tflite.model_file import ModelFile, read_model_file
from edgeclassify.model.trial_run.opening import open_model
from edgeclassify.types import FULL_FRAME, Frame, ModelInfo, PixelFormat, Prediction, Roi

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class ClassifierParts:
    """What a classifier is made of, each already checked against the model."""

    info: ModelInfo
    labels: tuple[str, ...]
    interpreter: Interpreter
    preprocessor: Preprocessor
    scores: ScoreReader
    broken: BrokenScores
    golden: GoldenSection | None = None
    has_several_labels: bool = False


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

    @property
    def has_several_labels(self) -> bool:
        """Can several labels hold at once (sigmoid outputs, several heads)?"""
        return self._parts.has_several_labels

    def classify(self, frame: Frame, roi: Roi = FULL_FRAME) -> Prediction:
        """Preprocess the frame's region of interest, invoke the model, return the scores.

        Raises ImageError where the frame's pixels are not as its format and size say, ModelError where the
        runtime fails, none of its scores is a number, or the classifier is closed.
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
        scores, broken = parts.scores.read(interpreter.output_view())
        if broken is not None:
            parts.broken.look(broken)
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
        if best.label != told_apart([golden.label])[0]:
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
    facts = read_facts(config, model, sidecar)
    contract, labels = facts.contract, facts.labels
    preprocessor = _preprocessor(config, facts)
    golden = None if sidecar.golden is None else sidecar.golden.image
    interpreter = open_model(model, sha256, config, preprocessor, golden)
    _check_agreement(model, interpreter)
    for note in facts.notes:
        log.warning("%s", note)
    broken = BrokenScores(str(path), labels)
    role = FirstLook(str(path), interpreter, preprocessor, contract.input).settle(
        contract.output, sidecar.output, broken
    )
    is_pair = contract.output.classes == 1 and len(labels) == 2
    info = ModelInfo(
        name=path.stem if is_model_path(config.name) else config.name,
        path=str(path),
        sha256=sha256,
        runtime=interpreter.runtime,
        labels=len(labels),
        input_width=contract.input.width,
        input_height=contract.input.height,
    )
    scores = ScoreReader(contract.output, role, is_pair=is_pair)
    parts = ClassifierParts(
        info, labels, interpreter, preprocessor, scores, broken, sidecar.golden, role.has_several
    )
    return Classifier(parts)


def describe_model(config: ModelConfig) -> ModelFacts:
    """What the files of the model that `config` names say, read without a runtime.

    Raises ModelError or a subclass where the model or its labels are not there or do not fit.
    """
    path = find_model(config.name)
    facts = read_facts(config, read_model_file(path), read_sidecar(path))
    check_soundness(facts.model)
    return facts


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


def _preprocessor(config: ModelConfig, facts: ModelFacts) -> Preprocessor:
    """Normalization from the sidecar, else the metadata, else the quantization; crop from the config first."""
    model, sidecar, contract = facts.model, facts.sidecar, facts.contract
    normalization = facts.metadata.normalization
    if sidecar.normalization is not None:
        normalization = sidecar.normalization.to_normalization()
    _check_channels(model, normalization, contract.input.channels)
    if sidecar.normalization is not None and normalization is not None and sidecar.channels == "bgr":
        normalization = normalization.reversed()
    table = input_table(contract.input, normalization, str(model.path))
    crop = next((crop for crop in (config.crop, sidecar.crop) if crop is not None), DEFAULT_CROP)
    colour = PixelFormat.BGR if sidecar.channels == "bgr" else PixelFormat.RGB
    return Preprocessor(contract.input, table, config.fit, crop, colour)


def _check_channels(model: ModelFile, normalization: Normalization | None, channels: int) -> None:
    if normalization is None:
        return
    for key, values in (("mean", normalization.mean), ("std", normalization.std)):
        if len(values) not in (1, channels):
            raise ModelError(
                f"{model.path}: its normalization must have 1 {key} or one for each of the {channels} channels of "
                f"its input but got {len(values)}. Correct it in {sidecar_path(model.path).name} beside the model."
            )
