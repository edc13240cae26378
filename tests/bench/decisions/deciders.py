"""What is compared: simple rules, those of others among them, and this project's decider by different rules.

Each makes of a stream's scores the stays that it would have shown.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.postprocess.interface import Rules
from edgeclassify.recording.interface import ViewFacts
from edgeclassify.recording.replay.judgement import Stay
from edgeclassify.recording.replay.score_streams import ScoreStream
from edgeclassify.types import EventType, Prediction

NOTHING = -1
"""Shown where no label is."""


class ComparedDecider(ABC):
    """Scores over time → what is shown when. It keeps nothing from one stream to the next."""

    @abstractmethod
    def stays(self, stream: ScoreStream) -> list[Stay]:
        """What it shows of a stream, in the order of the starts."""


class FrameByFrame(ComparedDecider):
    """A rule that says after each frame what is shown."""

    def stays(self, stream: ScoreStream) -> list[Stay]:
        times_s = stream.times_s.tolist()
        return list(stays_of(zip(times_s, self.shown(times_s, stream.scores), strict=True), stream.labels))

    @abstractmethod
    def shown(self, times_s: Sequence[float], scores: NDArray[np.float32]) -> Iterator[int]:
        """Class index for each frame, or NOTHING. `times_s`: (frames,); `scores`: (frames, labels)."""


def stays_of(shown: Iterable[tuple[float, int]], labels: tuple[str, ...]) -> Iterator[Stay]:
    """Stays from what is shown at each time in seconds."""
    now, since_s = NOTHING, 0.0
    for at_s, index in shown:
        if index == now:
            continue
        if now != NOTHING:
            yield Stay(labels[now], since_s, at_s)
        now, since_s = index, at_s
    if now != NOTHING:
        yield Stay(labels[now], since_s)


class BestOfFrame(FrameByFrame):
    """The best label of each frame."""

    def shown(self, times_s: Sequence[float], scores: NDArray[np.float32]) -> Iterator[int]:
        return iter(scores.argmax(axis=1).tolist())


@dataclass(frozen=True)
class InARow(FrameByFrame):
    """A label that was the best one, at `threshold` or above, in `frames` frames in a row; until another one is.

    The rule by which Frigate names what its detector has found (three frames, 0.8).
    """

    threshold: float
    frames: int = 3

    def shown(self, times_s: Sequence[float], scores: NDArray[np.float32]) -> Iterator[int]:
        now = candidate = NOTHING
        count = 0
        for row in scores:
            best = int(row.argmax())
            if row[best] < self.threshold:
                candidate, count = NOTHING, 0
            else:
                count = count + 1 if best == candidate else 1
                candidate = best
            if count >= self.frames:
                now = candidate
            yield now


@dataclass(frozen=True)
class TwoThresholds(FrameByFrame):
    """Two thresholds and a confirmation time on single frames: the decider of this project's first versions.

    A label that is the best one, at `enter` or above, for `confirm_s` is shown, and one that is below `leave` for
    as long is not shown any more; whenever something changes, what is confirmed begins anew.
    """

    enter: float = 0.6
    leave: float = 0.4
    confirm_s: float = 1.0

    def shown(self, times_s: Sequence[float], scores: NDArray[np.float32]) -> Iterator[int]:
        now = coming = NOTHING
        coming_since = leaving_since = math.inf
        for at_s, row in zip(times_s, scores, strict=True):
            best = int(row.argmax())
            wanted = best if best != now and row[best] >= self.enter else NOTHING
            if wanted != coming:
                coming, coming_since = wanted, at_s
            leaving_since = min(leaving_since, at_s) if now != NOTHING and row[now] < self.leave else math.inf
            if coming != NOTHING and at_s - coming_since >= self.confirm_s:
                now, coming, leaving_since = coming, NOTHING, math.inf
            elif at_s - leaving_since >= self.confirm_s:
                now = coming = NOTHING
                leaving_since = math.inf
            yield now


@dataclass(frozen=True)
class PlainForwardFilter(FrameByFrame):
    """A forward filter in ten lines, counted in frames: what a Bayesian one is to be measured against.

    A label stays with the probability `stay` from frame to frame; the evidence is its score, `floor` at least, to
    the power of `power`. It is shown at `enter`, until it is below `leave`.
    """

    stay: float = 0.9999
    power: float = 0.6
    enter: float = 0.99
    leave: float = 0.5
    floor: float = 1e-3

    def shown(self, times_s: Sequence[float], scores: NDArray[np.float32]) -> Iterator[int]:
        labels, now = scores.shape[1], NOTHING
        belief = np.full(labels, 1 / labels)
        for evidence in np.maximum(scores, np.float32(self.floor)) ** self.power:
            belief = (belief * self.stay + (1 - self.stay) / labels) * evidence
            belief /= belief.sum()
            best = int(belief.argmax())
            if now != NOTHING and belief[now] < self.leave:
                now = NOTHING
            if belief[best] >= self.enter:
                now = best
            yield now


@dataclass(frozen=True)
class Ours(ComparedDecider):
    """The decider of a view, as it runs in the daemon."""

    rules: Rules

    def stays(self, stream: ScoreStream) -> list[Stay]:
        decider = decider_of(ViewFacts("view", stream.labels, "scores"), self.rules)
        found: list[Stay] = []
        for prediction, at_s in zip(predictions(stream), stream.times_s.tolist(), strict=True):
            for event in decider.see(prediction).events:
                if event.event_type is EventType.START:
                    found.append(Stay(event.label, at_s))
                elif event.event_type is EventType.END:
                    found[-1] = Stay(found[-1].label, found[-1].start_s, at_s)
        return found


def predictions(stream: ScoreStream) -> Iterator[Prediction]:
    """A stream as what a classifier says of its frames."""
    for number, (at_s, scores) in enumerate(zip(stream.times_s.tolist(), stream.scores, strict=True)):
        yield Prediction(scores, stream.labels, 0.0, 0.0, number, round(at_s * 1e9), at_s)
