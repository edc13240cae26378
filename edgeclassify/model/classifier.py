"""A classifier: a network with a head, and what the world is told of both."""

import time
from collections.abc import Sequence

from edgeclassify.errors import ModelError
from edgeclassify.model.description.golden_image import read_golden_image
from edgeclassify.model.description.sidecar import Golden
from edgeclassify.model.interface import Head, ImageClassifier, Network, Prepared
from edgeclassify.model.labels.label_file import told_apart
from edgeclassify.tempering import PLAIN, Tempering
from edgeclassify.types import FULL_FRAME, EmbeddingFacts, Frame, ModelInfo, Prediction, Roi


class NetworkClassifier(ImageClassifier):
    """Frame → prediction by a network and a head that fits it. Not thread-safe: one thread uses it.

    `golden`: an image whose label is known. `temperature`: of the head's scores. Several classifiers may share a
    network: it goes with the last of them.
    """

    def __init__(
        self,
        info: ModelInfo,
        network: Network,
        head: Head,
        golden: Golden | None = None,
        *,
        temperature: float = PLAIN.temperature,
    ) -> None:
        self._info, self._head, self._golden = info, head, golden
        self._tempering = Tempering(temperature, head.has_several_labels)
        self._network: Network | None = network
        self._embedding = network.embedding

    @property
    def info(self) -> ModelInfo:
        """Name, checksum, runtime and input size of the loaded model."""
        return self._info

    @property
    def labels(self) -> Sequence[str]:
        """Labels by class index."""
        return self._head.labels

    @property
    def background(self) -> frozenset[int]:
        """Class indices of the labels that mean that nothing is there."""
        return self._head.background

    @property
    def has_several_labels(self) -> bool:
        """True where several labels can hold at once (sigmoid outputs, several heads)."""
        return self._head.has_several_labels

    @property
    def tempering(self) -> Tempering:
        """As of `ImageClassifier`."""
        return self._tempering

    @property
    def network(self) -> Network | None:
        """The network that it shares or has for itself; None where the classifier is closed."""
        return self._network

    @property
    def head(self) -> Head:
        """What makes scores of the network's outputs."""
        return self._head

    @property
    def embedding(self) -> EmbeddingFacts | None:
        """As of `ImageClassifier`."""
        return None if self._embedding is None else self._embedding.facts

    def prepare(self, frame: Frame, roi: Roi = FULL_FRAME) -> Prepared:
        """As of `ImageClassifier`."""
        network = self._network
        if network is None:
            raise self._closed()
        return network.prepare(frame, roi)

    def infer(self, prepared: Prepared) -> Prediction:
        """As of `ImageClassifier`."""
        network, head, embedding = self._network, self._head, self._embedding
        if network is None:
            raise self._closed()
        started = time.perf_counter()
        outputs = network.infer(prepared)
        invoke_ms = (time.perf_counter() - started) * 1e3
        return Prediction(
            scores=head.scores(outputs),
            labels=head.labels,
            preprocess_ms=prepared.preprocess_ms,
            invoke_ms=invoke_ms,
            frame_sequence=prepared.frame_sequence,
            captured_at_ns=prepared.captured_at_ns,
            scene_ns=prepared.scene_ns,
            captured_at=prepared.captured_at,
            origin=prepared.origin,
            # No array is bound to a name: the runtime refuses to invoke while one on its memory is alive.
            embedding=None if embedding is None else embedding.copy_of(outputs[embedding.output]),
        )

    def discard(self, prepared: Prepared) -> None:
        """As of `ImageClassifier`."""
        if self._network is not None:
            self._network.discard(prepared)

    def wanted_side(self, roi: Roi = FULL_FRAME) -> int:
        """Pixels that a frame's shorter side needs so that nothing is scaled up."""
        if self._network is None:
            raise self._closed()
        return self._network.wanted_side(roi)

    def self_test(self) -> bool:
        """Classify the golden image; False where there is none.

        Raises ModelError where another label than the golden one comes out on top.
        """
        golden = self._golden
        if golden is None:
            return False
        best = self.classify(read_golden_image(golden.image)).top(1)[0]
        if best.label != told_apart([golden.label])[0]:
            raise ModelError(
                f"{self.info.path}: the self-test failed: {golden.image} must be {golden.label!r} but got "
                f"{best.label!r} ({best.score:.2f}). The model, its labels or its normalization is wrong."
            )
        return True

    def with_head(self, info: ModelInfo, head: Head) -> "NetworkClassifier":
        """Another head on the same network; both classifiers can be used, and either can be closed.

        Raises ModelError where this one is closed.
        """
        if self._network is None:
            raise self._closed()
        return NetworkClassifier(info, self._network, head)

    def on(self, network: Network) -> "NetworkClassifier":
        """The same head on another network that does the same; this one is closed."""
        moved = NetworkClassifier(
            self._info, network, self._head, self._golden, temperature=self._tempering.temperature
        )
        self.close()
        return moved

    def close(self) -> None:
        """Let go of the network; the classifier can't be used afterwards."""
        self._network = None

    def _closed(self) -> ModelError:
        return ModelError(f"{self._info.name}: the classifier is closed.")
