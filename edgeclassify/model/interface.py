"""What the pipeline knows of a model: a thing that turns a frame into a prediction."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from edgeclassify.types import FULL_FRAME, Frame, ModelInfo, Prediction, Roi


class ImageClassifier(ABC):
    """Frame → prediction. Not thread-safe: one thread (the inference thread) uses it."""

    @property
    @abstractmethod
    def info(self) -> ModelInfo:
        """Name, checksum, runtime and input size of the loaded model."""

    @property
    @abstractmethod
    def labels(self) -> Sequence[str]:
        """Labels by class index."""

    @property
    def has_several_labels(self) -> bool:
        """Can several labels hold at once? A view shows the best one of them."""
        return False

    @abstractmethod
    def classify(self, frame: Frame, roi: Roi = FULL_FRAME) -> Prediction:
        """Preprocess the frame's region of interest, invoke the model, return the scores."""

    @abstractmethod
    def wanted_side(self, roi: Roi = FULL_FRAME) -> int:
        """Pixels that a frame's shorter side needs so that its region of interest is not scaled up."""

    def close(self) -> None:  # noqa: B027  a classifier may hold nothing
        """Release the interpreter; the classifier can't be used afterwards."""
