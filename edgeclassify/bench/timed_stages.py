"""The stages as the pipeline knows them, each with a stopwatch: nothing of the daemon asks what time it is."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeclassify.bench.stopwatch import Stage, Stopwatch
from edgeclassify.model.classifier import NetworkClassifier
from edgeclassify.model.interface import Head, ImageClassifier, Outputs
from edgeclassify.pipeline.interface import Frames, Lease
from edgeclassify.postprocess.interface import Decider, Step
from edgeclassify.publish.fanout import FanOut
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.spool.disk import DiskSpool
from edgeclassify.recording.running.tap import TappedDecider
from edgeclassify.types import PLAIN_SURROUNDINGS, Event, Prediction, Surroundings, ViewState


class TimedFrames(Frames):
    """Frames, and how long they were waited for."""

    def __init__(self, frames: Frames, watch: Stopwatch) -> None:
        self._frames, self._watch = frames, watch

    def take(self, timeout_s: float) -> Lease | None:
        """As of the frames within."""
        return self._watch.timed(Stage.CAPTURE_WAIT, self._frames.take, timeout_s)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._frames, name)


class TimedHead(Head):
    """Outputs to scores."""

    def __init__(self, head: Head, watch: Stopwatch) -> None:
        self._head, self._watch = head, watch
        self._scores = head.scores

    @property
    def labels(self) -> Any:
        """As of the head within."""
        return self._head.labels

    @property
    def background(self) -> frozenset[int]:
        """As of the head within."""
        return self._head.background

    @property
    def has_several_labels(self) -> bool:
        """As of the head within."""
        return self._head.has_several_labels

    def scores(self, outputs: Outputs) -> NDArray[np.float32]:
        """As of the head within."""
        return self._watch.timed(Stage.SCORES, self._scores, outputs)


def with_timed_head(classifier: ImageClassifier, watch: Stopwatch) -> ImageClassifier:
    """The same network under the same head. What a frame's preparation and invoke() take predictions tell."""
    if not isinstance(classifier, NetworkClassifier) or classifier.network is None:
        return classifier
    head = TimedHead(classifier.head, watch)
    temperature = classifier.tempering.temperature
    return NetworkClassifier(classifier.info, classifier.network, head, temperature=temperature)


class TimedDecider(TappedDecider):
    """The daemon's decider; it sees as well what the prediction took."""

    def __init__(self, inner: Decider, watch: Stopwatch) -> None:
        super().__init__(inner)
        self._watch = watch

    def see(self, prediction: Prediction, surroundings: Surroundings = PLAIN_SURROUNDINGS) -> Step:
        """As of a Decider."""
        watch = self._watch
        watch.add(Stage.PREPROCESS, round(prediction.preprocess_ms * 1e6))
        watch.add(Stage.INVOKE, round(prediction.invoke_ms * 1e6))
        watch.decided(prediction.captured_at_ns)
        return watch.timed(Stage.DECIDE, super().see, prediction, surroundings)


class TimedSpool(DiskSpool):
    """The spool on disk."""

    watch: Stopwatch
    """To be set before the first event."""

    def append(self, event: SpooledEvent) -> None:
        """As of a DiskSpool."""
        self.watch.timed(Stage.SPOOL, super().append, event)


class TimedFanOut(FanOut):
    """All sinks; what the spool takes is the spool's."""

    watch: Stopwatch
    """To be set before anything is published."""
    events = 0
    """How many were published."""

    def publish_state(self, state: ViewState) -> None:
        """As of a FanOut."""
        self.watch.timed(Stage.PUBLISH, super().publish_state, state)

    def publish_event(self, event: Event) -> None:
        """As of a FanOut."""
        self.watch.timed(Stage.PUBLISH, super().publish_event, event)
        self.events += 1

    def publish_result(self, view: str, prediction: Prediction) -> None:
        """As of a FanOut."""
        self.watch.timed(Stage.PUBLISH, super().publish_result, view, prediction)
