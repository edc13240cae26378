"""Frame → prediction, in three steps: a frame is prepared, a network infers, a head makes scores of its outputs.

The pipeline knows an `ImageClassifier` alone, which is a network with a head. Classifiers with heads of their own
may share one network.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from edgeclassify.model.embedding.output import EmbeddingOutput
from edgeclassify.tempering import PLAIN, Tempering
from edgeclassify.types import FULL_FRAME, EmbeddingFacts, Frame, ModelInfo, Prediction, Roi


# A tuple, since one is made for each frame: a frozen dataclass takes six times as long.
class Prepared(NamedTuple):
    """A frame's region of interest as a network's input, which waits to be inferred.

    The input lies in memory of the network, where nothing overwrites it until it is inferred or discarded;
    `ticket` is how the network finds it. The frame's pixels are not needed any more. The rest is as of the frame.
    """

    ticket: object
    preprocess_ms: float
    frame_sequence: int
    captured_at_ns: int
    captured_at: float
    origin: str | None = None
    scene_ns: int | None = None


class Outputs(Protocol):
    """A network's outputs for one input, by index; a tuple of arrays is one too.

    An array is the network's own memory and good until the next `infer`, which fails while one is held: read what
    is wanted, and let go of it.
    """

    def __len__(self) -> int:
        """How many there are."""

    def __getitem__(self, index: int, /) -> NDArray[Any]:
        """One of them, in the shape and type of the model file."""


class Network(ABC):
    """Frames in, outputs out. Not thread-safe, but that one thread may prepare while another infers."""

    @property
    def embedding(self) -> EmbeddingOutput | None:
        """Which of its outputs holds its embedding; None where none does."""
        return None

    @abstractmethod
    def prepare(self, frame: Frame, roi: Roi = FULL_FRAME) -> Prepared:
        """The frame's region of interest as input. Each is to be inferred, or discarded.

        Raises ImageError where the frame's pixels are not as its format and size say, RuntimeError (a bug of the
        caller) while as many are prepared as the network has memory for.
        """

    @abstractmethod
    def infer(self, prepared: Prepared) -> Outputs:
        """Run the network on it, which gives its memory back, also where that fails.

        Raises ModelError where the runtime fails, RuntimeError (a bug of the caller) for one that is not waiting.
        """

    @abstractmethod
    def discard(self, prepared: Prepared) -> None:
        """Give back the memory of one that is not to be inferred; of no effect where that is done."""

    @abstractmethod
    def wanted_side(self, roi: Roi = FULL_FRAME) -> int:
        """Pixels that a frame's shorter side needs so that its region of interest is not scaled up."""


class Head(ABC):
    """What makes scores of a network's outputs: the network's own classes, or others. Not thread-safe."""

    @property
    @abstractmethod
    def labels(self) -> Sequence[str]:
        """Labels by class index."""

    @property
    def background(self) -> frozenset[int]:
        """Class indices of the labels that mean that nothing is there."""
        return frozenset()

    @property
    def has_several_labels(self) -> bool:
        """True where several labels can hold at once."""
        return False

    @abstractmethod
    def scores(self, outputs: Outputs) -> NDArray[np.float32]:
        """Scores of 0-1, by class index: float32 (labels,), freshly allocated.

        Raises ModelError where none of them is a number.
        """


class ImageClassifier(ABC):
    """Frame → prediction. Not thread-safe: one thread (the inference thread) uses it.

    `classify` is the whole way, `prepare` and `infer` are its halves: one thread may prepare while another infers.
    """

    @property
    @abstractmethod
    def info(self) -> ModelInfo:
        """Name, checksum, runtime and input size of the loaded model."""

    @property
    @abstractmethod
    def labels(self) -> Sequence[str]:
        """Labels by class index."""

    @property
    def background(self) -> frozenset[int]:
        """Class indices of the labels that mean that nothing is there: they start no event."""
        return frozenset()

    @property
    def has_several_labels(self) -> bool:
        """True where several labels can hold at once. A view shows the best one of them."""
        return False

    @property
    def tempering(self) -> Tempering:
        """How far its scores are to be sharpened or flattened before anything is decided on them."""
        return PLAIN

    @property
    def embedding(self) -> EmbeddingFacts | None:
        """How the embeddings of its predictions are read; None where they have none."""
        return None

    def classify(self, frame: Frame, roi: Roi = FULL_FRAME) -> Prediction:
        """The scores of the frame's region of interest.

        Raises ImageError where the frame's pixels are not as its format and size say, ModelError where the
        runtime fails, none of the scores is a number, or the classifier is closed.
        """
        return self.infer(self.prepare(frame, roi))

    @abstractmethod
    def prepare(self, frame: Frame, roi: Roi = FULL_FRAME) -> Prepared:
        """The first half, which needs the frame's pixels. As of `Network`; ModelError where it is closed."""

    @abstractmethod
    def infer(self, prepared: Prepared) -> Prediction:
        """The second half: outputs, and the head's scores of them. As of `Network` and `Head`."""

    @abstractmethod
    def discard(self, prepared: Prepared) -> None:
        """Give back the memory of a prepared input that is not to be inferred."""

    @abstractmethod
    def wanted_side(self, roi: Roi = FULL_FRAME) -> int:
        """Pixels that a frame's shorter side needs so that its region of interest is not scaled up."""

    def close(self) -> None:  # noqa: B027  a classifier may hold nothing
        """Let go of the network; the classifier can't be used afterwards."""
