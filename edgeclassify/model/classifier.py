"""Classifier: one model with all that belongs to it; preprocess, invoke, scores."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from edgeclassify.errors import ModelError
from edgeclassify.model.description.golden_image import read_golden_image
from edgeclassify.model.description.sidecar import GoldenSection
from edgeclassify.model.heads.broken_scores import BrokenScores
from edgeclassify.model.heads.scores import ScoreReader
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.model.labels.label_file import told_apart
from edgeclassify.model.preprocess.preprocessor import Preprocessor
from edgeclassify.model.runtime.interpreter import Interpreter
from edgeclassify.types import FULL_FRAME, Frame, ModelInfo, Prediction, Roi


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
